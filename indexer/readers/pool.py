"""Read many files at once, none of which can harm the program."""

import itertools
import os
import queue
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from indexer.errors import ReaderPoolError
from indexer.readers.document import ReadDocument, ReadLimits, ReadOptions
from indexer.readers.failure import ReadFailure
from indexer.readers.process import WorkerProcess

MAX_DEFAULT_WORKERS: Final = 4
"""Readers outpace the encoder; more of them only take its memory."""


class ReaderPool:
    """Reads files in worker processes that are ended when they go beyond the limits.

    Use it as a context manager: leaving it ends the processes. If this process itself is killed, its workers
    notice and end at once.

    Args:
        limits: What reading one file may cost; a file of many pages may take longer, in proportion.
        workers: Number of processes; by default one per processor core, at most 4.
        options: What the user allows or gives. Only the workers learn passwords, and nothing else is told them.

    Raises:
        ValueError: `workers` is below 1.
    """

    def __init__(
        self, *, limits: ReadLimits | None = None, workers: int | None = None, options: ReadOptions | None = None
    ) -> None:
        if workers is not None and workers < 1:
            raise ValueError(f"workers is {workers}; use 1 or more.")
        count = workers or min(_cores(), MAX_DEFAULT_WORKERS)
        self._workers = [WorkerProcess(limits or ReadLimits(), options or ReadOptions()) for _ in range(count)]
        self._idle: queue.SimpleQueue[WorkerProcess] = queue.SimpleQueue()
        self._executor: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        if self._executor is not None:
            raise ReaderPoolError("The pool of reading processes is open already; make another one.")
        for worker in self._workers:
            self._idle.put(worker)
        self._executor = ThreadPoolExecutor(len(self._workers), thread_name_prefix="reader")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.stop()
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.close()

    def read(self, paths: Iterable[Path]) -> Iterator[tuple[Path, ReadDocument | ReadFailure]]:
        """Read these files, each of them exactly once.

        Reading goes on while the caller works on an answer, but only a few files ahead: one per worker and
        one more. No more paths than that are taken from `paths` in advance.

        Args:
            paths: Files; relative ones are meant from the present working directory.

        Yields:
            Each path with its document or the reason there is none, in the order they are finished.

        Raises:
            ReaderPoolError: The pool is not open, or its processes cannot be started.
        """
        if self._executor is None:
            raise ReaderPoolError("The pool of reading processes is not open; write `with ReaderPool() as pool:`.")
        remaining = iter(paths)
        waiting: dict[Future[ReadDocument | ReadFailure], Path] = {}
        try:
            while True:
                for path in itertools.islice(remaining, len(self._workers) + 1 - len(waiting)):
                    waiting[self._executor.submit(self._read_one, path)] = path
                if not waiting:
                    return
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                while done:
                    future = done.pop()
                    yield waiting.pop(future), future.result()
        finally:
            for future in waiting:
                future.cancel()

    def _read_one(self, path: Path) -> ReadDocument | ReadFailure:
        worker = self._idle.get()
        try:
            return worker.read(path)
        finally:
            self._idle.put(worker)


def _cores() -> int:
    """Count the processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
