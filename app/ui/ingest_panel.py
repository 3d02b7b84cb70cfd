"""Shows how far an ingest is, and what it did."""

import streamlit as st

from app.ui import render
from app.ui.ingest_job import IngestDesk, IngestJob, JobStatus
from indexer import SyncReport

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
        _show_report(status.report)
    else:
        render.show_error(status.error)


def _follow(job: IngestJob) -> None:
    status = job.status()
    if not status.running:
        st.rerun()  # the whole page: its table has changed
    _show_progress(status)
    if st.button("Stop"):
        job.stop()


def _show_progress(status: JobStatus) -> None:
    progress = status.progress
    if progress is None:
        st.progress(0.0, text=f"Starting, {status.elapsed_s:.0f} s")
        return
    # Words and numbers only: this text is Markdown.
    st.progress(
        progress.done / progress.total if progress.total else 0.0,
        text=f"{progress.phase.value.capitalize()}: {progress.done:,} of {progress.total:,} files, "
        f"{progress.passages:,} passages, {progress.failed:,} not read, {status.elapsed_s:.0f} s",
    )
    render.show_quiet(progress.path)


def _show_report(report: SyncReport) -> None:
    counts = ", ".join(f"{number:,} {kind}" for kind, number in report.counts().items() if number)
    render.show_note(
        f"Done in {report.elapsed_s:.1f} s: {counts or 'no files found'}; {report.passages:,} passages stored."
    )
