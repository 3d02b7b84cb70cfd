"""The questions of this session, to ask again."""

from typing import Final

import streamlit as st

from app.ui.language import _
from app.ui.render import plain_label, show_section

KEY: Final = "recent"
MOST: Final = 10


def remember(question: str) -> None:
    """Put a question before the others."""
    others = [other for other in st.session_state.get(KEY, []) if other != question]
    st.session_state[KEY] = [question, *others][:MOST]


def offer_recent() -> None:
    """Offer the last questions, where there are any."""
    questions = st.session_state.get(KEY, [])
    if not questions:
        return
    show_section(_("Asked before"))
    for number, question in enumerate(questions):
        st.button(plain_label(question), key=f"recent-{number}", type="tertiary", on_click=_ask, args=(question,))


def _ask(question: str) -> None:
    st.session_state["q"] = question
