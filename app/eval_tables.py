"""How the result of an evaluation looks on a terminal."""

import math
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.terminal import plain
from retriever.evaluation import PRESETS, EvaluationReport, Measure, Row
from retriever.evaluation.intervals import Interval
from retriever.evaluation.matrix import LanguageMatrix
from retriever.evaluation.rows import ALL_LANGUAGES, ALL_QUESTIONS, MEAN_OF_SETS

LEAST_WIDTH = 200
"""Tables may be so wide, as the output of a program or on a narrow terminal: wrapped lines, but no lost numbers."""

FIRST_MEASURE, *OTHER_MEASURES = Measure


def show_evaluation(
    console: Console, report: EvaluationReport, presets: Mapping[str, Sequence[str]], *, by_language: bool
) -> None:
    """Print the result: set by set the methods, how sure their differences are, highlights and language matrices.

    Args:
        console: Where to.
        report: The result.
        presets: Preset → the names of its sets.
        by_language: Also a row for each language of the questions.
    """
    wide = Console(file=console.file, highlight=False, width=max(console.width, LEAST_WIDTH))
    rows = report.sorted_rows()
    for name in (*report.sets, MEAN_OF_SETS, ALL_QUESTIONS):
        of_set = [row for row in rows if row.set == name]
        if of_set:
            _show_set(wide, report, of_set, by_language=by_language)
    for preset, names in presets.items():
        _show_preset(wide, report, preset, names)
    asked = ", ".join(f"{key} {value}" for key, value in report.settings.items() if key in {"half", "limit"} and value)
    wide.print(
        Text(f"95%: bootstrap over the questions{f'; only {asked}' if asked else ''}. Encoder {report.encoder['id']}.")
    )


def _show_set(console: Console, report: EvaluationReport, rows: Sequence[Row], *, by_language: bool) -> None:
    name, first = rows[0].set, rows[0]
    left_out = f" ({first.left_out:,} more left out: no document answers them)" if first.left_out else ""
    console.print(Text(f"{plain(name)}: {first.questions:,} questions{left_out}", style="bold"))
    console.print(_method_table([row for row in rows if row.language == ALL_LANGUAGES]))
    for line in _facts(report, name, by_language=by_language):
        console.print(Text(line))
    console.print()
    of_languages = [row for row in rows if row.language != ALL_LANGUAGES]
    if by_language and of_languages:
        console.print(_language_table(of_languages))
        console.print()
    if name in report.matrices:
        _show_matrix(console, report.matrices[name])


def _method_table(rows: Iterable[Row]) -> Table:
    table = _table("")
    for row in rows:
        table.add_row(row.method, *_cells(row))
    return table


def _language_table(rows: Iterable[Row]) -> Table:
    table = _table("language", "questions", "")
    before = ""
    for row in rows:
        head = ("", "") if row.language == before else (row.language, f"{row.questions:,}")
        table.add_row(*head, row.method, *_cells(row))
        before = row.language
    return table


def _table(*heads: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for head in heads:
        table.add_column(head, no_wrap=True)
    for head in (FIRST_MEASURE, "95%", *OTHER_MEASURES):
        table.add_column(head, justify="right", no_wrap=True)
    return table


def _cells(row: Row) -> list[str]:
    first = row.measures[FIRST_MEASURE]
    return [f"{first.mean:.3f}", _bounds(first), *(f"{row.measures[name].mean:.3f}" for name in OTHER_MEASURES)]


def _bounds(interval: Interval) -> str:
    return f"{interval.low:.3f}–{interval.high:.3f}"


def _facts(report: EvaluationReport, name: str, *, by_language: bool) -> Iterable[str]:
    for one in report.comparisons:
        if one.set == name:
            interval = one.difference.interval
            yield (
                f"{one.first} − {one.second}: {one.measure} {interval.mean:+.3f} "
                f"({interval.low:+.3f} to {interval.high:+.3f}), better in {one.difference.share_above:.1%} of draws"
            )
    for row in report.highlights:
        if row.set == name and (by_language or row.language == ALL_LANGUAGES):
            asked = "" if row.language == ALL_LANGUAGES else f" in {row.language}"
            yield (
                f"{row.method}: the marked sentence holds the answer in {row.share.mean:.3f} ({_bounds(row.share)}) of "
                f"{row.questions:,} questions{asked} whose document is among the first five"
            )


def _show_matrix(console: Console, matrix: LanguageMatrix) -> None:
    head, *body = matrix.rows()
    table = Table(box=None, pad_edge=False)
    for number, code in enumerate(["question \\ passage", *head[1:]]):
        table.add_column(code, justify="right" if number else "left", no_wrap=True)
    for cells in body:
        table.add_row(*cells)
    console.print(Text(f"{matrix.measure} by language, {matrix.method}", style="bold"))
    console.print(table)
    means = (("one language", matrix.diagonal_mean), ("two languages", matrix.off_diagonal_mean))
    shown = ", ".join(f"{name} {mean:.3f}" for name, mean in means if not math.isnan(mean))
    asked, written = matrix.worst_pair
    console.print(Text(f"{shown}; lowest: question in {asked}, passage in {written}"))
    console.print()


def _show_preset(console: Console, report: EvaluationReport, preset: str, names: Sequence[str]) -> None:
    """Show our mean over a preset's sets beside the published one."""
    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column(FIRST_MEASURE, justify="right", no_wrap=True)
    for method in report.methods:
        means = [
            row.measures[FIRST_MEASURE].mean
            for row in report.rows
            if (row.method, row.language) == (method, ALL_LANGUAGES) and row.set in names
        ]
        table.add_row(method, f"{sum(means) / len(means):.3f}")
    for score in PRESETS[preset].published:
        dimension = f", {score.dimension} dimensions" if score.dimension else ""
        table.add_row(f"{score.method}{dimension} (published)", f"{score.recall_at_5:.3f}")
    console.print(Text(f"{preset}: mean of {len(names)} sets, beside the published one", style="bold"))
    console.print(table)
    if PRESETS[preset].note:
        console.print(Text(PRESETS[preset].note), soft_wrap=True)
    console.print()
