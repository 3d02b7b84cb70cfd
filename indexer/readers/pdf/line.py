"""Lines on their way into the text of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MADE_UP: Final = -1
"""Stands for the index of a space, or of a line end, that pdfium does not have."""

NON_JOINER: Final = -2
"""Stands for the index of a zero-width non-joiner that pdfium does not have."""

Run = tuple[str, list[int]]
"""Characters, and the index on the page of each or a negative number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The n lines of a page in reading order.

    Attributes:
        texts: Their characters.
        characters: The index on the page of each of these, or a negative number.
        baselines: How high each line stands, in points; of a page that lies on its side, as if it stood upright.
        heights: In proportion to the size of its letters.
        lefts, rights: Where its ends are.
        to_left: Whether it starts at its right end.
    """

    texts: list[str]
    characters: list[Sequence[int]]
    baselines: list[float]
    heights: list[float]
    lefts: list[float]
    rights: list[float]
    to_left: list[bool]
