"""Put spaces, and signs that were torn off, where a line that runs from left to right shows them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import compress, pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from indexer.readers.pdf.characters import (
    are_made_up,
    read_cells,
    read_ink,
    read_matrices,
    read_origins,
    read_sizes,
)
from indexer.readers.pdf.frame import Flags, Frame, Indices, Numbers, turned
from indexer.readers.pdf.line import MADE_UP, Run
from indexer.readers.pdf.segments import Segment
from indexer.readers.pdf.word_gaps import least_word_gap
from indexer.scripts import HAN, HANGUL, KANA

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

_WIDE: Final = f"\u3000-\u303f{KANA}{HAN}\uff01-\uff60"
_IS_WIDE: Final = re.compile(f"[{_WIDE}]")

_LATIN_OR_DIGIT: Final = "A-Za-z0-9"
_HANGUL_BESIDE: Final = re.compile(f"[{HANGUL}](?=[{_LATIN_OR_DIGIT}])|[{_LATIN_OR_DIGIT}](?=[{HANGUL}])")

HAS_SIGNS: Final = re.compile("[\u0900-\u109f\u1780-\u17ff]")
"""From Devanagari to Myanmar, Khmer: scripts with signs over, under and before letters."""

DOUBTFUL_SPACE: Final = re.compile(
    rf"(?<=[{_WIDE}]) | (?=[{_WIDE}])|(?<=[{HANGUL}]) (?=[{_LATIN_OR_DIGIT}])|(?<=[{_LATIN_OR_DIGIT}]) (?=[{HANGUL}])"
)
"""A space that is none if pdfium made it up: beside an ideograph, or where Korean meets other letters."""

_LEAST: Final = 0.12  # of the size of the letters: the least space between words
_USUAL: Final = 0.25  # of the size of the letters: a space where none is drawn
_NARROWEST: Final = 0.4  # of the spaces of the page
_TOO_NARROW: Final = 0.5  # of a space
_WIDE_ENOUGH: Final = 0.6
_BESIDE_WIDE: Final = 0.4  # of the size of the letters: by a quarter of it, ideographs are set off from letters
_BETWEEN_WIDE: Final = 1.0  # justified lines draw ideographs apart
_USUAL_SHARE: Final = 0.7  # of the spaces of its line: surely one, too
_BOTH: Final = 2  # letters beside a space
_BESIDE: Final = 0.03  # of the size of the letters, from the letter a sign follows: it may belong to another one
_TORN_OFF: Final = 0.5  # and then it does


def respaced(textpage: PdfTextPage, frame: Frame, segments: Sequence[Segment]) -> list[Run]:
    """Space lines by their gaps, in scripts where pdfium does not.

    In those whose signs are drawn over, under and before letters, such as Thai and Hindi, it sees gaps where a sign
    steps back or has no width, and misses those that follow one. Chinese and Japanese have no spaces, only gaps.

    Returns:
        The characters of each segment, signs after their letters, with the spaces that are on the page.
    """
    if not segments:
        return []
    counts = [len(segment.characters) for segment in segments]
    owners = np.repeat(np.arange(len(segments)), counts)
    sizes = np.repeat(np.array([segment.size for segment in segments], np.float32), counts)
    characters = np.concatenate([segment.characters for segment in segments])
    characters = _with_signs_in_place(textpage, frame, characters, owners, sizes)
    spaces = frame.made_up[characters]
    kept, owners, sizes = characters[~spaces], owners[~spaces], sizes[~spaces]
    seen = np.zeros(len(kept) + 1, bool)
    seen[np.flatnonzero(spaces) - np.arange(np.count_nonzero(spaces))] = True  # pdfium saw a gap before a character
    gaps = _gaps(frame, kept, owners)
    parted = (gaps > _least_gaps(frame, kept, owners, sizes, gaps, seen[1:-1])) & (owners[1:] == owners[:-1])
    places = np.flatnonzero(parted) + 1
    kept, owners = np.insert(kept, places, MADE_UP), np.insert(owners, places, owners[places])
    text = frame.read(kept)
    borders = np.searchsorted(owners, np.arange(len(segments) + 1)).tolist()
    return [(text[start:end], kept[start:end].tolist()) for start, end in pairwise(borders)]


def false_spaces(
    textpage: PdfTextPage, text: str, spaces: Sequence[int], lines: Sequence[Sequence[int]]
) -> set[int] | None:
    """Find the spaces that stand for no gap, or for a narrow one, on a page whose lines run to the right.

    Args:
        textpage: The page's text.
        text: Its characters.
        spaces: The indices of those of `DOUBTFUL_SPACE` that pdfium made up.
        lines: The characters of the lines that have these.

    Returns:
        Their indices; none where Korean meets other letters in lines that draw no spaces: the page's others tell.
    """
    between = [space for space in spaces if text[space - 1 : space].strip() and text[space + 1 : space + 2].strip()]
    letters = [len(_IS_WIDE.findall(text[space - 1] + text[space + 1])) for space in between]
    gaps = _gaps_at(textpage, between)
    least = np.where(np.array(letters) == _BOTH, _BETWEEN_WIDE, _BESIDE_WIDE)
    if not all(letters):
        others = [index for line in lines for index in line[1:-1] if text[index] == " "]
        if all(are_made_up(textpage, others)):  # then such a space is like the others, or the whole page has to tell
            korean = np.array(letters) == 0
            least[korean] = _USUAL_SHARE * np.median(_gaps_at(textpage, others))
            if (gaps <= least)[korean].any():
                return None
    return set(spaces).difference(compress(between, (gaps > least).tolist()))


def _gaps_at(textpage: PdfTextPage, spaces: Sequence[int]) -> Numbers:
    """Measure the gaps where these spaces are, in sizes of the letters before them."""
    before, after = [space - 1 for space in spaces], [space + 1 for space in spaces]
    near = np.minimum(read_cells(textpage, after)[:, 0], read_origins(textpage, after)[:, 0])
    matrices = read_matrices(textpage, before)
    sizes = read_sizes(textpage, before) * np.hypot(matrices[:, 2], matrices[:, 3])
    gaps: Numbers = (near - read_cells(textpage, before)[:, 2]) / np.maximum(sizes, np.finfo(np.float32).tiny)
    return gaps


def _gaps(frame: Frame, characters: Indices, owners: Indices) -> Numbers:
    """Measure the gap before each character but the first, from as far as the word before it reached."""
    words = np.cumsum(~frame.visible[characters]) + owners
    right = frame.right[characters]
    # A sign drawn back over its letter ends where it stands; only what is drawn from there on takes room.
    starts = frame.starts[characters]
    drawn_back = frame.signs[characters] & ~frame.crowded[characters] & (frame.left[characters] + right < 2 * starts)
    right = np.where(drawn_back, np.minimum(right, starts), right)
    # What comes after a space counts from there: shift each word to the right of all before it, and back.
    apart = words * (float(np.ptp(frame.left)) + float(np.ptp(frame.right)) + 1.0)
    reached = np.maximum.accumulate(right + apart) - apart
    near = np.minimum(frame.left[characters], frame.starts[characters])
    gaps: Numbers = near[1:] - reached[:-1]
    return gaps


def _least_gaps(
    frame: Frame, characters: Indices, owners: Indices, sizes: Numbers, gaps: Numbers, seen: Flags
) -> Numbers:
    """Say how wide the gap before each character but the first has to be to part words, in points.

    Args:
        frame: The page.
        characters: Of it.
        owners: The number of the segment of each.
        sizes: Of their letters.
        gaps: Before each character but the first.
        seen: Whether pdfium saw a gap before each character but the first.
    """
    visible = frame.visible[characters]
    drawn = ((frame.right[characters] - frame.left[characters]) / sizes)[~visible]
    drawn = np.sort(drawn[drawn > 0])
    space = float(drawn[len(drawn) // 2]) if len(drawn) else _USUAL
    narrowest = max(_LEAST, _TOO_NARROW * space) if len(drawn) else _least_seen_gaps(gaps / sizes[1:], seen, owners[1:])
    least = np.where(seen, narrowest, max(_LEAST, _WIDE_ENOUGH * space))
    text = frame.read(characters)
    wide = np.zeros(len(text), bool)
    wide[[match.start() for match in _IS_WIDE.finditer(text)]] = True
    beside, between = wide[1:] | wide[:-1], wide[1:] & wide[:-1]
    if len(drawn):  # where spaces are drawn, such a gap is none
        beside[[match.start() for match in _HANGUL_BESIDE.finditer(text)]] = True
    least = np.where(beside, np.where(between, _BETWEEN_WIDE, _BESIDE_WIDE), least)
    never = (beside & ~seen) | frame.signs[characters[1:]] | ~visible[1:] | ~visible[:-1]
    return np.where(never, np.inf, least * sizes[1:])


def _least_seen_gaps(gaps: Numbers, seen: Flags, owners: Indices) -> Numbers:
    """Say how wide a gap has to be that pdfium saw, on a page that draws no spaces, in sizes of the letters."""
    spaces = np.sort(gaps[seen & (gaps > _LEAST / 2)])
    floor = _NARROWEST * float(spaces[len(spaces) // 2]) if len(spaces) else _LEAST
    borders = np.searchsorted(owners, np.arange(owners.max(initial=0) + 2)).tolist()
    least = [max(floor, least_word_gap(gaps[start:end])) for start, end in pairwise(borders)]
    return np.array(least)[owners]


def _with_signs_in_place(
    textpage: PdfTextPage, frame: Frame, characters: Indices, owners: Indices, sizes: Numbers
) -> Indices:
    """Bring signs that are drawn far from the letter they follow to the one they stand over."""
    bears = frame.visible[characters] & ~frame.signs[characters]
    before = np.maximum.accumulate(np.where(bears, np.arange(len(characters)), 0))
    middles = (frame.left[characters] + frame.right[characters]) / 2
    away = _distances(frame, characters[before], middles)
    signs = frame.signs[characters] & ~frame.crowded[characters]
    moved = np.flatnonzero(signs & ((away > _BESIDE * sizes) | (owners[before] != owners)))
    placed = characters.copy()
    # A sign may be drawn far from its cell: what counts is where it is seen.
    ink = turned(read_ink(textpage, characters[moved].tolist()), frame.turn)
    for place, middle in zip(moved.tolist(), ((ink[:, 0] + ink[:, 2]) / 2).tolist(), strict=True):
        start, end = np.searchsorted(owners, [owners[place], owners[place] + 1]).tolist()
        placed[start:end] = _with_sign_in_place(frame, placed[start:end], int(characters[place]), middle)
    return placed


def _with_sign_in_place(frame: Frame, characters: Indices, sign: int, middle: float) -> Indices:
    """Place one sign of a segment, the middle of which is seen there."""
    others = characters[characters != sign]
    bearers = np.flatnonzero(frame.visible[others] & ~frame.signs[others])
    if not len(bearers):
        return characters
    distances = _distances(frame, others[bearers], middle)
    before = bearers[np.searchsorted(bearers, np.flatnonzero(characters == sign)[0]) - 1]
    nearest = bearers[distances.argmin()]
    size = frame.sizes[sign]
    away = _distances(frame, others[before : before + 1], middle)[0]
    if away <= _BESIDE * size or (away <= _TORN_OFF * size and distances.min() > 0):
        return characters
    place = nearest + 1
    while place < len(others) and frame.signs[others[place]]:
        place += 1
    return np.insert(others, place, sign)


def _distances(frame: Frame, letters: Indices, middles: Numbers | float) -> Numbers:
    outside: Numbers = np.maximum(0, np.maximum(frame.left[letters] - middles, middles - frame.right[letters]))
    return outside
