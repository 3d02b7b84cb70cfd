"""Two ways to add documents: a folder of this machine, or uploaded files."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from app.ui import render
from app.ui.language import _, number
from app.ui.library.ingest_job import IngestDesk, JobRunningError, Order
from app.ui.library.uploads import UploadError, store_upload, uploads_folder
from app.ui.workspace import Workspace
from indexer import IndexerError, supported_suffixes
from indexer.readers.ocr.check import TesseractCheck, check_tesseract

REFUSED = "refused_uploads"
"""Key of the session under which the messages about the last uploads stay until the next ones."""


def show_add_documents(workspace: Workspace, known: Sequence[Path]) -> None:
    """Offer to add documents; while some are being read, no more can be added.

    Args:
        workspace: What the page works on.
        known: The folders of the last sync.
    """
    desk = workspace.desk()
    folder_tab, upload_tab = st.tabs([_("Add a folder"), _("Upload files")])
    with folder_tab:
        _offer_folder(desk, known)
    with upload_tab:
        _offer_upload(desk, uploads_folder(workspace.path))


def _offer_folder(desk: IngestDesk, known: Sequence[Path]) -> None:
    with st.form("folder", border=False):
        typed = st.text_input(_("Folder on this machine"), key="folder", placeholder="/home/you/Documents")
        ocr, password = _offer_options("folder")
        with st.container(horizontal=True):
            wanted = st.form_submit_button(_("Read the folder"), type="primary", disabled=desk.busy)
            preview = st.form_submit_button(_("Only show what would be done"), disabled=desk.busy)
    if known and not desk.busy and st.button(_("Read the last folders again"), icon=":material/sync:"):
        _start(desk, Order(folders=tuple(known)))
    if not (wanted or preview):
        return
    folder = existing_folder(typed or "")
    if folder is None:
        render.show_error(_("There is no folder {typed} on this machine. Type its whole path.", typed=repr(typed)))
    else:
        _start(desk, Order(folders=(folder,), ocr=ocr, password=password, dry_run=preview))


def existing_folder(typed: str) -> Path | None:
    """The folder, or file, that a path somebody typed or pasted means; None if there is none."""
    text = typed.strip().strip("'\"")
    if text.startswith("~/") or text == "~":
        text = str(Path.home()) + text[1:]
    path = Path(text)
    return path if path.is_absolute() and path.exists() else None


def _offer_options(place: str) -> tuple[bool, str]:
    """Ask how files are to be read: with text recognition or not, and the password of those that want one."""
    tesseract = _tesseract()
    with st.expander(_("Scans and passwords")):
        ocr = st.checkbox(
            _("Read the text of scanned pages (OCR)"),
            key=f"ocr-{place}",
            disabled=tesseract is None or tesseract.version is None,
        )
        if tesseract is not None and tesseract.install:
            render.show_quiet(_("To read scans in all languages, install Tesseract and its language packs:"))
            st.code(tesseract.install, language=None, wrap_lines=True)
        password = st.text_input(
            _("Password of files that ask for one"), type="password", key=f"password-{place}", autocomplete="off"
        )
        render.show_quiet(_("A password is tried while the files are read, and is not stored."))
    return ocr, password or ""


@st.cache_data(ttl=60, show_spinner=False)
def _tesseract() -> TesseractCheck | None:
    """What is there for reading scans; None if Tesseract is there and does not run."""
    try:
        return check_tesseract()
    except IndexerError:
        return None


def _offer_upload(desk: IngestDesk, folder: Path) -> None:
    with st.form("uploads", border=False, clear_on_submit=True):
        files = st.file_uploader(
            _("Files"),
            type=sorted(suffix.removeprefix(".") for suffix in supported_suffixes()),
            accept_multiple_files=True,
            key="uploads",
            label_visibility="collapsed",
        )
        ocr, password = _offer_options("uploads")
        wanted = st.form_submit_button(_("Store and read"), type="primary", disabled=desk.busy)
    limit = number(st.get_option("server.maxUploadSize"))
    render.show_quiet(_("Up to {limit} MB each. Uploads are kept in {folder}", limit=limit, folder=folder))
    if wanted and files:
        refused = _store(files, folder)
        st.session_state[REFUSED] = refused
        if len(refused) < len(files):
            _start(desk, Order(folders=(folder,), ocr=ocr, password=password))
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


def _start(desk: IngestDesk, order: Order) -> None:
    try:
        desk.start(order)
    except JobRunningError as error:
        render.show_error(str(error))
    else:
        st.rerun()
