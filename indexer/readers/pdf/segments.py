"""Stretches of letters that stand together on one line of a page."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from indexer.readers.pdf.frame import Flags, Frame, Indices

_SAME_LINE: Final = 0.3  # of the size of the letters, between the baselines of two parts of one line
_TOUCHING: Final = 1.2  # of that size, between two parts of one line
_GAP: Final = 0.15  # of that size: what is wider may be a space between words
_WIDE: Final = 1.5  # of that size: wider than the spaces of nearly every justified line
_WIDER: Final = 2.5  # times the narrower spaces of the line
_VERY_WIDE: Final = 1.8  # of that size
_FEWEST_SPACES: Final = 4
_ALIKE: Final = 1.5
_WIDEST: Final = 3.0  # of that size: spaces of a justified line
_NEAR: Final = 3.0  # of the size of the letters, between the baselines of a line and the next
_BACK: Final = 4  # pdfium gives the parts of one line one after another, or nearly


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Letters on one line with no wide gap between them.

    Attributes:
        characters: Their indices and those of the spaces between; if `to_left`, from left to right and without spaces
            that are not drawn, else in pdfium's order.
        left, right: Its ends in points.
        baseline: How high it stands.
        size: Of its letters.
        to_left: Whether it has letters of a script that runs from right to left.
        level: Whether it runs like most of the text; if not, its other measures mean nothing.
        pieces: How many of pdfium's lines it was put together from.
    """

    characters: Indices
    left: float
    right: float
    baseline: float
    size: float
    to_left: bool
    level: bool
    pieces: int


def rows_of(frame: Frame, dropped: Flags) -> list[list[Segment]]:
    """Take a page line by line in pdfium's order, each line parted at its wide gaps.

    Args:
        frame: The page.
        dropped: Which characters are left out.

    Returns:
        The segments of each line from left to right; lines that pdfium has broken up are whole again.
    """
    lines = _in_place(frame, _whole_lines(frame, dropped))
    parted = [_parted(frame, line) for line in lines]
    rows: list[list[Segment]] = []
    for number, line in enumerate(lines):
        parts = _confirmed(
            frame, line, parted[number], parted[max(0, number - 1) : number] + parted[number + 1 : number + 2]
        )
        if rows and _stand_beside(rows[-1], parts):
            rows[-1] = sorted([*rows[-1], *parts], key=lambda part: part.left)
        else:
            rows.append(parts)
    return rows


def least_wide_gap(spaces: Sequence[float], size: float) -> float:
    """Say how wide a gap has to be to be no space between words, in points.

    Args:
        spaces: The gaps between the words of a line, sorted.
        size: Of its letters.
    """
    if len(spaces) >= _FEWEST_SPACES:
        return max(_WIDE * size, _WIDER * spaces[len(spaces) // 4])
    alike = len(spaces) > 1 and spaces[-1] < min(_ALIKE * spaces[0], _WIDEST * size)
    return math.inf if alike else _VERY_WIDE * size  # a justified line of few words has wide spaces


def _whole_lines(frame: Frame, dropped: Flags) -> list[Segment]:
    lines: list[Segment] = []
    for line in _measured(frame, _pdfium_lines(frame, dropped)):
        for place in range(len(lines) - 1, max(len(lines) - 1 - _BACK, -1), -1):
            neighbours = place == len(lines) - 1
            if _are_one_line(lines[place], line, neighbours=neighbours) or _is_borne(frame, lines[place], line):
                lines[place] = _together(lines[place], line)
                break
        else:
            lines.append(line)
    return lines


def _pdfium_lines(frame: Frame, dropped: Flags) -> list[Indices]:
    """Take the lines as pdfium has them, parted where it goes from one height to another within a line."""
    visible = np.flatnonzero(frame.visible)
    steps = np.abs(np.diff(frame.baselines[visible]))
    sizes = frame.sizes[visible]
    breaks = visible[1:][steps > np.minimum(sizes[1:], sizes[:-1])].tolist()
    lines: list[Indices] = []
    for span in frame.lines:
        within = breaks[bisect_right(breaks, span.start) : bisect_left(breaks, span.stop)]
        lines += [np.arange(start, stop) for start, stop in pairwise((span.start, *within, span.stop))]
    return [line[~dropped[line]] for line in lines] if dropped.any() else lines


def _measured(frame: Frame, stretches: Sequence[Indices], *, pieces: int = 1) -> list[Segment]:
    """Measure stretches of characters; those where nothing is drawn are left out."""
    drawn = [characters[frame.visible[characters]] for characters in stretches]
    stretches = [characters for characters, shown in zip(stretches, drawn, strict=True) if len(shown)]
    if not stretches:
        return []
    counts = np.array([len(shown) for shown in drawn if len(shown)])
    starts = np.cumsum(counts) - counts
    every = np.concatenate(drawn)
    baselines = frame.baselines[every]
    sorted_baselines = baselines[np.lexsort((baselines, np.repeat(starts, counts)))]
    middles = starts + counts // 2
    measures = zip(
        stretches,
        np.minimum.reduceat(frame.left[every], starts).tolist(),
        np.maximum.reduceat(frame.right[every], starts).tolist(),
        sorted_baselines[middles].tolist(),
        np.maximum(frame.sizes[every][middles], np.finfo(np.float32).tiny).tolist(),
        np.logical_or.reduceat(frame.to_left[every], starts).tolist(),
        np.logical_and.reduceat(frame.level[every], starts).tolist(),
        strict=True,
    )
    return [
        Segment(
            characters=characters,
            left=left,
            right=right,
            baseline=baseline,
            size=size,
            to_left=to_left,
            level=level,
            pieces=pieces,
        )
        for characters, left, right, baseline, size, to_left, level in measures
    ]


def _on_one_line(one: Segment, other: Segment) -> bool:
    if not (one.level and other.level):
        return False
    return abs(one.baseline - other.baseline) <= _SAME_LINE * max(one.size, other.size)


def _are_one_line(before: Segment, after: Segment, *, neighbours: bool) -> bool:
    if not _on_one_line(before, after):
        return False
    size = max(before.size, after.size)
    if before.to_left or after.to_left:
        return max(after.left - before.right, before.left - after.right) < _TOUCHING * size
    return neighbours and -_SAME_LINE * size < after.left - before.right < _TOUCHING * size


def _is_borne(frame: Frame, before: Segment, after: Segment) -> bool:
    """Tell whether one of two lines is nothing but signs over or under the letters of the other."""
    signs, letters = (before, after) if len(before.characters) < len(after.characters) else (after, before)
    near = abs(signs.baseline - letters.baseline) < letters.size
    if not near or signs.right <= letters.left or signs.left >= letters.right + _TOUCHING * letters.size:
        return False
    return bool((frame.signs[signs.characters] | ~frame.visible[signs.characters]).all())


def _together(before: Segment, after: Segment) -> Segment:
    larger = max(before, after, key=lambda part: len(part.characters))
    return replace(
        larger,
        characters=np.concatenate((before.characters, after.characters)),
        left=min(before.left, after.left),
        right=max(before.right, after.right),
        to_left=before.to_left or after.to_left,
        pieces=before.pieces + 1,
    )


def _stand_beside(row: Sequence[Segment], parts: Sequence[Segment]) -> bool:
    """Tell whether these parts are on the line of that row, further right or left, as the cells of a table are."""
    return _on_one_line(row[-1], parts[0]) and (row[-1].right < parts[0].left or parts[-1].right < row[0].left)


def _in_place(frame: Frame, lines: Sequence[Segment]) -> list[Segment]:
    """Order the characters of the lines with letters from right to left by where they stand."""
    chosen = [number for number, line in enumerate(lines) if line.to_left and line.level]
    if not chosen:
        return list(lines)
    characters = np.concatenate([lines[number].characters for number in chosen])
    owners = np.repeat(chosen, [len(lines[number].characters) for number in chosen])
    drawn = ~frame.made_up[characters]
    characters, owners = characters[drawn], owners[drawn]
    # What stands in one place was turned round with the rest of the line by pdfium.
    characters = characters[np.lexsort((-characters, np.round(frame.starts[characters], 2), owners))]
    borders = np.searchsorted(owners, [*chosen, len(lines)])
    placed = list(lines)
    for number, (start, end) in zip(chosen, pairwise(borders.tolist()), strict=True):
        placed[number] = replace(lines[number], characters=characters[start:end])
    return placed


def _parted(frame: Frame, line: Segment) -> list[Segment]:
    """Part a line at its wide gaps: between the cells of a table, or two columns."""
    places = np.flatnonzero(frame.visible[line.characters])
    drawn = line.characters[places]
    gaps = frame.left[drawn[1:]] - np.maximum.accumulate(frame.right[drawn])[:-1]
    if not line.level or not (gaps > _WIDE * line.size).any():
        return [line]
    wide = least_wide_gap(np.sort(gaps[gaps > _GAP * line.size]).tolist(), line.size)
    borders = [0, *places[1:][gaps > wide].tolist(), len(line.characters)]
    return _measured(frame, [line.characters[start:end] for start, end in pairwise(borders)], pieces=line.pieces)


def _confirmed(frame: Frame, line: Segment, parts: list[Segment], neighbours: Sequence[list[Segment]]) -> list[Segment]:
    """Take back the gaps that the lines above and below run across: these are only spaces of a justified line."""
    if len(parts) == 1:
        return parts
    near = [row for row in neighbours if abs(row[0].baseline - line.baseline) < _NEAR * line.size]
    stretches = [parts[0].characters]
    for one, other in pairwise(parts):
        if near and all(any(part.left < one.right and part.right > other.left for part in row) for row in near):
            stretches[-1] = np.concatenate((stretches[-1], other.characters))
        else:
            stretches.append(other.characters)
    return _measured(frame, stretches, pieces=line.pieces)
