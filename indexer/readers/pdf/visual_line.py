"""Read lines with letters from right to left by where they stand."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from indexer.readers.pdf.brackets import BRACKETS, facing
from indexer.readers.pdf.frame import Flags, Frame, Indices, Numbers
from indexer.readers.pdf.joiners import IS_PERSIAN, keeps_from_next, unjoined
from indexer.readers.pdf.line import MADE_UP, NON_JOINER, Run
from indexer.readers.pdf.right_to_left import reading_order
from indexer.readers.pdf.segments import Segment
from indexer.readers.pdf.word_gaps import least_word_gap

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

_SPOT: Final = 0.01  # of the size of the letters: what stands no further apart stands in one place
_GAP: Final = 0.1  # of the size of the letters: the least space between words
_SHARE: Final = 0.75  # of a space that is drawn on the page
_CLEARLY: Final = 4  # times as many letters of the other direction settle the direction of a line

_LAM_BEFORE_ALEF: Final = re.compile("\u0644(?=[\u0622\u0623\u0625\u0627\u0671])")
_NON_JOINER: Final = "\u200c"
_WITH_NON_JOINER: Final = re.compile("\u200c[\u0620-\u06ff]|[\u0620-\u06ff]\u200c")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letters:
    """The letters and spaces of several segments, one segment after another, each from left to right.

    Attributes:
        characters: Their indices on the page.
        owners: The number of the segment each belongs to.
        sizes: Of the letters of that segment.
    """

    characters: Indices
    owners: Indices
    sizes: Numbers

    def where(self, chosen: Flags) -> _Letters:
        """Keep some of them."""
        return _Letters(characters=self.characters[chosen], owners=self.owners[chosen], sizes=self.sizes[chosen])

    def insert(self, places: Indices, index: int) -> _Letters:
        """Put something before these places, in the segment to the right."""
        return _Letters(
            characters=np.insert(self.characters, places, index),
            owners=np.insert(self.owners, places, self.owners[places]),
            sizes=np.insert(self.sizes, places, self.sizes[places]),
        )


def read_by_place(textpage: PdfTextPage, frame: Frame, segments: Sequence[Segment], *, page_to_left: bool) -> list[Run]:
    """Bring the characters of segments into reading order by where they stand.

    Args:
        textpage: The page's text.
        frame: Its characters.
        segments: Parts of it, their characters from left to right.
        page_to_left: Whether most of the page runs from right to left.
    """
    if not segments:
        return []
    counts = [len(segment.characters) for segment in segments]
    everything = _Letters(
        characters=np.concatenate([segment.characters for segment in segments]),
        owners=np.repeat(np.arange(len(segments)), counts),
        sizes=np.repeat(np.array([segment.size for segment in segments], np.float32), counts),
    )
    signs = frame.signs[everything.characters]
    letters = everything.where(~signs)
    borne = _borne(frame, letters, everything.where(signs)) if signs.any() else {}
    seen = _with_spaces(frame, _in_written_order(textpage, frame, _with_single_spaces(frame, letters)))
    if IS_PERSIAN.search(frame.read(seen.characters)):
        seen = seen.insert(unjoined(textpage, frame, seen.characters, seen.owners, seen.sizes), NON_JOINER)
    borders = np.searchsorted(seen.owners, np.arange(len(segments) + 1)).tolist()
    directions = frame.directions_of(seen.characters)
    return [
        _read(frame, seen.characters[start:end], directions[start:end], borne, page_to_left=page_to_left)
        for start, end in pairwise(borders)
    ]


def _read(frame: Frame, seen: Indices, directions: str, borne: dict[int, list[int]], *, page_to_left: bool) -> Run:
    read = seen[reading_order(directions, right_to_left=_runs_left(directions, page=page_to_left))]
    text = frame.read(read)
    if BRACKETS.search(text):
        text = facing(text)
    indices: list[int] = read.tolist()
    if not borne or borne.keys().isdisjoint(indices):
        return text, indices
    parts: list[str] = []
    with_signs: list[int] = []
    for letter, index in zip(text, indices, strict=True):
        parts.append(letter)
        with_signs.append(index)
        for sign in borne.get(index, ()):
            parts.append(chr(frame.codes[sign]))
            with_signs.append(sign)
    return "".join(parts), with_signs


def _runs_left(directions: str, *, page: bool) -> bool:
    """Tell the direction of a line: the page's, unless its letters clearly say otherwise."""
    to_right = directions.count("L")
    to_left = directions.count("R") + directions.count("A")
    return _CLEARLY * to_left >= to_right if page else to_left > to_right


def _with_single_spaces(frame: Frame, letters: _Letters) -> _Letters:
    visible = frame.visible[letters.characters]
    again = ~visible[1:] & ~visible[:-1] & (letters.owners[1:] == letters.owners[:-1])
    return letters.where(np.append(True, ~again))


def _borne(frame: Frame, letters: _Letters, signs: _Letters) -> dict[int, list[int]]:
    """Give each letter the signs that belong to it: those of its glyph, else those drawn over or under it."""
    borne: dict[int, list[int]] = defaultdict(list)
    letters = letters.where(frame.visible[letters.characters])
    starts, ends = (np.searchsorted(letters.owners, signs.owners, side) for side in ("left", "right"))
    for sign, start, end in zip(signs.characters.tolist(), starts.tolist(), ends.tolist(), strict=True):
        bases = letters.characters[start:end]
        spot = bases[np.abs(frame.starts[bases] - frame.starts[sign]) < _SPOT * frame.sizes[sign]]
        if len(spot):
            base = spot[np.abs(spot - sign).argmin()]
        else:
            left, right = frame.left[bases], frame.right[bases]
            middle = (frame.left[sign] + frame.right[sign]) / 2
            outside = np.maximum(0, np.maximum(left - middle, middle - right))
            base = bases[np.lexsort((np.abs((left + right) / 2 - middle), outside))[0]]
        borne[int(base)].append(sign)
    return borne


def _in_written_order(textpage: PdfTextPage, frame: Frame, letters: _Letters) -> _Letters:
    """Put right what stands in one place: whatever is given, lam comes before alef, and a joiner where it parts."""
    characters = letters.characters
    text = frame.read(characters)
    for match in _LAM_BEFORE_ALEF.finditer(text):
        place = match.start()
        if _in_one_place(frame, letters, place):
            characters[place : place + 2] = characters[place : place + 2][::-1].copy()
    for match in _WITH_NON_JOINER.finditer(text):
        place = match.start()
        if place and _in_one_place(frame, letters, place):
            joiner, letter = sorted(
                characters[place : place + 2].tolist(), key=lambda index: not _is_joiner(frame, index)
            )
            last = keeps_from_next(textpage, frame, letter, int(characters[place - 1]))
            characters[place : place + 2] = (joiner, letter) if last else (letter, joiner)
    return letters


def _in_one_place(frame: Frame, letters: _Letters, place: int) -> bool:
    left, right = letters.characters[place : place + 2]
    return bool(abs(frame.starts[left] - frame.starts[right]) < _SPOT * letters.sizes[place])


def _is_joiner(frame: Frame, index: int) -> bool:
    return chr(frame.codes[index]) == _NON_JOINER


def _with_spaces(frame: Frame, letters: _Letters) -> _Letters:
    """Put a space where a gap is as wide as between words and none is drawn."""
    characters, owners = letters.characters, letters.owners
    near = np.minimum(frame.left[characters], frame.starts[characters])
    apart = owners * (float(np.ptp(frame.right)) + float(np.ptp(frame.left)) + 1.0)  # each segment right of the last
    reached = np.maximum.accumulate(frame.right[characters] + apart) - apart
    within = owners[1:] == owners[:-1]
    gaps = np.where(within, (near[1:] - reached[:-1]) / letters.sizes[1:], 0.0)
    visible = frame.visible[characters]
    missing = (gaps > _limits(frame, letters, gaps)) & visible[1:] & visible[:-1]
    return letters.insert(np.flatnonzero(missing) + 1, MADE_UP)


def _limits(frame: Frame, letters: _Letters, gaps: Numbers) -> Numbers:
    """Say how wide the gap before each letter but the first has to be to part words, in sizes of the letters."""
    widths = (frame.right[letters.characters] - frame.left[letters.characters]) / letters.sizes
    spaces = ~frame.visible[letters.characters] & (widths > 0)
    limits = np.full(int(letters.owners[-1]) + 1, _GAP)
    if spaces.any():
        drawn = np.sort(widths[spaces])
        limits[:] = max(_GAP, _SHARE * float(drawn[len(drawn) // 2]))
    owners = letters.owners[1:]
    borders = np.searchsorted(owners, np.arange(len(limits) + 1)).tolist()
    has_spaces = np.bincount(letters.owners[spaces], minlength=len(limits)).tolist()
    for owner, span in enumerate(pairwise(borders)):
        if not has_spaces[owner]:
            limits[owner] = least_word_gap(gaps[slice(*span)])
    return limits[owners]
