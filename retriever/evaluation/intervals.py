"""How sure a mean is: percentile bootstrap over the questions (Efron 1979)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from retriever.evaluation.measures import EvaluationError

RESAMPLES = 1000
"""How often the questions are drawn anew."""

CONFIDENCE = 0.95
"""Share of the resamples' means that lie in an interval."""

Floats: TypeAlias = NDArray[np.float64]

_DRAWS_AT_ONCE = 2_000_000
_ROUNDING = 1e-12  # sums of the same numbers in another order differ by less


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean, and the bounds it lies between with 95% confidence."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """By how much one method is better than another on the same questions.

    Attributes:
        interval: Mean of the differences; above 0 if the first method is better, sure if `interval.low` is, too.
        share_above: Share of the resamples in which the first method is better, in [0, 1].
    """

    interval: Interval
    share_above: float


def resampled_means(values: Floats, *, seed: int | tuple[int, ...]) -> Floats:
    """Draw the questions anew, again and again, and take the means.

    The same seed and number of questions give the same draws, so that two methods can be compared pair by pair.

    Args:
        values: (questions, measures) float64.
        seed: What the draws depend on.

    Returns:
        (RESAMPLES, measures) float64: the means of each draw.
    """
    questions = len(values)
    generator = np.random.default_rng(seed)
    step = max(1, _DRAWS_AT_ONCE // questions)
    means = np.empty((RESAMPLES, values.shape[1]))
    for first in range(0, RESAMPLES, step):
        rows = min(step, RESAMPLES - first)
        drawn = generator.integers(questions, size=(rows, questions)) + np.arange(rows)[:, None] * questions
        times = np.bincount(drawn.ravel(), minlength=rows * questions).reshape(rows, questions)
        means[first : first + rows] = times.astype(np.float64) @ values / questions
    return means


def intervals(mean: Floats, resampled: Floats) -> list[Interval]:
    """Put bounds around means.

    Args:
        mean: (measures,) float64: the means over all questions.
        resampled: (RESAMPLES, measures) float64: those of the draws.

    Returns:
        One interval for each measure.
    """
    tail = (1 - CONFIDENCE) / 2
    bounds = np.quantile(resampled, [tail, 1 - tail], axis=0)
    return [
        Interval(mean=float(middle), low=float(low), high=float(high))
        for middle, low, high in zip(mean, *bounds, strict=True)
    ]


def difference(first: Mapping[str, float], second: Mapping[str, float], *, seed: int) -> Difference:
    """See whether one method really beats another, by the questions both were asked.

    Args:
        first: Question id → value, of the method that may be better.
        second: The same of the other one.
        seed: What the draws depend on.

    Raises:
        EvaluationError: If they were not asked the same questions, or none.
    """
    if not first or first.keys() != second.keys():
        msg = (
            f"methods can be compared only on the same questions; the first has {len(first):,}, the second "
            f"{len(second):,}, both {len(first.keys() & second.keys()):,}: measure them on the same set"
        )
        raise EvaluationError(msg)
    gains = np.array([[first[question] - second[question]] for question in sorted(first)])
    resampled = resampled_means(gains, seed=seed)
    (interval,) = intervals(gains.mean(axis=0), resampled)
    return Difference(interval=interval, share_above=float((resampled > _ROUNDING).mean()))
