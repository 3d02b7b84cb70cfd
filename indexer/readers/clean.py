"""Rules that make extracted text fit to be stored, searched and shown."""

import re
import unicodedata
from typing import Final

from indexer.scripts import THAI

_LINE_ENDS: Final = re.compile("[\r\v\f\x1c-\x1e\x85\u2028\u2029](?:(?<=\r)\n)?")

_HARMFUL: Final = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls; tab and line feed stay
    "\u00ad"  # soft hyphen
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # the order of display
    "\u200b\u2060\ufeff"  # invisible spaces and the byte order mark; the joiners of Persian and Hindi stay
    "\ufffe\uffff"
    "\ud800-\udfff"  # halves of characters cannot be stored
)
_WITH_FORMS: Final = "\ufb00-\ufb4f\ufb50-\ufdff\ufe70-\ufefc"
_RARE: Final = re.compile(f"[{_HARMFUL}{_WITH_FORMS}{THAI}]")
_DROPPED: Final = re.compile(f"[{_HARMFUL}]")
_FORMS: Final = re.compile(f"[{_WITH_FORMS}]")
_SARA_AM_IN_TWO: Final = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32")
_MANY_LINE_ENDS: Final = re.compile("\n\n\n+")
_SPACE_BEFORE_THAI_MARK: Final = re.compile(rf"([{THAI}])[ \t]+(?=[\u0e31\u0e33-\u0e3a\u0e47-\u0e4e])")


def with_plain_line_ends(text: str) -> str:
    """Write every kind of line end as a line feed."""
    return _LINE_ENDS.sub("\n", text)


def clean(text: str) -> str:
    """Make text storable: composed letters, plain line ends, nothing invisible that harms.

    Args:
        text: What a file format gave.

    Returns:
        NFC text, letters and ligatures that have a form of their own written as plain letters. Its line ends are
        single or double line feeds; without control characters, byte order marks, soft hyphens and direction
        marks, without spaces at line ends, outer white space stripped.
    """
    text = with_plain_line_ends(text)
    if _RARE.search(text):
        text = _FORMS.sub(_plain_letters, _DROPPED.sub("", text))
        text = _SPACE_BEFORE_THAI_MARK.sub(r"\1", text)
        text = _SARA_AM_IN_TWO.sub("\\1\u0e33", text)
    text = unicodedata.normalize("NFC", text)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return _MANY_LINE_ENDS.sub("\n\n", text).strip()


def _plain_letters(form: re.Match[str]) -> str:
    """Write a presentation form, such as a ligature, in the letters it stands for; signs and symbols stay."""
    letters = unicodedata.normalize("NFKC", form[0])
    return letters if all(unicodedata.category(letter)[0] in "LM" for letter in form[0] + letters) else form[0]


def one_line(text: str) -> str:
    """Write a text on one line, with single spaces."""
    return " ".join(clean(text).split())
