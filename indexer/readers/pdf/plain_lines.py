"""The lines of a page whose text is right as pdfium gives it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from indexer.readers.pdf.characters import LINE, are_made_up, read_cells, read_origins, read_sizes
from indexer.readers.pdf.line import Lines
from indexer.readers.pdf.segments import least_wide_gap
from indexer.readers.pdf.spacing import DOUBTFUL_SPACE, HAS_SIGNS

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

_OTHER_SCRIPT: Final = re.compile("[\x00\u0590-\u1fff\u3000-\ufdff\ufe70-\uffff]")
_TO_LEFT: Final = re.compile("[\x00\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_FEWEST_LINES: Final = 3  # to compare
_SAME_LINE: Final = 0.3  # of the usual distance of lines
_MOST_COLUMNS: Final = 4
_STRETCHED: Final = 1.4  # times as wide as other lines with as many letters: there are gaps
_WIDEST: Final = 6  # of such lines are looked at,
_LONGEST: Final = 2  # and so many of the longest ones
_LEADING: Final = 1.2  # usual distance of lines, for letters of size 1


def plain_lines(page: PdfPage, textpage: PdfTextPage, text: str) -> Lines | None:
    """Take the lines of a page as pdfium has them, if nothing hints that they need to be put right.

    Only a few of the characters are looked at: this is what makes reading most pages fast.

    Args:
        page: The page.
        textpage: Its text.
        text: All of its characters, in pdfium's order.

    Returns:
        The lines; none if the page has to be looked at more closely.
    """
    if _OTHER_SCRIPT.search(text) and _needs_places(textpage, text):
        return None
    lines = _lines(textpage, text)
    if len(lines.texts) < _FEWEST_LINES:
        return None
    drops = [above - below for above, below in pairwise(lines.baselines)]
    usual = sorted(map(abs, drops))[len(drops) // 2]
    if _is_out_of_order(page, lines, drops, usual) or _has_gaps(textpage, lines, usual):
        return None
    return lines


def _needs_places(textpage: PdfTextPage, text: str) -> bool:
    """Tell whether a text has letters or spaces that pdfium often gets wrong."""
    if _TO_LEFT.search(text) or HAS_SIGNS.search(text):
        return True
    return any(are_made_up(textpage, [match.start() for match in DOUBTFUL_SPACE.finditer(text)]))


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
    return any(
        _is_parted(textpage, lines, number, size)
        and any(_is_parted(textpage, lines, other, size) for other in (number - 1, number + 1))
        for number in stretched.union(longest)
    )


def _is_parted(textpage: PdfTextPage, lines: Lines, number: int, size: float) -> bool:
    if not 0 <= number < len(lines.texts):
        return False
    text, characters = lines.texts[number].rstrip(), lines.characters[number]
    spaces = [characters[place] for place, letter in enumerate(text) if letter == " " and place]
    if not spaces:
        return False
    edges = read_cells(textpage, [space - 1 for space in spaces] + [space + 1 for space in spaces])
    gaps = sorted((edges[len(spaces) :, 0] - edges[: len(spaces), 2]).tolist())
    return bool(gaps[-1] > least_wide_gap(gaps, size))
