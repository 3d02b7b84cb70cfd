"""How likely the best hit answers the question, so that a search can say that it found nothing.

Logistic regression (Platt 1999, "Probabilistic Outputs for Support Vector Machines") on the two parts of the best hit's
score, with an intercept for each question language. benchmarks/abstention.py fits it on questions that are asked
twice, once with and once without the documents that answer them; docs/ranking.md shows precision and recall.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

DEFAULT_THRESHOLD: Final = 0.3
"""Below this probability a search abstains; chosen for recall, see docs/ranking.md."""
STRENGTH_TOLERANCE: Final = 0.1
"""A neutral strength further from that of the fit has other cosines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was fitted for an encoder in hybrid mode.

    Attributes:
        strength: Neutral strength of the fit.
        intercept: Log-odds where all else is zero.
        dense: Log-odds for each unit of the hit's `dense`.
        lexical: Log-odds for each unit of the square of the hit's `lexical`.
        languages: What is added to the log-odds by question language; 0 for others.
    """

    strength: float
    intercept: float
    dense: float
    lexical: float
    languages: Mapping[str, float]

    def probability(self, dense: float, lexical: float, language: str) -> float:
        """How likely a best hit with these scores answers a question in this language, in (0, 1)."""
        odds = self.intercept + self.languages.get(language, 0.0) + self.dense * dense + self.lexical * lexical**2
        return 1 / (1 + math.exp(-odds))


def load_calibration(encoder: str, dimension: int, strength: float) -> Calibration | None:
    """Find what was fitted for these settings.

    Args:
        encoder: Id of the encoder.
        dimension: Dimensions that are compared.
        strength: Neutral strength.

    Returns:
        None if nothing was: for other encoders, fewer dimensions, or another strength.
    """
    fitted = json.loads(files("retriever").joinpath("abstention.json").read_bytes()).get(encoder)
    if fitted is None or fitted["dimension"] != dimension or abs(fitted["strength"] - strength) > STRENGTH_TOLERANCE:
        return None
    return Calibration(
        strength=fitted["strength"],
        intercept=fitted["intercept"],
        dense=fitted["dense"],
        lexical=fitted["lexical"],
        languages=fitted["languages"],
    )
