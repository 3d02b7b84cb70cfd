"""What else can be seen of a hit: why it stands where it does, what is like it, what is around it, how to cite it."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

import streamlit as st

from app.ui import render
from app.ui.ask.card import passage_card
from app.ui.ask.citation import cite
from app.ui.language import _, number, percent
from app.ui.workspace import PageName, Workspace
from retriever import Hit, Retriever, RetrieverError, neighbouring_passages, plain_meaning, similar_passages
from retriever.ranking import LEXICAL_WEIGHT


def show_more(workspace: Workspace, retriever: Retriever, hit: Hit, question: str) -> None:
    """Offer what else can be done with a hit, and show what was asked for."""
    panels: dict[str, tuple[str, Callable[[Retriever, Hit, str], None]]] = {
        "why": (_("Why here"), _show_reasons),
        "similar": (_("Similar passages"), _show_similar),
        "around": (_("Before and after"), _show_around),
        "cite": (_("Cite"), _show_citation),
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            workspace.pages[PageName.READ],
            label=_("Read"),
            icon=":material/menu_book:",
            query_params={"p": str(hit.passage_id), "q": question},
        )
        chosen = st.pills(
            _("More about this passage"),
            options=list(panels),
            format_func=lambda name: panels[name][0],
            key=f"more-{hit.passage_id}",
            label_visibility="collapsed",
        )
    if chosen is not None:
        try:
            panels[chosen][1](retriever, hit, question)
        except RetrieverError as error:  # the document was removed meanwhile
            render.show_error(str(error))


def _show_reasons(retriever: Retriever, hit: Hit, question: str) -> None:
    plain = plain_meaning(retriever, hit.passage_id, question)
    facts = {
        _("Meaning, whatever the language"): number(hit.dense, "0.000"),
        _("Meaning, as plain cosine"): number(plain, "0.000"),
        _("Gained or lost by its language"): number(hit.dense - plain, "+0.000;-0.000"),
        _("Words in common"): percent(hit.lexical),
        _("Gained by words"): number(LEXICAL_WEIGHT * hit.lexical**2, "+0.000"),
        _("Score"): number(hit.score, "0.000"),
    }
    if hit.rerank_score is not None:
        facts[_("Reranker")] = number(hit.rerank_score, "0.00")
    render.show_facts(facts)


def _show_similar(retriever: Retriever, hit: Hit, _question: str) -> None:
    similar = similar_passages(retriever.collection, hit.passage_id)
    for found in similar:
        st.html(passage_card(found.passage, _("meaning {score}", score=number(found.score, "0.00"))))
    if not similar:
        render.show_quiet(_("There is no other passage."))


def _show_around(retriever: Retriever, hit: Hit, _question: str) -> None:
    before, after = neighbouring_passages(retriever.collection, hit.passage_id)
    if before is not None:
        st.html(passage_card(before, _("before")))
    if after is not None:
        st.html(passage_card(after, _("after")))
    if before is None and after is None:
        render.show_quiet(_("The document has no other passage."))


def _show_citation(_retriever: Retriever, hit: Hit, question: str) -> None:
    citation = cite(hit, datetime.now(UTC).date())
    plain, markdown, bibtex, link = st.tabs([_("Text"), "Markdown", "BibTeX", _("Link")])
    plain.code(citation.plain, language=None, wrap_lines=True)
    markdown.code(citation.markdown, language=None, wrap_lines=True)
    bibtex.code(citation.bibtex, language=None, wrap_lines=True)
    address = (st.context.url or "").rsplit("/ask", 1)[0].rstrip("/")
    query = urlencode({"p": hit.passage_id, "q": question})
    link.code(f"{address}/{PageName.READ.value}?{query}", language=None, wrap_lines=True)
