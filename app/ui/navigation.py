"""The pages of the browser UI, the bar that leads to them, and the choice of the interface's language."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from app.ui import render
from app.ui.address import keep, start_with
from app.ui.ask.page import show_ask_page
from app.ui.collections import offer_collections, with_chosen_collection
from app.ui.entrance import ask_for_password
from app.ui.health.page import show_health_page
from app.ui.language import KEY, _, browser_language, interface_language, text_direction
from app.ui.library.page import show_library_page
from app.ui.passage_map.page import show_map_page
from app.ui.quality.page import show_quality_page
from app.ui.read.page import show_read_page
from app.ui.workspace import PageName, Workspace
from embedder import LANGUAGES
from indexer.languages import native_language_name


def show_pages(workspace: Workspace, *, start: PageName = PageName.ASK, is_open: bool = True) -> None:
    """Show the page that the address names.

    Args:
        workspace: What the pages work on.
        start: The page that an address without a name means.
        is_open: False asks for the password instead; the address stays for afterwards.
    """
    start_with(KEY, browser_language(), LANGUAGES)
    workspace = replace(workspace, settings=with_chosen_collection(workspace.settings), pages={})
    for name, (title, show) in _pages().items():
        workspace.pages[name] = st.Page(
            partial(show, workspace),
            title=title,
            url_path=name.value,
            default=name is start,
            # It needs a passage; results lead to it.
            visibility="hidden" if name is PageName.READ else "visible",
        )
    page = st.navigation(list(workspace.pages.values()), position="top" if is_open else "hidden")
    render.show_style(interface_language(), text_direction())
    if not is_open and workspace.settings.ui_password is not None:
        ask_for_password(workspace.settings.ui_password.get_secret_value())
        return
    with st.container(horizontal=True, horizontal_alignment="right", key="header"):
        offer_collections(workspace.settings)
        _offer_interface_languages()
    keep(KEY, browser_language())
    page.run()


def _pages() -> dict[PageName, tuple[str, Callable[[Workspace], None]]]:
    return {
        PageName.ASK: (_("Ask"), show_ask_page),
        PageName.READ: (_("Read"), show_read_page),
        PageName.LIBRARY: (_("Library"), show_library_page),
        PageName.MAP: (_("Map"), show_map_page),
        PageName.QUALITY: (_("Quality"), show_quality_page),
        PageName.SETTINGS: (_("Settings"), show_health_page),
    }


def _offer_interface_languages() -> None:
    st.selectbox(
        _("Language of the interface"),
        options=LANGUAGES,
        format_func=native_language_name,
        key=KEY,
        label_visibility="collapsed",
        width=160,
    )
