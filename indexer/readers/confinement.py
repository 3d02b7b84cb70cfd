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
_OUTPUT_BYTES: Final = 16 * _MEBIBYTE  # a reader writes no files; this bounds what libraries print
_NEARLY_ALL: Final = 0.6  # of the memory limit: a process that dies for want of memory rarely gets the last of it


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a worker process ended.

    Attributes:
        exit_code: Its exit code; minus the signal's number if a signal ended it.
        peak_mb: The most memory it was seen to use, in megabytes; 0 if that is not known.
        said: The last line it wrote to its standard error.
    """

    exit_code: int
    peak_mb: float
    said: str


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


def allow_cpu(cpu_s: float) -> None:
    """Give this process so much processor time from now on; the system ends it after that."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + cpu_s))


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


def cpu_failure(limits: ReadLimits) -> ReadFailure:
    """Say that a file needs more processor time than it may have."""
    message = f"reading took more than {limits.cpu_s:g} s of processor time; split the file or raise the time limit"
    return ReadFailure(reason=FailureReason.TIME, message=message)


def wall_failure(limits: ReadLimits) -> ReadFailure:
    """Say that a file needs longer than it may."""
    message = f"reading took longer than {limits.wall_s:g} s; try again on a less busy machine or raise the time limit"
    return ReadFailure(reason=FailureReason.TIME, message=message)


def failure_of_end(end: End, limits: ReadLimits) -> ReadFailure:
    """Say why a worker ended without an answer: a failure of reason `TIME`, `MEMORY` or `CRASHED`."""
    if end.exit_code == -getattr(signal, "SIGXCPU", 0):
        return cpu_failure(limits)
    if end.exit_code < 0 and end.peak_mb >= _NEARLY_ALL * limits.memory_mb:
        return memory_failure(limits)
    how = f"signal {signal.Signals(-end.exit_code).name}" if end.exit_code < 0 else f"exit code {end.exit_code}"
    message = f"the reading process crashed ({how}: {end.said}); the file may be damaged, try a new copy of it"
    return ReadFailure(reason=FailureReason.CRASHED, message=message)
