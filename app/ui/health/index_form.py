"""How the collection is searched: neutral strength, dimension and passage sizes, what they cost, and changing them."""

from collections.abc import Mapping

import streamlit as st

from app.doctor import describe_view
from app.ui import render
from app.ui.command_job import CommandJob, CommandStatus, polyseek_command
from app.ui.language import _, number, plural
from app.ui.workspace import Workspace
from indexer import Collection, PassageSettings, Snapshot
from indexer.passages import MIN_TOKENS

SECONDS_BETWEEN_LOOKS = 1.0
BYTES_OF_A_NUMBER = 2
"""Views hold numbers of 16 bits."""


def show_index_form(workspace: Workspace, collection: Collection) -> None:
    """Show how the collection is searched, and offer to change it."""
    render.show_section(_("Index"))
    with collection.session() as session:
        snapshot = session.snapshot
    _show_facts(snapshot, collection.identity.passages)
    _show_job(workspace)
    _offer_changes(workspace, collection, snapshot)


def _show_facts(snapshot: Snapshot, passages: PassageSettings) -> None:
    manifest = snapshot.manifest
    size = len(snapshot.rows) * snapshot.space.dimension * BYTES_OF_A_NUMBER / 2**20
    render.show_facts(
        {
            _("Kind"): _("none yet, every passage is compared") if manifest is None else describe_view(manifest),
            _("Memory"): _("{megabytes} MB", megabytes=number(size, "0.0")),
            _("Longest passage"): plural("{count} token", "{count} tokens", passages.max_tokens),
            _("Shared with the passage before"): plural("{count} token", "{count} tokens", passages.overlap_tokens),
        }
    )


def _offer_changes(workspace: Workspace, collection: Collection, snapshot: Snapshot) -> None:
    card = collection.embedder.card
    now = collection.identity.passages
    with st.form("index", border=False):
        neutral = st.slider(
            _("My language first … any language alike"),
            min_value=0.0,
            max_value=1.0,
            step=0.1,
            value=round(snapshot.space.strength, 1),
            help=_("Where every search starts from. Seconds; nothing is read or embedded again."),
        )
        dimension = st.selectbox(
            _("Numbers of each vector that are compared first"),
            options=sorted({card.dimension, *card.matryoshka_dimensions}),
            index=sorted({card.dimension, *card.matryoshka_dimensions}).index(snapshot.space.dimension),
            format_func=number,
            help=_("Fewer take less memory and are faster; the best are then compared by all numbers. Seconds."),
        )
        tokens = st.number_input(
            _("Longest passage, in tokens"),
            min_value=MIN_TOKENS,
            max_value=card.max_passage_tokens,
            value=now.max_tokens,
            step=16,
            help=_("All passages are cut and embedded again, which takes a while. No file is read."),
        )
        wanted = st.form_submit_button(_("Build the index anew"), disabled=_is_busy(workspace))
    if wanted:
        command = polyseek_command("reindex", "--json", "--collection", str(workspace.path))
        command += ["--neutral", str(neutral)]
        command += ["--dimension", str(dimension)] if dimension != snapshot.space.dimension else []
        command += ["--max-tokens", str(tokens)] if tokens != now.max_tokens else []
        _jobs(str(workspace.path))["index"] = CommandJob(command)
        st.rerun()


def _is_busy(workspace: Workspace) -> bool:
    job = _jobs(str(workspace.path)).get("index")
    return workspace.desk().busy or (job is not None and job.status().running)


def _show_job(workspace: Workspace) -> None:
    """Show how far the index is, live, or how it ended."""
    job = _jobs(str(workspace.path)).get("index")
    if job is None:
        return
    status = job.status()
    if status.running:
        st.fragment(_follow, run_every=SECONDS_BETWEEN_LOOKS)(job)
    elif status.error:
        render.show_error(status.error)
    else:
        render.show_note(_("The index is built: {view}", view=status.results[-1]["view"]))


def _follow(job: CommandJob) -> None:
    status = job.status()
    if not status.running:
        st.rerun()  # the whole page: its facts have changed
    st.progress(_share(status), text=_("Building the index"))


def _share(status: CommandStatus) -> float:
    progress: Mapping[str, int] = status.progress or {}
    return progress.get("done", 0) / max(progress.get("total", 0), 1)


@st.cache_resource(show_spinner=False)
def _jobs(path: str) -> dict[str, CommandJob]:
    """The job of a collection, shared by all sessions."""
    return {}
