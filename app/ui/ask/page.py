"""The Ask page: one question box, and the passages that answer."""

from collections import Counter

import streamlit as st

from app.ui import render
from app.ui.answer.panel import show_answer
from app.ui.ask.card import also_in, hit_card, without_repeats
from app.ui.ask.filters import Choice, show_filters
from app.ui.ask.keyboard import listen_to_keys
from app.ui.ask.more import show_more
from app.ui.ask.recent import offer_recent, remember
from app.ui.ask.style import CSS
from app.ui.language import _, name_of_language, number, plural
from app.ui.wording import abstention
from app.ui.workspace import PageName, Workspace
from embedder import EmbedderError
from indexer import FacetTable, IndexerError, count_doubts
from retriever import Retriever, RetrieverError, SearchResult


def show_ask_page(workspace: Workspace) -> None:
    """Ask the collection a question."""
    st.html(f"<style>{CSS}</style>")
    render.show_title(_("Ask your documents"))
    # Its key is its name in the address, so that a reload or a copied link asks the same.
    question = st.text_input(
        _("Question"),
        key="q",
        type="search",
        bind="query-params",
        placeholder=_("Ask in any language"),
        label_visibility="collapsed",
    )
    listen_to_keys()
    try:
        retriever = workspace.retriever()
        if retriever is None:
            _invite(workspace)
        else:
            _show_answers(workspace, retriever, (question or "").strip())
    except (IndexerError, EmbedderError, RetrieverError) as error:
        render.show_error(str(error))


def _invite(workspace: Workspace) -> None:
    render.show_note(
        _("There is nothing to ask yet. Open the Library page and add a folder or upload files, or type in a terminal:")
    )
    st.code(f"polyseek ingest FOLDER --collection {workspace.path}", language=None, wrap_lines=True)


def _show_answers(workspace: Workspace, retriever: Retriever, question: str) -> None:
    collection = retriever.collection
    with collection.session() as session:
        generation, neutral = session.snapshot.generation, session.snapshot.space.strength
        is_empty = not len(session.snapshot.rows)
    if is_empty:
        render.show_note(_("The collection holds no passages yet. Open the Library page and add a folder."))
        return
    table, doubts = _facts_of(str(workspace.path), collection.identity.collection_id, generation, retriever)
    choice, facets = show_filters(table, top_k=workspace.settings.top_k, neutral=neutral)
    if not question:
        count = sum(facets.languages.values()) if not choice.is_filtered else facets.passages
        render.show_quiet(
            plural("{count} passage waits for a question.", "{count} passages wait for a question.", count)
        )
        offer_recent()
        return
    remember(question)
    with st.spinner(_("Searching")):
        result = retriever.search(
            question,
            mode=choice.mode,
            top_k=choice.top_k,
            languages=choice.wanted.languages,
            folders=choice.wanted.folders,
            document_types=choice.wanted.document_types,
            after=choice.wanted.after,
            before=choice.wanted.before,
            per_language=choice.per_language or None,
            per_document=1 if choice.one_per_document else None,
            neutral=choice.neutral,
        )
    _show_result(workspace, retriever, result)
    _show_limits(workspace, choice, result, doubts)


def _show_result(workspace: Workspace, retriever: Retriever, result: SearchResult) -> None:
    render.show_quiet(
        _(
            "{passages} passages searched in {milliseconds} ms, question in {language}",
            passages=result.searched_passages,
            milliseconds=number(result.timings.total_ms, "0"),
            language=name_of_language(result.question_language),
        )
    )
    if result.abstained:
        render.show_note(abstention(result))
    show_answer(workspace.settings, result)
    if result.hits:
        render.show_language_counts(dict(Counter(hit.language for hit in result.hits).most_common()))
    highest = max((hit.score for hit in result.hits), default=0.0)
    for rank, (hit, others) in enumerate(without_repeats(result.hits), start=1):
        with st.container(key=f"hit-{rank}"):
            st.html(hit_card(hit, rank, highest))
            if others:
                st.html(also_in(others))
            show_more(workspace, retriever, hit, result.question)


def _show_limits(workspace: Workspace, choice: Choice, result: SearchResult, doubts: tuple[int, int]) -> None:
    """Say why more may be in the documents than is shown."""
    failed, doubtful = doubts
    if not result.hits:
        render.show_note(_("Nothing was found. Loosen the filters, or find by meaning if no passage has these words."))
    elif choice.is_filtered:
        render.show_quiet(
            plural(
                "The filters leave {count} passage to search.",
                "The filters leave {count} passages to search.",
                result.searched_passages,
            )
        )
    if failed or doubtful:
        with st.container(horizontal=True, vertical_alignment="center"):
            render.show_quiet(
                _(
                    "Not all text could be read: {failed} files failed, {doubtful} have doubtful pages.",
                    failed=failed,
                    doubtful=doubtful,
                )
            )
            st.page_link(workspace.pages[PageName.LIBRARY], label=_("See which"))


@st.cache_resource(show_spinner=False, max_entries=8)
def _facts_of(
    path: str, collection_id: str, generation: int, _retriever: Retriever
) -> tuple[FacetTable, tuple[int, int]]:
    with _retriever.collection.session() as session:
        return FacetTable.read(session), count_doubts(session)
