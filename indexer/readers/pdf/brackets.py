"""Turn brackets so that they open and close."""

import re
import unicodedata
from collections import Counter
from typing import Final

BRACKETS: Final = re.compile(r"[][(){}«»‹›]")
_PAIR_OF: Final = {bracket: pair for pair in ("()", "[]", "{}", "«»", "‹›") for bracket in pair}
_BEFORE_OPENING: Final = frozenset(("Ps", "Pi", "Pd"))
_AFTER_CLOSING: Final = frozenset(("Pe", "Pf", "Pd", "Po"))


def facing(letters: str) -> str:
    """Turn the brackets of a line that runs from right to left.

    Neither the producer of a document nor pdfium mirrors them reliably, but what stands beside a bracket tells which
    one it is: it opens after a space and closes before one.

    Args:
        letters: Characters in reading order.

    Returns:
        The same characters, brackets turned where needed.
    """
    turned: list[str] = []
    unclosed: Counter[str] = Counter()
    for place, letter in enumerate(letters):
        pair = _PAIR_OF.get(letter)
        if pair is None:
            turned.append(letter)
            continue
        may_open = place == 0 or _is_gap(letters[place - 1], _BEFORE_OPENING)
        may_close = place + 1 == len(letters) or _is_gap(letters[place + 1], _AFTER_CLOSING)
        opens = may_open if may_open != may_close else not unclosed[pair]
        unclosed[pair] = max(0, unclosed[pair] + (1 if opens else -1))
        turned.append(pair[0] if opens else pair[1])
    return "".join(turned)


def _is_gap(letter: str, categories: frozenset[str]) -> bool:
    return letter.isspace() or letter in _PAIR_OF or unicodedata.category(letter) in categories
