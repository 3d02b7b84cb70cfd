"""Runs `polyseek ingest` as a process of its own, so that no page waits for it and a reload does not end it.

It ends with the server; like any ingest that is cut short, it keeps what it has finished.
"""

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from indexer import ChangeKind, FileChange, Phase, SyncProgress, SyncReport

logger = logging.getLogger(__name__)

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
        folders: What it ingests.
    """

    def __init__(self, command: Sequence[str], folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self._started, self._ended = time.monotonic(), 0.0
        self._progress: SyncProgress | None = None
        self._report: SyncReport | None = None
        self._error = ""
        self._stopped = False
        self._process = subprocess.Popen(  # noqa: S603  our own command line; the folders are arguments, not shell text
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        self._listener = threading.Thread(target=self._listen, name="ingest", daemon=True)
        self._listener.start()

    def status(self) -> JobStatus:
        """Say how far it is."""
        running = self._listener.is_alive()
        return JobStatus(
            running=running,
            progress=self._progress,
            report=self._report,
            error="" if running else self._error,
            elapsed_s=(time.monotonic() if running else self._ended) - self._started,
        )

    def stop(self) -> None:
        """End the process; whole documents that it has finished stay in the collection."""
        self._stopped = True
        self._process.terminate()

    def wait(self) -> JobStatus:
        """Wait until the process has ended."""
        self._listener.join()
        return self.status()

    def _listen(self) -> None:
        """Take in what the process writes, until it ends."""
        complaints: list[str] = []
        with self._process as process:
            errors = threading.Thread(target=_keep_last_lines, args=(process.stderr, complaints), daemon=True)
            errors.start()
            for line in process.stdout or ():
                self._take(line)
            errors.join()
        if self._report is None:
            said = "".join(complaints).strip() or f"the ingest ended with code {process.returncode} and said nothing"
            self._error = STOPPED if self._stopped else said
        self._ended = time.monotonic()

    def _take(self, line: str) -> None:
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            logger.warning("the ingest wrote a line that is not JSON: %.200s", line)
            return
        if event["event"] == "progress":
            self._progress = _progress(event)
        elif event["event"] == "report":
            self._report = _report(event)


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

    def start(self, folders: Sequence[Path]) -> IngestJob:
        """Start an ingest of folders.

        Raises:
            JobRunningError: If one is running.
        """
        with self._starting:
            if self.busy:
                msg = "documents are being read already; wait until that has finished, or stop it"
                raise JobRunningError(msg)
            self.job = IngestJob(ingest_command(self._collection, folders), folders)
            return self.job


def ingest_command(collection: Path, folders: Sequence[Path]) -> list[str]:
    """The command line that ingests folders into a collection.

    Args:
        collection: The collection's directory.
        folders: Absolute paths.
    """
    # -P: a file app.py in the working directory must not be taken for our package.
    command = [sys.executable, "-P", "-m", "app.cli", "ingest", "--json", "--collection", str(collection), "--"]
    return command + [str(folder) for folder in folders]


def _keep_last_lines(stream: IO[str], lines: list[str], most: int = 20) -> None:
    for line in stream:
        lines.append(line)
        del lines[:-most]


def _progress(event: dict[str, Any]) -> SyncProgress:
    fields = {name: event[name] for name in SyncProgress.__slots__}
    return SyncProgress(**{**fields, "phase": Phase(fields["phase"])})


def _report(event: dict[str, Any]) -> SyncReport:
    changes = tuple(FileChange(**{**change, "kind": ChangeKind(change["kind"])}) for change in event["changes"])
    fields = {name: event[name] for name in SyncReport.__slots__}
    return SyncReport(**{**fields, "changes": changes})
