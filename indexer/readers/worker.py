"""The process that reads files, one after another, for the pool that started it.

It writes its answers to what was its standard output; whatever a library prints goes to standard error.
"""

import json
import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO, Final

from indexer.readers import confinement, wire
from indexer.readers.document import ReadLimits, ReadOptions
from indexer.readers.failure import ReadError
from indexer.readers.page_image import ImageRequest
from indexer.readers.reading import draw_file_page, read_file

_PROGRESS_S: Final = 0.1
"""Progress is told this often at most."""


class Progress:
    """Gives a file more time with each page that is read, and tells the pool to do the same."""

    def __init__(self, answers: BinaryIO, limits: ReadLimits, *, ocr: bool) -> None:
        self._answers = answers
        self._limits = limits
        self._ocr = ocr
        self._cpu_at_start_s = time.process_time()
        self._pages = 0
        self._told_at = time.monotonic()
        self._allow()

    def count_page(self) -> None:
        """Count one more page."""
        self._pages += 1
        if time.monotonic() - self._told_at >= _PROGRESS_S:
            self._told_at = time.monotonic()
            self._allow()
            wire.send_progress(self._answers, self._pages)

    def _allow(self) -> None:
        allowed_s = confinement.allowed_cpu_s(self._limits, self._pages, ocr=self._ocr)
        confinement.end_at_cpu(self._cpu_at_start_s + allowed_s)


def main(limits: str) -> None:
    """Answer requests until the pool is gone.

    Args:
        limits: A `ReadLimits` as a JSON object.
    """
    requests, answers = _take_standard_streams()  # never closed: the pool must not see the end before the traceback
    try:
        options = wire.options_of(wire.receive(requests))
    except wire.ConnectionEndedError:
        return
    _serve(requests, answers, ReadLimits(**json.loads(limits)), options)


def _take_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep standard input and output for ourselves; leave libraries an empty one and standard error."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return requests, answers


def _serve(requests: BinaryIO, answers: BinaryIO, limits: ReadLimits, options: ReadOptions) -> None:
    asked: queue.SimpleQueue[tuple[Path, ImageRequest | None]] = queue.SimpleQueue()
    threading.Thread(target=_watch, args=(requests, asked), daemon=True).start()
    confinement.confine_process(limits)
    wire.send(answers, wire.READY)
    while True:
        path, image = asked.get()
        progress = Progress(answers, limits, ocr=options.ocr)
        try:
            if image is None:
                outcome: wire.Outcome = read_file(path, limits, options, on_page=progress.count_page)
            else:
                outcome = draw_file_page(path, image, limits, options)
        except ReadError as error:
            outcome = error.failure
        except MemoryError:
            outcome = confinement.memory_failure(limits)
        wire.send_outcome(answers, outcome)


def _watch(requests: BinaryIO, asked: "queue.SimpleQueue[tuple[Path, ImageRequest | None]]") -> None:
    """Pass requests on, and end this process at once, even in the middle of a file, when the pool is gone."""
    while True:
        try:
            asked.put(wire.receive_request(requests))
        except wire.ConnectionEndedError:
            _end_with_children()


def _end_with_children() -> None:
    """End this process and the programs that libraries have started: the pool gave it a group of its own."""
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(0)
