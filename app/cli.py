"""The command line: `polyseek ingest | ask | documents | info | reindex | verify | eval | ui | doctor`.

Each command reads its options, makes one library call, and prints.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.text import Text

from app import doctor as doctor_checks
from app import terminal
from app.documents_command import documents_cli
from app.eval_command import evaluate_sets
from app.log_setup import set_up_logging
from app.models_command import models_cli
from app.options import (
    INTERRUPTED,
    NEUTRAL_HELP,
    BackendOption,
    CollectionOption,
    JsonOption,
    MaxTokensOption,
    ModelOption,
    OverlapOption,
    RerankerOption,
    chosen_embedder,
    chosen_reranker,
    err,
    fail,
    neutral_strength,
    out,
    passage_sizes,
    passwords_of,
)
from app.parity_command import compare_engines
from app.progress import JsonProgress, SyncBar
from app.settings import Settings, SettingsFileError, load_settings
from embedder import EmbedderError
from indexer import (
    ChangeKind,
    Collection,
    IndexerError,
    PassageSettings,
    ReadOptions,
    SettingsError,
    find_faults,
    repair,
    require_folders,
    require_ocr,
)
from retriever import DEFAULT_THRESHOLD, Retriever, RetrieverError, SearchMode

EXPECTED_ERRORS = (EmbedderError, IndexerError, RetrieverError, SettingsFileError)

cli = typer.Typer(
    name="polyseek",
    help="Ask a folder of documents a question in any of 26 languages.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
cli.add_typer(documents_cli, name="documents", invoke_without_command=True)
models_cli.command("parity", epilog="Example: polyseek models parity my-e5 --backends openvino,torch")(compare_engines)
cli.add_typer(models_cli, name="models", epilog="Example: polyseek models list", no_args_is_help=True)
cli.command("eval", epilog="Example: polyseek eval questions.jsonl --fail-under 0.9")(evaluate_sets)


def _print_version(wanted: bool) -> None:
    if wanted:
        out().print(version("polyseek"), highlight=False)
        raise typer.Exit


@cli.callback()
def _options(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more about what is done, on stderr.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    set_up_logging(verbose=verbose)


@cli.command(epilog="Example: polyseek ingest ~/Documents")
def ingest(
    folders: Annotated[list[Path], typer.Argument(help="Folders, or single files.")],
    collection: CollectionOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    ocr: Annotated[
        bool, typer.Option("--ocr", help="Read scanned pages too, with Tesseract; also in files read before.")
    ] = False,
    password_file: Annotated[
        Path | None,
        typer.Option(
            help="A text file of passwords, one a line, to try on files that ask for one; - for standard input."
        ),
    ] = None,
    max_tokens: MaxTokensOption = None,
    overlap_tokens: OverlapOption = None,
    workers: Annotated[int | None, typer.Option("--workers", help="Processes that read files.")] = None,
    model: ModelOption = None,
    backend: BackendOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read folders into the collection: new, changed, moved and removed files.

    The exit code is 1 if a file could not be read; all others are in the collection all the same.
    """
    settings = load_settings(collection=collection, workers=workers, model=model, backend=backend)
    require_folders(folders)  # before a collection is made for nothing
    options = ReadOptions(ocr=ocr, passwords=passwords_of(password_file))
    if ocr:
        require_ocr()
    progress = JsonProgress(out()) if as_json else SyncBar(err())
    try:
        with _target(settings, passage_sizes(max_tokens, overlap_tokens), dry_run=dry_run) as target, progress as tell:
            report = target.sync(
                folders,
                dry_run=dry_run,
                progress=tell,
                limits=settings.read_limits(),
                options=options,
                workers=settings.workers,
            )
    except KeyboardInterrupt:
        err().print("Interrupted. What was finished is kept; the same command goes on from there.")
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        terminal.write_json(out(), {"event": "report", **json.loads(report.to_json())})
    else:
        terminal.show_report(out(), report)
    if report.of(ChangeKind.FAILED):
        raise typer.Exit(1)


@cli.command(epilog='Example: polyseek ask "Wann fährt die letzte Bahn?" --language de --language fr')
def ask(
    question: Annotated[str, typer.Argument(help="A question in any language.")],
    collection: CollectionOption = None,
    top_k: Annotated[int | None, typer.Option("--top-k", "-k", help="Passages to show.", show_default="5")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Only passages in this language; repeatable.")] = None,
    folder: Annotated[list[Path] | None, typer.Option(help="Only files in this folder; repeatable.")] = None,
    document_type: Annotated[
        list[str] | None, typer.Option("--type", help="Only documents of this type, such as pdf or docx; repeatable.")
    ] = None,
    after: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only files changed on or after this day.")
    ] = None,
    before: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only files changed before this day.")
    ] = None,
    dimension: Annotated[
        int | None, typer.Option(help="Compare only the first dimensions (Matryoshka encoders).")
    ] = None,
    mode: Annotated[
        SearchMode,
        typer.Option(
            help="hybrid: by meaning and words; dense: by meaning alone, in any language; lexical: by words alone, "
            "in the question's language."
        ),
    ] = SearchMode.HYBRID,
    neutral: Annotated[str | None, typer.Option(help=NEUTRAL_HELP, show_default="as the index is")] = None,
    per_language: Annotated[
        int | None, typer.Option(help="At least so many passages of each language, also if that is more than --top-k.")
    ] = None,
    per_document: Annotated[int | None, typer.Option(help="At most so many passages of each document.")] = None,
    abstain_below: Annotated[
        float,
        typer.Option(help="Say so if the best passage answers with less than this probability; 0: never."),
    ] = DEFAULT_THRESHOLD,
    question_language: Annotated[
        str | None, typer.Option(help="Language of the question, if it is not recognised.", show_default="recognised")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Show whole passages.")] = False,
    reranker: RerankerOption = None,
    model: ModelOption = None,
    backend: BackendOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the collection a question and see the passages that answer it."""
    settings = load_settings(collection=collection, top_k=top_k, model=model, reranker=reranker, backend=backend)
    with Retriever.open(
        settings.collection, embedder=chosen_embedder(settings), reranker=chosen_reranker(settings)
    ) as retriever:
        result = retriever.search(
            question,
            top_k=settings.top_k,
            mode=mode,
            languages=language or None,
            folders=folder or None,
            document_types=document_type or None,
            after=after.date() if after else None,
            before=before.date() if before else None,
            per_language=per_language,
            per_document=per_document,
            neutral=neutral_strength(neutral),
            question_language=question_language,
            dimension=dimension,
            abstain_below=abstain_below,
        )
    if as_json:
        for line in terminal.result_lines(result):
            terminal.write_json(out(), line)
    else:
        terminal.show_result(out(), result, full=full)


@cli.command(epilog="Example: polyseek info")
def info(collection: CollectionOption = None, as_json: JsonOption = False) -> None:
    """Show what the collection holds: files, passages, languages, encoder, last sync."""
    settings = load_settings(collection=collection)
    with Collection.open(settings.collection) as opened:
        facts = doctor_checks.describe(opened)
    if as_json:
        terminal.write_json(out(), {"event": "info", **facts})
    else:
        terminal.show_facts(out(), facts)


@cli.command(epilog="Example: polyseek reindex --neutral 0.5")
def reindex(
    collection: CollectionOption = None,
    neutral: Annotated[str | None, typer.Option(help=NEUTRAL_HELP, show_default="as it is")] = None,
    dimension: Annotated[
        int | None, typer.Option(help="Search first by so many numbers of each vector.", show_default="as it is")
    ] = None,
    max_tokens: MaxTokensOption = None,
    overlap_tokens: OverlapOption = None,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build the index anew from what is stored; also to change its neutral strength, its dimension, or the passages.

    No file is read. Nothing is embedded either, unless the passages get another size.
    """
    settings = load_settings(collection=collection, model=model)
    needed = any(each is not None for each in (dimension, max_tokens, overlap_tokens))  # else no encoder is loaded
    with Collection.open(settings.collection, embedder=chosen_embedder(settings) if needed else None) as opened:
        sizes = passage_sizes(max_tokens, overlap_tokens, opened.identity.passages)
        if sizes not in (None, opened.identity.passages):
            with JsonProgress(out()) if as_json else SyncBar(err()) as tell:
                opened.recut(sizes, progress=tell)
        opened.rebuild_view(neutral=neutral_strength(neutral), dimension=dimension)
        view = doctor_checks.describe(opened)["view"]
    if as_json:
        terminal.write_json(out(), {"event": "index", "view": view})
    else:
        out().print(f"index     {view}", highlight=False)


@cli.command(epilog="Example: polyseek verify --repair")
def verify(
    collection: CollectionOption = None,
    repair_faults: Annotated[bool, typer.Option("--repair", help="Rebuild what can be rebuilt.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check everything in the collection against everything else. The exit code is 1 if something is wrong."""
    settings = load_settings(collection=collection)
    with Collection.open(settings.collection) as opened:
        faults = repair(opened) if repair_faults else find_faults(opened)
    for fault in faults:
        if as_json:
            terminal.write_json(out(), {"event": "fault", **asdict(fault)})
        else:
            out().print(Text(terminal.plain(f"{fault.kind.value:<9}{fault.message}")), soft_wrap=True)
    if faults and repair_faults:
        err().print("Repaired. Documents that were damaged are read again by the next: polyseek ingest FOLDER")
    elif faults:
        fail(f"{len(faults)} faults; mend them with: polyseek verify --repair")
    elif not as_json:
        out().print("Everything agrees.")


@cli.command(epilog="Example: polyseek ui --port 8600")
def ui(
    collection: CollectionOption = None,
    model: ModelOption = None,
    reranker: RerankerOption = None,
    chat: Annotated[
        str | None,
        typer.Option(help="Let this model write short answers from the passages found: endpoint:URL#MODEL."),
    ] = None,
    host: Annotated[
        str,
        typer.Option(help="Address to listen on; others than this machine's own need POLYSEEK_UI_PASSWORD."),
    ] = "127.0.0.1",
    name: Annotated[
        list[str] | None,
        typer.Option(help="With --host: a name or address that people type to reach it; repeatable."),
    ] = None,
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8501,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser window.")] = True,
) -> None:
    """Open the browser UI, on this machine only unless --host says otherwise."""
    from app.launch_ui import Door, launch_ui

    settings = load_settings(collection=collection, model=model, reranker=reranker, chat=chat)
    door = Door(host=host, port=port, names=tuple(name or ()))
    raise typer.Exit(launch_ui(settings, door, open_browser=browser))


@cli.command(epilog="Example: polyseek doctor")
def doctor(collection: CollectionOption = None, model: ModelOption = None, as_json: JsonOption = False) -> None:
    """Check what polyseek needs on this machine, and say what to do; exit code 1 if something is broken."""
    findings = list(doctor_checks.examine(load_settings(collection=collection, model=model)))
    for finding in findings:
        if as_json:
            terminal.write_json(out(), {"event": "finding", **asdict(finding)})
        else:
            terminal.show_finding(out(), finding)
    if any(finding.status is doctor_checks.Status.BROKEN for finding in findings):
        raise typer.Exit(1)


def main() -> None:
    """Run the command line; expected errors are one line on stderr and exit code 1."""
    try:
        cli()
    except EXPECTED_ERRORS as error:
        err().print(Text(f"Error: {terminal.plain(str(error))}", style="red"), soft_wrap=True)
        sys.exit(1)


@contextmanager
def _target(settings: Settings, sizes: PassageSettings | None, *, dry_run: bool) -> Iterator[Collection]:
    """Open the collection to ingest into, or make it; a dry run without one compares with an empty one elsewhere.

    Raises:
        SettingsError: If the collection's passages have other sizes than those asked for.
    """
    embedder = chosen_embedder(settings)
    with ExitStack() as stack:
        if Collection.exists(settings.collection):
            opened = stack.enter_context(Collection.open(settings.collection, embedder=embedder))
            if sizes not in (None, opened.identity.passages):
                now = opened.identity.passages
                msg = (
                    f"the collection's passages have up to {now.max_tokens} tokens and share {now.overlap_tokens}; "
                    "to cut it again, run: polyseek reindex --max-tokens N --overlap-tokens N"
                )
                raise SettingsError(msg)
            yield opened
            return
        home = Path(stack.enter_context(TemporaryDirectory())) / "empty" if dry_run else settings.collection
        yield stack.enter_context(Collection.create(home, embedder=embedder, passages=sizes))


if __name__ == "__main__":
    main()
