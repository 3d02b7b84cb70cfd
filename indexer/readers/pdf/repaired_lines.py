"""The lines of a page whose text has to be put right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from indexer.readers.pdf.characters import NO_LETTER
from indexer.readers.pdf.columns import by_columns
from indexer.readers.pdf.frame import Flags, Frame, frame_of
from indexer.readers.pdf.line import MADE_UP, NON_JOINER, Lines, Run
from indexer.readers.pdf.repair import Repair
from indexer.readers.pdf.repeated import without_repeats
from indexer.readers.pdf.segments import Segment, rows_of
from indexer.readers.pdf.spacing import DOUBTFUL_SPACE, HAS_SIGNS, respaced
from indexer.readers.pdf.syllables import as_written
from indexer.readers.pdf.visual_line import read_by_place

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

_BETWEEN_CELLS: Final = "  "


def repaired_lines(page: PdfPage, textpage: PdfTextPage, text: str) -> tuple[Lines, set[Repair]]:
    """Take the lines of a page by where its letters stand.

    Args:
        page: The page.
        textpage: Its text.
        text: All of its characters, in pdfium's order.

    Returns:
        The lines in reading order, and what had to be put right.
    """
    frame, repeated = without_repeats(page, textpage, frame_of(textpage, text))
    repairs = {Repair.REPEATED_TEXT} if repeated.any() else set()
    rows = rows_of(frame, repeated | _outside(page, frame))
    if any(part.pieces > 1 and not part.to_left for row in rows for part in row):
        repairs.add(Repair.BROKEN_LINES)
    directions = frame.directions_of(np.arange(len(text)))
    to_left = directions.count("R") + directions.count("A") > directions.count("L")
    rows, reordered = by_columns(rows, to_left=to_left)
    if reordered:
        repairs.add(Repair.COLUMNS)
    runs = _read(textpage, frame, [segment for row in rows for segment in row], to_left=to_left, repairs=repairs)
    lines = [_joined(runs[id(segment)] for segment in (reversed(row) if to_left else row)) for row in rows]
    return (
        Lines(
            texts=[line for line, _ in lines],
            characters=[characters for _, characters in lines],
            baselines=[row[0].baseline for row in rows],
            heights=[max(part.size for part in row) for row in rows],
            lefts=[row[0].left for row in rows],
            rights=[row[-1].right for row in rows],
            to_left=[to_left and any(part.to_left for part in row) for row in rows],
        ),
        repairs,
    )


def _outside(page: PdfPage, frame: Frame) -> Flags:
    """Tell which characters are drawn beside the page, where nobody sees them."""
    left, bottom, right, top = page.get_bbox()
    cells = frame.cells
    beside = (cells[:, 2] < left) | (cells[:, 0] > right) | (cells[:, 3] < bottom) | (cells[:, 1] > top)
    outside: Flags = beside & frame.visible
    return outside


def _joined(runs: Iterable[Run]) -> Run:
    """Set the cells of a line one after another."""
    cells = list(runs)
    if len(cells) > 1:
        cells = [_stripped(cell) for cell in cells]
    text = _BETWEEN_CELLS.join(text for text, _ in cells)
    indices = list(cells[0][1])
    for _, characters in cells[1:]:
        indices += [MADE_UP] * len(_BETWEEN_CELLS)
        indices += characters
    if NO_LETTER in text:
        indices = [index for letter, index in zip(text, indices, strict=True) if letter != NO_LETTER]
    return text.replace(NO_LETTER, ""), indices


def _stripped(cell: Run) -> Run:
    text, characters = cell
    start = len(text) - len(text.lstrip())
    return text.strip(), characters[start : len(text.rstrip())]


def _read(
    textpage: PdfTextPage, frame: Frame, segments: Sequence[Segment], *, to_left: bool, repairs: set[Repair]
) -> dict[int, Run]:
    """Read each segment in the way it needs.

    Returns:
        What each says, by its identity.
    """
    by_place = [segment for segment in segments if segment.level and segment.to_left]
    plain = {
        id(segment): (frame.read(segment.characters), segment.characters.tolist())
        for segment in segments
        if not (segment.level and segment.to_left)
    }
    by_gaps = [
        segment
        for segment in segments
        if segment.level and not segment.to_left and (segment.pieces > 1 or _may_be_misspaced(plain[id(segment)][0]))
    ]
    placed = read_by_place(textpage, frame, by_place, page_to_left=to_left)
    spaced = respaced(textpage, frame, by_gaps)
    written = [as_written(textpage, frame, run) for run in spaced]
    if any(NON_JOINER in characters for _, characters in placed):
        repairs.add(Repair.LOST_JOINERS)
    if not all(map(_is_ascending, placed)):
        repairs.add(Repair.RIGHT_TO_LEFT)
    if not all(map(_is_ascending, written)):
        repairs.add(Repair.MISPLACED_SIGNS)
    if any(
        _spaces(text) != _spaces(plain[id(segment)][0]) for segment, (text, _) in zip(by_gaps, written, strict=True)
    ):
        repairs.add(Repair.FALSE_SPACES)
    read = dict(zip(map(id, [*by_place, *by_gaps]), [*placed, *written], strict=True))
    return plain | read


def _may_be_misspaced(text: str) -> bool:
    return bool(HAS_SIGNS.search(text) or DOUBTFUL_SPACE.search(text))


def _spaces(text: str) -> int:
    return text.rstrip().count(" ")


def _is_ascending(run: Run) -> bool:
    """Tell whether characters are in pdfium's order."""
    known = [index for index in run[1] if index >= 0]
    return known == sorted(known)
