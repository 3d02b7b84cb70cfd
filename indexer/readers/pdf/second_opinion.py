"""Ask pypdf what a page says when pdfium's text cannot be trusted, and choose between the two."""

from __future__ import annotations

import contextlib
import io
import logging
import struct
import time
import warnings
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from indexer.readers.document import PageCheck, Verdict
from indexer.readers.pdf.verdict import severity_of

if TYPE_CHECKING:
    from pypdf import PdfReader

BUDGET_S: Final = 10.0
"""Processor time pypdf may take for one file: it is ten times slower than pdfium, which must not end the reading."""

MOST_CONTENT_BYTES: Final = 1_000_000
"""A page drawn with more than this, such as a map, is not asked for; pypdf would need seconds for it."""

_PYPDF_DAMAGE: Final = (  # what pypdf lets through on damaged files besides its own errors
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,  # among them RecursionError and NotImplementedError
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)

_FEWEST_KEPT: Final = 0.25  # of the letters; not more, because doubled letters are counted, too

_RANKS: Final = {
    Verdict.OK: 0,
    Verdict.REPAIRED: 0,
    Verdict.RECOGNISED: 0,
    Verdict.SUSPECT: 1,
    Verdict.UNDECODABLE: 2,
    Verdict.NO_TEXT: 3,
}


class PypdfPages:
    """The pages of a PDF as pypdf reads them; see `pypdf_pages`."""

    def __init__(self, data: bytes, password: str | None, budget_s: float) -> None:
        self._data = data
        self._password = password
        self._left_s = budget_s
        self._reader: PdfReader | None = None

    def page_text(self, index: int) -> str:
        """Give the text of a page, neither joined nor cleaned.

        Args:
            index: Of the page, counted from 0.

        Returns:
            The text; empty if pypdf has no opinion, because it fails, finds none or has used up its time.
        """
        if self._left_s <= 0:
            return ""
        from pypdf.errors import DependencyError, PyPdfError

        began = time.process_time()
        try:
            with _quiet():
                return self._read(index)
        except MemoryError:  # what pdfium read must not be lost for it
            self._reader = None
            self._left_s = 0.0
            return ""
        except (PyPdfError, DependencyError, *_PYPDF_DAMAGE):
            return ""
        finally:
            self._left_s -= time.process_time() - began

    def _read(self, index: int) -> str:
        from pypdf import PdfReader

        if self._reader is None:
            self._reader = PdfReader(io.BytesIO(self._data), password=self._password)
        page = self._reader.pages[index]
        content = page.get_contents()
        if content is None or len(content.get_data()) > MOST_CONTENT_BYTES:
            return ""
        return page.extract_text()


def pypdf_pages(data: bytes, password: str | None = None, *, budget_s: float = BUDGET_S) -> PypdfPages:
    """Make a second reader of a PDF, which opens the file when it is first asked.

    Args:
        data: The whole file.
        password: What opens it, if it is encrypted; an empty password is tried by itself.
        budget_s: Seconds of processor time after which it is asked in vain.

    Returns:
        Its pages.
    """
    return PypdfPages(data, password, budget_s)


def better_of(first: tuple[str, PageCheck], second: tuple[str, PageCheck]) -> tuple[str, PageCheck]:
    """Choose the better of two texts of one page.

    The better verdict wins, then the milder signs, then more letters; the first one if nothing tells them apart.
    A second text that has lost most of the letters is no better.

    Args:
        first: A text and its check.
        second: The same page's text from another extractor, and its check.

    Returns:
        One of the two.
    """
    if not _says_enough(first, second):
        return first
    return min(first, second, key=_badness)


def _says_enough(first: tuple[str, PageCheck], second: tuple[str, PageCheck]) -> bool:
    letters = _letters(second[0])
    if first[1].verdict in (Verdict.UNDECODABLE, Verdict.NO_TEXT):
        return letters > 0
    return letters > 0 and letters >= _FEWEST_KEPT * _letters(first[0])


def _badness(candidate: tuple[str, PageCheck]) -> tuple[int, float, int]:
    text, check = candidate
    return _RANKS[check.verdict], round(severity_of(check.signs), 1), -_letters(text)


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep pypdf from reporting every fault of a file to the terminal."""
    logger = logging.getLogger("pypdf")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
