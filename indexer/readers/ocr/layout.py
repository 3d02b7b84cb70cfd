"""Find the lines of a scanned page in the order they are read, and set them on a sheet of their own.

Tesseract's own search for columns and lines loses whole lines of Korean, Chinese, Thai and Arabic pages. It
finds every line when they stand one below the other with room between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from indexer.readers.ocr.image import Ink, Pixels

_STRIPES: Final = 8
"""The page is cut into so many upright stripes to measure the height of a line: columns have lines of their own."""

_LEAST_HEIGHT: Final = 6
_SPECKS: Final = 2
"""Pixels: lower than this is no line, and so few in a row are no ink."""

_MARK: Final = 0.5
_NEAR: Final = 0.35
_DIRT: Final = 0.2
"""Of a line's height: lower strips are marks if a line is this near, or are dirt."""

_GUTTER: Final = 0.8
_COLUMN_WIDTH: Final = 8
"""Times a line's height: the gap between columns, and how wide they are at least."""

_COLUMN_LINES: Final = 6
"""Columns have so many lines at least; in fewer, gaps between words may lie below one another."""

_MIDDLE: Final = (0.2, 0.8)
"""A gutter lies between these shares of the width."""

_FULL: Final = 0.7
_FULL_LINES: Final = 1 / 3
"""This share of a column's lines takes up that share of its width and more; of the cells of a table fewer do."""

_ROOM: Final = 0.6
_RIM: Final = 0.2
"""Of a line's height: what is left free between lines on the sheet, and what is taken along around a line."""

_PARAGRAPH_GAP: Final = 1.6
"""Times the usual gap between lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of text on the page, in pixels; `bottom` and `right` are the first ones after it."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def height(self) -> int:
        """Its height in pixels."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Lines set one below the other.

    Attributes:
        pixels: The image.
        bottoms: Where each line's part of the image ends, in the order of the lines.
    """

    pixels: Pixels
    bottoms: tuple[int, ...]

    def line_at(self, row: float) -> int:
        """Say which line, counted from 0, a row of pixels belongs to."""
        return min(int(np.searchsorted(self.bottoms, row, side="right")), len(self.bottoms) - 1)


def text_lines(ink: Ink, *, right_to_left: bool) -> list[Line]:
    """Find the lines of a level page in reading order, one column after the other.

    Args:
        ink: Where letters are.
        right_to_left: Whether the right one of two columns is read first.
    """
    height = line_height(ink)
    return _lines(ink, height, right_to_left=right_to_left) if height else []


def line_height(ink: Ink) -> int:
    """Measure the height of most lines, in pixels; 0 for a page without any."""
    heights = [
        end - start for stripe in np.array_split(ink, _STRIPES, axis=1) for start, end in _runs(stripe.sum(axis=1) > 0)
    ]
    heights = sorted(height for height in heights if height >= _LEAST_HEIGHT)
    return heights[len(heights) // 2] if heights else 0


def starts_paragraph(lines: Sequence[Line]) -> list[bool]:
    """Say for each line whether the gap above it is wider than usual."""
    if not lines:
        return []
    gaps = [after.top - before.bottom for before, after in pairwise(lines)]
    usual = float(np.median([gap for gap in gaps if gap >= 0] or [0]))
    least = max(usual * _PARAGRAPH_GAP, float(np.median([line.height for line in lines])) * _NEAR)
    return [False, *(gap > least for gap in gaps)]


def sheets(pixels: Pixels, lines: Sequence[Line], *, most_rows: int) -> list[Sheet]:
    """Set lines on as few sheets as have room for them.

    Args:
        pixels: The page they are on.
        lines: In reading order; a line higher than a sheet has one to itself.
        most_rows: The greatest height of a sheet in pixels.
    """
    if not lines:
        return []
    room = max(_LEAST_HEIGHT, int(_ROOM * np.median([line.height for line in lines])))
    made: list[Sheet] = []
    batch: list[Line] = []
    rows = room
    for line in lines:
        if batch and rows + line.height + room > most_rows:
            made.append(_sheet(pixels, batch, room))
            batch, rows = [], room
        batch.append(line)
        rows += line.height + room
    return [*made, _sheet(pixels, batch, room)]


def _sheet(pixels: Pixels, lines: Sequence[Line], room: int) -> Sheet:
    width = max(line.right - line.left for line in lines) + 2 * room
    height = sum(line.height + room for line in lines) + room
    sheet = np.full((height, width), int(np.median(pixels)), dtype=np.uint8)
    rim = max(1, int(room * _RIM / _ROOM))
    bottoms = []
    row = room
    for line in lines:
        top, bottom = max(0, line.top - rim), min(pixels.shape[0], line.bottom + rim)
        left, right = max(0, line.left - rim), min(pixels.shape[1], line.right + rim)
        start = row - (line.top - top)
        sheet[start : start + bottom - top, room - rim : room - rim + right - left] = pixels[top:bottom, left:right]
        row += line.height + room
        bottoms.append(row - room // 2)
    return Sheet(pixels=sheet, bottoms=tuple(bottoms))


def _lines(ink: Ink, height: int, *, right_to_left: bool) -> list[Line]:
    strips = _with_marks(_runs(ink.sum(axis=1) > _SPECKS), height)
    lines: list[Line] = []
    first = 0
    while first < len(strips):
        last, gutter = _columns(ink, strips[first:], height)
        top, bottom = strips[first][0], strips[first + last - 1][1]
        if gutter is None:
            used = np.flatnonzero(ink[top:bottom].any(axis=0))
            lines.append(Line(top=top, bottom=bottom, left=int(used[0]), right=int(used[-1]) + 1))
        else:
            sides = [(0, gutter[0]), (gutter[1], ink.shape[1])]
            for left, right in reversed(sides) if right_to_left else sides:
                part = _lines(ink[top:bottom, left:right], height, right_to_left=right_to_left)
                lines.extend(_moved(line, top, left) for line in part)
        first += last
    return lines


def _columns(ink: Ink, strips: Sequence[tuple[int, int]], height: int) -> tuple[int, tuple[int, int] | None]:
    """Find the two columns that begin with the first strip.

    Returns:
        How many strips they have, and the gutter between them; 1 and none if the first strip is one line.
    """
    used = np.flatnonzero(ink.any(axis=0))
    left, width = int(used[0]), int(used[-1]) + 1 - int(used[0])
    start = left + int(width * _MIDDLE[0])
    free = np.ones(int(width * _MIDDLE[1]) - int(width * _MIDDLE[0]), dtype=bool)
    gutter, count = None, 0
    for top, bottom in strips:
        free &= ~ink[top:bottom, start : start + len(free)].any(axis=0)
        gaps = [gap for gap in _runs(free) if gap[1] - gap[0] >= _GUTTER * height]
        if not gaps:
            break
        gutter = max(gaps, key=lambda gap: gap[1] - gap[0])
        count += 1
    if gutter is None:
        return 1, None
    top, bottom = strips[0][0], strips[count - 1][1]
    gutter = (start + gutter[0], start + gutter[1])
    sides = (ink[top:bottom, : gutter[0]], ink[top:bottom, gutter[1] :])
    return (count, gutter) if all(_is_column(side, height) for side in sides) else (1, None)


def _is_column(ink: Ink, height: int) -> bool:
    """Tell lines of text, many of them full, from the cells of a table, the numbers of a list and a lucky gap."""
    runs = _runs(ink.sum(axis=1) > 0)
    used = np.flatnonzero(ink.any(axis=0))
    if sum(max(1, round((bottom - top) / height)) for top, bottom in runs) < _COLUMN_LINES:
        return False
    width = int(used[-1]) + 1 - int(used[0])
    spans = [np.flatnonzero(ink[top:bottom].any(axis=0)) for top, bottom in runs]
    full = [span[-1] - span[0] > _FULL * width for span in spans]
    return width >= _COLUMN_WIDTH * height and sum(full) >= _FULL_LINES * len(full)


def _with_marks(strips: Sequence[tuple[int, int]], height: int) -> list[tuple[int, int]]:
    """Join accents, vowel signs and dots with the line they belong to, and drop dirt."""
    joined = list(strips)
    index = 0
    while index < len(joined):
        top, bottom = joined[index]
        near = [
            (gap, other)
            for other in (index - 1, index + 1)
            if 0 <= other < len(joined)
            and (gap := max(top - joined[other][1], joined[other][0] - bottom)) <= _NEAR * height
            and bottom - top < _MARK * max(height, joined[other][1] - joined[other][0])
        ]
        if near:
            _, other = min(near)
            joined[other] = (min(top, joined[other][0]), max(bottom, joined[other][1]))
            del joined[index]
            index = max(0, index - 1)
        elif bottom - top < _DIRT * height:
            del joined[index]
        else:
            index += 1
    return joined


def _moved(line: Line, down: int, right: int) -> Line:
    return Line(top=line.top + down, bottom=line.bottom + down, left=line.left + right, right=line.right + right)


def _runs(flags: Ink) -> list[tuple[int, int]]:
    """Find the stretches of true values: first position, and first position after."""
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
