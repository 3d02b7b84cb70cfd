"""The Library page: what the collection holds, what is being read, adding and removing documents."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path, PurePath

import streamlit as st
from babel.dates import format_datetime

from app.ui import render
from app.ui.language import _, interface_language, name_of_language, plural
from app.ui.library.add_documents import show_add_documents
from app.ui.library.coverage import show_coverage
from app.ui.library.file_view import show_file
from app.ui.library.ingest_job import Order
from app.ui.library.ingest_panel import show_ingest
from app.ui.library.shelf import Shelf, read_shelf
from app.ui.library.uploads import is_upload
from app.ui.workspace import Workspace
from indexer import Collection, FileStatus, IndexerError, StoredFile
from retriever import Retriever

MOST_ROWS = 2000
"""Rows of one table; a search finds the others."""


def show_library_page(workspace: Workspace) -> None:
    """See, add and remove documents."""
    desk = workspace.desk()
    render.show_title(_("Library"))
    show_ingest(desk)
    try:
        retriever = workspace.retriever()
        shelf = None if retriever is None else read_shelf(workspace, retriever.collection)
        show_add_documents(workspace, () if shelf is None else shelf.folders)
        if retriever is not None and shelf is not None:
            _show_collection(workspace, retriever, shelf)
        elif not desk.busy:
            render.show_note(_("There is no collection yet. The first folder or upload makes one."))
            render.show_quiet(_("It will lie in {path}", path=workspace.path))
    except IndexerError as error:
        render.show_error(str(error))


def status_name(status: FileStatus) -> str:
    """How well a file could be read, in a word or two."""
    return {
        FileStatus.FAILED: _("not read"),
        FileStatus.NEEDS_OCR: _("needs text recognition"),
        FileStatus.DOUBTFUL: _("doubtful"),
        FileStatus.RECOGNISED: _("read from an image"),
        FileStatus.REPAIRED: _("repaired"),
        FileStatus.OK: _("in order"),
    }[status]


def _show_collection(workspace: Workspace, retriever: Retriever, shelf: Shelf) -> None:
    failed = [file for file in shelf.files if file.failure is not None]
    totals = {
        _("Files"): len(shelf.files),
        _("Not read"): len(failed),
        _("Passages"): sum(shelf.languages.values()),
        _("Languages"): len(shelf.languages),
    }
    render.show_totals(totals)
    if shelf.last_sync is not None:
        when = datetime.fromisoformat(shelf.last_sync)
        render.show_quiet(_("Last read {time}", time=format_datetime(when, "medium", locale=interface_language())))
    show_coverage(shelf)
    _show_failures(failed)
    _show_folders(shelf)
    chosen = _show_files(shelf)
    if len(chosen) == 1:
        show_file(workspace, retriever.collection, chosen[0])
    if chosen:
        _offer_actions(workspace, retriever.collection, chosen)
    render.show_quiet(_("Collection: {path}", path=workspace.path))


def _show_failures(files: Sequence[StoredFile]) -> None:
    if not files:
        return
    with st.expander(plural("{count} file could not be read", "{count} files could not be read", len(files))):
        st.dataframe(
            [
                {_("Name"): _name(file), _("Why"): file.failure_message, _("Folder"): _folder(file)}
                for file in files[:MOST_ROWS]
            ],
            hide_index=True,
        )


def _show_folders(shelf: Shelf) -> None:
    folders = shelf.by_folder()
    if len(folders) < 2:  # noqa: PLR2004  nothing to tell apart
        return
    with st.expander(plural("{count} folder", "{count} folders", len(folders))):
        st.dataframe(
            [
                {
                    _("Folder"): folder,
                    _("Files"): len(files),
                    _("Not read"): sum(file.failure is not None for file in files),
                    _("Passages"): sum(file.passages for file in files),
                    _("Size"): sum(file.size_bytes for file in files),
                }
                for folder, files in sorted(folders.items())[:MOST_ROWS]
            ],
            hide_index=True,
            column_config={_("Size"): st.column_config.NumberColumn(format="bytes")},
        )


def _show_files(shelf: Shelf) -> list[str]:
    """Show the files that are looked for; returns the paths of those that are selected."""
    left, right = st.columns([2, 3])
    words = left.text_input(_("Find files"), key="find", type="search", placeholder=_("Part of a name or title"))
    present = [status for status in FileStatus if status in set(shelf.statuses.values())]
    statuses = right.pills(_("Status"), options=present, format_func=status_name, selection_mode="multi", key="status")
    found = shelf.find(words or "", statuses)
    if len(found) > MOST_ROWS:
        render.show_quiet(_("{count} files. The first {shown} are shown.", count=len(found), shown=MOST_ROWS))
    found = found[:MOST_ROWS]
    paths = [file.path for file in found]
    # A selection is a list of row numbers: another list of files must not inherit it.
    listing = hashlib.sha256("\n".join(paths).encode()).hexdigest()[:16]
    state = st.dataframe(
        [_row(file, shelf.statuses[file.path]) for file in found],
        key=f"files-{listing}",
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        placeholder="",
        column_config={
            _("Name"): st.column_config.TextColumn(width=200),
            _("Status"): st.column_config.TextColumn(width=110),
            _("Size"): st.column_config.NumberColumn(format="bytes"),
            _("Pages"): st.column_config.NumberColumn(format="localized"),
            _("Passages"): st.column_config.NumberColumn(format="localized"),
            _("Changed"): st.column_config.DatetimeColumn(format="localized"),
        },
    )
    render.show_quiet(_("Select a file to see how far its text can be trusted, to read it again, or to remove it."))
    return [paths[row] for row in state["selection"]["rows"]]


def _row(file: StoredFile, status: FileStatus) -> dict[str, str | int | datetime | None]:
    return {
        _("Name"): _name(file),
        _("Status"): status_name(status),
        _("Title"): file.title,
        _("Type"): file.document_type,
        _("Language"): None if file.language is None else name_of_language(file.language),
        _("Pages"): file.pages,
        _("Passages"): file.passages,
        _("Size"): file.size_bytes,
        _("Changed"): datetime.fromisoformat(file.modified_at),
        _("Folder"): _folder(file),
    }


def _name(file: StoredFile) -> str:
    return PurePath(file.path).name


def _folder(file: StoredFile) -> str:
    return str(PurePath(file.path).parent)


def _offer_actions(workspace: Workspace, collection: Collection, paths: Sequence[str]) -> None:
    desk = workspace.desk()
    with st.container(horizontal=True):
        again = st.button(
            plural("Read {count} file again", "Read {count} files again", len(paths)),
            disabled=desk.busy,
            icon=":material/refresh:",
        )
        gone = st.button(
            plural("Remove {count} file from the collection", "Remove {count} files from the collection", len(paths)),
            disabled=desk.busy,
            icon=":material/delete:",
        )
    render.show_quiet(
        _(
            "Removed files of your folders stay where they are, and come back when their folder is read again. "
            "Removed uploads are deleted."
        )
    )
    if again:
        existing = [path for path in paths if Path(path).exists()]
        with st.spinner(_("Removing")):
            collection.remove(existing)
        desk.start(Order(folders=tuple(map(Path, existing))))
        st.rerun()
    if gone:
        with st.spinner(_("Removing")):
            remove_documents(workspace.path, collection, paths)
        st.rerun()


def remove_documents(path: Path, collection: Collection, paths: Sequence[str]) -> None:
    """Take files out of the collection; of uploads, the stored copy is deleted as well.

    Args:
        path: The collection's directory.
        collection: The collection.
        paths: Absolute paths of its files.

    Raises:
        CollectionLockedError: If another process is writing; nothing was removed.
    """
    for removed in collection.remove(paths):
        if is_upload(removed, path):
            Path(removed).unlink(missing_ok=True)
