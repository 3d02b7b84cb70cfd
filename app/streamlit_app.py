"""The browser UI, as `streamlit run` executes it; `polyseek ui` starts it (see launch_ui.py)."""

from functools import partial

import streamlit as st

from app.settings import SettingsFileError, load_settings
from app.ui import render
from app.ui.ask_page import show_ask_page
from app.ui.documents_page import show_documents_page
from app.ui.workspace import Workspace, chosen_embedder
from embedder import EmbedderError


def main() -> None:
    """Show the page the address names."""
    st.set_page_config(page_title="polyseek", layout="centered")
    try:
        settings = load_settings()
        workspace = Workspace(settings=settings, embedder=chosen_embedder(settings))
    except (SettingsFileError, EmbedderError) as error:
        render.show_error(str(error))
        return
    pages = [
        st.Page(partial(show_ask_page, workspace), title="Ask", url_path="ask", default=True),
        st.Page(partial(show_documents_page, workspace), title="Documents", url_path="documents"),
    ]
    st.navigation(pages, position="top").run()


if __name__ == "__main__":
    main()
