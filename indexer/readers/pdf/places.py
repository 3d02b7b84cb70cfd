"""Where on a page a stretch of its stored text stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from indexer.scripts import HAN, KANA, THAI

if TYPE_CHECKING:
    from indexer.readers.pdf.page_text import PlacedText

Boxes = npt.NDArray[np.float32]

_TOKEN: Final = re.compile(rf"[{HAN}{KANA}{THAI}]|[^\W_]+")
_SAME_LINE: Final = 0.5
"""Characters whose heights overlap by this share stand on one line."""
_GAP: Final = 2.0
"""A wider gap, in line heights, parts what stands on one line: two columns."""


def boxes_of(stored: str, placed: PlacedText, spans: Sequence[tuple[int, int]]) -> list[Boxes]:
    """Find where stretches of a page's stored text stand on the page.

    The stored text was cleaned and its lines were joined, so the two are aligned word by word (character by
    character where words are not parted by spaces).

    Args:
        stored: The text of the page as it is searched.
        placed: The same page as it was taken, each character with its place.
        spans: (start, end) in `stored`.

    Returns:
        For each span one box for each line it covers, (lines, 4) float32: left, bottom, right, top in points.
    """
    ours, theirs = list(_tokens(stored)), list(_tokens(placed.text))
    matcher = SequenceMatcher(None, [word for word, _, _ in ours], [word for word, _, _ in theirs], autojunk=False)
    pairs = [
        (ours[match.a + offset], theirs[match.b + offset])
        for match in matcher.get_matching_blocks()
        for offset in range(match.size)
    ]
    found: list[Boxes] = []
    for start, end in spans:
        rows = [
            placed.boxes[theirs_start:theirs_end]
            for (_, ours_start, ours_end), (_, theirs_start, theirs_end) in pairs
            if ours_start < end and ours_end > start
        ]
        found.append(_lines(np.concatenate(rows)) if rows else np.empty((0, 4), dtype=np.float32))
    return found


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _TOKEN.finditer(text):
        yield unicodedata.normalize("NFKC", match[0]), match.start(), match.end()


def _lines(boxes: Boxes) -> Boxes:
    """Join the boxes of neighbouring characters on one line."""
    lines: list[npt.NDArray[np.float32]] = []
    for box in boxes[~np.isnan(boxes).any(axis=1)]:
        if lines and _continues(lines[-1], box):
            lines[-1] = np.concatenate([np.minimum(lines[-1][:2], box[:2]), np.maximum(lines[-1][2:], box[2:])])
        else:
            lines.append(box)
    return np.array(lines, dtype=np.float32).reshape(-1, 4)


def _continues(line: npt.NDArray[np.float32], box: npt.NDArray[np.float32]) -> bool:
    height = max(float(line[3] - line[1]), float(box[3] - box[1]))
    shared = min(float(line[3]), float(box[3])) - max(float(line[1]), float(box[1]))
    gap = max(float(box[0] - line[2]), float(line[0] - box[2]))
    return shared >= _SAME_LINE * min(float(line[3] - line[1]), float(box[3] - box[1])) and gap <= _GAP * height
