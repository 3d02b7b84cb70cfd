"""Shows how far an ingest is, and what it did."""

from dataclasses import replace
from datetime import timedelta
from pathlib import PurePath

import streamlit as st
from babel.dates import format_timedelta

from app.ui import render
from app.ui.language import _, interface_language, number, plural
from app.ui.library.ingest_job import STOPPED, IngestDesk, IngestJob, JobStatus
from indexer import ChangeKind, Phase, SyncReport

SECONDS_BETWEEN_LOOKS = 1.0


def show_ingest(desk: IngestDesk) -> None:
    """Show the ingest that is running, live, or what the last one did."""
    job = desk.job
    if job is None:
        return
    status = job.status()
    if status.running:
        st.fragment(_follow, run_every=SECONDS_BETWEEN_LOOKS)(job)
    elif status.report is not None:
        _show_report(desk, job, status.report)
    elif status.error == STOPPED:
        _show_stopped(desk, job)
    else:
        render.show_error(status.error)


def _follow(job: IngestJob) -> None:
    status = job.status()
    if not status.running:
        st.rerun()  # the whole page: its table has changed
    _show_progress(status)
    with st.container(horizontal=True):
        if st.button(_("Pause"), icon=":material/pause:"):
            job.pause()
        if st.button(_("Stop"), icon=":material/stop:"):
            job.stop()


def _show_progress(status: JobStatus) -> None:
    progress = status.progress
    if progress is None:
        st.progress(0.0, text=_("Starting"))
        return
    words = {Phase.COMPARING: _("Comparing"), Phase.READING: _("Reading"), Phase.CUTTING: _("Cutting again")}
    # Words and numbers only: this text is Markdown.
    st.progress(
        progress.done / progress.total if progress.total else 0.0,
        text=_(
            "{phase}: {done} of {total} files", phase=words[progress.phase], done=progress.done, total=progress.total
        ),
    )
    facts = [
        plural("{count} page", "{count} pages", progress.pages),
        plural("{count} passage", "{count} passages", progress.passages),
        _("{rate} passages a second", rate=number(progress.passages / max(status.elapsed_s, 0.1), "0.0")),
        _("{count} not read", count=progress.failed),
        _time_left(status),
    ]
    render.show_quiet(" · ".join(filter(None, facts)))
    render.show_quiet(progress.path)


def _time_left(status: JobStatus) -> str:
    progress = status.progress
    if progress is None or progress.phase is Phase.COMPARING or not progress.done:
        return ""
    seconds = status.elapsed_s * (progress.total - progress.done) / progress.done
    return _("about {time} left", time=_duration(seconds))


def _duration(seconds: float) -> str:
    return format_timedelta(timedelta(seconds=seconds), locale=interface_language(), threshold=1.2)


def _show_report(desk: IngestDesk, job: IngestJob, report: SyncReport) -> None:
    words = {
        ChangeKind.ADDED: _("{count} added"),
        ChangeKind.CHANGED: _("{count} changed"),
        ChangeKind.MOVED: _("{count} moved"),
        ChangeKind.DUPLICATE: _("{count} with the content of another"),
        ChangeKind.REMOVED: _("{count} removed"),
        ChangeKind.FAILED: _("{count} not read"),
    }
    counts = [text.format(count=number(len(report.of(kind)))) for kind, text in words.items() if report.of(kind)]
    counts.append(_("{count} unchanged", count=report.unchanged))
    if report.unsupported:
        counts.append(_("{count} of other formats", count=report.unsupported))
    said = ", ".join(counts)
    if report.dry_run:
        render.show_note(_("This would be done: {changes}.", changes=said))
        _show_changes(report)
        if st.button(_("Do it"), type="primary"):
            desk.start(replace(job.order, dry_run=False))
            st.rerun()
        return
    render.show_note(_("Done in {time}: {changes}.", time=_duration(report.elapsed_s), changes=said))


def _show_changes(report: SyncReport) -> None:
    """List what a dry run found."""
    words = {
        ChangeKind.ADDED: _("new"),
        ChangeKind.CHANGED: _("changed"),
        ChangeKind.MOVED: _("moved"),
        ChangeKind.DUPLICATE: _("same content as another"),
        ChangeKind.REMOVED: _("gone"),
        ChangeKind.FAILED: _("cannot be read"),
    }
    if report.changes:
        st.dataframe(
            [
                {
                    _("Name"): PurePath(change.path).name,
                    _("Change"): words[change.kind],
                    _("Folder"): str(PurePath(change.path).parent),
                }
                for change in report.changes
            ],
            hide_index=True,
        )


def _show_stopped(desk: IngestDesk, job: IngestJob) -> None:
    if job.paused:
        render.show_note(_("Paused. What was finished is kept."))
    else:
        render.show_note(_("It was stopped. What was finished is kept."))
    if st.button(_("Go on"), type="primary", icon=":material/play_arrow:"):
        desk.start(job.order)
        st.rerun()
