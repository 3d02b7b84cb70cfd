"""The command `polyseek models parity`: do all engines find the same vectors?"""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from app import terminal
from app.models_command import NameArgument, find_model
from app.options import JsonOption, fail, out
from embedder.parity import PARITY_BACKENDS, ParityReport, ParityRow, parity

_COLUMNS = ("engine", "precision", "alone", "padded", "mean", "top 10", "allowed", "result")


def compare_engines(
    name: NameArgument,
    backends: Annotated[
        str | None,
        typer.Option(help=f"Engines to compare: some of {','.join(PARITY_BACKENDS)}.", show_default="all"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the same texts in 26 languages through every engine, and compare the vectors with the reference's."""
    report = parity(find_model(name), None if backends is None else [part.strip() for part in backends.split(",")])
    if as_json:
        for row in report.rows:
            terminal.write_json(out(), _fields(report, row))
    else:
        _show(out(), report)
    if report.failed:
        names = ", ".join(f"{row.backend} {row.precision}" for row in report.failed)
        fail(f"{names}: vectors differ from those of {report.reference}; see: polyseek models check {name}")


def _show(console: Console, report: ParityReport) -> None:
    console.print(Text(f"{report.model}, weights {report.revision[:12]}", style="bold"), soft_wrap=True)
    about = f"{report.texts} texts in 26 languages, alone and padded; lowest cosine to {report.reference}"
    console.print(Text(about), soft_wrap=True)
    terminal.show_rows(console, _COLUMNS, map(_cells, report.rows))
    for row in report.rows:
        if row.not_run is not None:
            line = f"{row.backend} {row.precision} was not run: {row.not_run}"
            console.print(Text(terminal.plain(line).replace("\n", " ")), soft_wrap=True)
        elif not row.passed and row.agreement is not None:
            console.print(Text(f"{row.backend} {row.precision} fails at {row.agreement.worst}"), soft_wrap=True)


def _cells(row: ParityRow) -> tuple[str, ...]:
    if row.agreement is None:
        return (row.backend, row.precision.value, *[""] * (len(_COLUMNS) - 3), "not run")
    found = row.agreement
    cosines = [f"{value:.6f}" for value in (found.lowest_alone, found.lowest_padded, found.mean)]
    result = "reference" if row.is_reference and row.passed else "ok" if row.passed else "FAILED"
    return (row.backend, row.precision.value, *cosines, f"{found.top_10:.3f}", f"{row.threshold:g}", result)


def _fields(report: ParityReport, row: ParityRow) -> dict[str, object]:
    about = {"model": report.model, "revision": report.revision, "reference": report.reference, "texts": report.texts}
    return {**about, **asdict(row), "threshold": row.threshold, "passed": row.passed}
