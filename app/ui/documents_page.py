"""The Documents page: what the collection holds, what is being read, adding and removing documents."""

import hashlib
from collections.abc import Sequence
from pathlib import Path, PurePath

import streamlit as st

from app.ui import render
from app.ui.add_documents import show_add_documents
from app.ui.ingest_panel import show_ingest
from app.ui.uploads import is_upload
from app.ui.workspace import Workspace
from indexer import Collection, IndexerError, StoredFile
from indexer.languages import language_name


def show_documents_page(workspace: Workspace) -> None:
    """See, add and remove documents."""
    desk = workspace.desk()
    render.show_style()
    show_ingest(desk)
    show_add_documents(workspace)
    try:
        retriever = workspace.retriever()
        if retriever is not None:
            _show_collection(workspace, retriever.collection)
        elif not desk.busy:
            render.show_note("There is no collection yet. The first folder or upload makes one.")
            render.show_quiet(f"It will lie in {workspace.path}")
    except IndexerError as error:
        render.show_error(str(error))


def _show_collection(workspace: Workspace, collection: Collection) -> None:
    with collection.session() as session:
        files, counts = session.files(), session.language_counts()
    failed = [file for file in files if file.failure is not None]
    totals = {
        "Files": len(files),
        "Not read": len(failed),
        "Passages": sum(counts.values()),
        "Languages": len(counts),
    }
    render.show_totals(totals)
    render.show_language_counts(counts)
    _show_failures(failed)
    chosen = _show_table(files)
    if len(chosen) == 1:
        _show_pages(collection, chosen[0])
    if chosen:
        _offer_removal(workspace, collection, chosen)
    render.show_quiet(f"Collection: {workspace.path}")


def _show_failures(files: Sequence[StoredFile]) -> None:
    if not files:
        return
    with st.expander(f"Could not be read: {len(files):,}"):
        st.dataframe(
            [{"Name": _name(file), "Why": file.failure_message, "Folder": _folder(file)} for file in files],
            hide_index=True,
        )


def _show_table(files: Sequence[StoredFile]) -> list[str]:
    """Show the files; returns the paths of those that are selected."""
    paths = [file.path for file in files]
    # A selection is a list of row numbers: another list of files must not inherit it.
    listing = hashlib.sha256("\n".join(paths).encode()).hexdigest()[:16]
    state = st.dataframe(
        [_row(file) for file in files],
        key=f"files-{listing}",
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        placeholder="",
        column_config={
            "Name": st.column_config.TextColumn(width=200),
            "Status": st.column_config.TextColumn(width=90),
            "Size": st.column_config.NumberColumn(format="bytes"),
            "Pages": st.column_config.NumberColumn(format="localized"),
            "Passages": st.column_config.NumberColumn(format="localized"),
        },
    )
    return [paths[row] for row in state["selection"]["rows"]]


def _row(file: StoredFile) -> dict[str, str | int | None]:
    return {
        "Name": _name(file),
        "Status": _status(file),
        "Title": file.title,
        "Type": file.document_type,
        "Language": None if file.language is None else language_name(file.language),
        "Pages": file.pages,
        "Passages": file.passages,
        "Size": file.size_bytes,
        "Folder": _folder(file),
    }


def _status(file: StoredFile) -> str:
    if file.failure is not None:
        return file.failure
    return f"{file.doubtful_pages:,} doubtful" if file.doubtful_pages else "ok"


def _show_pages(collection: Collection, path: str) -> None:
    """Show what checking found on each page of a file, if its format is checked."""
    with collection.session() as session:
        pages = session.pages(path)
    checks = [(page, page.check) for page in pages if page.check is not None]
    if not checks:
        return
    with st.expander(f"How far its {len(checks):,} pages can be trusted", expanded=True):
        st.dataframe(
            [
                {
                    "Page": page.number,
                    "Label": page.label,
                    "Characters": len(page.text),
                    "Verdict": check.verdict.value,
                    "Read with": check.extractor,
                    "Signs": ", ".join(f"{sign} {value:.3g}" for sign, value in check.signs.items()),
                }
                for page, check in checks
            ],
            hide_index=True,
        )


def _name(file: StoredFile) -> str:
    return PurePath(file.path).name


def _folder(file: StoredFile) -> str:
    return str(PurePath(file.path).parent)


def _offer_removal(workspace: Workspace, collection: Collection, paths: Sequence[str]) -> None:
    if st.button(f"Remove {len(paths):,} from the collection", disabled=workspace.desk().busy):
        with st.spinner("Removing"):
            remove_documents(workspace.path, collection, paths)
        st.rerun()
    st.caption(
        "Files in your folders stay where they are, and come back when their folder is synced again; "
        "uploaded files are deleted."
    )


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
