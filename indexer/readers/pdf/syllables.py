"""Put the signs of Hindi and Bengali syllables in the order they are written, where they come in the order seen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from indexer.readers.pdf.characters import read_ink
from indexer.readers.pdf.frame import Frame, turned
from indexer.readers.pdf.line import Run

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

_CONSONANT: Final = "(?:[\u0915-\u0939\u0958-\u095f]\u093c?|[\u0995-\u09b9\u09ce\u09dc-\u09df]\u09bc?)"
_VIRAMA: Final = "[\u094d\u09cd]"
_CLUSTER: Final = f"(?:{_CONSONANT}{_VIRAMA}\u200d?)*{_CONSONANT}"
_BEFORE: Final = "[\u093f\u09bf\u09c7\u09c8]"
"""Vowel signs that stand to the left of the consonant they are spoken after."""
_ABOVE: Final = "[\u0930\u09b0][\u094d\u09cd]"
"""An r that is drawn over the consonant it is spoken before (reph)."""
_SIGNS: Final = "[\u0900-\u0903\u093c\u093e-\u094c\u0981-\u0983\u09bc\u09be-\u09cc\u09d7]"

_SEEN_FIRST: Final = re.compile(f"({_BEFORE})({_CLUSTER})")
_SEEN_LAST: Final = re.compile(f"({_CLUSTER}{_SIGNS}*)({_ABOVE})")
_O_OF: Final = {"\u093e\u0947": "\u094b", "\u093e\u0948": "\u094c", "\u0906\u0947": "\u0913", "\u0906\u0948": "\u0914"}
"""Hindi vowel signs that may be drawn as two."""
_O_IN_TWO: Final = re.compile("|".join(_O_OF))
_HIGH: Final = 0.4  # of the size of the letters, over the line they stand on


def as_written(textpage: PdfTextPage, frame: Frame, run: Run) -> Run:
    """Bring vowel signs and r's that were given in the order they are seen behind, and before, their consonants.

    A vowel sign to the right of what comes before it belongs to what comes after it, since it is always drawn to the
    left of its consonant. An r drawn over the letters belongs before the consonant it stands on.

    Args:
        textpage: The page's text.
        frame: Its characters.
        run: Part of a line.

    Returns:
        The same characters, perhaps in another order.
    """
    text, indices = run
    for pattern, is_misplaced in ((_SEEN_FIRST, _stands_right), (_SEEN_LAST, _stands_over)):
        for match in list(pattern.finditer(text)):
            if not is_misplaced(textpage, frame, indices, match):
                continue
            start, middle, end = match.start(), match.start(2), match.end()
            text = text[:start] + text[middle:end] + text[start:middle] + text[end:]
            indices = indices[:start] + indices[middle:end] + indices[start:middle] + indices[end:]
    for match in reversed(list(_O_IN_TWO.finditer(text))):
        text = text[: match.start()] + _O_OF[match[0]] + text[match.end() :]
        del indices[match.start() + 1]
    return text, indices


def _stands_right(_: PdfTextPage, frame: Frame, indices: list[int], match: re.Match[str]) -> bool:
    """Tell whether a vowel sign is drawn to the right of the letter it was given after."""
    sign = indices[match.start()]
    after = indices[match.start(2)]
    if sign < 0 or after < 0:
        return False
    start_of = frame.starts.item
    before = next((indices[place] for place in range(match.start() - 1, -1, -1) if indices[place] >= 0), None)
    if frame.crowded.item(sign):  # one glyph draws both
        return start_of(sign) == start_of(after) and (before is None or start_of(sign) != start_of(before))
    return before is None or start_of(sign) > start_of(before)


def _stands_over(textpage: PdfTextPage, frame: Frame, indices: list[int], match: re.Match[str]) -> bool:
    """Tell whether an r without vowel is one glyph, drawn over the letters."""
    letter, virama = indices[match.start(2) : match.end()]
    if letter < 0 or virama < 0 or frame.starts[letter] != frame.starts[virama]:
        return False
    ink = turned(read_ink(textpage, [letter]), frame.turn)
    return bool(ink[0, 1] > frame.baselines[letter] + _HIGH * frame.sizes[letter])
