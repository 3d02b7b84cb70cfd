"""Draw a page of a PDF, and say where stretches of its text stand on it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from indexer.readers.extracted import Source
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.page_image import Box, ImageRequest, PageImage
from indexer.readers.pdf.opening import open_pdf
from indexer.readers.pdf.page_text import page_text
from indexer.readers.pdf.places import Boxes, boxes_of

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

MAX_SIDE_PX: Final = 6_000
"""No side of an image is longer, however long the page."""


def draw_page(source: Source, request: ImageRequest) -> PageImage:
    """Draw a page and find stretches of its stored text on it.

    Args:
        source: The file.
        request: The page, and what of its text is wanted.

    Raises:
        ReadError: See `open_pdf`; `CHANGED` if the file is another one than the text was taken from; `DAMAGED` if
            the page cannot be drawn.
    """
    if hashlib.sha256(source.data).hexdigest() != request.content_hash:
        message = "the file has changed since it was read; to read it again: polyseek ingest FILE"
        raise ReadError(FailureReason.CHANGED, message)
    from pypdfium2 import PdfiumError

    opened = open_pdf(source.data, source.options.passwords)
    with opened.document as document:
        try:
            return _draw(document[request.page - 1], request)
        except (PdfiumError, IndexError) as error:
            message = f"page {request.page} of {opened.pages} cannot be drawn; get a new copy of the file"
            raise ReadError(FailureReason.DAMAGED, message) from error


def _draw(page: PdfPage, request: ImageRequest) -> PageImage:
    width, height = page.get_size()
    scale = min(request.width_px / width, MAX_SIDE_PX / max(width, height))
    bitmap = page.render(scale=scale)
    image = bitmap.to_pil()
    file = io.BytesIO()
    image.save(file, "PNG")
    found = boxes_of(request.text, page_text(page), request.spans) if request.spans else []
    boxes = tuple(tuple(_pixels(page, boxes, image.size)) for boxes in found)
    return PageImage(png=file.getvalue(), width_px=image.width, height_px=image.height, boxes=boxes)


def _pixels(page: PdfPage, boxes: Boxes, size: tuple[int, int]) -> Iterator[Box]:
    """Turn places on the page into places on its image; the page may be turned, or cut off."""
    from ctypes import byref, c_int

    from pypdfium2 import raw

    def pixel(x: float, y: float) -> tuple[int, int]:
        across, down = c_int(), c_int()
        raw.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, byref(across), byref(down))
        return across.value, down.value

    for left, bottom, right, top in boxes.tolist():
        (x1, y1), (x2, y2) = pixel(left, bottom), pixel(right, top)
        yield min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
