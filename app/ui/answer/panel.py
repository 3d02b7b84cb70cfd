"""Shows the short answer above the passages it was made from, as it is written."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.settings import Settings
from app.ui import render
from app.ui.answer.chat import ChatModel
from app.ui.answer.prompt import MOST_PASSAGES, citations, conversation, split_citations
from app.ui.language import _
from app.ui.render import escape
from embedder import EmbedderError
from retriever import SearchResult

_LAST = "last_answer"
"""Key of the session under which the last answer stays: the page runs again at every click."""


def show_answer(settings: Settings, result: SearchResult) -> None:
    """Show a short answer made from a result's passages, where a chat model is set and the passages answer.

    Each card of a result is expected to have the id hit-1, hit-2 … of its rank, to which the citations lead.
    """
    if settings.chat is None or not result.hits or result.abstained:
        return
    asked = (settings.chat, result.question, tuple(hit.passage_id for hit in result.hits[:MOST_PASSAGES]))
    place = st.empty()
    if st.session_state.get(_LAST, (None, ""))[0] != asked:
        try:
            st.session_state[_LAST] = (asked, _write(settings, settings.chat, result, place))
        except EmbedderError as error:
            place.empty()
            render.show_error(str(error))
            return
    answer = st.session_state[_LAST][1]
    _show(place, result, answer)
    if not citations(answer, len(result.hits[:MOST_PASSAGES])):
        render.show_note(_("This answer names no passage. Read the passages before you rely on it."))


def _write(settings: Settings, address: str, result: SearchResult, place: DeltaGenerator) -> str:
    """Have the answer written, shown piece by piece; returns it whole."""
    model = ChatModel(address, timeout_s=settings.endpoint_timeout_s)
    answer = ""
    _show(place, result, "…")
    for piece in model.stream(conversation(result)):
        answer += piece
        _show(place, result, answer)
    return answer


def _show(place: DeltaGenerator, result: SearchResult, answer: str) -> None:
    place.html(answer_card(answer, [hit.title for hit in result.hits[:MOST_PASSAGES]], result.question_language))


def answer_card(answer: str, titles: Sequence[str], language: str) -> str:
    """An answer as HTML, its citations as links to the cards of the passages.

    Args:
        answer: What the model wrote so far.
        titles: Titles of the passages it was given.
        language: Language code of the question.
    """
    parts = [
        f'<a href="#hit-{part}" title="{escape(titles[part - 1])}">[{part}]</a>'
        if isinstance(part, int)
        else escape(part)
        for part in split_citations(answer, len(titles))
    ]
    heading = escape(_("Short answer, written by a language model from the passages below"))
    return (
        f'<section class="ps-card ps-answer" aria-live="polite"><div class="ps-quiet">{heading}</div>'
        f'<div class="ps-text" dir="auto" lang="{escape(language)}">{"".join(parts)}</div></section>'
    )
