"""The result of an evaluation: kept as JSON, shown as Markdown."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from retriever.evaluation.comparisons import Comparison
from retriever.evaluation.highlights import HighlightRow
from retriever.evaluation.intervals import Difference, Interval
from retriever.evaluation.matrix import LanguageMatrix
from retriever.evaluation.measures import EvaluationError, Measure
from retriever.evaluation.rows import ALL_LANGUAGES, ALL_QUESTIONS, MEAN_OF_SETS, Row

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EvaluationReport:
    """What was measured, on what, with what, when.

    Attributes:
        sets: Names of the sets, in the order of the tables.
        methods: The ways to rank, in the order of the tables.
        rows: The lines of the table, in any order.
        matrices: Set → its language matrix, for the sets in several languages.
        encoder: The encoder's identity, as JSON values.
        settings: What else the result depends on, as JSON values: seed, depth of the rankings, neutral strength.
        polyseek_version: Version that measured.
        created_at: When, with time zone.
        comparisons: The last method against others.
        highlights: Whether marked sentences hold the answers, for the sets that know them.
    """

    sets: tuple[str, ...]
    methods: tuple[str, ...]
    rows: tuple[Row, ...]
    matrices: Mapping[str, LanguageMatrix]
    encoder: Mapping[str, Any]
    settings: Mapping[str, Any]
    polyseek_version: str
    created_at: datetime
    comparisons: tuple[Comparison, ...] = ()
    highlights: tuple[HighlightRow, ...] = ()

    def sorted_rows(self) -> list[Row]:
        """The rows by set, then language, then method, all languages and single sets first."""
        sets = (*self.sets, MEAN_OF_SETS, ALL_QUESTIONS)
        return sorted(
            self.rows,
            key=lambda row: (
                sets.index(row.set),
                row.language != ALL_LANGUAGES,
                row.language,
                self.methods.index(row.method),
            ),
        )

    def to_json(self) -> str:
        """The report as one line of JSON; the same results give the same line."""
        fields = {
            "format_version": FORMAT_VERSION,
            "polyseek_version": self.polyseek_version,
            "created_at": self.created_at.isoformat(),
            "encoder": dict(self.encoder),
            "settings": dict(self.settings),
            "sets": list(self.sets),
            "methods": list(self.methods),
            "rows": [asdict(row) for row in self.sorted_rows()],
            "comparisons": [asdict(one) for one in self.comparisons],
            "highlights": [asdict(one) for one in self.highlights],
            "matrices": {name: self.matrices[name].to_fields() for name in self.sets if name in self.matrices},
        }
        return json.dumps(fields, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "EvaluationReport":
        """Read what `to_json` wrote.

        Raises:
            EvaluationError: If it is something else, or a newer polyseek wrote it.
        """
        try:
            fields = json.loads(text)
            if fields["format_version"] != FORMAT_VERSION:
                msg = (
                    f"this result has format {fields['format_version']}, this polyseek reads format {FORMAT_VERSION}; "
                    "update polyseek, or measure anew with: polyseek eval --json"
                )
                raise EvaluationError(msg)
            return cls(
                sets=tuple(map(str, fields["sets"])),
                methods=tuple(map(str, fields["methods"])),
                rows=tuple(map(_row, fields["rows"])),
                matrices={name: LanguageMatrix.from_fields(matrix) for name, matrix in fields["matrices"].items()},
                encoder=dict(fields["encoder"]),
                settings=dict(fields["settings"]),
                polyseek_version=str(fields["polyseek_version"]),
                created_at=datetime.fromisoformat(fields["created_at"]),
                comparisons=tuple(map(_comparison, fields["comparisons"])),
                highlights=tuple(map(_highlight, fields["highlights"])),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            msg = f"this is not the result of an evaluation ({error!r}); make one with: polyseek eval --json"
            raise EvaluationError(msg) from error

    def to_markdown(self) -> str:
        """The report as Markdown: a table over all questions, one by language, and the language matrices."""
        rows = self.sorted_rows()
        parts = [_table([row for row in rows if row.language == ALL_LANGUAGES])]
        by_language = [row for row in rows if row.language != ALL_LANGUAGES]
        if by_language:
            parts.append(f"By the language of the question:\n\n{_table(by_language)}")
        if self.comparisons:
            parts.append(_comparison_section(self.comparisons))
        if self.highlights:
            parts.append(_highlight_section(self.highlights))
        for name in self.sets:
            if name in self.matrices:
                parts.append(_matrix_section(name, self.matrices[name]))
        parts.append(
            f"Means with 95% confidence intervals. polyseek {self.polyseek_version}, {self.created_at:%Y-%m-%d}."
        )
        return "\n\n".join(parts) + "\n"


def _row(fields: Mapping[str, Any]) -> Row:
    measures = {str(name): _interval(value) for name, value in fields["measures"].items()}
    return Row(
        method=str(fields["method"]),
        set=str(fields["set"]),
        language=str(fields["language"]),
        questions=int(fields["questions"]),
        left_out=int(fields["left_out"]),
        measures=measures,
    )


def _comparison(fields: Mapping[str, Any]) -> Comparison:
    found = fields["difference"]
    return Comparison(
        set=str(fields["set"]),
        first=str(fields["first"]),
        second=str(fields["second"]),
        measure=str(fields["measure"]),
        difference=Difference(interval=_interval(found["interval"]), share_above=float(found["share_above"])),
    )


def _highlight(fields: Mapping[str, Any]) -> HighlightRow:
    return HighlightRow(
        method=str(fields["method"]),
        set=str(fields["set"]),
        language=str(fields["language"]),
        questions=int(fields["questions"]),
        share=_interval(fields["share"]),
    )


def _interval(fields: Mapping[str, Any]) -> Interval:
    return Interval(mean=float(fields["mean"]), low=float(fields["low"]), high=float(fields["high"]))


def _table(rows: Sequence[Row]) -> str:
    head = ["set", "language", "method", "questions", *Measure]
    cells = [[row.set, row.language, row.method, f"{row.questions:,}", *_intervals(row)] for row in rows]
    return _markdown(head, cells)


def _intervals(row: Row) -> Iterator[str]:
    for name in Measure:
        yield _shown(row.measures[name])


def _shown(interval: Interval) -> str:
    return f"{interval.mean:.3f} ({interval.low:.3f}–{interval.high:.3f})"


def _comparison_section(comparisons: Sequence[Comparison]) -> str:
    head = ["set", "difference", "measure", "mean (95%)", "better in draws"]
    cells = []
    for one in comparisons:
        interval = one.difference.interval
        shown = f"{interval.mean:+.3f} ({interval.low:+.3f} to {interval.high:+.3f})"
        cells.append([one.set, f"{one.first} − {one.second}", one.measure, shown, f"{one.difference.share_above:.1%}"])
    return f"Differences on the same questions:\n\n{_markdown(head, cells)}"


def _highlight_section(highlights: Sequence[HighlightRow]) -> str:
    head = ["set", "language", "method", "questions", "answer in the marked sentence"]
    cells = [[one.set, one.language, one.method, f"{one.questions:,}", _shown(one.share)] for one in highlights]
    return f"Of the questions whose document is among the first five:\n\n{_markdown(head, cells)}"


def _matrix_section(name: str, matrix: LanguageMatrix) -> str:
    head, *body = matrix.rows()
    head = ["question \\ passage", *head[1:]]
    return f"{name}, {matrix.method}: {matrix.measure}\n\n{_markdown(head, body)}"


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
