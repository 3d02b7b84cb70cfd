"""The Settings page: what polyseek works with, what changing it costs, and whether everything is in order."""

import streamlit as st

from app import doctor
from app.ui import render
from app.ui.collections import choose_collection, collection_names, is_collection_name
from app.ui.health.checks import show_checks
from app.ui.health.index_form import show_index_form
from app.ui.language import _, number
from app.ui.workspace import Workspace
from embedder import EmbedderError
from indexer import Collection, IndexerError


def show_health_page(workspace: Workspace) -> None:
    """See and change settings."""
    render.show_title(_("Settings"))
    try:
        retriever = workspace.retriever()
        if retriever is None:
            render.show_note(_("There is no collection yet. Add documents on the Library page."))
        else:
            _show_collection(retriever.collection)
            show_index_form(workspace, retriever.collection)
    except (IndexerError, EmbedderError) as error:
        render.show_error(str(error))
    _offer_new_collection(workspace)
    show_checks(workspace)


def _show_collection(collection: Collection) -> None:
    facts = doctor.describe(collection)
    encoder = facts["encoder"]
    render.show_section(_("Collection"))
    render.show_facts(
        {
            _("Place"): facts["collection"],
            _("Files"): number(facts["files"]),
            _("Passages"): number(facts["passages"]),
            _("Size on disk"): _("{megabytes} MB", megabytes=number(facts["size_mb"], "0.0")),
        }
    )
    render.show_section(_("Encoder"))
    render.show_facts(
        {
            _("Name"): str(encoder["id"]),
            _("Revision"): str(encoder["revision"]),
            _("Numbers in a vector"): number(collection.identity.dimension),
        }
    )
    render.show_quiet(
        _(
            "A collection keeps its encoder. To use another one, make a new collection: all documents are read and "
            "embedded again."
        )
    )


def _offer_new_collection(workspace: Workspace) -> None:
    render.show_section(_("Collections"))
    home = workspace.path.parent
    names = collection_names(home)
    render.show_facts({_("They lie in"): str(home), _("There are"): number(len(names))})
    with st.form("new-collection", border=False):
        name = st.text_input(_("Name of a new collection"), key="new_collection", max_chars=80)
        wanted = st.form_submit_button(_("Make a collection"), on_click=_choose_typed)
    if not wanted:
        return
    if is_collection_name((name or "").strip()):
        render.show_note(_("The collection is made with its first documents. Add them on the Library page."))
    else:
        render.show_error(_("Use letters, digits and spaces for the name, at most 80."))


def _choose_typed() -> None:
    name = st.session_state["new_collection"].strip()
    if is_collection_name(name):
        choose_collection(name)
