"""Open a PDF, also a damaged or an encrypted one."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.pdf.rescue import PasswordNeededError, UnrescuableError, rebuilt, resaved
from indexer.readers.signatures import kind_of

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

MOST_PAGES: Final = 100_000
"""No document has more; a file that says so is refused."""

_HEADER: Final = b"%PDF-"
_JUNK_BYTES: Final = 65_536  # the head of a mail or a web server's answer may stand before a PDF
_TEXT_BYTES: Final = 1024  # of a file without a zero among them it is said that it seems to be text
_REPAIRED_BYTES: Final = 64_000_000  # above this a PDF that opens is taken as it is: repair needs it thrice in memory
_END_BYTES: Final = 2048
_TABLE_PLACE: Final = re.compile(rb"startxref\s+(\d{1,12})(?!.*startxref)", re.DOTALL)
_TABLE: Final = re.compile(rb"(?<=\s)\s*(?:xref\b|\d+\s+\d+\s+obj\b)")


class Opening(StrEnum):
    """What had to be done to open a PDF."""

    AS_IS = "as it is"
    STRIPPED = "without what stood before it"
    RESAVED = "written anew"
    REBUILT = "from the pages that were found"
    """The list of its pages was lost: some may be missing or out of order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPdf:
    """A PDF that is open.

    Attributes:
        document: pdfium's; whoever asked for it closes it.
        pages: Their number, up to the last one that can be loaded; at least 1.
        lost: How many of those the document says it has cannot be loaded.
        data: The bytes that were opened: not the file's if it had to be repaired.
        password: What `data` opens with; empty if it needs none.
        opening: What had to be done.
    """

    document: PdfDocument
    pages: int
    lost: int
    data: bytes = field(repr=False)
    password: str = field(repr=False)
    opening: Opening

    @property
    def repaired(self) -> bool:
        """Whether the file was damaged; if its pages then show nothing, that is why."""
        return self.opening in (Opening.RESAVED, Opening.REBUILT)


class _BrokenError(ReadError):
    """It cannot be opened in this way, perhaps in another one."""


def open_pdf(data: bytes, passwords: Sequence[str]) -> OpenedPdf:
    """Open a PDF; a damaged one is repaired as far as it goes.

    If pdfium refuses the PDF or finds pages or the table of objects missing, it is written anew, then rebuilt from
    whatever pages lie in it; the first of these wins that brings most to light.

    Args:
        data: The bytes of the file.
        passwords: Tried in order if it asks for one.

    Returns:
        The open PDF.

    Raises:
        ReadError: `WRONG_TYPE` for other files, `ENCRYPTED`, `DAMAGED`, `NO_TEXT` for a PDF without pages,
            `TOO_LARGE` for one with more than `MOST_PAGES`.
    """
    start = _header_place(data)
    pdf = data[start:]
    best: OpenedPdf | None = None
    failure: ReadError | None = None
    for opening in (Opening.STRIPPED if start else Opening.AS_IS, Opening.RESAVED, Opening.REBUILT):
        try:
            opened = _opened(pdf, passwords, opening)
        except _BrokenError as error:
            failure = failure or error
            continue
        best = _fuller(best, opened) if best is not None else opened
        if not best.repaired and _needs_no_repair(best):
            break
    if best is None:
        raise _not_a_pdf(data) if start or failure is None else failure
    return best


def _header_place(data: bytes) -> int:
    """Find where the PDF begins."""
    start = data.find(_HEADER, 0, _JUNK_BYTES)
    if start < 0 or (start > 0 and kind_of(data) is not None):
        raise _not_a_pdf(data)
    return start


def _opened(data: bytes, passwords: Sequence[str], opening: Opening) -> OpenedPdf:
    """Open it in one way.

    Raises:
        _BrokenError: It cannot be opened so.
        ReadError: It cannot be opened in any way.
    """
    size = len(data)
    try:
        if opening is Opening.RESAVED:
            data = _resaved(data, passwords)
        elif opening is Opening.REBUILT:
            data = rebuilt(data)
    except UnrescuableError as error:
        raise _broken(size) from error
    document, password = _unlocked(data, passwords)
    found = _loadable_pages(document)
    if not found:
        message = f"none of the PDF's {len(document)} pages can be loaded; get a new copy of it"
        raise _BrokenError(FailureReason.DAMAGED, message)
    pages, lost = found[-1] + 1, len(document) - len(found)
    return OpenedPdf(document=document, pages=pages, lost=lost, data=data, password=password, opening=opening)


def _resaved(data: bytes, passwords: Sequence[str]) -> bytes:
    for password in ("", *passwords):
        with contextlib.suppress(PasswordNeededError):
            return resaved(data, password)
    raise _encrypted(passwords)


def _unlocked(data: bytes, passwords: Sequence[str]) -> tuple[PdfDocument, str]:
    """Open it with the first password that fits: the document and that password."""
    from pypdfium2 import PdfDocument, PdfiumError, raw

    for password in ("", *passwords):
        try:
            return PdfDocument(data, password=password), password
        except PdfiumError as error:
            code = _error_code(data, password)
            if code == raw.FPDF_ERR_SECURITY:
                message = "the PDF is protected in a way that no password opens; get a copy without protection"
                raise ReadError(FailureReason.ENCRYPTED, message) from error
            if code == raw.FPDF_ERR_SUCCESS:
                message = "the PDF has no pages; get a new copy of it"
                raise _BrokenError(FailureReason.NO_TEXT, message) from error
            if code != raw.FPDF_ERR_PASSWORD:
                raise _broken(len(data)) from error
    raise _encrypted(passwords)


def _error_code(data: bytes, password: str) -> int:
    """Find out why pdfium refused: what it says is left from another file if the only fault is a lack of pages."""
    from pypdfium2 import raw

    handle = raw.FPDF_LoadMemDocument64(data, len(data), password.encode() + b"\x00")
    if handle:
        raw.FPDF_CloseDocument(handle)
        return int(raw.FPDF_ERR_SUCCESS)
    return int(raw.FPDF_GetLastError())


def _loadable_pages(document: PdfDocument) -> list[int]:
    """Find the pages that can be loaded, without reading them; their indices."""
    from pypdfium2 import PdfiumError

    found = []
    for index in range(min(len(document), MOST_PAGES + 1)):
        with contextlib.suppress(PdfiumError):
            document.get_page_size(index)
            found.append(index)
    if found and found[-1] >= MOST_PAGES:
        raise ReadError(FailureReason.TOO_LARGE, f"the PDF has more than {MOST_PAGES} pages; split the file")
    return found


def _needs_no_repair(opened: OpenedPdf) -> bool:
    return len(opened.data) > _REPAIRED_BYTES or (opened.lost == 0 and _has_table(opened.data))


def _has_table(pdf: bytes) -> bool:
    """Tell whether the table of objects is where the file says; if not, pdfium has guessed one without a word."""
    place = _TABLE_PLACE.search(pdf, max(0, len(pdf) - _END_BYTES))
    return place is not None and _TABLE.match(pdf, int(place[1])) is not None


def _fuller(first: OpenedPdf, second: OpenedPdf) -> OpenedPdf:
    """Choose the one with more pages, of as many that with more text, else the first; close the other one.

    A second with more pages than the first says there are has brought back deleted ones, and is not chosen.
    """
    chosen, other = first, second
    if len(second.document) <= len(first.document) and (
        _found(second) > _found(first) or (_found(second) == _found(first) and _characters(second) > _characters(first))
    ):
        chosen, other = second, first
    other.document.close()
    return chosen


def _found(opened: OpenedPdf) -> int:
    return len(opened.document) - opened.lost


def _characters(opened: OpenedPdf) -> int:
    from pypdfium2 import PdfiumError

    count = 0
    for index in range(opened.pages):
        with contextlib.suppress(PdfiumError):
            page = opened.document[index]
            count += page.get_textpage().count_chars()
            page.close()  # and its text with it
    return count


def _encrypted(passwords: Sequence[str]) -> ReadError:
    tried = f", and none of the {len(passwords)} given opens it" if passwords else ""
    message = (
        f"the PDF is encrypted and asks for a password{tried}; "
        "give it with --password-file FILE (a file with one password a line)"
    )
    return ReadError(FailureReason.ENCRYPTED, message)


def _broken(size: int) -> _BrokenError:
    message = f"the PDF of {size} bytes is damaged or ends too early; get a new copy of it"
    return _BrokenError(FailureReason.DAMAGED, message)


def _not_a_pdf(data: bytes) -> ReadError:
    kind = kind_of(data)
    if kind is not None:
        return ReadError(FailureReason.WRONG_TYPE, f"the file is {kind}, not a PDF; give it the right file name")
    if b"\x00" not in data[:_TEXT_BYTES]:
        message = "the file does not begin as a PDF, it seems to be text; give it the right file name"
        return ReadError(FailureReason.WRONG_TYPE, message)
    message = f"the file of {len(data)} bytes does not begin as a PDF; get a new copy of it"
    return ReadError(FailureReason.DAMAGED, message)
