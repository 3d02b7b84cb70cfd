"""Tell the hyphens that divide words at line ends from those that belong to them."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_LOWER: Final = "a-zß-öø-ÿāăąćċčďđēėęěğģīįıķĺľłńņňōőœŕřśşšţťūůűųźżžșțа-џґ"
_MARKS: Final = "-\u2010\u00ad\x02\ufffe"
"""pdfium marks by U+0002 or U+FFFE a hyphen at a line end, whether soft or not."""

_DIVIDED: Final = re.compile(rf"[^\W\d_][{_MARKS}]$")
_ENDS_HARD: Final = re.compile(r"[^\W_][-\u2010\u05be]$")
_STARTS_LOWER: Final = re.compile(rf"\s*[{_LOWER}]")
_INNER: Final = re.compile(r"[^\W\d_][-\u2010](?=[^\W\d_])")
_WORD: Final = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_CLEARLY: Final = 3.0
_SUSPENDED_BEFORE: Final = frozenset(
    ("and", "or", "und", "oder", "bis", "sowie", "en", "of", "og", "eller", "och", "ja", "tai", "sekä", "és", "vagy")
)
"""After these, a hyphen stands for the end of the next word: "Ein- und Ausgang"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyphens:
    """How a text uses hyphens.

    Attributes:
        divides: Whether it divides words at line ends.
        words: Its words within lines, in lower case, compounds with their hyphens.
    """

    divides: bool
    words: frozenset[str]

    def join(self, before: str, after: str) -> tuple[str, str] | None:
        """Join two lines if the first ends in a hyphen after a letter and the other goes on in lower case.

        Args:
            before: The lines so far.
            after: The line that follows.

        Returns:
            `before` with or without its hyphen, and what comes between; none if there is no such hyphen.
        """
        if not _DIVIDED.search(before) or not after:
            return None
        if before[-1] == "\u00ad":
            return before[:-1], ""
        if not _STARTS_LOWER.match(after):
            return (before[:-1] + "-", "") if before[-1] in "\x02\ufffe" else None
        first, second = _WORD.findall(before[:-1])[-1].lower(), _WORD.findall(after)[0].lower()
        if second in _SUSPENDED_BEFORE:
            return before[:-1] + "-", " "
        if self._belongs(first, second):
            return before[:-1] + ("-" if before[-1] in "\x02\ufffe" else before[-1]), ""
        return before[:-1], ""

    def _belongs(self, first: str, second: str) -> bool:
        if first + second in self.words:
            return False
        return f"{first}-{second}" in self.words or not self.divides


def hyphens_of(lines: Sequence[str]) -> Hyphens:
    """Learn from the lines of a text how it uses hyphens.

    A text that does not divide words has a hyphen at a line end as often as chance puts the end of a line there.
    """
    divided = sum(
        bool(_DIVIDED.search(before) and _STARTS_LOWER.match(after)) for before, after in itertools.pairwise(lines)
    )
    text = "\n".join(lines)
    inner = len(_INNER.findall(text))
    chance = len(lines) / (len(lines) + text.count(" ") + inner)
    return Hyphens(
        divides=inner == 0 or divided > _CLEARLY * chance * (inner + divided),
        words=frozenset(word.lower().replace("\u2010", "-") for word in _WORD.findall(text))
        if divided
        else frozenset(),
    )


def ends_in_hyphen(line: str) -> bool:
    """Tell whether a line ends in a hyphen that belongs to the word or number before it."""
    return bool(_ENDS_HARD.search(line))
