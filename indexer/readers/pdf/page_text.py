"""The text of a PDF page, put right where the places of its letters prove it wrong."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from indexer.readers.clean import clean
from indexer.readers.lines import join_lines
from indexer.readers.pdf.characters import Boxes, are_made_up, count_map_errors, read_cells, read_text
from indexer.readers.pdf.line import MADE_UP, Lines
from indexer.readers.pdf.paragraphs import paragraph_starts
from indexer.readers.pdf.plain_lines import plain_lines
from indexer.readers.pdf.repair import Repair
from indexer.readers.pdf.repaired_lines import repaired_lines

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

__all__ = ["PlacedText", "Repair", "clean_page", "page_text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedText:
    """The text of one page as it is read, and where its characters stand.

    Attributes:
        text: Its lines, an empty one before each paragraph that the page sets apart; not yet joined and cleaned.
        boxes: (len(text), 4) float32: left, bottom, right and top of each character in points of the page's own
            space, NaN for a character that is not drawn; no rows if boxes were not asked for.
        repairs: What had to be put right.
        characters: How many characters pdfium gave.
        map_errors: How many of these pdfium could not map to Unicode; exact unless it is 0, then nearly.
    """

    text: str
    boxes: Boxes
    repairs: frozenset[Repair]
    characters: int
    map_errors: int


def page_text(page: PdfPage, *, with_boxes: bool = True) -> PlacedText:
    """Read the text of a page.

    Args:
        page: The page.
        with_boxes: Whether to say where each character stands; without, most pages take half the time. The text is
            the same.

    Raises:
        PdfiumError: pdfium cannot read the page's text.
    """
    with closing(page.get_textpage()) as textpage:
        text = read_text(textpage)
        lines, repairs = plain_lines(page, textpage, text) or repaired_lines(page, textpage, text)
        starts = paragraph_starts(lines)
        return PlacedText(
            text="".join(_line_end(number, starts) + line for number, line in enumerate(lines.texts)),
            boxes=_boxes(textpage, lines, starts) if with_boxes else np.zeros((0, 4), np.float32),
            repairs=frozenset(repairs),
            characters=len(text),
            map_errors=count_map_errors(textpage),
        )


def clean_page(text: str) -> str:
    """Make the text of a page fit to be stored: a paragraph is a line, a heading one of its own.

    Args:
        text: Of `PlacedText`, or of a part of it.
    """
    return clean(join_lines(text))


def _line_end(number: int, starts: set[int]) -> str:
    if not number:
        return ""
    return "\n\n" if number in starts else "\n"


def _boxes(textpage: PdfTextPage, lines: Lines, starts: set[int]) -> Boxes:
    """Take the cells of the characters of these lines, with a row for each line feed between them."""
    indices: list[int] = []
    for number, characters in enumerate(lines.characters):
        indices += [MADE_UP] * len(_line_end(number, starts))
        indices += characters
    known = np.array([index for index in indices if index >= 0], int)
    cells = read_cells(textpage, known.tolist())
    cells[are_made_up(textpage, known.tolist())] = np.nan
    boxes: Boxes = np.full((len(indices), 4), np.nan, np.float32)
    boxes[np.array(indices, int) >= 0] = cells
    return boxes
