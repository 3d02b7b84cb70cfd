"""Run the Tesseract program: images go in and text comes out through pipes, nothing is written to the disk."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.ocr.image import Pixels
from indexer.readers.ocr.packs import ORIENTATION, OcrMissingError, install_line
from indexer.readers.ocr.read_lines import ReadLine, lines_in

_PROGRAM: Final = "tesseract"

_ONE_BLOCK: Final = "6"
_ORIENTATION_ONLY: Final = "0"
"""Page segmentation modes."""

_BOTH_OUTPUTS: Final = ("-c", "tessedit_create_tsv=1", "-c", "tessedit_create_txt=1")
"""The table has confidences but a space between all Thai, Chinese, Japanese and Korean signs; the text has none."""

_SPACES_AS_SEEN: Final = ("-c", "preserve_interword_spaces=1")
_SPACED_OUT: Final = frozenset(("Hangul", "HanS", "HanT", "Japanese", "Thai"))
"""Packs that need to be told what the packs of languages say themselves."""

_LIST_S: Final = 20
_ERROR_CHARACTERS: Final = 200
_ROTATE: Final = re.compile(r"^Rotate: (\d+)$", re.MULTILINE)
_SCRIPT: Final = re.compile(r"^Script: (\w+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Orientation:
    """How a page lies.

    Attributes:
        rotate: Degrees it must be turned clockwise: 0, 90, 180 or 270.
        script: Tesseract's name of its script, such as `"Cyrillic"`.
    """

    rotate: int
    script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tesseract:
    """The program on this machine.

    Attributes:
        program: Where it is.
        packs: The packs it has, by their names without a folder, as it wants to be told them.
    """

    program: str
    packs: Mapping[str, str]

    @classmethod
    def find(cls) -> "Tesseract":
        """Find the program through PATH, and the packs it has.

        Raises:
            OcrMissingError: There is no such program.
            ReadError: It does not run.
        """
        program = shutil.which(_PROGRAM)
        if program is None:
            message = f"reading images needs Tesseract, which is not on the PATH; install it with: {install_line(())}"
            raise OcrMissingError(message)
        listed = _run([program, "--list-langs"], b"", _LIST_S).splitlines()[1:]
        return cls(program=program, packs={name.rpartition("/")[2]: name for name in listed})

    def version(self) -> str:
        """Say which version it is, such as `"5.3.0"`.

        Raises:
            ReadError: It does not run.
        """
        words = _run([self.program, "--version"], b"", _LIST_S).split()
        return words[1].removeprefix("v") if len(words) > 1 else "unknown"

    def orientation(self, pixels: Pixels, deadline: float) -> Orientation | None:
        """Say how a page lies and in which script it is; none if it has too few letters to tell.

        Args:
            pixels: The page.
            deadline: On `time.monotonic`.

        Raises:
            ReadError: `TIME`, `MEMORY` or `CRASHED`.
        """
        if ORIENTATION not in self.packs:
            return None
        command = [self.program, "-", "-", "-l", ORIENTATION, "--psm", _ORIENTATION_ONLY]
        said = _run(command, _as_pgm(pixels), _left(deadline), may_fail=True)
        rotate, script = _ROTATE.search(said), _SCRIPT.search(said)
        return Orientation(rotate=int(rotate[1]), script=script[1]) if rotate and script else None

    def read(self, pixels: Pixels, packs: Sequence[str], deadline: float) -> list[ReadLine]:
        """Read lines that stand one below the other.

        Args:
            pixels: One column of text.
            packs: Names from `packs`; the first decides where spaces are.
            deadline: On `time.monotonic`.

        Raises:
            ReadError: `TIME`, `MEMORY` or `CRASHED`.
        """
        names = "+".join(self.packs[pack] for pack in packs)
        spaces = _SPACES_AS_SEEN if packs[0] in _SPACED_OUT else ()
        command = [self.program, "-", "-", "-l", names, "--psm", _ONE_BLOCK, *_BOTH_OUTPUTS, *spaces]
        return list(lines_in(_run(command, _as_pgm(pixels), _left(deadline))))


def _as_pgm(pixels: Pixels) -> bytes:
    return b"P5 %d %d 255\n" % (pixels.shape[1], pixels.shape[0]) + pixels.tobytes()


def _left(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.001)


def _run(command: Sequence[str], image: bytes, timeout_s: float, *, may_fail: bool = False) -> str:
    """Run the program to its end, or end it.

    `OMP_THREAD_LIMIT` keeps it to one thread: the files of a folder are read in several processes already.
    """
    try:
        done = subprocess.run(  # noqa: S603 - no shell; the program is the user's own Tesseract
            command,
            input=image,
            capture_output=True,
            timeout=timeout_s,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired as error:
        message = "reading the image of a page took too long; try again on a less busy machine or raise the time limit"
        raise ReadError(FailureReason.TIME, message) from error
    except OSError as error:
        message = f"{command[0]} cannot be run ({error.strerror}); install it with: {install_line(())}"
        raise OcrMissingError(message) from error
    if done.returncode and not (may_fail and done.returncode > 0):
        raise _failure(done.returncode, done.stderr.decode(errors="replace"))
    return done.stdout.decode(errors="replace")


def _failure(code: int, said: str) -> ReadError:
    if code == -getattr(signal, "SIGXCPU", 0):
        message = "reading the image of a page took too much processor time; raise the time limit"
        return ReadError(FailureReason.TIME, message)
    if "bad_alloc" in said:
        message = "reading the image of a page needed more memory than it may have; raise the memory limit"
        return ReadError(FailureReason.MEMORY, message)
    last = (said.strip().splitlines() or ["it said nothing"])[-1][:_ERROR_CHARACTERS]
    message = f"Tesseract ended with code {code}: {last}; check that it runs: polyseek doctor"
    return ReadError(FailureReason.CRASHED, message)
