"""Which way to rank is better, question by question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retriever.evaluation.intervals import Difference, difference
from retriever.evaluation.measures import Measure
from retriever.evaluation.rows import ALL_QUESTIONS, MeasuredRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """By how much one way to rank is better than another on the same questions.

    Attributes:
        set: Name of the set, or ALL_QUESTIONS.
        first: The way to rank that may be better.
        second: The other one.
        measure: What was compared: "Recall@5".
        difference: First − second.
    """

    set: str
    first: str
    second: str
    measure: str
    difference: Difference


def compare_methods(runs: Sequence[MeasuredRun], *, against: Sequence[str], seed: int) -> tuple[Comparison, ...]:
    """Compare the last way to rank with named ones, and with the best of all others, by Recall@5.

    Args:
        runs: Every method on every set, methods in the same order on each.
        against: Methods to compare with, where they were measured.
        seed: What the bounds depend on.

    Returns:
        For each set, and for all questions where there are several sets.
    """
    sets: dict[str, dict[str, dict[str, float]]] = {}
    everything: dict[str, dict[str, float]] = {}
    for run in runs:
        values = run.values[Measure.RECALL_5]
        sets.setdefault(run.set, {})[run.method] = dict(values)
        # Questions of two sets may have the same id.
        number = list(sets).index(run.set)
        everything.setdefault(run.method, {}).update({f"{number} {key}": value for key, value in values.items()})
    if len(sets) > 1:
        sets[ALL_QUESTIONS] = everything
    return tuple(one for name, methods in sets.items() for one in _compare(name, methods, against, seed))


def _compare(
    name: str, methods: dict[str, dict[str, float]], against: Sequence[str], seed: int
) -> Iterator[Comparison]:
    *others, first = methods
    best = sorted(others, key=lambda other: -_mean(methods[other]))[:1]
    for second in dict.fromkeys([*(other for other in others if other in against), *best]):
        yield Comparison(
            set=name,
            first=first,
            second=second,
            measure=Measure.RECALL_5.value,
            difference=difference(methods[first], methods[second], seed=seed),
        )


def _mean(values: dict[str, float]) -> float:
    return sum(values.values()) / len(values)
