"""`polyseek eval`: reads its options, measures sets in one library call, prints, and says whether it is good enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from app import terminal
from app.eval_tables import show_evaluation
from app.options import INTERRUPTED, BackendOption, ModelOption, chosen_embedder, err, fail, out
from app.progress import EvaluationBar
from app.settings import load_settings
from embedder import load_embedder
from retriever.evaluation import (
    LAYOUTS,
    PRESETS,
    EvaluationReport,
    EvaluationSet,
    EvaluationSettings,
    Half,
    choose_methods,
    evaluate,
    load_preset,
    read_set,
)
from retriever.evaluation.engine import DEFAULT_METHOD
from retriever.evaluation.gate import TOLERANCE, Floor, Shortfall, check_floor, compare_with, parse_floor
from retriever.evaluation.heat_map import heat_map_png
from retriever.evaluation.rows import ALL_LANGUAGES

STANDARD_OUTPUT = Path("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    """Where the result is written to."""

    json: Path | None
    markdown: Path | None
    heat_map: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """How sets are read that are no presets."""

    layout: str | None
    split: str | None
    parallel: bool
    language: str | None
    folder: Path | None

    def read(self, name: str) -> EvaluationSet:
        return read_set(
            Path(name),
            layout=self.layout,
            split=self.split or "test",
            parallel=self.parallel,
            language=self.language,
            folder=self.folder,
        )

    def require_unused(self, preset: str) -> None:
        if any((self.layout, self.split, self.parallel, self.language, self.folder)):
            fail(
                f"the preset {preset!r} says itself how its sets are read; leave --format, --split, --parallel, "
                "--language and --documents out, or measure the other sets in a run of their own"
            )


def evaluate_sets(  # noqa: PLR0913, PLR0917  one parameter for each option of the command
    sets: Annotated[
        list[str], typer.Argument(metavar="SET...", help="Sets: files, folders, hub:ADDRESS, or names of presets.")
    ],
    data: Annotated[Path | None, typer.Option(help="Folder that holds the sets of presets.")] = None,
    layout: Annotated[
        str | None, typer.Option("--format", help=f"Layout of the sets: {', '.join(LAYOUTS)}.", show_default="told")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Part of the sets that is asked.", show_default="test")] = None,
    parallel: Annotated[
        bool, typer.Option("--parallel", help="The same id in two languages means a translation.")
    ] = False,
    language: Annotated[str | None, typer.Option(help="Language of the sets, or the only one to read.")] = None,
    documents: Annotated[Path | None, typer.Option(help="Folder of the documents of a questions.jsonl.")] = None,
    method: Annotated[
        list[str] | None, typer.Option(help="BM25, 'dense 384', neutral or hybrid; repeatable.", show_default="all")
    ] = None,
    only_half: Annotated[
        Half | None, typer.Option(help="Choose settings on one half of the questions, report on the other.")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="Ask only so many questions of each set.")] = None,
    by_language: Annotated[
        bool, typer.Option("--by-language", help="Rows for each language of the questions; --fail-under holds there.")
    ] = False,
    work: Annotated[Path | None, typer.Option(help="Keep the collections here; a second run embeds nothing.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the result as JSON; - for stdout.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the result as Markdown.")] = None,
    heat_map: Annotated[Path | None, typer.Option(help="Draw the language matrix, a PNG file.")] = None,
    fail_under: Annotated[
        list[str] | None, typer.Option(help="Exit code 1 if hybrid is below: 0.9 or nDCG@10=0.8; repeatable.")
    ] = None,
    baseline: Annotated[Path | None, typer.Option(help="Exit code 1 if worse than this earlier --json.")] = None,
    tolerance: Annotated[float, typer.Option(help="How much worse than the baseline is no matter.")] = TOLERANCE,
    seed: Annotated[int, typer.Option(help="What the confidence intervals depend on.")] = 1,
    model: ModelOption = None,
    backend: BackendOption = None,
) -> None:
    """Measure how well questions find the documents that answer them, on published sets or on your own."""
    floors = [parse_floor(text) for text in fail_under or ()]
    earlier = None if baseline is None else EvaluationReport.from_json(_read(baseline))
    files = _Files(json=json_file, markdown=markdown, heat_map=heat_map)
    _require_folders(files)
    reading = _Reading(layout=layout, split=split, parallel=parallel, language=language, folder=documents)
    chosen = {name: _sets(name, data, reading) for name in sets}
    settings = load_settings(model=model, backend=backend)
    embedder = chosen_embedder(settings) or load_embedder()
    how = EvaluationSettings(
        methods=choose_methods(embedder.card, method or ()), half=only_half, limit=limit, work=work, seed=seed
    )
    if floors and how.methods and how.methods[-1].name != DEFAULT_METHOD:
        fail(f"--fail-under is about {DEFAULT_METHOD}, which users get; add --method {DEFAULT_METHOD}")
    try:
        with EvaluationBar(err()) as tell:
            report = evaluate([one for several in chosen.values() for one in several], embedder, how, progress=tell)
    except KeyboardInterrupt:
        err().print(
            "Interrupted. The same command goes on from there."
            if work
            else "Interrupted. With --work FOLDER, what is embedded is kept."
        )
        raise typer.Exit(INTERRUPTED) from None
    if json_file != STANDARD_OUTPUT:
        presets = {name: [one.name for one in several] for name, several in chosen.items() if _is_preset(name)}
        show_evaluation(out(), report, presets, by_language=by_language)
    _write(report, files)
    worse = compare_with(report, earlier, tolerance=tolerance) if earlier else ()
    _judge([*_below(report, floors, by_language=by_language), *worse])


def _is_preset(name: str) -> bool:
    return name in PRESETS and not Path(name).exists()


def _sets(name: str, data: Path | None, reading: _Reading) -> list[EvaluationSet]:
    """Read what one SET names."""
    if not _is_preset(name):
        return [reading.read(name)]
    reading.require_unused(name)
    if data is None:
        fail(f"the preset {name!r} needs the folder that holds its sets; name it with --data FOLDER")
    return load_preset(name, data)


def _below(report: EvaluationReport, floors: Sequence[Floor], *, by_language: bool) -> Sequence[Shortfall]:
    if not floors:
        return ()
    rows = [row for row in report.sorted_rows() if row.method == DEFAULT_METHOD]
    return check_floor([row for row in rows if by_language or row.language == ALL_LANGUAGES], floors)


def _judge(shortfalls: Sequence[Shortfall]) -> None:
    for shortfall in shortfalls:
        err().print(Text(terminal.plain(shortfall.message)), soft_wrap=True)
    if shortfalls:
        number = len(shortfalls)
        fail("a result is below what is expected" if number == 1 else f"{number} results are below what is expected")


def _require_folders(files: _Files) -> None:
    """Refuse a file that cannot be written before anything is measured."""
    for path in (files.json, files.markdown, files.heat_map):
        if path is not None and (not path.parent.is_dir() or path.is_dir()):
            fail(f"{path} cannot be written; name a file in a folder that exists")


def _write(report: EvaluationReport, files: _Files) -> None:
    if files.json == STANDARD_OUTPUT:
        out().file.write(f"{report.to_json()}\n")
    elif files.json is not None:
        _write_file(files.json, f"{report.to_json()}\n".encode())
    if files.markdown is not None:
        _write_file(files.markdown, report.to_markdown().encode())
    if files.heat_map is None:
        return
    if not report.matrices:
        fail(f"{files.heat_map} was not drawn: no set has relevant documents in several languages")
    for number, matrix in enumerate(report.matrices.values(), start=1):
        path = files.heat_map
        if len(report.matrices) > 1:
            path = path.with_stem(f"{path.stem}-{number}")
        _write_file(path, heat_map_png(matrix))


def _write_file(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        fail(f"{path} cannot be written ({error.strerror}); check its rights and the space on its disk")
    err().print(Text(f"written: {terminal.shorten_path(str(path))}"), soft_wrap=True)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"the baseline {path} cannot be read ({error}); make one with: polyseek eval SET --json {path}")
