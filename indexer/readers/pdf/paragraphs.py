"""See where paragraphs begin on a page."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import Final

from indexer.readers.pdf.line import Lines

_EXTRA: Final = 1.3  # of the usual distance of lines: more is space between paragraphs
_USUAL: Final = 0.25  # of all distances are smaller; on a page of short paragraphs most are between these
_LEAST_INDENT: Final = 0.5  # of the usual distance of lines
_MOST_INDENT: Final = 3.0
_ALIGNED: Final = 0.15


def paragraph_starts(lines: Lines) -> set[int]:
    """Find the lines above which there is more space than above others, and those that are indented.

    The lines of a large heading stand as far apart as its letters are large.

    Returns:
        Their indices.
    """
    drops = [above - below for above, below in pairwise(lines.baselines)]
    downwards = sorted(drop for drop in drops if drop > 0)
    if not downwards:
        return set()
    usual = downwards[int(_USUAL * len(downwards))]
    height = median(lines.heights)
    starts = {
        index
        for index, (drop, pair) in enumerate(zip(drops, pairwise(lines.heights), strict=True), start=1)
        if drop > _EXTRA * usual * max(1.0, min(pair) / height if height > 0 else 1.0)
    }
    edges = [
        -right if to_left else left
        for left, right, to_left in zip(lines.lefts, lines.rights, lines.to_left, strict=True)
    ]
    for index in range(1, len(edges) - 1):
        before, edge, after = edges[index - 1 : index + 2]
        indented = _LEAST_INDENT * usual < edge - before < _MOST_INDENT * usual
        if indented and abs(after - before) < _ALIGNED * usual and drops[index - 1] > 0 and drops[index] > 0:
            starts.add(index)
    return starts
