"""Runs one of polyseek's commands as a process, so that no page waits for it and a reload does not end it.

It ends with the server; like any run that is cut short, it keeps what it has finished.
"""

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import IO, Any

logger = logging.getLogger(__name__)

KEPT_LINES = 20
"""Last lines of standard error that are kept for the message of a failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandStatus:
    """How far a command is.

    Attributes:
        running: False once the process has ended.
        progress: The last `progress` event it wrote, None if none yet.
        results: Its other events, in order.
        error: Why it ended without a result, "" if it did not.
        stopped: True if it was asked to stop.
        elapsed_s: Seconds since it was started, or that it took.
    """

    running: bool
    progress: dict[str, Any] | None
    results: tuple[dict[str, Any], ...]
    error: str
    stopped: bool
    elapsed_s: float


class CommandJob:
    """A running command and what it has written so far.

    Args:
        command: The command line, see `polyseek_command`; it writes JSON lines, each with its "event", to standard
            output.
        told: What it is told on its standard input, such as passwords.
    """

    def __init__(self, command: Sequence[str], *, told: str = "") -> None:
        self._started, self._ended = time.monotonic(), 0.0
        self._progress: dict[str, Any] | None = None
        self._results: list[dict[str, Any]] = []
        self._error = ""
        self._stopped = False
        self._process = subprocess.Popen(  # noqa: S603  our own command line; arguments are no shell text
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        self._listener = threading.Thread(target=self._listen, args=(told,), name="command", daemon=True)
        self._listener.start()

    def status(self) -> CommandStatus:
        """Say how far it is."""
        running = self._listener.is_alive()
        return CommandStatus(
            running=running,
            progress=self._progress,
            results=tuple(self._results),
            error="" if running else self._error,
            stopped=self._stopped,
            elapsed_s=(time.monotonic() if running else self._ended) - self._started,
        )

    def stop(self) -> None:
        """End the process; what it has finished stays."""
        self._stopped = True
        self._process.terminate()

    def wait(self) -> CommandStatus:
        """Wait until the process has ended."""
        self._listener.join()
        return self.status()

    def _listen(self, told: str) -> None:
        """Take in what the process writes, until it ends."""
        complaints: list[str] = []
        with self._process as process:
            with suppress(BrokenPipeError), process.stdin or nullcontext() as stdin:  # it may have ended already
                if stdin is not None:
                    stdin.write(told)
            errors = threading.Thread(target=_keep_last_lines, args=(process.stderr, complaints), daemon=True)
            errors.start()
            for line in process.stdout or ():
                self._take(line)
            errors.join()
        if not self._results:
            said = "".join(complaints).strip()
            self._error = said or f"the command ended with code {process.returncode} and said nothing"
        self._ended = time.monotonic()

    def _take(self, line: str) -> None:
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            logger.warning("the command wrote a line that is not JSON: %.200s", line)
            return
        if event["event"] == "progress":
            self._progress = event
        else:
            self._results.append(event)


def polyseek_command(*arguments: str) -> list[str]:
    """The command line of `polyseek`, run by the interpreter that runs us."""
    # -P: a file app.py in the working directory must not be taken for our package.
    return [sys.executable, "-P", "-m", "app.cli", *arguments]


def _keep_last_lines(stream: IO[str], lines: list[str]) -> None:
    for line in stream:
        lines.append(line)
        del lines[:-KEPT_LINES]
