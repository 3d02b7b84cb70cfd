"""The Quality page: how well questions find their documents."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import streamlit as st

import app
from app.ui import render
from app.ui.language import _
from app.ui.quality.result import show_result
from app.ui.quality.run import Measurement
from app.ui.quality.style import CSS
from app.ui.workspace import Workspace
from embedder import EmbedderError
from indexer import IndexerError, Session
from retriever import Retriever, RetrieverError
from retriever.evaluation import EvaluationError, EvaluationSetError
from retriever.own_questions import questions_about, short_names

KEY: Final = "measurement"
"""Key of the session under which the last measurement stays."""
SECONDS_BETWEEN_LOOKS: Final = 0.5
MAX_UPLOAD_MB: Final = 10


def show_quality_page(workspace: Workspace) -> None:
    """See how well questions find their documents."""
    st.html(f"<style>{CSS}</style>")
    render.show_title(_("Quality"))
    try:
        retriever = workspace.retriever()
        facts = None if retriever is None else _facts(workspace, retriever)
        if facts is None or not facts.paths:
            render.show_note(_("The collection holds no passages yet. Open the Library page and add a folder."))
            return
        _offer_measurement(workspace, facts)
        _show_measurement(workspace)
    except (IndexerError, EmbedderError, RetrieverError, EvaluationError) as error:
        render.show_error(str(error))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the page needs to know of a collection.

    Attributes:
        paths: The files of its documents.
        sample: The questions about polyseek's sample, if the collection has all their documents; else "".
    """

    paths: tuple[str, ...]
    sample: str


def _facts(workspace: Workspace, retriever: Retriever) -> Facts:
    collection = retriever.collection
    with collection.session() as session:
        generation = session.snapshot.generation
    return _facts_of(str(workspace.path), collection.identity.collection_id, generation, retriever)


@st.cache_resource(show_spinner=False, max_entries=4)
def _facts_of(path: str, collection_id: str, generation: int, _retriever: Retriever) -> Facts:
    with _retriever.collection.session() as session:
        paths = tuple(path for document in session.documents() for path in document.paths)
        return Facts(paths=paths, sample=sample_questions(session))


def _offer_measurement(workspace: Workspace, facts: Facts) -> None:
    said = _(
        "Ask questions whose documents you know, and see how often they are found. Write one line for each question, "
        "with the names of the documents that answer it."
    )
    st.html(f"<p>{render.escape(said)}</p>")
    uploaded = st.file_uploader(_("Your questions"), type="jsonl", max_upload_size=MAX_UPLOAD_MB, key="questions")
    busy = _running(workspace)
    with st.container(horizontal=True):
        if st.button(_("Measure"), type="primary", disabled=busy or uploaded is None) and uploaded is not None:
            _start(workspace, uploaded.getvalue())
        if facts.sample and st.button(_("Measure with the questions of the sample"), disabled=busy):
            _start(workspace, facts.sample.encode())
        st.download_button(
            _("Download a template"),
            partial(template, facts.paths),
            "questions.jsonl",
            "application/jsonl",
            icon=":material/download:",
        )


def _start(workspace: Workspace, content: bytes) -> None:
    try:
        questions = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        render.show_error(_("The file is not text in UTF-8. Save it as UTF-8, and upload it again."))
        return
    st.session_state[KEY] = Measurement(workspace.path, questions)
    st.rerun()


def sample_questions(session: Session) -> str:
    """The questions about polyseek's sample, if they are here and the collection has all their documents; else ""."""
    path = Path(app.__file__).parents[1] / "data" / "questions.jsonl"
    if not path.is_file():
        return ""
    try:
        questions_about(session, path)
    except EvaluationSetError:
        return ""
    return path.read_text(encoding="utf-8")


def template(paths: Sequence[str]) -> str:
    """A file of questions to fill in, with the names of the first two documents."""
    names = list(short_names(paths).values())[:2]
    lines = [{"question": _("Write your question here"), "documents": [name]} for name in names]
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)


def _measurement(workspace: Workspace) -> Measurement | None:
    """The last measurement of this collection."""
    found = st.session_state.get(KEY)
    return found if isinstance(found, Measurement) and found.collection == workspace.path else None


def _running(workspace: Workspace) -> bool:
    measurement = _measurement(workspace)
    return measurement is not None and measurement.status().running


def _show_measurement(workspace: Workspace) -> None:
    measurement = _measurement(workspace)
    if measurement is None:
        return
    if measurement.status().running:
        st.fragment(_follow, run_every=SECONDS_BETWEEN_LOOKS)(measurement)
    elif (result := measurement.result()) is not None:
        show_result(result)
    elif said := measurement.failure():
        render.show_error(said)
    else:
        render.show_note(_("It was stopped."))


def _follow(measurement: Measurement) -> None:
    status = measurement.status()
    if not status.running:
        st.rerun()  # the whole page: there is a result
    progress = status.progress
    if progress is None:
        st.progress(0.0, text=_("Starting"))
    else:
        st.progress(
            progress["done"] / progress["total"] if progress["total"] else 0.0,
            text=_("{done} of {total} questions", done=progress["done"], total=progress["total"]),
        )
        render.show_quiet(progress["doing"])
    if st.button(_("Stop"), icon=":material/stop:"):
        measurement.stop()
