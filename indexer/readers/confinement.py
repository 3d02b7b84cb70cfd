"""Keep a worker process within its limits, and say which limit ended it."""

import math
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from indexer.readers.document import ReadLimits
from indexer.readers.failure import FailureReason, ReadFailure

_MEBIBYTE: Final = 1 << 20
_OUTPUT_BYTES: Final = 128 * _MEBIBYTE  # bounds what libraries print; py3langid unpacks its model to a file
_PAGES_A_SHARE: Final = 20  # so many pages, once read, earn a file its allowance once more
_MOST_CPU_SHARES: Final = 10
_MOST_WALL_SHARES: Final = 20
_SCANNED_PAGES_A_SHARE: Final = 3  # reading an image may take a minute of another process
_NEARLY_ALL: Final = 0.6  # of the memory limit: a process that dies for want of memory rarely gets the last of it


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a worker process ended.

    Attributes:
        exit_code: Its exit code; minus the signal's number if a signal ended it.
        peak_mb: The most memory it was seen to use, in megabytes; 0 if that is not known.
        said: The last line it wrote to its standard error.
        pages: How many pages of the file it had read by then.
    """

    exit_code: int
    peak_mb: float
    said: str
    pages: int = 0


def allowed_cpu_s(limits: ReadLimits, pages: int, *, ocr: bool = False) -> float:
    """Say how much processor time a file may take once so many of its pages have been read.

    A thick book takes longer than a letter: each page read adds a twentieth of the limit, up to ten times it; without
    end where images of pages are read, as each of them has a limit of its own.
    """
    shares = 1 + pages / _PAGES_A_SHARE
    return limits.cpu_s * (shares if ocr else min(shares, _MOST_CPU_SHARES))


def allowed_wall_s(limits: ReadLimits, pages: int, *, ocr: bool = False) -> float:
    """Say how long a file may take on the clock once so many of its pages have been read; up to 20 times the limit.

    Where images of pages are read, each page adds a third of the limit, without end.
    """
    if ocr:
        return limits.wall_s * (1 + pages / _SCANNED_PAGES_A_SHARE)
    return limits.wall_s * min(1 + pages / _PAGES_A_SHARE, _MOST_WALL_SHARES)


def confine_process(limits: ReadLimits) -> None:
    """Limit this process for good: its memory, what it can write, and no core dump."""
    if sys.platform == "win32":
        return
    import resource

    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, _OUTPUT_BYTES)
    if sys.platform == "linux":  # elsewhere the limit is ignored, and the present size is not to be had this way
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + limits.memory_mb * _MEBIBYTE)


def end_at_cpu(cpu_s: float) -> None:
    """Have the system end this process when it has taken so much processor time since it started."""
    if sys.platform == "win32":
        return
    import resource

    _lower(resource.RLIMIT_CPU, math.ceil(cpu_s))


def _lower(what: int, value: int) -> None:
    """Set the soft limit; the hard one stays, so that it can be raised again for the next file."""
    if sys.platform != "win32":
        import resource

        _, hard = resource.getrlimit(what)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (allowed, hard))


def memory_failure(limits: ReadLimits) -> ReadFailure:
    """Say that a file needs more memory than it may have."""
    message = f"reading needed more than {limits.memory_mb} MB of memory; split the file or raise the memory limit"
    return ReadFailure(reason=FailureReason.MEMORY, message=message)


def cpu_failure(limits: ReadLimits, pages: int) -> ReadFailure:
    """Say that a file, so many pages of which were read, needs more processor time than it may have."""
    allowed = f"{allowed_cpu_s(limits, pages):g} s of processor time{_up_to(pages)}"
    message = f"reading took more than {allowed}; split the file or raise the time limit"
    return ReadFailure(reason=FailureReason.TIME, message=message)


def wall_failure(limits: ReadLimits, pages: int) -> ReadFailure:
    """Say that a file, so many pages of which were read, needs longer than it may."""
    allowed = f"{allowed_wall_s(limits, pages):g} s{_up_to(pages)}"
    message = f"reading took longer than {allowed}; try again on a less busy machine or raise the time limit"
    return ReadFailure(reason=FailureReason.TIME, message=message)


def _up_to(pages: int) -> str:
    return f" (up to page {pages})" if pages else ""


def failure_of_end(end: End, limits: ReadLimits) -> ReadFailure:
    """Say why a worker ended without an answer: a failure of reason `TIME`, `MEMORY` or `CRASHED`."""
    if end.exit_code == -getattr(signal, "SIGXCPU", 0):
        return cpu_failure(limits, end.pages)
    if end.exit_code < 0 and end.peak_mb >= _NEARLY_ALL * limits.memory_mb:
        return memory_failure(limits)
    how = f"signal {signal.Signals(-end.exit_code).name}" if end.exit_code < 0 else f"exit code {end.exit_code}"
    message = f"the reading process crashed ({how}: {end.said}); the file may be damaged, try a new copy of it"
    return ReadFailure(reason=FailureReason.CRASHED, message=message)
