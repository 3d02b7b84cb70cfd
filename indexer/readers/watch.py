"""Watch a process while it works on one file."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_INTERVAL_S: Final = 0.05


class Watch:
    """Kills a process that takes too long, and remembers the most memory it was seen to use.

    The system's own count of a process's memory is no help: on Linux it starts at the size of the program
    that started the process.

    Args:
        process: The process.
        seconds: How long it may take.

    Attributes:
        late: Whether it took longer and was killed.
        peak_mb: The most memory seen, in megabytes; 0 if the work was short, or there is no `/proc`.
    """

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.late = False
        self.peak_mb = 0.0
        self._process = process
        self._started = time.monotonic()
        self._deadline = self._started + seconds
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="reader watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def allow(self, seconds: float) -> None:
        """Let it take so long instead, counted from the beginning."""
        self._deadline = self._started + seconds

    def _watch(self) -> None:
        while not self._done.wait(min(_INTERVAL_S, max(0.0, self._deadline - time.monotonic()))):
            self.peak_mb = max(self.peak_mb, _memory_mb(self._process.pid))
            if time.monotonic() >= self._deadline:
                self.late = True
                kill_with_children(self._process)
                return


def kill_with_children(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads a session of its own, and the programs it has started.

    Also for a process that has ended and left programs behind: no other process gets a number that is still that
    of a group.
    """
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # the latter if only zombies are left, on macOS
            os.killpg(process.pid, signal.SIGKILL)


def _memory_mb(process_id: int) -> float:
    if sys.platform != "linux":
        return 0.0
    try:
        pages = Path(f"/proc/{process_id}/statm").read_text(encoding="ascii").split()[1]
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return 0.0
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
