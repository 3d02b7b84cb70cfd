"""Find out where lines of Korean end within a word."""

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

_SYLLABLE: Final = "\uac00-\ud7a3"
_NEIGHBOURS: Final = re.compile(rf"(?=([{_SYLLABLE}])( ?)([{_SYLLABLE}]))")
_ENDS: Final = re.compile(rf"[{_SYLLABLE}]( *)$")
_STARTS: Final = re.compile(rf" *([{_SYLLABLE}])")

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
        index: (end[0][0], start[1], bool(end[1]))
        for index, (before, after) in enumerate(itertools.pairwise(lines), start=1)
        if (end := _ENDS.search(before)) and (start := _STARTS.match(after))
    }
    open_ends = {index: (last, first) for index, (last, first, space) in ends.items() if not space}
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
        self._apart: Counter[str] = Counter()
        self._together: Counter[str] = Counter()
        borders = total = 0
        for last, space, first in _neighbours(lines):
            (self._apart if space else self._together).update((f"{last}*", f"*{first}", last + first))
            borders += bool(space)
            total += 1
        self._share = (borders + 1) / (total + 3)  # about a third in most texts

    def log_odds(self, last: str, first: str) -> float:
        """Weigh whether a word ends between two syllables: above 0 if it is likely."""
        usual = math.log(self._share / (1 - self._share))
        alone = self._seen(f"{last}*") + self._seen(f"*{first}") - usual
        return alone + _PAIR_WEIGHT * (self._seen(last + first) - usual)

    def _seen(self, key: str) -> float:
        apart = self._apart[key] + _BELIEF * self._share
        return math.log(apart / (self._together[key] + _BELIEF * (1 - self._share)))


def _neighbours(lines: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for line in lines:
        for match in _NEIGHBOURS.finditer(line):
            yield match.groups()
