"""The lines of a page whose text is right as pdfium gives it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import compress, pairwise
from typing import TYPE_CHECKING, Final

from indexer.readers.pdf.characters import LINE, are_made_up, read_cells, read_origins, read_sizes
from indexer.readers.pdf.line import Lines
from indexer.readers.pdf.repair import Repair
from indexer.readers.pdf.segments import least_wide_gap
from indexer.readers.pdf.spacing import DOUBTFUL_SPACE, HAS_SIGNS, false_spaces

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

_Gap = tuple[float, float]

_OTHER_SCRIPT: Final = re.compile("[\x00\u0590-\u1fff\u3000-\ufdff\ufe70-\uffff]")
_TO_LEFT: Final = re.compile("[\x00\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_FEWEST_LINES: Final = 3  # to compare
_SAME_LINE: Final = 0.3  # of the usual distance of lines
_MOST_COLUMNS: Final = 4
_STRETCHED: Final = 1.4  # times as wide as other lines with as many letters: there are gaps
_WIDEST: Final = 6  # of such lines are looked at,
_LONGEST: Final = 2  # and so many of the longest ones
_ALIGNED: Final = 0.1  # of the size of the letters: what begins so near one another is a column,
_REACH: Final = 2  # and what is apart in so many lines more
_LEADING: Final = 1.2  # usual distance of lines, for letters of size 1


def plain_lines(page: PdfPage, textpage: PdfTextPage, text: str) -> tuple[Lines, set[Repair]] | None:
    """Take the lines of a page as pdfium has them, if nothing but spaces hints that they need to be put right.

    Only a few of the characters are looked at: this is what makes reading most pages fast.

    Args:
        page: The page.
        textpage: Its text.
        text: All of its characters, in pdfium's order.

    Returns:
        The lines, and what had to be put right; none if the page has to be looked at more closely.
    """
    has_others = _OTHER_SCRIPT.search(text) is not None
    if has_others and (_TO_LEFT.search(text) or HAS_SIGNS.search(text)):
        return None
    lines = _lines(textpage, text)
    if len(lines.texts) < _FEWEST_LINES:
        return None
    drops = [above - below for above, below in pairwise(lines.baselines)]
    usual = sorted(map(abs, drops))[len(drops) // 2]
    if _is_out_of_order(page, lines, drops, usual) or _has_gaps(textpage, lines, usual):
        return None
    return _well_spaced(textpage, text, lines) if has_others else (lines, set())


def _well_spaced(textpage: PdfTextPage, text: str, lines: Lines) -> tuple[Lines, set[Repair]] | None:
    """Leave out the spaces that pdfium made up where there are none; none if only the whole page tells which."""
    doubtful = [match.start() for match in DOUBTFUL_SPACE.finditer(text)]
    doubtful = list(compress(doubtful, are_made_up(textpage, doubtful)))
    if not doubtful:
        return lines, set()
    starts = [characters[0] for characters in lines.characters]
    numbers = {bisect_right(starts, space) - 1 for space in doubtful}
    false = false_spaces(textpage, text, doubtful, [lines.characters[number] for number in numbers])
    if false is None:
        return None
    texts, characters = list(lines.texts), list(lines.characters)
    for number in numbers:
        characters[number] = [index for index in lines.characters[number] if index not in false]
        texts[number] = "".join(text[index] for index in characters[number])
    changed = any(texts[number].rstrip() != lines.texts[number].rstrip() for number in numbers)
    return replace(lines, texts=texts, characters=characters), {Repair.FALSE_SPACES} if changed else set()


def _lines(textpage: PdfTextPage, text: str) -> Lines:
    found = [(line, match.start()) for match in LINE.finditer(text) if (line := match[0]).strip()]
    texts = [line for line, _ in found]
    firsts = [start + len(line) - len(line.lstrip()) for line, start in found]
    lasts = [start + len(line.rstrip()) - 1 for line, start in found]
    origins, cells = read_origins(textpage, firsts), read_cells(textpage, lasts)
    return Lines(
        texts=texts,
        characters=[range(start, start + len(line)) for line, start in found],
        baselines=origins[:, 1].tolist(),
        heights=(cells[:, 3] - cells[:, 1]).tolist(),
        lefts=origins[:, 0].tolist(),
        rights=cells[:, 2].tolist(),
        to_left=[False] * len(texts),
    )


def _is_out_of_order(page: PdfPage, lines: Lines, drops: list[float], usual: float) -> bool:
    """Tell whether lines go up and down, are given in pieces, or stand beside the page."""
    if sum(drop < 0 for drop in drops) >= _MOST_COLUMNS or any(abs(drop) <= _SAME_LINE * usual for drop in drops):
        return True
    left, bottom, right, top = page.get_bbox()
    return not (
        max(lines.lefts) < right
        and min(lines.rights) > left
        and max(lines.baselines) < top
        and min(lines.baselines) > bottom
    )


def _has_gaps(textpage: PdfTextPage, lines: Lines, usual: float) -> bool:
    """Tell whether a line has wide gaps, as tables and columns do that are given across."""
    widths = [right - left for left, right in zip(lines.lefts, lines.rights, strict=True)]
    pitches = [width / len(text) for width, text in zip(widths, lines.texts, strict=True)]
    by_pitch = sorted(range(len(pitches)), key=pitches.__getitem__)
    usual_line = by_pitch[len(by_pitch) // 10]  # also on a page that is mostly a table
    widest = [line for line in by_pitch[-_WIDEST:] if pitches[line] > _STRETCHED * pitches[usual_line]]
    sizes = read_sizes(textpage, [lines.characters[line][0] for line in (usual_line, *widest)]).tolist()
    stretched = {
        line
        for line, size in zip(widest, sizes[1:], strict=True)
        if pitches[line] * sizes[0] > _STRETCHED * pitches[usual_line] * size
    }
    longest = sorted(range(len(widths)), key=widths.__getitem__)[-_LONGEST:]
    size = usual / _LEADING
    return any(_is_parted(textpage, lines, number, size) for number in stretched.union(longest))


def _is_parted(textpage: PdfTextPage, lines: Lines, number: int, size: float) -> bool:
    """Tell whether a line has a gap where those above or below have one, as chance seldom has it in justified lines."""
    gaps = _wide_gaps(textpage, lines, number, size)
    if not gaps:
        return False
    above, before, after, below = (
        _wide_gaps(textpage, lines, number + away, size) for away in (-_REACH, -1, 1, _REACH)
    )
    if any(abs(end - other) < _ALIGNED * size for _, end in gaps for _, other in before + after):
        return True
    runs = ((above, before, gaps), (before, gaps, after), (gaps, after, below))
    return any(_shared(_shared(first, second), third) for first, second, third in runs)


def _wide_gaps(textpage: PdfTextPage, lines: Lines, number: int, size: float) -> list[_Gap]:
    """Find the wide gaps of a line: where each begins and ends."""
    if not 0 <= number < len(lines.texts):
        return []
    text, characters = lines.texts[number].rstrip(), lines.characters[number]
    spaces = [characters[place] for place, letter in enumerate(text) if letter == " " and place]
    if not spaces:
        return []
    edges = read_cells(textpage, [space - 1 for space in spaces] + [space + 1 for space in spaces])
    lefts, rights = edges[: len(spaces), 2].tolist(), edges[len(spaces) :, 0].tolist()
    widths = [right - left for left, right in zip(lefts, rights, strict=True)]
    least = least_wide_gap(sorted(widths), size)
    return [(left, right) for left, right, width in zip(lefts, rights, widths, strict=True) if width > least]


def _shared(gaps: Sequence[_Gap], others: Sequence[_Gap]) -> list[_Gap]:
    """Say where gaps of two lines stand one above the other."""
    return [
        (max(left, start), min(right, end))
        for left, right in gaps
        for start, end in others
        if left < end and start < right
    ]
