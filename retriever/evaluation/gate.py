"""Whether results are good enough: against limits, and against an earlier result."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from retriever.evaluation.measures import EvaluationError, Measure
from retriever.evaluation.report import EvaluationReport
from retriever.evaluation.rows import ALL_QUESTIONS, MEAN_OF_SETS, Row

TOLERANCE = 0.005
"""By how much a value may fall below an earlier one before it counts as worse."""

_ROUNDING = 1e-9  # a mean of nine tenths is not below 0.9 for its last binary digit


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The value a measure must reach."""

    measure: Measure
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A row that is below what was expected."""

    row: Row
    measure: str
    value: float
    expected: float

    @property
    def message(self) -> str:
        """What is below what, as one line."""
        where = f"{self.row.set}, {self.row.language}, {self.row.method}"
        return f"{where}: {self.measure} {self.value:.4f} is below {self.expected:.4f}"


def parse_floor(text: str) -> Floor:
    """Understand a limit: "0.9", which is about Recall@5, or "nDCG@10=0.8".

    Raises:
        EvaluationError: If it is neither, the measure is unknown, or the value is not in [0, 1].
    """
    name, _, number = text.rpartition("=") if "=" in text else (Measure.RECALL_5.value, "=", text)
    chosen = [measure for measure in Measure if measure.value.casefold() == name.strip().casefold()]
    if not chosen:
        msg = f"{name.strip()!r} is not measured; choose from {', '.join(Measure)}, e.g. nDCG@10=0.8"
        raise EvaluationError(msg)
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        msg = f"{number.strip()!r} is not a value from 0 to 1; write e.g. 0.9, or nDCG@10=0.8"
        raise EvaluationError(msg)
    return Floor(measure=chosen[0], value=value)


def check_floor(rows: Sequence[Row], floors: Sequence[Floor]) -> tuple[Shortfall, ...]:
    """List each row that is below a limit, with its value.

    Args:
        rows: What is checked: the rows of the method that users get.
        floors: The limits; each holds for every row.

    Raises:
        EvaluationError: If there are no rows: a check of nothing must not pass.
    """
    if not rows:
        raise EvaluationError("no result to check: measure at least one set with the default method")
    return tuple(
        Shortfall(row=row, measure=floor.measure.value, value=mean, expected=floor.value)
        for row in rows
        for floor in floors
        if (mean := row.measures[floor.measure].mean) < floor.value - _ROUNDING
    )


def compare_with(
    report: EvaluationReport, baseline: EvaluationReport, *, tolerance: float = TOLERANCE
) -> tuple[Shortfall, ...]:
    """List each row that fell by more than the tolerance against an earlier result.

    Rows that only one of the two has are passed over, and so are those over all sets if the sets are not the same.

    Raises:
        EvaluationError: If the tolerance is not in [0, 1], no row is in both, or a row counts other questions.
    """
    if not 0 <= tolerance <= 1:
        msg = f"tolerance {tolerance} is not a value from 0 to 1; write e.g. --tolerance {TOLERANCE}"
        raise EvaluationError(msg)
    over_sets = () if set(report.sets) == set(baseline.sets) else (MEAN_OF_SETS, ALL_QUESTIONS)
    earlier = {(row.method, row.set, row.language): row for row in baseline.rows if row.set not in over_sets}
    pairs = [(row, before) for row in report.rows if (before := earlier.get((row.method, row.set, row.language)))]
    if not pairs:
        msg = (
            f"nothing to compare: the baseline has {_listed(baseline)}, this result {_listed(report)}; "
            "measure the same sets and methods, or give another --baseline"
        )
        raise EvaluationError(msg)
    for row, before in pairs:
        if row.questions != before.questions:
            msg = (
                f"{row.set}, {row.language}: the baseline is over {before.questions:,} questions, this result over "
                f"{row.questions:,}; measure the same questions, or make the baseline anew"
            )
            raise EvaluationError(msg)
    return tuple(
        Shortfall(row=row, measure=name, value=row.measures[name].mean, expected=before.measures[name].mean)
        for row, before in pairs
        for name in before.measures
        if name in row.measures and row.measures[name].mean < before.measures[name].mean - tolerance - _ROUNDING
    )


def _listed(report: EvaluationReport) -> str:
    return f"{', '.join(report.methods)} on {', '.join(report.sets)}"
