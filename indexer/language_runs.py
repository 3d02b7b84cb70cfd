"""The languages of one document's passages, seen together.

A passage is seldom in another language than the one before, and a document has few languages. So the passages are a
chain whose hidden states are languages (a hidden Markov model): its forward-backward pass weighs each passage's own
evidence against its neighbours, and the shares of the languages in the document are estimated from that in turn.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from embedder.languages import LANGUAGES
from indexer.language_evidence import SCRIPT_LANGUAGES, UNKNOWN, log_likelihoods, weighted_scripts
from indexer.scripts import Script

STATES: Final = (*LANGUAGES, UNKNOWN)
"""What a passage can be in; the columns of all arrays here."""

SWITCH: Final = 0.2
"""How likely the language is drawn anew at a passage, in the document's shares."""
_NEW: Final = 0.02
"""Share of all languages together in a document that shows no sign of them."""
_ROUNDS: Final = 3
"""How often the document's shares are estimated."""
_LOWEST: Final = -25.0
"""Evidence of one passage against a language, at most, in log odds."""
_SCRIPT_LETTER: Final = 1.0
_LATIN_LETTER: Final = 0.2
"""Log odds of one letter against a language that is not written in its script; names and code are Latin everywhere."""
_MIXED: Final = 3.0
"""Where a passage mixes scripts, log odds against the languages of the lesser one: this times that of its share."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one passage says about its language.

    Attributes:
        log_odds: (states,) natural logarithms, 0 for the likeliest state.
        letters: How many letters that rests on.
    """

    log_odds: Floats
    letters: int


def evidence_of(text: str) -> Evidence:
    """Weigh every state for one passage alone; all alike where it has no letters."""
    letters = sum(character.isalpha() for character in text)
    shares = weighted_scripts(text)
    if not shares:
        return Evidence(log_odds=np.zeros(len(STATES)), letters=0)
    main = next(iter(shares))
    against = -letters * (_LATIN_LETTER if main is Script.LATIN else _SCRIPT_LETTER)
    odds = dict.fromkeys(STATES, against)
    for script, share in shares.items():
        for language in SCRIPT_LANGUAGES[script]:
            odds[language] = max(odds[language], _MIXED * math.log(share))
    odds |= log_likelihoods(text, main) if SCRIPT_LANGUAGES[main] else {UNKNOWN: 0.0}
    values = np.array([odds[state] for state in STATES])
    return Evidence(log_odds=np.maximum(values - values.max(), _LOWEST), letters=letters)


def smooth(passages: Sequence[Evidence]) -> Floats:
    """Say how likely each passage of a document is in each state, given all its passages.

    Args:
        passages: The evidence of each, in order.

    Returns:
        (passages, states) float64, rows sum to 1.
    """
    odds = np.array([passage.log_odds for passage in passages]).reshape(-1, len(STATES))
    letters = np.array([passage.letters for passage in passages], dtype=np.float64)
    likelihoods = np.exp(odds)
    posterior: Floats = likelihoods / likelihoods.sum(axis=1, keepdims=True)
    if not letters.any():
        return posterior
    for _ in range(_ROUNDS):
        shares = (1 - _NEW) * (letters @ posterior) / letters.sum() + _NEW / len(STATES)
        posterior = forward_backward(likelihoods, shares)
    return posterior


def forward_backward(likelihoods: Floats, shares: Floats) -> Floats:
    """Weigh each passage against all others.

    Args:
        likelihoods: (passages, states), how well each state explains each passage, up to a factor for each passage.
        shares: (states,) of the languages in the document, summing to 1. The first language is drawn from them, and
            with probability `SWITCH` that of each later passage; otherwise it stays.

    Returns:
        (passages, states) posterior probabilities, rows sum to 1.
    """
    forward = np.empty_like(likelihoods)
    backward = np.empty_like(likelihoods)
    before = shares
    for number, likelihood in enumerate(likelihoods):
        now = before * likelihood
        forward[number] = now / now.sum()
        before = (1 - SWITCH) * forward[number] + SWITCH * shares
    after = np.ones_like(shares)
    for number in range(len(likelihoods) - 1, -1, -1):
        backward[number] = after
        now = after * likelihoods[number]
        after = (1 - SWITCH) * now + SWITCH * (shares @ now)
        after /= after.max()
    posterior: Floats = forward * backward
    posterior /= posterior.sum(axis=1, keepdims=True)
    return posterior
