"""The Ask page: one question box, and the passages that answer."""

import streamlit as st

from app.ui import render
from app.ui.workspace import Workspace
from embedder import EmbedderError
from indexer import IndexerError
from indexer.languages import language_name
from retriever import Retriever, RetrieverError, SearchResult

MOST_HITS = 50


def show_ask_page(workspace: Workspace) -> None:
    """Ask the collection a question."""
    render.show_style()
    # Its key is its name in the address, so that a reload or a copied link asks the same.
    question = st.text_input(
        "Question",
        key="q",
        type="search",
        bind="query-params",
        persist_state="session",
        placeholder="Ask in any language",
        label_visibility="collapsed",
    )
    try:
        retriever = workspace.retriever()
        if retriever is None:
            _invite(workspace)
        else:
            _show_answers(workspace, retriever, question or "")
    except (IndexerError, EmbedderError, RetrieverError) as error:
        render.show_error(str(error))


def _invite(workspace: Workspace) -> None:
    render.show_note(
        "There is nothing to ask yet. Open the Documents page and add a folder or upload files, or type in a terminal:"
    )
    st.code(f"polyseek ingest FOLDER --collection {workspace.path}", language=None, wrap_lines=True)


def _show_answers(workspace: Workspace, retriever: Retriever, question: str) -> None:
    with retriever.collection.session() as session:
        counts = session.language_counts()
        neutral = session.snapshot.space.strength
    if not counts:
        render.show_note("The collection holds no passages yet. Open the Documents page and add a folder.")
        return
    languages, top_k = _show_filters(counts, workspace.settings.top_k)
    neutral = st.slider(
        "My language first … any language alike",
        min_value=0.0,
        max_value=1.0,
        value=neutral,
        step=0.1,
        key="neutral",
        persist_state="session",
        help="How little the language of a passage matters: 0 prefers passages in the language of the question.",
    )
    if not question.strip():
        render.show_quiet(f"{sum(counts.values()):,} passages in {len(counts)} languages wait for a question.")
        return
    with st.spinner("Searching"):
        result = retriever.search(question, top_k=top_k, languages=languages or None, neutral=neutral)
    _show_result(result)


def _show_filters(counts: dict[str, int], default_top_k: int) -> tuple[list[str], int]:
    wide, narrow = st.columns([4, 1])
    languages = wide.multiselect(
        "Languages of the passages",
        options=list(counts),
        format_func=lambda code: render.language_label(code, counts[code]),
        placeholder="All languages",
        key="languages",
        persist_state="session",
    )
    top_k = narrow.number_input(
        "Passages",
        min_value=1,
        max_value=MOST_HITS,
        value=min(default_top_k, MOST_HITS),
        key="top_k",
        persist_state="session",
    )
    return languages, top_k


def _show_result(result: SearchResult) -> None:
    render.show_quiet(
        f"{result.searched_passages:,} passages searched in {result.timings.total_ms:,.0f} ms, "
        f"question in {language_name(result.question_language)}"
    )
    for hit in result.hits:
        render.show_hit(hit)
    if not result.hits:
        render.show_note("Nothing was found with these filters. Take languages out of the filter, or clear it.")
