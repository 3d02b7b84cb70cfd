"""How likely the best hit answers the question, so that a search can say that it found nothing.

Logistic regression (Platt 1999, "Probabilistic Outputs for Support Vector Machines") on the two parts of the best hit's
score and on the number of passages, the best of many being good by chance, with an intercept for each question
language. benchmarks/abstention.py fits it on questions that are asked twice, once with and once without the documents
that answer them; docs/ranking.md shows precision and recall.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

DEFAULT_THRESHOLD: Final = 0.15
"""Below this probability a search abstains; chosen for recall, see docs/ranking.md."""
FEWEST_PASSAGES: Final = 100
MOST_PASSAGES: Final = 3_000
"""Smaller and larger collections count as these: nothing was fitted on them."""
STRENGTH_TOLERANCE: Final = 0.1
"""A neutral strength further from that of the fit has other cosines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was fitted for an encoder in hybrid mode.

    Attributes:
        dimension: Dimensions that were compared.
        strength: Neutral strength of the fit.
        intercept: Log-odds where all else is zero.
        dense: Log-odds for each unit of the hit's `dense`.
        lexical: Log-odds for each unit of the square of the hit's `lexical`.
        size: Log-odds for each unit of the natural logarithm of the number of passages searched.
        languages: What is added to the log-odds by question language; 0 for others.
    """

    dimension: int
    strength: float
    intercept: float
    dense: float
    lexical: float
    size: float
    languages: Mapping[str, float]

    def probability(self, dense: float, lexical: float, passages: int, language: str) -> float:
        """How likely the best hit answers the question, in (0, 1).

        Args:
            dense: The hit's `dense`.
            lexical: Its `lexical`.
            passages: How many passages were searched.
            language: Language of the question.
        """
        size = math.log(min(max(passages, FEWEST_PASSAGES), MOST_PASSAGES))
        odds = self.intercept + self.languages.get(language, 0.0) + self.size * size
        return 1 / (1 + math.exp(-odds - self.dense * dense - self.lexical * lexical**2))


def load_calibration(encoder: str, dimension: int, strength: float) -> Calibration | None:
    """Find what was fitted for these settings.

    Args:
        encoder: Id of the encoder.
        dimension: Dimensions that are compared.
        strength: Neutral strength.

    Returns:
        None if nothing was: for other encoders, fewer dimensions, or another strength.
    """
    fitted = _fitted().get(encoder)
    if fitted is None or fitted.dimension != dimension or abs(fitted.strength - strength) > STRENGTH_TOLERANCE:
        return None
    return fitted


@cache
def _fitted() -> Mapping[str, Calibration]:
    """What was fitted, by encoder; read once, since every question asks."""
    content = json.loads(files("retriever").joinpath("abstention.json").read_bytes())
    return {encoder: Calibration(**constants) for encoder, constants in content.items()}
