"""Put a line into reading order that is known only as it is seen, from left to right."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_CLASSES: Final = {"R": "R", "AL": "A", "L": "L", "EN": "N", "AN": "N", "ES": "S", "CS": "C", "ET": "T"}
_OTHER: Final = "-"

_NOT_TO_LEFT: Final = re.compile("[^RALN]*[LN][^RA]*")  # with a word or a number, which alone keep their order
_TO_LEFT: Final = re.compile("[RA](?:[^L]*[RA])?")
_WORDS: Final = re.compile("(?:T+(?=N))?[LN](?:.*[LN])?(?:(?<=N)T+)?")
_NUMBERS: Final = re.compile("T*N+(?:[SC]N+)*T*")
_NUMBERS_AFTER_ARABIC: Final = re.compile("N+(?:CN+)*")


def direction_of(letter: str) -> str:
    """Say which way a letter runs.

    Returns:
        `"R"` or, in Arabic script, `"A"` to the left; `"L"` to the right; `"N"` as a digit; `"S"`, `"C"` and `"T"` as
        what stands between and beside digits; `"-"` as its neighbours.
    """
    return _CLASSES.get(unicodedata.bidirectional(letter), _OTHER)


def reading_order(directions: str, *, right_to_left: bool) -> list[int]:
    """Order what is seen from left to right as it is read: the Unicode bidirectional algorithm turned round.

    Numbers, and words of scripts that run from left to right, keep their inner order within a line that runs from
    right to left. Where two orders of reading look alike, a word and a number to its right count as one, such as
    "ISO 9001".

    Args:
        directions: Of the letters from left to right, without the signs over and under them; see `direction_of`.
        right_to_left: The direction of the line as a whole.

    Returns:
        The place in `directions` of the first letter to read, and so on.
    """
    if right_to_left:
        return _from_right(directions, 0, len(directions))
    order: list[int] = []
    for run in _TO_LEFT.finditer(directions):
        order += range(len(order), run.start())
        order += _from_right(directions, *run.span())
    order += range(len(order), len(directions))
    return order


def _from_right(directions: str, start: int, end: int) -> list[int]:
    """Read directions[start:end] from the right, but from left to right what keeps its order."""
    kept = [
        run
        for stretch in _NOT_TO_LEFT.finditer(directions, start, end)
        for run in _kept(directions, *stretch.span(), end=end)
    ]
    order: list[int] = []
    for run_start, run_end in reversed(kept):
        order += range(end - 1, run_end - 1, -1)
        order += range(run_start, run_end)
        end = run_start
    order += range(end - 1, start - 1, -1)
    return order


def _kept(directions: str, first: int, last: int, *, end: int) -> Iterator[tuple[int, int]]:
    """Find what keeps its order in a stretch without letters that run to the left."""
    if directions.find("L", first, last) >= 0:
        runs = _WORDS
    else:
        # The last strong letter read before a number decides what belongs to it; it may be on the line before.
        before = directions[last] if last < end else max("AR", key=directions.count)
        runs = _NUMBERS_AFTER_ARABIC if before == "A" else _NUMBERS
    yield from (run.span() for run in runs.finditer(directions, first, last))
