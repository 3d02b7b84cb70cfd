"""What the checks of a page's text count only once."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A page's text, counted.

    Attributes:
        text: In composed form (NFC), with its line ends.
        words: What stands between white space.
        counts: How often each character occurs.
        distinct: The characters that occur, each once.
        letters: Their number, without the signs above, below and beside them.
        visible: Number of characters that are not white space.
    """

    text: str
    words: list[str]
    counts: Counter[str]
    distinct: str
    letters: int
    visible: int

    def share_of(self, characters: re.Pattern[str]) -> float:
        """Say which share of the visible characters matches; the pattern is of one character."""
        return self.count_of(characters) / max(1, self.visible)

    def count_of(self, characters: re.Pattern[str]) -> int:
        """Count the characters that match; the pattern is of one character."""
        return sum(self.counts[character] for character in characters.findall(self.distinct))

    def has(self, characters: re.Pattern[str]) -> bool:
        """Say whether a character matches; far quicker than searching the text."""
        return characters.search(self.distinct) is not None


def tally_of(text: str) -> Tally:
    """Count what a text consists of."""
    text = unicodedata.normalize("NFC", text)
    words = text.split()
    counts = Counter(text)
    return Tally(
        text=text,
        words=words,
        counts=counts,
        distinct="".join(counts),
        letters=sum(count for character, count in counts.items() if character.isalpha()),
        visible=sum(map(len, words)),
    )
