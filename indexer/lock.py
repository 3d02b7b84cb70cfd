"""One writer at a time."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from indexer.errors import CollectionLockedError, CollectionReadOnlyError


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the collection's writer lock; the operating system frees it when the process dies.

    Raises:
        CollectionLockedError: If another process holds it; the message names that process.
        CollectionReadOnlyError: If the lock file cannot be written.
    """
    holder = folder / "writer.json"
    lock = FileLock(folder / "writer.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        msg = f"{folder} is being written to by {_describe(holder)}; wait until it has finished, or stop it"
        raise CollectionLockedError(msg) from error
    except OSError as error:
        msg = f"{folder} cannot be written to ({error.strerror}); searching it still works. Check its rights and disk"
        raise CollectionReadOnlyError(msg) from error
    try:
        started = datetime.now(UTC).isoformat(timespec="seconds")
        holder.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": started}))
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _describe(holder: Path) -> str:
    try:
        fields = json.loads(holder.read_text())
        return f"process {fields['pid']} on {fields['host']} since {fields['since']}"
    except (OSError, ValueError, KeyError):
        return "another process"  # it took the lock a moment ago and has not written its name yet
