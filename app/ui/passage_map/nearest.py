"""The passages that are nearest to a question in one of the two spaces."""

import streamlit as st

from app.ui.language import _, name_of_language
from app.ui.render import escape
from app.ui.workspace import PageName, Workspace
from indexer import Session
from retriever.passage_map import Landing


def show_nearest(workspace: Workspace, session: Session, landing: Landing, question: str, name: str) -> None:
    """List them with their ranks, each with the way to read it.

    Args:
        workspace: Knows where the Read page is.
        session: A read of the collection; passages that it does not have any more are left out.
        landing: Where the question fell.
        question: What was asked.
        name: The picture's name, for the keys.
    """
    kept = [passage for passage in landing.nearest if passage in session.snapshot.passage_ids]
    title = escape(_("Nearest to the question"))
    st.html(f'<h3 class="ps-chart">{title}</h3>')
    for rank, passage in enumerate(session.passages(kept), start=1):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"near-{name}-{rank}"):
            st.html(
                f'<div class="ps-near"><strong>{rank}</strong><bdi title="{escape(passage.title)}">'
                f"{escape(passage.title)}</bdi>"
                f'<span class="ps-badge">{escape(name_of_language(passage.language))}</span></div>'
            )
            st.page_link(
                workspace.pages[PageName.READ],
                label=_("Read"),
                icon=":material/menu_book:",
                query_params={"p": str(passage.id), "q": question},
            )
