"""The lines of a page whose text is right as pdfium gives it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from indexer.readers.pdf.characters import read_cells, read_origins, read_sizes
from indexer.readers.pdf.line import Lines
from indexer.readers.pdf.segments import least_wide_gap
from indexer.readers.pdf.spacing import NEEDS_SPACING

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

_OTHER_SCRIPT: Final = re.compile("[\x00\u0590-\u1fff\u3000-\ufdff\ufe70-\uffff]")
_TO_LEFT: Final = re.compile("[\x00\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
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
    if _OTHER_SCRIPT.search(text) and (_TO_LEFT.search(text) or NEEDS_SPACING.search(text)):
        return None
    lines = _lines(textpage, text)
    if len(lines.texts) < 3:  # noqa: PLR2004, too few to compare
        return None
    drops = [above - below for above, below in pairwise(lines.baselines)]
    usual = sorted(map(abs, drops))[len(drops) // 2]
    if _is_out_of_order(page, lines, drops, usual) or _has_gaps(textpage, lines, usual):
        return None
    return lines


def _lines(textpage: PdfTextPage, text: str) -> Lines:
    texts: list[str] = []
    starts: list[int] = []
    firsts: list[int] = []
    lasts: list[int] = []
    start = 0
    for line in text.split("\r\n"):
        content = line.strip()
        if content:
            first = start + line.index(content)
            texts.append(line)
            starts.append(start)
            firsts.append(first)
            lasts.append(first + len(content) - 1)
        start += len(line) + 2
    origins = read_origins(textpage, firsts)
    return Lines(
        texts=texts,
        characters=[range(start, start + len(line)) for start, line in zip(starts, texts, strict=True)],
        baselines=origins[:, 1].tolist(),
        lefts=origins[:, 0].tolist(),
        rights=read_cells(textpage, lasts)[:, 2].tolist(),
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
    sizes = read_sizes(textpage, [line[0] for line in lines.characters]).tolist()
    pitches = [
        width / (size * len(text)) if size > 0 else 0.0
        for width, size, text in zip(widths, sizes, lines.texts, strict=True)
    ]
    by_pitch = sorted(range(len(pitches)), key=pitches.__getitem__)
    usual_pitch = pitches[by_pitch[len(by_pitch) // 2]]
    stretched = {line for line in by_pitch[-_WIDEST:] if pitches[line] > _STRETCHED * usual_pitch}
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
