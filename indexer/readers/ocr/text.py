"""Write the lines of a page as text, and put right how Tesseract writes some scripts."""

import re
from collections.abc import Sequence
from typing import Final

from indexer.readers.clean import clean
from indexer.readers.lines import join_lines
from indexer.readers.ocr.layout import Line, starts_paragraph
from indexer.readers.ocr.read_lines import ReadLine, text_of
from indexer.scripts import HAN, KANA

_CJK: Final = f"\u2e80-\u303f{KANA}{HAN}\uff00-\uff65"
_POINT: Final = r",.;:!?)\]"
_SPACE: Final = re.compile(rf"(?<=[{_CJK}])[ ]+(?=[{_CJK}{_POINT}0-9])|(?<=[0-9])[ ]+(?=[{_CJK}])")
_SPACE_AFTER_POINT: Final = re.compile(rf"(?<=[{_CJK}][{_POINT}])[ ]+(?=[{_CJK}])")
_SARA_AM: Final = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32")


def page_text(lines: Sequence[Line], read: Sequence[Sequence[ReadLine]]) -> str:
    """Write a page, each paragraph on a line of its own, with an empty line where the page has a gap.

    Args:
        lines: Where the lines are, in reading order.
        read: What was read in each of them.
    """
    text = ""
    for after_gap, parts in zip(starts_paragraph(lines), read, strict=True):
        if parts:
            text += ("\n\n" if after_gap else "\n") + text_of(parts)
    return as_written(clean(join_lines(text.lstrip("\n"))))


def as_written(text: str) -> str:
    """Write Chinese and Japanese without spaces, also around digits, and the Thai vowel am as one sign.

    Spaces in Thai stay: they part phrases, and Tesseract sees them where they are.
    """
    text = _SPACE_AFTER_POINT.sub("", _SPACE.sub("", text))
    return _SARA_AM.sub("\\1\u0e33", text)
