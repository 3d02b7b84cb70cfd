"""Rules that make extracted text fit to be stored, searched and shown."""

import re
import unicodedata
from typing import Final

from indexer.scripts import THAI

_LINE_ENDS: Final = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")

_DROPPED: Final = {
    *range(0x09),  # controls; tab and line feed stay
    *range(0x0B, 0x20),
    *range(0x7F, 0xA0),
    0x00AD,  # soft hyphen
    0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A),  # the order of display
    0x200B, 0x2060, 0xFEFF,  # invisible spaces and the byte order mark; the joiners of Persian and Hindi stay
    0xFFFE, 0xFFFF,
    *range(0xD800, 0xE000),  # halves of characters cannot be stored
}  # fmt: skip
_TABLE: Final = dict.fromkeys(sorted(_DROPPED))

_MANY_LINE_ENDS: Final = re.compile(r"\n{3,}")
_SPACE_BEFORE_THAI_MARK: Final = re.compile(rf"(?<=[{THAI}])[ \t]+(?=[\u0e31\u0e33-\u0e3a\u0e47-\u0e4e])")


def with_plain_line_ends(text: str) -> str:
    """Write every kind of line end as a line feed."""
    return _LINE_ENDS.sub("\n", text)


def clean(text: str) -> str:
    """Make text storable: composed letters, plain line ends, nothing invisible that harms.

    Args:
        text: What a file format gave.

    Returns:
        NFC text whose line ends are single or double line feeds; without control characters, byte order
        marks, soft hyphens and direction marks, without spaces at line ends, outer white space stripped.
    """
    text = with_plain_line_ends(text).translate(_TABLE)
    text = unicodedata.normalize("NFC", text)
    text = _SPACE_BEFORE_THAI_MARK.sub("", text)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return _MANY_LINE_ENDS.sub("\n\n", text).strip()


def one_line(text: str) -> str:
    """Write a text on one line, with single spaces."""
    return " ".join(clean(text).split())
