"""Find the letters of Persian that were kept from joining."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from indexer.readers.pdf.characters import read_ink
from indexer.readers.pdf.frame import Frame, Indices, Numbers, turned

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

IS_PERSIAN: Final = re.compile("[\u067e\u0686\u0698\u06a9\u06af\u06cc]")
"""Letters Arabic does not have: only Persian keeps letters from joining."""

_JOINS_LEFT: Final = "\u0626\u0628\u062a-\u062e\u0633-\u063a\u0641-\u0647\u064a\u067e\u0686\u06a9\u06af\u06cc"
_JOINS_RIGHT: Final = f"{_JOINS_LEFT}\u0622-\u0625\u0627\u0629\u062f-\u0632\u0648\u0698\u06c0"
_COULD_JOIN: Final = re.compile(f"(?=[{_JOINS_RIGHT}][{_JOINS_LEFT}])")
_APART: Final = 0.02  # of the size of the letters: letters that join touch


def unjoined(textpage: PdfTextPage, frame: Frame, seen: Indices, owners: Indices, sizes: Numbers) -> Indices:
    """Find where a zero-width non-joiner was lost: between letters of one word that would join, but do not touch.

    Few producers keep this character, which is part of the spelling of many Persian words.

    Args:
        textpage: The page's text.
        frame: Its characters.
        seen: Some of them, with the spaces between words, from left to right.
        owners: The number of the segment each belongs to.
        sizes: Of their letters.

    Returns:
        The places in `seen` before which it belongs.
    """
    lefts = np.array([match.start() for match in _COULD_JOIN.finditer(frame.read(seen))], np.intp)
    lefts = lefts[owners[lefts] == owners[lefts + 1]]
    lefts = lefts[~frame.crowded[seen[lefts]] & ~frame.crowded[seen[lefts + 1]]]
    apart = _gaps(textpage, frame, seen[lefts], seen[lefts + 1]) > _APART * sizes[lefts]
    places: Indices = lefts[apart] + 1
    return places


def keeps_from_next(textpage: PdfTextPage, frame: Frame, letter: int, after: int) -> bool:
    """Tell whether a non-joiner that stands in one place with a letter parts it from the next one.

    Args:
        textpage: The page's text.
        frame: Its characters.
        letter: The one in the same place.
        after: The letter to its left.
    """
    if not _COULD_JOIN.match(frame.read(np.array([after, letter]))):
        return False
    gap = _gaps(textpage, frame, np.array([after]), np.array([letter]))
    return bool(gap[0] > _APART * frame.sizes[letter])


def _gaps(textpage: PdfTextPage, frame: Frame, lefts: Indices, rights: Indices) -> Numbers:
    """Measure what is not drawn on between letters and those to their right."""
    left = turned(read_ink(textpage, lefts.tolist()), frame.turn)
    right = turned(read_ink(textpage, rights.tolist()), frame.turn)
    gaps: Numbers = right[:, 0] - left[:, 2]
    return gaps
