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


def unjoined(textpage: PdfTextPage, frame: Frame, seen: Indices, sizes: Numbers) -> Indices:
    """Find where a zero-width non-joiner was lost: between letters of one word that would join, but do not touch.

    Few producers keep this character, which is part of the spelling of many Persian words.

    Args:
        textpage: The page's text.
        frame: Its characters.
        seen: Some of them, with the spaces between words, from left to right.
        sizes: Of their letters.

    Returns:
        The places in `seen` before which it belongs.
    """
    lefts = np.array([match.start() for match in _COULD_JOIN.finditer(frame.read(seen))], np.intp)
    lefts = lefts[~frame.crowded[seen[lefts]] & ~frame.crowded[seen[lefts + 1]]]
    left = turned(read_ink(textpage, seen[lefts].tolist()), frame.turn)
    right = turned(read_ink(textpage, seen[lefts + 1].tolist()), frame.turn)
    return lefts[right[:, 0] - left[:, 2] > _APART * sizes[lefts]] + 1
