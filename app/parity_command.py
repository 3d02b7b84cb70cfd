"""The command `polyseek models parity`: do all engines find the same vectors?"""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app import terminal
from app.options import JsonOption, fail, out
from app.settings import load_settings
from embedder import find_prepared, user_cache_dir
from embedder.parity import PARITY_BACKENDS, ParityReport, ParityRow, parity

_NUMBERS = ("alone", "padded", "mean", "top 10", "allowed")


def compare_engines(
    name: Annotated[str, typer.Argument(help="Name of a prepared encoder; see: polyseek models list")],
    backends: Annotated[
        str | None,
        typer.Option(help=f"Engines to compare: some of {','.join(PARITY_BACKENDS)}.", show_default="all"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the same texts in 26 languages through every engine, and compare the vectors with the reference's."""
    model = find_prepared(name, load_settings().cache_dir or user_cache_dir())
    if model is None:
        fail(f"there is no prepared encoder {name!r}; see: polyseek models list")
    report = parity(model, None if backends is None else [part.strip() for part in backends.split(",")])
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
    table = Table(box=None, pad_edge=False)
    for head in ("engine", "precision", *_NUMBERS, "result"):
        table.add_column(head, justify="right" if head in _NUMBERS else "left", no_wrap=True)
    for row in report.rows:
        table.add_row(row.backend, row.precision.value, *_cells(row))
    console.print(table)
    for row in report.rows:
        if row.not_run is not None:
            line = f"{row.backend} {row.precision} was not run: {row.not_run}"
            console.print(Text(terminal.plain(line).replace("\n", " ")), soft_wrap=True)


def _cells(row: ParityRow) -> list[str]:
    if row.agreement is None:
        return [*("" for _ in _NUMBERS), "not run"]
    found = row.agreement
    result = "ok" if row.passed else f"FAILED at {found.worst}"
    if row.is_reference:
        result += " (reference)"
    cosines = [f"{value:.6f}" for value in (found.lowest_alone, found.lowest_padded, found.mean)]
    return [*cosines, f"{found.top_10:.3f}", f"{row.threshold:g}", result]


def _fields(report: ParityReport, row: ParityRow) -> dict[str, object]:
    about = {"model": report.model, "revision": report.revision, "reference": report.reference, "texts": report.texts}
    return {**about, **asdict(row), "threshold": row.threshold, "passed": row.passed}
