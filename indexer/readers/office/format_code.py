"""Take the format codes of spreadsheets apart: `#,##0.00 "kg";[Red]-0`."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a piece of a format code stands for."""

    LITERAL = "literal"
    PLACE = "place"
    """Of one digit: `0`, `#` or `?`."""
    POINT = "point"
    COMMA = "comma"
    PERCENT = "percent"
    EXPONENT = "exponent"
    SLASH = "slash"
    TEXT = "text"
    GENERAL = "general"
    DATE = "date"
    """A part of a date or a time: `yyyy`, `mmm`, `h`, `ss.00`."""
    ELAPSED = "elapsed"
    """A span of time in one unit: `[h]`."""
    HALF = "half"
    """`AM/PM`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of a format code."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One of the up to four alternatives of a format code.

    Attributes:
        tokens: Its pieces.
        condition: Which numbers it is for, such as `("<", 100.0)`, if it says so.
        language: Windows' number of the language of its months and days; 0 if it names none.
    """

    tokens: tuple[Token, ...]
    condition: tuple[str, float] | None = None
    language: int = 0

    @property
    def is_date(self) -> bool:
        """Whether it writes a date, a time or a span of time."""
        return any(token.kind in (Kind.DATE, Kind.ELAPSED) for token in self.tokens)


_TOKEN: Final = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|(?P<spacing>[_*].)|\[(?P<bracket>[^\]]*)\]|(?P<half>AM/PM|A/P|上午/下午)'
    r"|(?P<general>General)|(?P<exponent>E[+-][0#?]+)|(?P<date>y+|e+|b+|m+|d+|h+|s+(?:\.0+)?)|(?P<place>[0#?])|(?P<point>\.)|(?P<comma>,)"
    r"|(?P<percent>%)|(?P<slash>/)|(?P<text>@)|(?P<end>;)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_KINDS: Final = {
    "quoted": Kind.LITERAL,
    "escaped": Kind.LITERAL,
    "other": Kind.LITERAL,
    "half": Kind.HALF,
    "general": Kind.GENERAL,
    "date": Kind.DATE,
    "place": Kind.PLACE,
    "point": Kind.POINT,
    "comma": Kind.COMMA,
    "percent": Kind.PERCENT,
    "exponent": Kind.EXPONENT,
    "slash": Kind.SLASH,
    "text": Kind.TEXT,
}
_CONDITION: Final = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_ELAPSED: Final = re.compile(r"h+|m+|s+", re.IGNORECASE)
_CURRENCY: Final = re.compile(r"\$([^-]*)(?:-([0-9A-Fa-f]+))?")
_LANGUAGE_BITS: Final = 0x3FF


def sections_of(code: str) -> list[Section]:
    """Take a format code apart; what cannot be understood is shown as it stands."""
    sections: list[Section] = []
    tokens: list[Token] = []
    condition: tuple[str, float] | None = None
    language = 0
    for match in _TOKEN.finditer(code):
        name = match.lastgroup or "other"
        if name == "end":
            sections.append(Section(tokens=tuple(tokens), condition=condition, language=language))
            tokens, condition, language = [], None, 0
        elif name == "bracket":
            content = match["bracket"]
            if found := _CONDITION.fullmatch(content):
                condition = found[1], float(found[2])
            elif found := _CURRENCY.fullmatch(content):
                tokens.append(Token(kind=Kind.LITERAL, text=found[1]))
                language = int(found[2] or "0", 16) & _LANGUAGE_BITS
            elif _ELAPSED.fullmatch(content):
                tokens.append(Token(kind=Kind.ELAPSED, text=content.lower()))
        elif name != "spacing":
            tokens.append(Token(kind=_KINDS[name], text=match[name]))
    sections.append(Section(tokens=tuple(tokens), condition=condition, language=language))
    return sections
