"""The browser UI, as `streamlit run` executes it; `polyseek ui` starts it (see launch_ui.py)."""

import streamlit as st

from app.settings import SettingsFileError, load_settings
from app.ui import render
from app.ui.entrance import is_let_in
from app.ui.navigation import show_pages
from app.ui.workspace import Workspace, chosen_embedder
from embedder import EmbedderError


def main() -> None:
    """Show the page the address names."""
    st.set_page_config(page_title="polyseek", layout="centered")
    try:
        settings = load_settings()
        is_open = settings.ui_password is None or is_let_in(settings.ui_password.get_secret_value())
        workspace = Workspace(settings=settings, embedder=chosen_embedder(settings) if is_open else None)
    except (SettingsFileError, EmbedderError) as error:
        render.show_error(str(error))
        return
    show_pages(workspace, is_open=is_open)


if __name__ == "__main__":
    main()
