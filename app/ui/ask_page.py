"""The Ask page: one question box, and the passages that answer."""

from dataclasses import dataclass

import streamlit as st

from app import terminal
from app.ui import render
from app.ui.page_view import show_page_of
from app.ui.workspace import Workspace
from embedder import EmbedderError
from indexer import IndexerError
from indexer.languages import language_name
from retriever import Retriever, RetrieverError, SearchMode, SearchResult

MOST_HITS = 50
MOST_PER_LANGUAGE = 10

MODE_NAMES = {
    SearchMode.HYBRID: "Meaning and words",
    SearchMode.DENSE: "Meaning",
    SearchMode.LEXICAL: "Words",
}
MODE_HELP = (
    "Meaning finds what says the same in other words, or in another language. Words finds passages that have the "
    "question's own words: names, numbers, codes. Meaning and words uses both, and suits most questions."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is searched, and how much of it is shown.

    Attributes:
        languages: Only passages in these; () for all.
        top_k: How many passages.
        per_language: At least so many of each language; 0 for no such rule.
        one_per_document: Only the best passage of each document.
        neutral: How little the language of a passage matters, 0 … 1.
    """

    languages: tuple[str, ...]
    top_k: int
    per_language: int
    one_per_document: bool
    neutral: float


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
    mode = st.radio(
        "Find by",
        options=list(MODE_NAMES),
        format_func=MODE_NAMES.__getitem__,
        horizontal=True,
        key="mode",
        persist_state="session",
        help=MODE_HELP,
    )
    choice = _show_choice(counts, workspace.settings.top_k, neutral)
    if not question.strip():
        render.show_quiet(f"{sum(counts.values()):,} passages in {len(counts)} languages wait for a question.")
        return
    with st.spinner("Searching"):
        result = retriever.search(
            question,
            mode=mode,
            top_k=choice.top_k,
            languages=choice.languages or None,
            per_language=choice.per_language or None,
            per_document=1 if choice.one_per_document else None,
            neutral=choice.neutral,
        )
    _show_result(workspace, result)


def _show_choice(counts: dict[str, int], default_top_k: int, neutral: float) -> Choice:
    with st.expander("Filters and ranking"):
        languages = st.multiselect(
            "Languages of the passages",
            options=list(counts),
            format_func=lambda code: render.language_label(code, counts[code]),
            placeholder="All languages",
            key="languages",
            persist_state="session",
        )
        left, right = st.columns(2)
        top_k = left.number_input(
            "Passages",
            min_value=1,
            max_value=MOST_HITS,
            value=min(default_top_k, MOST_HITS),
            key="top_k",
            persist_state="session",
        )
        per_language = right.number_input(
            "At least from each language",
            min_value=0,
            max_value=MOST_PER_LANGUAGE,
            value=0,
            key="per_language",
            persist_state="session",
            help="So many of the best passages of every language are shown, also where that makes more passages in "
            "all. 0 shows the best, whatever their language.",
        )
        one_per_document = st.toggle(
            "Only the best passage of each document",
            key="one_per_document",
            persist_state="session",
        )
        strength = st.slider(
            "My language first … any language alike",
            min_value=0.0,
            max_value=1.0,
            value=neutral,
            step=0.1,
            key="neutral",
            persist_state="session",
            help="How little the language of a passage matters: 0 prefers passages in the language of the question.",
        )
    return Choice(
        languages=tuple(languages),
        top_k=top_k,
        per_language=per_language,
        one_per_document=one_per_document,
        neutral=strength,
    )


def _show_result(workspace: Workspace, result: SearchResult) -> None:
    render.show_quiet(
        f"{result.searched_passages:,} passages searched in {result.timings.total_ms:,.0f} ms, "
        f"question in {language_name(result.question_language)}"
    )
    if result.abstained:
        render.show_note(terminal.abstention(result))
    highest = max((hit.score for hit in result.hits), default=0.0)
    for hit in result.hits:
        render.show_hit(hit, highest)
        show_page_of(workspace, hit)
    if not result.hits:
        render.show_note(
            "Nothing was found. Take languages out of the filter, or find by meaning if no passage has these words."
        )
