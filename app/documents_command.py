"""The command `polyseek documents`: what the collection holds."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from app import terminal
from app.options import CollectionOption, JsonOption, fail, out
from app.settings import load_settings
from indexer import Collection
from indexer.scan import place

documents_cli = typer.Typer(help="List the files of the collection, look into one, or take files out.")


@documents_cli.callback(epilog="Example: polyseek documents --json")
def list_files(context: typer.Context, collection: CollectionOption = None, as_json: JsonOption = False) -> None:
    """List the files of the collection, look into one, or take files out."""
    if context.invoked_subcommand is not None:
        return
    settings = load_settings(collection=collection)
    with Collection.open(settings.collection) as opened, opened.session() as session:
        files = session.files()
    if as_json:
        for file in files:
            terminal.write_json(out(), {"event": "file", **asdict(file)})
    else:
        terminal.show_files(out(), files)


@documents_cli.command(epilog="Example: polyseek documents show report.pdf --page 3")
def show(
    path: Annotated[Path, typer.Argument(help="A file of the collection.")],
    page: Annotated[int | None, typer.Option(help="Print the text of this page as it is searched.")] = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the pages of a file: how each was read, what checking its text found, or its text."""
    settings = load_settings(collection=collection)
    with Collection.open(settings.collection) as opened, opened.session() as session:
        pages = session.pages(str(place(path)))
    if not pages:
        fail(f"{path} is not in the collection, or could not be read; see: polyseek documents")
    if page is not None and not 1 <= page <= len(pages):
        fail(f"{path} has pages 1 to {len(pages)}; there is no page {page}")
    if page is not None:
        terminal.show_text(out(), pages[page - 1].text)
    elif as_json:
        for each in pages:
            terminal.write_json(out(), {"event": "page", **terminal.page_fields(each)})
    else:
        terminal.show_pages(out(), pages)


@documents_cli.command(epilog="Example: polyseek documents remove ~/Documents/old-report.pdf")
def remove(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders; they stay on the disk.")],
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take files out of the collection; the files themselves stay. A later ingest of their folder reads them again."""
    settings = load_settings(collection=collection)
    with Collection.open(settings.collection) as opened:
        removed = opened.remove(paths)
    for path in removed:
        if as_json:
            terminal.write_json(out(), {"event": "removed", "path": path})
        else:
            out().print(Text(f"removed  {terminal.shorten_path(path)}"), soft_wrap=True)
    if not removed:
        fail("none of these files is in the collection; see: polyseek documents")
