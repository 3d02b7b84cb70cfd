"""Two ways to add documents: a folder of this machine, or uploaded files."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from app.ui import render
from app.ui.ingest_job import IngestDesk, JobRunningError
from app.ui.uploads import UploadError, store_upload, uploads_folder
from app.ui.workspace import Workspace
from indexer import supported_suffixes

REFUSED = "refused_uploads"
"""Key of the session under which the messages about the last uploads stay until the next ones."""


def show_add_documents(workspace: Workspace) -> None:
    """Offer to add documents; while some are being read, no more can be added."""
    desk = workspace.desk()
    folder_tab, upload_tab = st.tabs(["Add a folder", "Upload files"])
    with folder_tab:
        _offer_folder(desk)
    with upload_tab:
        _offer_upload(desk, uploads_folder(workspace.path))


def _offer_folder(desk: IngestDesk) -> None:
    with st.form("folder", border=False):
        typed = st.text_input("Folder on this machine", key="folder", placeholder="/home/you/Documents")
        wanted = st.form_submit_button("Sync folder", type="primary", disabled=desk.busy)
    if not wanted:
        return
    folder = existing_folder(typed or "")
    if folder is None:
        render.show_error(f"There is no folder {typed!r} on this machine. Type its whole path.")
    else:
        _start(desk, [folder])


def existing_folder(typed: str) -> Path | None:
    """The folder, or file, that a path somebody typed or pasted means; None if there is none."""
    text = typed.strip().strip("'\"")
    if text.startswith("~/") or text == "~":
        text = str(Path.home()) + text[1:]
    path = Path(text)
    return path if path.is_absolute() and path.exists() else None


def _offer_upload(desk: IngestDesk, folder: Path) -> None:
    with st.form("uploads", border=False, clear_on_submit=True):
        files = st.file_uploader(
            "Files",
            type=sorted(suffix.removeprefix(".") for suffix in supported_suffixes()),
            accept_multiple_files=True,
            key="uploads",
            label_visibility="collapsed",
        )
        wanted = st.form_submit_button("Store and read", type="primary", disabled=desk.busy)
    render.show_quiet(f"Uploads are kept in {folder}")
    if wanted and files:
        refused = _store(files, folder)
        st.session_state[REFUSED] = refused
        if len(refused) < len(files):
            _start(desk, [folder])
    for message in st.session_state.get(REFUSED, []):
        render.show_error(message)


def _store(files: Sequence[UploadedFile], folder: Path) -> list[str]:
    """Store uploads; returns why some of them were not."""
    refused = []
    for file in files:
        try:
            store_upload(folder, file.name, file)
        except UploadError as error:
            refused.append(str(error))
    return refused


def _start(desk: IngestDesk, folders: Sequence[Path]) -> None:
    try:
        desk.start(folders)
    except JobRunningError as error:
        render.show_error(str(error))
    else:
        st.rerun()
