"""The process that reads files, one after another, for the pool that started it.

It writes its answers to what was its standard output; whatever a library prints goes to standard error.
"""

import json
import os
import queue
import threading
from pathlib import Path
from typing import BinaryIO

from indexer.readers import confinement, wire
from indexer.readers.document import ReadDocument, ReadLimits
from indexer.readers.failure import ReadError, ReadFailure
from indexer.readers.reading import read_file


def main(limits: str) -> None:
    """Answer requests until the pool is gone.

    Args:
        limits: A `ReadLimits` as a JSON object.
    """
    requests, answers = _take_standard_streams()  # never closed: the pool must not see the end before the traceback
    _serve(requests, answers, ReadLimits(**json.loads(limits)))


def _take_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep standard input and output for ourselves; leave libraries an empty one and standard error."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return requests, answers


def _serve(requests: BinaryIO, answers: BinaryIO, limits: ReadLimits) -> None:
    paths: queue.SimpleQueue[Path] = queue.SimpleQueue()
    threading.Thread(target=_watch, args=(requests, paths), daemon=True).start()
    confinement.confine_process(limits)
    wire.send(answers, wire.READY)
    while True:
        path = paths.get()
        confinement.allow_cpu(limits.cpu_s)
        wire.send_outcome(answers, _outcome(path, limits))


def _watch(requests: BinaryIO, paths: "queue.SimpleQueue[Path]") -> None:
    """Pass requests on, and end this process at once, even in the middle of a file, when the pool is gone."""
    while True:
        try:
            paths.put(wire.path_of(wire.receive(requests)))
        except wire.ConnectionEndedError:
            os._exit(0)


def _outcome(path: Path, limits: ReadLimits) -> ReadDocument | ReadFailure:
    try:
        return read_file(path, limits)
    except ReadError as error:
        return error.failure
    except MemoryError:
        return confinement.memory_failure(limits)
