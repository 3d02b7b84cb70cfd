"""The lines at the top and bottom of a page, written so that those of other pages can be compared with them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

DEPTH: Final = 3
"""So many lines from the top and from the bottom may be running heads and page numbers."""

_LONGEST: Final = 160  # characters; a longer line is a paragraph
_NUMBER: Final = "#"
_DIGITS: Final = re.compile(r"\d{1,9}")  # of any script
_ROMAN: Final = re.compile(r"(?=[ivxlcdm])m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")
_ROMAN_AT_AN_END: Final = re.compile(r"^\W*([ivxlcdm]+)(?!\w)|(?<!\w)([ivxlcdm]+)\W*$")
_ROMAN_VALUES: Final = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_BETWEEN_WORDS: Final = re.compile(r"[\s\d#.,:;·|/()\[\]<>~*_=–—-]+")
_DECORATION: Final = " \t.,:;·•|()[]<>~*_=–—-"
_WITHOUT_SPACES: Final = re.compile("[\u0e01-\u0e4e\u3041-\u30ff\u3400-\u9fff]")


class Side(StrEnum):
    """Which end of a page a line is at."""

    TOP = "top"
    BOTTOM = "bottom"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeLine:
    """A line near the top or the bottom of a page.

    Attributes:
        index: Among the lines of the page.
        side: The end of the page it is counted from.
        depth: 0 for the outermost line that has text.
        text: In small letters, without the dots and dashes around it.
        key: The text in small letters with `#` for each number; the same on pages that differ in their numbers only.
        numbers: The numbers, in the order of the text; Roman ones only at the ends of the line.
    """

    index: int
    side: Side
    depth: int
    text: str
    key: str
    numbers: tuple[int, ...]

    @property
    def bare(self) -> str:
        """The key without the dots and dashes around it; `#` if the line is only a number."""
        return self.key.strip(_DECORATION)

    @property
    def words(self) -> list[str]:
        """What is between the numbers."""
        return [word for word in _BETWEEN_WORDS.split(self.key) if word]

    @property
    def letters(self) -> int:
        """How many letters are between the numbers."""
        return sum(map(str.isalpha, self.key))

    @property
    def is_without_spaces(self) -> bool:
        """Whether its script writes words without spaces between them."""
        return _WITHOUT_SPACES.search(self.key) is not None


def edge_lines(lines: Sequence[str]) -> list[EdgeLine]:
    """Take the lines near the top and near the bottom of a page.

    Args:
        lines: All lines of the page, before any are joined; empty ones do not count.

    Returns:
        Up to `DEPTH` lines from either end; on a short page a line may be there twice, once for each end.
    """
    filled = [index for index, line in enumerate(lines) if line.strip()]
    ends = ((Side.TOP, filled[:DEPTH]), (Side.BOTTOM, filled[::-1][:DEPTH]))
    return [
        _edge_line(lines[index], index, side, depth)
        for side, indices in ends
        for depth, index in enumerate(indices)
        if len(lines[index]) <= _LONGEST
    ]


def plain_key(text: str) -> str:
    """Write a text in small letters and compatible forms, without decoration at its ends."""
    return _small(text).strip(_DECORATION)


def _edge_line(text: str, index: int, side: Side, depth: int) -> EdgeLine:
    small = _small(text)
    plain = small.strip(_DECORATION)
    numbers: list[tuple[int, int, int]] = []
    for match in _DIGITS.finditer(small):
        numbers.append((match.start(), match.end(), int(match.group())))
    for match in _ROMAN_AT_AN_END.finditer(small):
        group = 1 if match.group(1) else 2
        if _ROMAN.fullmatch(match.group(group)):
            numbers.append((*match.span(group), _roman_value(match.group(group))))
    numbers.sort(reverse=True)
    for start, end, _ in numbers:
        small = small[:start] + _NUMBER + small[end:]
    values = tuple(value for _, _, value in reversed(numbers))
    return EdgeLine(index=index, side=side, depth=depth, text=plain, key=small, numbers=values)


def _small(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _roman_value(numeral: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in numeral]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))
