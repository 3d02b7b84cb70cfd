"""Take the text of each page, judge it, and get a better one where it is doubtful."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from indexer.readers.document import PageCheck, ReadOptions, Verdict
from indexer.readers.ocr.recognise import recognise
from indexer.readers.pdf.opening import OpenedPdf
from indexer.readers.pdf.page_text import page_text
from indexer.readers.pdf.second_opinion import better_of, pypdf_pages
from indexer.readers.pdf.signs import signs_of
from indexer.readers.pdf.verdict import verdict_of

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

PDFIUM: Final = "pdfium"
PYPDF: Final = "pypdf"
TESSERACT: Final = "tesseract"

LOST: Final = "lost"
"""The sign of a page that cannot be loaded."""

OCR_PAGE_S: Final = 120
"""Seconds on the clock after which a page is given up."""

_DPI: Final = 200
_POINTS_PER_INCH: Final = 72
_MOST_PIXELS: Final = 8_000
"""No side of the image is longer."""

_FEW_LETTERS: Final = 40
"""A scan may carry a page number or a stamp as text: a page with fewer letters is looked at for its images."""
_LARGE: Final = 0.3
"""An image below this share of the page is a picture or a logo; above, with few letters beside it, a scan."""
_MANY_STROKES: Final = 100
"""So many drawn shapes on a page without letters may be letters."""
_DEPTH: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenPage:
    """A page as it was taken, its lines not yet joined.

    Attributes:
        lines: Its lines.
        check: What judging them found.
    """

    lines: tuple[str, ...]
    check: PageCheck


class PageChecker:
    """Reads the pages of one document.

    Args:
        opened: The document.
        options: Whether pages that are images are read.
    """

    def __init__(self, opened: OpenedPdf, options: ReadOptions) -> None:
        self._opened = opened
        self._options = options
        self._languages: tuple[str, ...] = ()  # of the page recognised last
        self._second = pypdf_pages(opened.data, opened.password or None)

    def taken(self) -> Iterator[TakenPage]:
        """Take the pages with pdfium, one by one; one that cannot be loaded is empty."""
        from pypdfium2 import PdfiumError

        for index in range(self._opened.pages):
            try:
                page = self._opened.document[index]
            except PdfiumError:
                yield TakenPage(lines=(), check=PageCheck(verdict=Verdict.NO_TEXT, extractor=PDFIUM, signs={LOST: 1.0}))
                continue
            yield _take(page)
            page.close()  # and its text with it

    def checked(self, index: int, page: TakenPage, running: Collection[int]) -> tuple[str, PageCheck]:
        """Give the text of a page without its running lines, from a second reader or from its image if that is better.

        Args:
            index: The page, from 0.
            page: What was taken of it.
            running: Numbers of the lines that are not its own.

        Returns:
            Its text, whose lines are not yet joined, and how far it can be trusted.
        """
        text = "\n".join(line for number, line in enumerate(page.lines) if number not in running)
        check = page.check
        if check.verdict in (Verdict.SUSPECT, Verdict.UNDECODABLE, Verdict.NO_TEXT):
            text, check = self._better(index, text, check, {page.lines[number].strip() for number in running})
        if check.verdict not in (Verdict.NO_TEXT, Verdict.UNDECODABLE) or LOST in check.signs:
            return text, check
        if self._options.ocr:
            return self._recognised(index, text, check)
        if check.verdict is Verdict.NO_TEXT:
            check = replace(check, verdict=Verdict.NEEDS_OCR)
        return text, check

    def _recognised(self, index: int, text: str, check: PageCheck) -> tuple[str, PageCheck]:
        """Read a page from its image; what was there before stays if nothing can be read."""
        found = recognise(self._pixels(index), languages_hint=self._languages, timeout_s=OCR_PAGE_S)
        if not found.text:
            return text, check
        self._languages = found.languages
        signs = {"confidence": round(found.confidence, 3)} | {
            f"missing pack {pack}": 1.0 for pack in found.missing_packs
        }
        extractor = f"{TESSERACT} {'+'.join(found.packs)}"
        return found.text, PageCheck(verdict=Verdict.RECOGNISED, extractor=extractor, signs=signs)

    def _pixels(self, index: int) -> npt.NDArray[np.uint8]:
        """Draw a page in grey: (height, width), 0 is black."""
        page = self._opened.document[index]
        scale = min(_DPI / _POINTS_PER_INCH, _MOST_PIXELS / max(page.get_size()))
        bitmap = page.render(scale=scale, grayscale=True)
        pixels = np.array(bitmap.to_numpy()).reshape(bitmap.height, bitmap.width)
        page.close()
        return pixels

    def _better(self, index: int, text: str, check: PageCheck, running: Collection[str]) -> tuple[str, PageCheck]:
        other = "\n".join(line for line in self._second.page_text(index).split("\n") if line.strip() not in running)
        if not other.strip():
            return text, check
        signs = signs_of(other, characters=len(other), map_errors=0)
        return better_of((text, check), (other, verdict_of(signs, repaired=False, has_images=True, extractor=PYPDF)))


def _take(page: PdfPage) -> TakenPage:
    placed = page_text(page, with_boxes=False)
    few = sum(character.isalpha() for character in placed.text) < _FEW_LETTERS
    is_image = few and _may_be_image_of_text(page)
    signs = signs_of(placed.text, characters=placed.characters, map_errors=placed.map_errors)
    check = verdict_of(signs, repaired=bool(placed.repairs), has_images=is_image, extractor=PDFIUM)
    if is_image and check.verdict is not Verdict.NO_TEXT:  # a stamp or a number over a scan
        check = PageCheck(verdict=Verdict.NO_TEXT, extractor=PDFIUM, signs=dict(check.signs) | {"few_letters": 1.0})
    return TakenPage(lines=tuple(placed.text.split("\n")), check=check)


def _may_be_image_of_text(page: PdfPage) -> bool:
    """Tell whether a page shows a large image, or so many strokes that they may be letters."""
    from pypdfium2 import raw

    left, bottom, right, top = page.get_bbox()
    area = max(1.0, (right - left) * (top - bottom))
    strokes = 0
    for shown in page.get_objects(max_depth=_DEPTH):
        if shown.type == raw.FPDF_PAGEOBJ_PATH:
            strokes += 1
        if strokes > _MANY_STROKES:
            return True
        if shown.type == raw.FPDF_PAGEOBJ_IMAGE:
            x1, y1, x2, y2 = shown.get_bounds()
            if (x2 - x1) * (y2 - y1) >= _LARGE * area:
                return True
    return False
