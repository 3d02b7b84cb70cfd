"""Ingests of a collection from the browser: one at a time, each a process of its own."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.ui.command_job import CommandJob, CommandStatus, polyseek_command
from indexer import ChangeKind, FileChange, Phase, SyncProgress, SyncReport

STOPPED = "It was stopped. What was finished is kept; sync the same folder again to go on."


class JobRunningError(Exception):
    """Another ingest of this collection is running."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """How far an ingest is.

    Attributes:
        running: False once the process has ended.
        progress: What it reported last, None if nothing yet.
        report: What it did, None until it has finished.
        error: Why it ended without a report, "" if it did not.
        elapsed_s: Seconds since it was started, or that it took.
    """

    running: bool
    progress: SyncProgress | None
    report: SyncReport | None
    error: str
    elapsed_s: float


class IngestJob:
    """One ingest process and what it has said so far.

    Args:
        command: The command line; it writes the JSON lines of `polyseek ingest --json` to standard output.
        order: What it was asked to do.
    """

    def __init__(self, command: Sequence[str], order: "Order") -> None:
        self.order = order
        self.paused = False
        self._job = CommandJob(command, told=order.password)

    def status(self) -> JobStatus:
        """Say how far it is."""
        return _status(self._job.status())

    def stop(self) -> None:
        """End the process; whole documents that it has finished stay in the collection."""
        self._job.stop()

    def pause(self) -> None:
        """End the process to go on later, from where it is.

        A process that is only held would keep the collection locked and its readers' clocks running; the next one
        compares the files again, which is quick, and finds what is finished.
        """
        self.paused = True
        self._job.stop()

    def wait(self) -> JobStatus:
        """Wait until the process has ended."""
        return _status(self._job.wait())


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What an ingest is asked to do.

    Attributes:
        folders: Absolute paths of folders or files.
        ocr: Read images of pages too.
        password: Tried on files that ask for one; it is told to the process on its standard input.
        dry_run: Only say what would be done.
    """

    folders: tuple[Path, ...]
    ocr: bool = False
    password: str = field(default="", repr=False)
    dry_run: bool = False


class IngestDesk:
    """Starts ingests of one collection, one at a time, and remembers the last.

    Args:
        collection: The collection's directory.
    """

    def __init__(self, collection: Path) -> None:
        self._collection = collection
        self._starting = threading.Lock()
        self.job: IngestJob | None = None

    @property
    def busy(self) -> bool:
        """True while an ingest runs."""
        return self.job is not None and self.job.status().running

    def start(self, order: Order) -> IngestJob:
        """Start an ingest.

        Raises:
            JobRunningError: If one is running.
        """
        with self._starting:
            if self.busy:
                msg = "documents are being read already; wait until that has finished, or stop it"
                raise JobRunningError(msg)
            self.job = IngestJob(ingest_command(self._collection, order), order)
            return self.job


def ingest_command(collection: Path, order: Order) -> list[str]:
    """The command line of an ingest.

    Args:
        collection: The collection's directory.
        order: What to do; its password is not in the command line, which other users of the machine can see.
    """
    options = [("--ocr", order.ocr), ("--dry-run", order.dry_run), ("--password-file=-", bool(order.password))]
    command = polyseek_command("ingest", "--json", "--collection", str(collection))
    return [*command, *(name for name, wanted in options if wanted), "--", *map(str, order.folders)]


def _status(status: CommandStatus) -> JobStatus:
    reports = [event for event in status.results if event["event"] == "report"]
    return JobStatus(
        running=status.running,
        progress=None if status.progress is None else _progress(status.progress),
        report=_report(reports[-1]) if reports else None,
        error=STOPPED if status.error and status.stopped else status.error,
        elapsed_s=status.elapsed_s,
    )


def _progress(event: dict[str, Any]) -> SyncProgress:
    fields = {name: event[name] for name in SyncProgress.__slots__}
    return SyncProgress(**{**fields, "phase": Phase(fields["phase"])})


def _report(event: dict[str, Any]) -> SyncReport:
    changes = tuple(FileChange(**{**change, "kind": ChangeKind(change["kind"])}) for change in event["changes"])
    fields = {name: event[name] for name in SyncReport.__slots__}
    return SyncReport(**{**fields, "changes": changes})
