"""How much a text speaks for each language of its script.

Three kinds of evidence are added up as log odds: py3langid's score for all its languages, those outside the 26
included, so that Catalan is not taken for Spanish for want of another name; frequent small words; and letters that a
language does not use. The constants were chosen on one half of the texts of benchmarks/language_id.py, which reports
the other.
"""

import functools
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from indexer.han import japanese_probability
from indexer.language_words import WORDS
from indexer.scripts import Script, script_shares

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNKNOWN: Final = "und"
"""The language of a text without letters, or in a language that is not one of the 26."""

SCRIPT_LANGUAGES: Final[dict[Script, tuple[str, ...]]] = {
    Script.THAI: ("th",),
    Script.HEBREW: ("he",),
    Script.HANGUL: ("ko",),
    Script.DEVANAGARI: ("hi",),
    Script.BENGALI: ("bn",),
    Script.JAPANESE: ("ja",),
    Script.HAN: ("zh", "ja"),
    Script.CYRILLIC: ("ru",),
    Script.ARABIC: ("ar", "fa"),
    Script.LATIN: ("en", "cs", "da", "nl", "fi", "fr", "de", "hu", "id", "it", "no", "pl", "pt", "es", "sv", "tr"),
    Script.OTHER: (),
}

_LATIN_WEIGHT: Final = 0.4
"""Names, units and code are written in Latin letters everywhere: they weigh less where the script is decided."""

_SHARPNESS: Final = 1.8
"""py3langid's score divided by the root of the bytes, times this, is how sure one may be."""
_WORD: Final = 1.0
"""Log odds of a word that only one language uses."""
_LETTER: Final = 2.0
_MOST_LETTERS: Final = 8
"""Log odds of a letter that the language does not use, and how many of them count."""
_OUTSIDE: Final = 3.5
"""Log odds against each language that is not ours: people bring documents in the 26 languages."""
_NAMELESS: Final = 7.0
"""Log odds against a language that py3langid does not know either: more than three foreign letters overcome it."""

_ALIASES: Final = {"nn": "no", "ms": "id", "ary": "ar", "arz": "ar"}
_NYNORSK: Final = 0.5
"""Log odds against Nynorsk, without which Norwegian would win more from Danish than it loses."""

_OUTSIDE_LABELS: Final[dict[Script, str]] = {
    Script.CYRILLIC: "be bg mk mn sr uk kk ky tg tt ba",
    Script.ARABIC: "ur ps ug sdh ku",
    Script.DEVANAGARI: "mr ne sa gom",
    Script.BENGALI: "as",
    Script.LATIN: (
        "af az br bs ca cy eo et eu fy ga gd gl ha hr ht ig is jv ku la lg ln lt lv mg om qu ro sk sl so sq sr sw tl uz"
        " vi xh yo zu ace bcl ext gcf gug kik nso pcm rw se sn st an crh fo fuv gcr guw kab lb lij ltg uzs wa mt oc tk"
        " vec vo"
    ),
}
"""py3langid's labels of languages that are not ours, by the script they are written in."""

_FOREIGN: Final = {
    "ru": re.compile(r"[\u0450\u0452-\u052f]"),
    "ar": re.compile(r"[\u063b-\u063f\u066e-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff\u0750-\u077f]"),
    "fa": re.compile(r"[\u063b-\u063f\u066e-\u067d\u067f-\u0685\u0687-\u0697\u0699-\u06a8\u06aa-\u06ae\u06b0-\u06bf"
                     r"\u06c1-\u06cb\u06cd-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff\u0750-\u077f]"),
    "he": re.compile(r"[װױײ]|א[ַָ]|\b(?:און|איז|פון|מיט|אויף|האט|ניט|נישט|וואס|זיין)\b"),
    "bn": re.compile(r"[ৰৱ]"),
}  # fmt: skip
"""Letters, and Yiddish words, that the language does not use though others write them in its script."""

_WORD_PATTERN: Final = re.compile(r"[^\W\d_]{2,}")


def weighted_scripts(text: str) -> dict[Script, float]:
    """Measure which scripts a text is written in, main one first.

    Returns:
        Shares of its letters, Latin ones weighing less; they sum to 1. Empty for a text without letters.
    """
    weights = {
        script: share * (_LATIN_WEIGHT if script is Script.LATIN else 1.0)
        for script, share in script_shares(text).items()
    }
    total = sum(weights.values())
    return {script: weights[script] / total for script in sorted(weights, key=lambda one: -weights[one])}


def log_likelihoods(text: str, script: Script) -> dict[str, float]:
    """Weigh the languages of a script against one another.

    Args:
        text: Some text, mostly in that script.
        script: Its script; not `Script.OTHER`.

    Returns:
        Natural logarithm of the probability of each of our languages of the script and of `UNKNOWN`; the
        probabilities sum to 1.
    """
    languages = SCRIPT_LANGUAGES[script]
    if script is Script.HAN:
        japanese = japanese_probability(text)
        ours = math.log1p(-math.exp(-_NAMELESS))
        return {"zh": ours + math.log1p(-japanese), "ja": ours + math.log(japanese), UNKNOWN: -_NAMELESS}
    odds = dict.fromkeys(languages, 0.0)
    outside: list[float] = []
    if script in _OUTSIDE_LABELS or len(languages) > 1:
        scores = _scores(text)
        odds = _ours(scores, languages)
        outside = [scores[label] - _OUTSIDE for label in _outside_labels(script)]
    if script is Script.LATIN:
        for language, amount in _word_evidence(text).items():
            odds[language] += amount
    outside.append(max(odds.values()) - _NAMELESS)
    for language in languages:
        if pattern := _FOREIGN.get(language):
            odds[language] -= _LETTER * min(_MOST_LETTERS, len(pattern.findall(text)))
    odds[UNKNOWN] = _sum_of_logs(outside)
    total = _sum_of_logs(list(odds.values()))
    return {language: value - total for language, value in odds.items()}


def _scores(text: str) -> dict[str, float]:
    """Log odds of every label of py3langid against the likeliest; all 0 where it finds nothing it knows."""
    ranked = _model().rank(text)
    highest = ranked[0][1]
    unit = _SHARPNESS / math.sqrt(max(1, len(text.encode("utf-8", "surrogatepass"))))
    return {label: (score - highest) * unit for label, score in ranked}


def _ours(scores: Mapping[str, float], languages: tuple[str, ...]) -> dict[str, float]:
    odds = {language: [scores[language]] for language in languages}
    for label, language in _ALIASES.items():
        if language in odds:
            odds[language].append(scores[label] - (_NYNORSK if label == "nn" else 0.0))
    return {language: _sum_of_logs(values) for language, values in odds.items()}


def _word_evidence(text: str) -> dict[str, float]:
    evidence: dict[str, float] = {}
    languages_of = _languages_of_words()
    for word in set(_WORD_PATTERN.findall(text.lower())):
        if languages := languages_of.get(word):
            amount = _WORD * (1 - math.log(len(languages)) / math.log(len(WORDS)))
            for language in languages:
                evidence[language] = evidence.get(language, 0.0) + amount
    return evidence


def _sum_of_logs(values: list[float]) -> float:
    """Logarithm of the sum of the exponentials."""
    highest = max(values)
    return highest + math.log(sum(math.exp(value - highest) for value in values))


@functools.cache
def _languages_of_words() -> dict[str, tuple[str, ...]]:
    languages_of: dict[str, tuple[str, ...]] = {}
    for language, words in WORDS.items():
        for word in words.split():
            languages_of[word] = (*languages_of.get(word, ()), language)
    return languages_of


@functools.cache
def _outside_labels(script: Script) -> tuple[str, ...]:
    """The labels of other languages of the script, as far as the installed py3langid has them."""
    known = set(_model().labels)
    return tuple(label for label in _OUTSIDE_LABELS.get(script, "").split() if label in known)


@functools.cache
def _model() -> "LanguageIdentifier":
    """Load the model once per process; classifying only reads it, so threads may share it."""
    from py3langid.langid import LanguageIdentifier

    return LanguageIdentifier.from_model_file("data/model.npz.xz", norm_probs=False)
