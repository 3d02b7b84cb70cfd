"""Read PDF files with pdfium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from indexer.readers.clean import clean
from indexer.readers.extracted import Extracted, ExtractedPage, Source
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.lines import join_lines
from indexer.readers.signatures import kind_of

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

_HEADER: Final = b"%PDF-"
_HEADER_BYTES: Final = 1024  # pdfium finds the header after that much of anything


def extract(source: Source) -> Extracted:
    """Read a PDF page by page.

    Raises:
        ReadError: `WRONG_TYPE`, `ENCRYPTED` or `DAMAGED`; taking the pages may raise `DAMAGED`, too.
    """
    if _HEADER not in source.data[:_HEADER_BYTES]:
        raise _not_a_pdf(source.data)
    document = _open(source.data)
    return Extracted(title=document.get_metadata_value("Title"), pages=_pages(document))


def _open(data: bytes) -> PdfDocument:
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        return PdfDocument(data)
    except PdfiumError as error:
        raise _refusal(data) from error


def _refusal(data: bytes) -> ReadError:
    """Find out why pdfium refused: its error number is an old one if the only fault is a lack of pages."""
    from pypdfium2 import raw

    handle = raw.FPDF_LoadMemDocument64(data, len(data), None)
    if handle:
        raw.FPDF_CloseDocument(handle)
        return ReadError(FailureReason.NO_TEXT, "the PDF has no pages; get a new copy of it")
    if raw.FPDF_GetLastError() in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
        message = "the PDF is encrypted and asks for a password; save a copy without password"
        return ReadError(FailureReason.ENCRYPTED, message)
    message = f"the PDF of {len(data)} bytes is damaged or ends too early; get a new copy of it"
    return ReadError(FailureReason.DAMAGED, message)


def _pages(document: PdfDocument) -> Iterator[ExtractedPage]:
    """Give the text of each page; a page that cannot be loaded is empty, unless none can."""
    from pypdfium2 import PdfiumError

    damaged = 0
    with document:
        for index in range(len(document)):
            try:
                text = _page_text(document[index])
            except PdfiumError:
                damaged += 1
                text = ""
            yield ExtractedPage(text=text)
        if damaged and damaged == len(document):
            message = f"none of the PDF's {damaged} pages can be loaded; get a new copy of it"
            raise ReadError(FailureReason.DAMAGED, message)


def _page_text(page: PdfPage) -> str:
    """Turn one pdfium page into text: the place for repairs that need the page's geometry."""
    textpage = page.get_textpage()
    text: str = textpage.get_text_bounded()
    page.close()  # and its text with it
    return clean(join_lines(text))


def _not_a_pdf(data: bytes) -> ReadError:
    kind = kind_of(data)
    if kind is not None:
        return ReadError(FailureReason.WRONG_TYPE, f"the file is {kind}, not a PDF; give it the right file name")
    if b"\x00" not in data[:_HEADER_BYTES]:
        message = "the file does not begin as a PDF, it seems to be text; give it the right file name"
        return ReadError(FailureReason.WRONG_TYPE, message)
    message = f"the file of {len(data)} bytes does not begin as a PDF; get a new copy of it"
    return ReadError(FailureReason.DAMAGED, message)
