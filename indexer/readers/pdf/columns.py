"""Read columns one after another that a page gives line by line across."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import Final

from indexer.readers.pdf.segments import Segment

Row = list[Segment]
"""The parts of a line, from left to right."""

_FEWEST_LINES: Final = 4  # of each column
_NARROWEST: Final = 8  # sizes of the letters, for a column of prose
_FULL: Final = 0.8  # of the width of the column
_FULL_SHARE: Final = 0.5  # of the lines of prose: in the cells of a table so many are rarely full
_BACK_AND_FORTH: Final = 0.3  # jumps across the gutter for each line; columns given one after another have one in all


def by_columns(rows: Sequence[Row], *, to_left: bool) -> tuple[list[Row], bool]:
    """Bring the lines of columns together where pdfium gives them across.

    Columns are proven by a gutter that no line crosses, by lines on both sides of which most fill their column, as
    those of prose do and those of a table do not, and by an order that jumps across the gutter and back. All else
    stays as it is.

    Args:
        rows: The lines of a page, each parted at its wide gaps.
        to_left: Whether the column to the right is the first.

    Returns:
        The lines in reading order, and whether that is another order.
    """
    gutter = _gutter(rows)
    if gutter is None:
        return list(rows), False
    ordered: list[Row] = []
    changed = False
    for is_clear, block in groupby(rows, key=_is_clear_of(gutter)):
        lines = list(block)
        sides = _sides(lines, gutter)
        if is_clear and _goes_back_and_forth(lines, gutter) and all(map(_is_prose, sides)):
            changed = True
            for side in reversed(sides) if to_left else sides:
                ordered += by_columns(side, to_left=to_left)[0]
        else:
            ordered += lines
    return ordered, changed


def _gutter(rows: Sequence[Row]) -> float | None:
    """Find the middle of the gap that most lines have in common."""
    gaps = list(_gaps(rows))
    middles = [(left + right) / 2 for left, right in gaps]
    return max(middles, key=lambda middle: sum(left < middle < right for left, right in gaps), default=None)


def _gaps(rows: Sequence[Row]) -> Iterator[tuple[float, float]]:
    for row in rows:
        yield from ((one.right, other.left) for one, other in pairwise(row) if one.right < other.left)
    for above, below in pairwise(rows):
        one, other = sorted((above[-1], below[0]), key=lambda segment: segment.left)
        if one.right < other.left:
            yield one.right, other.left


def _is_clear_of(gutter: float) -> Callable[[Row], bool]:
    return lambda row: all(part.level and not part.left < gutter < part.right for part in row)


def _sides(rows: Sequence[Row], gutter: float) -> tuple[list[Row], list[Row]]:
    left = [[part for part in row if part.right <= gutter] for row in rows]
    right = [[part for part in row if part.left >= gutter] for row in rows]
    return [row for row in left if row], [row for row in right if row]


def _goes_back_and_forth(rows: Sequence[Row], gutter: float) -> bool:
    sides = [part.left >= gutter for row in rows for part in row]
    jumps = sum(one != other for one, other in pairwise(sides))
    return jumps > max(2.0, _BACK_AND_FORTH * len(sides))


def _is_prose(rows: Sequence[Row]) -> bool:
    if len(rows) < _FEWEST_LINES:
        return False
    width = max(row[-1].right for row in rows) - min(row[0].left for row in rows)
    full = sum(row[-1].right - row[0].left >= _FULL * width for row in rows)
    size = median(part.size for row in rows for part in row)
    return width >= _NARROWEST * size and full >= _FULL_SHARE * len(rows)
