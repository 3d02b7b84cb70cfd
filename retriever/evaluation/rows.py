"""The lines of the result table: each method on each set, by the language of the question, and over all sets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from retriever.evaluation.intervals import Floats, Interval, intervals, resampled_means
from retriever.evaluation.measures import EvaluationError, Measure

ALL_LANGUAGES = "all"
"""Language of a row about the questions of every language."""

MEAN_OF_SETS = "mean of sets"
"""Set of a row in which each set weighs the same, however many questions it has."""

ALL_QUESTIONS = "all questions"
"""Set of a row in which each question of all sets weighs the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRun:
    """What one way to rank reached on one set.

    Attributes:
        method: The way to rank: "BM25", "dense 384", "neutral", "hybrid".
        set: Name of the set.
        languages: Question id → language code, "und" if unknown, for all questions of the set.
        values: What `measure` gave; questions of `languages` that are missing in it had no relevant document.
    """

    method: str
    set: str
    languages: Mapping[str, str]
    values: Mapping[Measure, Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table.

    Attributes:
        method: The way to rank.
        set: Name of the set, MEAN_OF_SETS or ALL_QUESTIONS.
        language: Language of the questions, or ALL_LANGUAGES.
        questions: How many questions were measured.
        left_out: How many were not, because no document of the set answers them.
        measures: "Recall@5" → mean and bounds.
    """

    method: str
    set: str
    language: str
    questions: int
    left_out: int
    measures: Mapping[str, Interval]


def make_rows(runs: Sequence[MeasuredRun], *, seed: int) -> tuple[Row, ...]:
    """Sum up what was measured.

    A set has a row over all its questions, and one for each language if they are in several. Several sets have
    MEAN_OF_SETS and ALL_QUESTIONS rows as well, the latter also by language.

    Args:
        runs: Every method on every set.
        seed: What the bounds depend on.

    Raises:
        EvaluationError: If a method is missing on a set or measured twice there: means over other sets would be
            compared with one another.
    """
    methods = tuple(dict.fromkeys(run.method for run in runs))
    sets = tuple(dict.fromkeys(run.set for run in runs))
    pairs = [(run.method, run.set) for run in runs]
    for pair in ((method, name) for method in methods for name in sets):
        if pairs.count(pair) != 1:
            msg = f"{pair[0]} was measured {pairs.count(pair)} times on {pair[1]}; measure each method once on each set"
            raise EvaluationError(msg)
    rows = [row for run in runs for row in _rows([run], run.set, seed)]
    for method in methods if len(sets) > 1 else ():
        of_method = [run for run in runs if run.method == method]
        rows.append(_mean_of_sets(of_method, seed))
        rows.extend(_rows(of_method, ALL_QUESTIONS, seed))
    return tuple(rows)


def _rows(runs: Sequence[MeasuredRun], name: str, seed: int) -> Iterator[Row]:
    """A row over all questions of the runs, then one for each language if there are several."""
    values = np.concatenate([_values(run) for run in runs])
    measured = np.array([run.languages[question] for run in runs for question in _questions(run)])
    asked = [language for run in runs for language in run.languages.values()]
    languages = sorted(set(measured.tolist()))
    for language in (ALL_LANGUAGES, *(languages if len(languages) > 1 else ())):
        chosen = values if language == ALL_LANGUAGES else values[measured == language]
        total = len(asked) if language == ALL_LANGUAGES else asked.count(language)
        yield Row(
            method=runs[0].method,
            set=name,
            language=language,
            questions=len(chosen),
            left_out=total - len(chosen),
            measures=_named(chosen.mean(axis=0), resampled_means(chosen, seed=seed)),
        )


def _mean_of_sets(runs: Sequence[MeasuredRun], seed: int) -> Row:
    """The mean of the sets' means; questions are drawn within each set, and differently in each."""
    of_sets = [_values(run) for run in runs]
    resampled = np.mean([resampled_means(one, seed=(seed, place)) for place, one in enumerate(of_sets)], axis=0)
    questions = sum(map(len, of_sets))
    return Row(
        method=runs[0].method,
        set=MEAN_OF_SETS,
        language=ALL_LANGUAGES,
        questions=questions,
        left_out=sum(len(run.languages) for run in runs) - questions,
        measures=_named(np.mean([one.mean(axis=0) for one in of_sets], axis=0), resampled),
    )


def _questions(run: MeasuredRun) -> list[str]:
    return list(run.values[Measure.RECALL_5])


def _values(run: MeasuredRun) -> Floats:
    """(questions, measures) float64, measures in the order of `Measure`."""
    return np.array([[run.values[name][question] for name in Measure] for question in _questions(run)])


def _named(mean: Floats, resampled: Floats) -> dict[str, Interval]:
    return {name.value: interval for name, interval in zip(Measure, intervals(mean, resampled), strict=True)}
