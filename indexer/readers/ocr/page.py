"""A scanned page made ready: turned, level, with its lines found."""

from dataclasses import dataclass
from typing import Final

from indexer.readers.ocr.image import Ink, Pixels, doubled, ink_of, levelled, softened, turned
from indexer.readers.ocr.layout import Line, line_height, sheets, text_lines

MOST_ROWS: Final = 16_000
"""Pixels: the height of a sheet; Tesseract takes 32,767."""

_SAMPLE_LINES: Final = 8

_LOW_LINE: Final = 20
"""Pixels: lower lines are read better at twice their size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyPage:
    """A page whose lines are level.

    Attributes:
        turned: Degrees by which it was turned clockwise.
        pixels: Its image after that.
        ink: Where letters are in it.
        lines: Its lines, the left one of two columns first.
    """

    turned: int
    pixels: Pixels
    ink: Ink
    lines: list[Line]

    def sample(self) -> Pixels:
        """Set its longest lines on a sheet."""
        longest = sorted(self.lines, key=lambda line: line.left - line.right)[:_SAMPLE_LINES]
        return sheets(self.pixels, longest, most_rows=MOST_ROWS)[0].pixels

    def lines_from_right(self) -> list[Line]:
        """Give its lines, the right one of two columns first."""
        return text_lines(self.ink, right_to_left=True)


def make_ready(page: Pixels, degrees: int) -> ReadyPage:
    """Turn a page clockwise by a multiple of 90 degrees, make its lines level and find them."""
    pixels = softened(levelled(turned(page, degrees)))
    ink = ink_of(pixels)
    if 0 < line_height(ink) < _LOW_LINE:
        pixels = doubled(pixels)
        ink = ink_of(pixels)
    return ReadyPage(turned=degrees, pixels=pixels, ink=ink, lines=text_lines(ink, right_to_left=False))
