"""Find out where lines of Korean end within a word."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

_Codes = npt.NDArray[np.uint32]

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
    odds = dict(zip(open_ends, _Borders(lines).log_odds(list(open_ends.values())), strict=True))
    if sum(odds.values()) >= 0:  # taken together they look like ends of words: lines are broken between words only
        return set()
    if len(open_ends) < len(ends):  # the spaces are there where words end
        return set(open_ends)
    return {index for index, odd in odds.items() if odd < 0} if len(ends) >= _FEWEST else set()


class _Borders:
    """Which syllables of a text stand at the borders of words, and which within."""

    def __init__(self, lines: Sequence[str]) -> None:
        codes = np.frombuffer("\n".join(lines).encode("utf-32-le", "surrogatepass"), "<u4")
        syllables = (codes >= ord(_FIRST)) & (codes <= ord(_LAST))
        parted = syllables[:-2] & (codes[1:-1] == ord(" ")) & syllables[2:]
        side_by_side = syllables[:-1] & syllables[1:]
        apart, together = np.count_nonzero(parted), np.count_nonzero(side_by_side)
        self._apart = _sorted(codes[:-2][parted], codes[2:][parted])
        self._together = _sorted(codes[:-1][side_by_side], codes[1:][side_by_side])
        self._share = (apart + 1) / (apart + together + 3)  # about a third in most texts

    def log_odds(self, ends: Sequence[tuple[str, str]]) -> list[float]:
        """Weigh whether words end between the two syllables of these: above 0 where it is likely."""
        lasts, firsts = np.array([(ord(last), ord(first)) for last, first in ends], np.uint32).T
        usual = math.log(self._share / (1 - self._share))
        last, first, both = map(self._seen, range(3), (lasts, firsts, _pairs(lasts, firsts)))
        odds: list[float] = (last + first - usual + _PAIR_WEIGHT * (both - usual)).tolist()
        return odds

    def _seen(self, kind: int, keys: _Codes) -> npt.NDArray[np.float64]:
        apart = _count(self._apart[kind], keys) + _BELIEF * self._share
        seen: npt.NDArray[np.float64] = np.log(
            apart / (_count(self._together[kind], keys) + _BELIEF * (1 - self._share))
        )
        return seen


def _pairs(lasts: _Codes, firsts: _Codes) -> _Codes:
    """Write two syllables as one number: each has 16 bits."""
    return lasts << np.uint32(16) | firsts


def _sorted(lasts: _Codes, firsts: _Codes) -> tuple[_Codes, _Codes, _Codes]:
    """Give what is counted of each two syllables: the first, the second, and both."""
    return np.sort(lasts), np.sort(firsts), np.sort(_pairs(lasts, firsts))


def _count(values: _Codes, keys: _Codes) -> npt.NDArray[np.intp]:
    """Count how often each of these keys is among sorted values."""
    return np.searchsorted(values, keys, "right") - np.searchsorted(values, keys, "left")
