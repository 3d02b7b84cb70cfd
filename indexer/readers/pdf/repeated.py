"""Find text that is given more than once for one thing drawn."""

from __future__ import annotations

import ctypes
from collections import Counter
from dataclasses import dataclass, replace
from itertools import repeat
from typing import TYPE_CHECKING, Final

import numpy as np

from indexer.readers.pdf.characters import Boxes, address_of, plain, read_ink, read_objects
from indexer.readers.pdf.frame import Flags, Frame, Indices, Numbers, same_points, turned

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

_OVERLAP: Final = 0.5  # of the narrower of two glyphs
_AS_WIDE: Final = 0.8
_TOUCHING: Final = 0.1  # of the size of the letters
_MANY: Final = 32  # objects: fewer are searched for where they are
_MIDDLE: Final = 0.25  # of the size of the letters: all letters reach this height, signs over and under them do not
_MARGIN: Final = 1.0  # points
_NEAR: Final = 6  # pdfium gives a letter and its sign one after another, or nearly: how many like them to look at

_Mark = int
"""The address of the mark around a stretch that has a text to replace it (`/ActualText`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Replaced:
    """What is drawn on a page under such marks, object by object; what is drawn as one object needs no look.

    Attributes:
        marks: The mark of each object, by its address.
        bounds: (len(marks), 4) float32, left, bottom, right, top.
    """

    marks: dict[int, _Mark]
    bounds: Boxes


def without_repeats(page: PdfPage, textpage: PdfTextPage, frame: Frame) -> tuple[Frame, Flags]:
    """Find the characters that repeat what others nearby say already.

    A producer can say what a stretch of glyphs means (`/ActualText`). pdfium gives this text for every text object of
    the stretch that does not follow another one directly. And some producers say the whole syllable both for a letter
    and for the sign drawn over it. Once is right.

    Args:
        page: The page.
        textpage: Its text.
        frame: Its characters.

    Returns:
        The characters, the last one of each stretch as wide as the rest of it; and for each character whether it is
        a repetition.
    """
    repeated = np.zeros(len(frame.visible), bool)
    replaced = _replaced(page)
    if replaced.marks:
        near = _near(frame, replaced.bounds)
        objects = dict(zip(near, read_objects(textpage, near), strict=True))
        frame = _without_further_copies(frame, objects, replaced, repeated)
    _drop_twins(textpage, frame, repeated)
    return frame, repeated


def _near(frame: Frame, bounds: Boxes) -> list[int]:
    """Find the characters that these objects can have drawn."""
    if len(bounds) > _MANY:
        return list(range(len(frame.visible)))
    cells = frame.cells[:, np.newaxis]
    apart = (cells[..., :2] > bounds[:, 2:] + _MARGIN) | (cells[..., 2:] < bounds[:, :2] - _MARGIN)
    beside_all = np.all(np.any(apart, axis=2), axis=1)
    return np.flatnonzero(~beside_all).tolist()


def _without_further_copies(frame: Frame, objects: dict[int, int], replaced: _Replaced, repeated: Flags) -> Frame:
    """Keep the copy on the first object of each stretch, and let its end stand where the stretch ends.

    Args:
        frame: The page.
        objects: The address of the text object of each character in question, in order.
        replaced: The marks of objects.
        repeated: Set for each character that is a further copy.
    """
    first: dict[_Mark, int] = {}
    last: dict[_Mark, int] = {}
    for index, address in objects.items():
        mark = replaced.marks.get(address)
        if mark is None:
            continue
        if first.setdefault(mark, address) == address:
            last[mark] = index
        else:
            repeated[index] = True
    ends = np.array([last.get(mark, -1) for mark in replaced.marks.values()], np.intp)
    bounds = turned(replaced.bounds, frame.turn)
    middles = frame.baselines[ends] + _MIDDLE * frame.sizes[ends]
    chosen = (ends >= 0) & (bounds[:, 1] < middles) & (middles < bounds[:, 3])
    right = frame.right.copy()
    np.maximum.at(right, ends[chosen], bounds[chosen, 2])
    return replace(frame, right=right)


def _drop_twins(textpage: PdfTextPage, frame: Frame, repeated: Flags) -> None:
    """Keep the letter rather than its sign where both say the same."""
    glyphs = _glyphs(frame, np.flatnonzero(frame.crowded & ~repeated))
    if glyphs is None:
        return
    for one, other in _twins(glyphs):
        characters, others = glyphs.characters_of(one), glyphs.characters_of(other)
        if repeated[characters[0]] or repeated[others[0]]:
            continue
        if sorted(frame.read(characters)) == sorted(frame.read(others)):
            ink = read_ink(textpage, [int(characters[0]), int(others[0])])
            heights = ink[:, 3] - ink[:, 1]
            repeated[others if heights[0] >= heights[1] else characters] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Glyphs:
    """n glyphs that stand for several characters each.

    Attributes:
        characters: The indices of their characters, glyph by glyph.
        starts, ends: (n,) where in `characters` those of each glyph are.
        sums: (n,) of their code points: the same for the same characters.
        left, right, baselines, sizes: (n,) as in `Frame`.
    """

    characters: Indices
    starts: Indices
    ends: Indices
    sums: Numbers
    left: Numbers
    right: Numbers
    baselines: Numbers
    sizes: Numbers

    def characters_of(self, glyph: int) -> Indices:
        """Take the characters of one of them."""
        return self.characters[self.starts[glyph] : self.ends[glyph]]


def _glyphs(frame: Frame, candidates: Indices) -> _Glyphs | None:
    """Find the characters that stand in one place, in the order they are given; none if all stand alone."""
    if not len(candidates):
        return None
    points = same_points(frame.starts[candidates], frame.baselines[candidates])
    order = np.argsort(points, kind="stable")
    candidates, points = candidates[order], points[order]
    again = points[1:] == points[:-1]
    shared = np.append(again, False) | np.insert(again, 0, False)
    candidates = candidates[shared]
    starts = np.flatnonzero(np.diff(points[shared], prepend=points[:1] - 1))
    if not len(starts):
        return None
    first = np.argsort(candidates[starts])
    codes = frame.codes[candidates].astype(np.float64)
    return _Glyphs(
        characters=candidates,
        starts=starts[first],
        ends=np.append(starts[1:], len(candidates))[first],
        sums=np.add.reduceat(codes, starts)[first],
        left=np.minimum.reduceat(frame.left[candidates], starts)[first],
        right=np.maximum.reduceat(frame.right[candidates], starts)[first],
        baselines=frame.baselines[candidates[starts]][first],
        sizes=frame.sizes[candidates[starts]][first],
    )


def _twins(glyphs: _Glyphs) -> list[tuple[int, int]]:
    """Find pairs of glyphs that may say the same and stand over each other, as a letter and its sign do."""
    order = np.argsort(glyphs.sums, kind="stable")
    widths = glyphs.right - glyphs.left
    pairs: list[tuple[int, int]] = []
    for lag in range(1, min(_NEAR, len(order) - 1) + 1):
        one, other = order[:-lag], order[lag:]
        alike = glyphs.sums[one] == glyphs.sums[other]
        one, other = one[alike], other[alike]
        overlap = np.minimum(glyphs.right[one], glyphs.right[other]) - np.maximum(glyphs.left[one], glyphs.left[other])
        narrow, wide = np.minimum(widths[one], widths[other]), np.maximum(widths[one], widths[other])
        near = np.abs(glyphs.baselines[one] - glyphs.baselines[other]) < glyphs.sizes[one]
        # The same syllable again would be as wide as the first, and stand beside it.
        over = overlap > _OVERLAP * narrow
        over |= (narrow < _AS_WIDE * wide) & (overlap > -_TOUCHING * glyphs.sizes[one])
        pairs += zip(one[near & over].tolist(), other[near & over].tolist(), strict=True)
    return sorted(pairs)


def _replaced(page: PdfPage) -> _Replaced:
    from pypdfium2 import raw

    get = plain("FPDFPage_GetObject", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
    count_marks = plain("FPDFPageObj_CountMarks", ctypes.c_int, ctypes.c_void_p)
    get_mark = plain("FPDFPageObj_GetMark", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong)
    kind = plain("FPDFPageObjMark_GetParamValueType", ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p)
    get_bounds = plain("FPDFPageObj_GetBounds", ctypes.c_int, *[ctypes.c_void_p] * 5)
    handle = ctypes.cast(page.raw, ctypes.c_void_p).value
    objects = list(map(get, repeat(handle), range(raw.FPDFPage_CountObjects(page))))
    counts = list(map(count_marks, objects))
    marks: dict[int, _Mark] = {}
    for level in range(max(counts, default=0)):
        marked = [address for address, count in zip(objects, counts, strict=True) if count > level]
        around = list(map(get_mark, marked, repeat(level)))
        shared = [mark for mark, times in Counter(around).items() if times > 1]
        replacing = {mark for mark in shared if kind(mark, b"ActualText") == raw.FPDF_OBJECT_STRING}
        marks |= {address: mark for address, mark in zip(marked, around, strict=True) if mark in replacing}
    bounds: Boxes = np.zeros((len(marks), 4), np.float32)
    row = address_of(bounds)
    for address in marks:
        get_bounds(address, row, row + 4, row + 8, row + 12)
        row += 16
    return _Replaced(marks=marks, bounds=bounds)
