"""Tell the hyphens that divide words at line ends from those that belong to them."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_LOWER: Final = "a-zß-öø-ÿāăąćċčďđēėęěğģīįıķĺľłńņňōőœŕřśşšţťūůűųźżžșțа-џґ"
_MARKS: Final = "-\u2010\u00ad\x02\ufffe"
"""pdfium marks by U+0002 or U+FFFE a hyphen at a line end, whether soft or not."""

_DIVIDED: Final = re.compile(rf"[^\W\d_][{_MARKS}]$")
_ENDS_HARD: Final = re.compile(r"[^\W_][-\u2010\u05be]$")
_STARTS_LOWER: Final = re.compile(rf"\s*[{_LOWER}]")
_INNER: Final = re.compile(r"[-\u2010](?<=[^\W\d_].)(?=[^\W\d_])")
_WORD: Final = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_DIVIDED_LINES: Final = 0.1  # of the lines end within a word, where words are divided
_SUSPENDED_BEFORE: Final = frozenset(
    ("and", "or", "und", "oder", "bis", "sowie", "en", "of", "og", "eller", "och", "ja", "tai", "sekä", "és", "vagy")
)
"""Before these, and before words of one letter, a hyphen stands for the end of the next word: "Ein- und Ausgang"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyphens:
    """How a text uses hyphens.

    Attributes:
        dividing: The marks with which it divides words at line ends.
        words: Its words within lines, in lower case, compounds with their hyphens.
    """

    dividing: frozenset[str]
    words: frozenset[str]

    def join(self, before: str, after: str) -> tuple[str, str] | None:
        """Join two lines if the first ends in a hyphen after a letter and the other goes on in lower case.

        Args:
            before: The lines so far.
            after: The line that follows.

        Returns:
            `before` with or without its hyphen, and what comes between; none if there is no such hyphen.
        """
        if not after or before[-1:] not in _MARKS or not _DIVIDED.match(before[-2:]):
            return None
        if before[-1] == "\u00ad":
            return before[:-1], ""
        if not _STARTS_LOWER.match(after):
            return (before[:-1] + "-", "") if before[-1] in "\x02\ufffe" else None
        first, second = _WORD.findall(before[:-1])[-1].lower(), _WORD.findall(after)[0].lower()
        if second in _SUSPENDED_BEFORE or len(second) == 1:
            return before[:-1] + "-", " "
        if self._belongs(first, second, before[-1]):
            return before[:-1] + ("-" if before[-1] in "\x02\ufffe" else before[-1]), ""
        return before[:-1], ""

    def _belongs(self, first: str, second: str, mark: str) -> bool:
        if first + second in self.words:
            return False
        return f"{first}-{second}" in self.words or mark not in self.dividing


def hyphens_of(lines: Sequence[str]) -> Hyphens:
    """Learn from the lines of a text how it uses hyphens.

    A text that does not divide words has a hyphen at a line end as often as chance puts the end of a line after the
    first part of a compound; a text that does has one at many of its line ends.
    """
    marks = Counter(
        before[-1]
        for before, after in pairwise(lines)
        if before[-1:] in _MARKS and _DIVIDED.match(before[-2:]) and _STARTS_LOWER.match(after)
    )
    if not marks:
        return Hyphens(dividing=frozenset(), words=frozenset())
    text = "\n".join(lines)
    inner, ends = len(_INNER.findall(text)), sum(map(bool, lines))
    compounds = inner + marks.total() + 1  # there are more than a page shows
    by_chance = compounds * ends / (ends + text.count(" ") + compounds)
    by_dividing = by_chance + _DIVIDED_LINES * ends
    return Hyphens(
        dividing=frozenset(
            mark for mark, seen in marks.items() if _likelihood(seen, by_dividing) >= _likelihood(seen, by_chance)
        ),
        words=frozenset(word.lower().replace("\u2010", "-") for word in _WORD.findall(text)),
    )


def _likelihood(seen: int, expected: float) -> float:
    """Say how well a number that was seen fits the one expected: the logarithm of its Poisson probability, or so."""
    return seen * math.log(expected) - expected


def ends_in_hyphen(line: str) -> bool:
    """Tell whether a line ends in a hyphen that belongs to the word or number before it."""
    return bool(_ENDS_HARD.match(line[-2:]))
