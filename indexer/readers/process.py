"""One worker process, as its pool sees it."""

import contextlib
import dataclasses
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, BinaryIO, Final, cast

from indexer.errors import ReaderPoolError
from indexer.readers import confinement, wire
from indexer.readers.document import ReadDocument, ReadLimits, ReadOptions
from indexer.readers.failure import FailureReason, ReadFailure
from indexer.readers.page_image import ImageRequest, PageImage
from indexer.readers.watch import Watch, kill_with_children

_PROGRAM: Final = """\
import json, sys
sys.path[:] = json.loads(sys.argv[1])  # whatever this program can import, its workers can
from indexer.readers.worker import main
main(sys.argv[2])
"""
_START_S: Final = 120  # a process that is not ready by then never will be
_EXIT_S: Final = 2
_ERROR_CHARACTERS: Final = 300


class WorkerProcess:
    """Reads files one at a time in a process of its own.

    The process starts with the first file, and anew after a file has ended it. `read` belongs to one thread
    at a time; `stop` may be called from any.
    """

    def __init__(self, limits: ReadLimits, options: ReadOptions) -> None:
        self._limits = limits
        self._options = options
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._stopped = False

    def read(self, path: Path) -> ReadDocument | ReadFailure:
        """Read one file, whatever it does to the process.

        Raises:
            ReaderPoolError: The process cannot be started, or was stopped meanwhile.
        """
        return cast("ReadDocument | ReadFailure", self._answer(path, None))

    def draw(self, path: Path, image: ImageRequest) -> PageImage | ReadFailure:
        """Draw a page of a file, whatever that does to the process.

        Raises:
            ReaderPoolError: The process cannot be started, or was stopped meanwhile.
        """
        return cast("PageImage | ReadFailure", self._answer(path, image))

    def _answer(self, path: Path, image: ImageRequest | None) -> wire.Outcome:
        process = self._process or self._start()
        pages = 0

        def count(read: int) -> None:
            nonlocal pages
            pages = read
            watch.allow(confinement.allowed_wall_s(self._limits, pages, ocr=self._options.ocr))

        with Watch(process, self._limits.wall_s) as watch:
            outcome = self._ask(process, path, image, count)
        if outcome is not None:
            if watch.late or (isinstance(outcome, ReadFailure) and outcome.reason is FailureReason.MEMORY):
                self._bury(process)  # after a want of memory its heap is full of holes
            return outcome
        exit_code, said = self._bury(process)
        if self._stopped:
            raise ReaderPoolError(f"The pool was closed while {path} was read.")
        if watch.late:
            return confinement.wall_failure(self._limits, pages)
        end = confinement.End(exit_code=exit_code, peak_mb=watch.peak_mb, said=said, pages=pages)
        return confinement.failure_of_end(end, self._limits)

    def stop(self) -> None:
        """End the process at once and start no other one; a `read` in another thread fails."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                kill_with_children(self._process)

    def close(self) -> None:
        """Stop, and leave nothing behind. Call it when no `read` is running."""
        self.stop()
        if self._process is not None:
            self._bury(self._process)

    def _ask(
        self,
        process: subprocess.Popen[bytes],
        path: Path,
        image: ImageRequest | None,
        on_progress: Callable[[int], None],
    ) -> wire.Outcome | None:
        """Have a file read, or a page of it drawn; nothing if the process ends before it answers."""
        if self._errors is not None:  # keep only what this file makes the libraries say
            self._errors.seek(0)
            self._errors.truncate()
        try:
            wire.send_request(_stdin(process), path.absolute(), image)
            return wire.receive_outcome(_stdout(process), on_progress)
        except (wire.ConnectionEndedError, BrokenPipeError):
            return None

    def _start(self) -> subprocess.Popen[bytes]:
        search_path = [str(Path(entry).absolute()) for entry in sys.path]
        command = [sys.executable, "-P", "-c", _PROGRAM, json.dumps(search_path), _as_json(self._limits)]
        with self._lock:
            if self._stopped:
                raise ReaderPoolError("The pool of reading processes is closed; open a new one.")
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
            try:
                self._process = process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=self._errors,
                    start_new_session=True,  # Ctrl-C in the terminal is the parent's to handle
                    creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
                )
            except OSError as error:
                self._errors.close()
                message = (
                    f"No reading process can be started with {sys.executable!r} ({error.strerror}); check it runs."
                )
                raise ReaderPoolError(message) from error
        with Watch(process, _START_S), contextlib.suppress(wire.ConnectionEndedError, BrokenPipeError):
            wire.send(_stdin(process), wire.options_frame(self._options))
            if wire.receive(_stdout(process)) == wire.READY:
                return process
        exit_code, said = self._bury(process)
        raise ReaderPoolError(
            f"A reading process could not start (exit code {exit_code}): {said}. "
            f"Check that {sys.executable} can import indexer.readers, and install polyseek again."
        )

    def _bury(self, process: subprocess.Popen[bytes]) -> tuple[int, str]:
        """Collect an ended process, or end it: its exit code and the last thing it said."""
        with contextlib.suppress(BrokenPipeError):
            _stdin(process).close()
        _stdout(process).close()
        try:
            exit_code = process.wait(_EXIT_S)
        except subprocess.TimeoutExpired:
            kill_with_children(process)
            exit_code = process.wait()
        kill_with_children(process)  # what it had started may have outlived it
        with self._lock:
            self._process = None
        return exit_code, self._last_words()

    def _last_words(self) -> str:
        """Give the last line the process wrote to its standard error, and forget the rest."""
        if self._errors is None:
            return ""
        with self._errors as errors:
            errors.seek(0)
            lines = errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1][:_ERROR_CHARACTERS] if lines else "it said nothing"


def _as_json(limits: ReadLimits) -> str:
    return json.dumps(dataclasses.asdict(limits))


def _stdin(process: subprocess.Popen[bytes]) -> BinaryIO:
    return cast("BinaryIO", process.stdin)


def _stdout(process: subprocess.Popen[bytes]) -> BinaryIO:
    return cast("BinaryIO", process.stdout)
