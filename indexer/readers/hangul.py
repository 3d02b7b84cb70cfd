"""Find out where lines of Korean end within a word."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

_SYLLABLE: Final = "\uac00-\ud7a3"
_APART: Final = re.compile(rf"([{_SYLLABLE}]) (?=([{_SYLLABLE}]))")
_TOGETHER: Final = re.compile(rf"([{_SYLLABLE}])(?=([{_SYLLABLE}]))")
_FIRST: Final = "\uac00"
_LAST: Final = "\ud7a3"

_FEWEST: Final = 6  # line ends that tell whether a text breaks its lines within words
_BELIEF: Final = 0.5  # a syllable never seen counts as seen this often
_PAIR_WEIGHT: Final = 0.5  # two syllables side by side say again some of what each says alone


def divided_words(lines: Sequence[str]) -> set[int]:
    """Find the lines that begin within a word which the line before began.

    Korean may break a line after any syllable, and most documents do not say whether a space was there. Where some
    lines end in a space, the others do not end a word. Elsewhere the rest of the text tells which syllables its
    words begin and end with; if nearly all line ends look like ends of words, lines are broken between words only.

    Args:
        lines: Lines as they stand, with any spaces at their ends.

    Returns:
        The indices of these lines.
    """
    ends = {
        index: (last, first, before[-1] == " ")
        for index, (before, after) in enumerate(pairwise(lines), start=1)
        if _FIRST <= (last := before.rstrip(" ")[-1:]) <= _LAST and _FIRST <= (first := after.lstrip(" ")[:1]) <= _LAST
    }
    open_ends = {index: (last, first) for index, (last, first, space) in ends.items() if not space}
    if not open_ends:
        return set()
    borders = _Borders(lines)
    odds = {index: borders.log_odds(last, first) for index, (last, first) in open_ends.items()}
    if sum(odds.values()) >= 0:  # taken together they look like ends of words: lines are broken between words only
        return set()
    if len(open_ends) < len(ends):  # the spaces are there where words end
        return set(open_ends)
    return {index for index, odd in odds.items() if odd < 0} if len(ends) >= _FEWEST else set()


class _Borders:
    """Which syllables of a text stand at the borders of words, and which within."""

    def __init__(self, lines: Sequence[str]) -> None:
        apart, together = list(_neighbours(lines, _APART)), list(_neighbours(lines, _TOGETHER))
        self._apart, self._together = Counter(apart), Counter(together)
        self._share = (len(apart) / 3 + 1) / ((len(apart) + len(together)) / 3 + 3)  # about a third in most texts

    def log_odds(self, last: str, first: str) -> float:
        """Weigh whether a word ends between two syllables: above 0 if it is likely."""
        usual = math.log(self._share / (1 - self._share))
        alone = self._seen(f"{last}*") + self._seen(f"*{first}") - usual
        return alone + _PAIR_WEIGHT * (self._seen(last + first) - usual)

    def _seen(self, key: str) -> float:
        apart = self._apart[key] + _BELIEF * self._share
        return math.log(apart / (self._together[key] + _BELIEF * (1 - self._share)))


def _neighbours(lines: Sequence[str], pattern: re.Pattern[str]) -> Iterator[str]:
    """Give what is counted of each two syllables: the first, the second, and both."""
    for line in lines:
        for last, first in pattern.findall(line):
            yield last + "*"
            yield "*" + first
            yield last + first
