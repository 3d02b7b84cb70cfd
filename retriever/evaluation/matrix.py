"""How well questions in one language find passages in another."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.evaluation.intervals import Floats
from retriever.evaluation.measures import EvaluationError, Measure

NOT_MEASURED = "–"
"""What a cell shows when no question was asked in its languages."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LanguageMatrix:
    """A measure for each language of the question and each language of the passage.

    Attributes:
        method: The way to rank.
        measure: What was measured: "Recall@5".
        question_languages: Language codes of the rows.
        passage_languages: Language codes of the columns.
        values: (question languages, passage languages) float64: means, NaN where nothing was measured.
        counts: The same shape, int64: over how many questions.
    """

    method: str
    measure: str
    question_languages: tuple[str, ...]
    passage_languages: tuple[str, ...]
    values: Floats
    counts: NDArray[np.int64]

    @classmethod
    def from_values(
        cls,
        values: Mapping[tuple[str, str], Sequence[float]],
        *,
        method: str,
        measure: Measure = Measure.RECALL_5,
    ) -> "LanguageMatrix":
        """Average what was measured for each pair of languages.

        Args:
            values: (question language, passage language) → one value for each question.
            method: The way to rank.
            measure: What the values are.

        Raises:
            EvaluationError: If there are no values.
        """
        if not any(values.values()):
            raise EvaluationError("no pair of languages was measured: a matrix needs questions with known languages")
        rows = tuple(sorted({question for question, _ in values}))
        columns = tuple(sorted({passage for _, passage in values}))
        means = np.full((len(rows), len(columns)), np.nan)
        counts = np.zeros(means.shape, dtype=np.int64)
        for (question, passage), of_pair in values.items():
            if of_pair:
                cell = rows.index(question), columns.index(passage)
                means[cell], counts[cell] = float(np.mean(of_pair)), len(of_pair)
        return cls(
            method=method,
            measure=measure.value,
            question_languages=rows,
            passage_languages=columns,
            values=means,
            counts=counts,
        )

    @property
    def diagonal_mean(self) -> float:
        """Mean of the cells where question and passage are in one language; NaN if there is none."""
        return _mean(self.values[self._same_language & ~np.isnan(self.values)])

    @property
    def off_diagonal_mean(self) -> float:
        """Mean of the cells where they are in two languages; NaN if there is none."""
        return _mean(self.values[~self._same_language & ~np.isnan(self.values)])

    @property
    def worst_pair(self) -> tuple[str, str]:
        """The (question language, passage language) with the lowest value."""
        row, column = np.unravel_index(np.nanargmin(self.values), self.values.shape)
        return self.question_languages[row], self.passage_languages[column]

    @property
    def _same_language(self) -> NDArray[np.bool_]:
        return np.equal.outer(self.question_languages, self.passage_languages)

    def rows(self) -> list[list[str]]:
        """The matrix as a table of texts: a head of passage languages, then a row for each question language."""
        body = [
            [language, *(NOT_MEASURED if math.isnan(value) else f"{value:.2f}" for value in row)]
            for language, row in zip(self.question_languages, self.values, strict=True)
        ]
        return [["", *self.passage_languages], *body]

    def to_fields(self) -> dict[str, Any]:
        """The matrix as plain data for JSON; what was not measured is None."""
        return {
            "method": self.method,
            "measure": self.measure,
            "question_languages": list(self.question_languages),
            "passage_languages": list(self.passage_languages),
            "values": [[_or_none(value) for value in row] for row in self.values.tolist()],
            "counts": self.counts.tolist(),
            "diagonal_mean": _or_none(self.diagonal_mean),
            "off_diagonal_mean": _or_none(self.off_diagonal_mean),
            "worst_pair": list(self.worst_pair),
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> "LanguageMatrix":
        """Read what `to_fields` gave; KeyError, TypeError or ValueError if it is something else."""
        matrix = cls(
            method=str(fields["method"]),
            measure=str(fields["measure"]),
            question_languages=tuple(map(str, fields["question_languages"])),
            passage_languages=tuple(map(str, fields["passage_languages"])),
            values=np.array(fields["values"], dtype=np.float64),  # None becomes NaN
            counts=np.array(fields["counts"], dtype=np.int64),
        )
        shape = len(matrix.question_languages), len(matrix.passage_languages)
        if matrix.values.shape != shape or matrix.counts.shape != shape:
            msg = f"a matrix of {shape[0]} × {shape[1]} languages has {matrix.values.shape} values"
            raise ValueError(msg)
        return matrix


def _mean(cells: Floats) -> float:
    return float(cells.mean()) if cells.size else math.nan


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value
