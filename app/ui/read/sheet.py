"""The text of a page as HTML, with a passage and its answering sentence marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from app.ui.render import escape
from indexer import Page
from indexer.languages import UNKNOWN

SHEET_CHARACTERS: Final = 20_000
"""Longer pages are shown in parts of about this length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What is marked on a page: (start, end) in its text; empty where it stands elsewhere."""

    passage: tuple[int, int] = (0, 0)
    answer: tuple[int, int] = (0, 0)


def part_borders(text: str) -> list[int]:
    """Where the parts of a long text begin, and its end; a part begins with a line."""
    borders = [0]
    while len(text) - borders[-1] > SHEET_CHARACTERS:
        line_end = text.find("\n", borders[-1] + SHEET_CHARACTERS, borders[-1] + 2 * SHEET_CHARACTERS)
        borders.append(borders[-1] + SHEET_CHARACTERS if line_end < 0 else line_end + 1)
    return [*borders, len(text)]


def part_of(borders: Sequence[int], place: int) -> int:
    """Which part, from 1, a character stands in."""
    return max(1, sum(border <= place for border in borders[:-1]))


def sheet(page: Page, start: int, end: int, marks: Marks, language: str) -> str:
    """Characters start … end - 1 of a page as HTML.

    Args:
        page: The page.
        start: Where to begin.
        end: Where to stop.
        marks: What is marked, in the page's text.
        language: Language code of the document.
    """
    spans = [("h", heading.start, heading.end) for heading in page.headings]
    spans += [("p", *marks.passage), ("a", *marks.answer)]
    spans = [(kind, max(first, start), min(last, end)) for kind, first, last in spans]
    spans = [span for span in spans if span[1] < span[2]]
    borders = sorted({start, end, *(place for _, first, last in spans for place in (first, last))})
    pieces = [
        _piece(page.text[first:last], {kind for kind, begin, finish in spans if begin <= first and last <= finish})
        for first, last in pairwise(borders)
    ]
    code = "" if language == UNKNOWN else escape(language)
    return f'<div class="ps-sheet" tabindex="0" dir="auto" lang="{code}">{"".join(pieces)}</div>'


def _piece(text: str, kinds: set[str]) -> str:
    shown = escape(text)
    if "h" in kinds:
        shown = f'<strong class="ps-heading">{shown}</strong>'
    if "a" in kinds:
        return f'<mark class="ps-here">{shown}</mark>'
    return f'<span class="ps-passage ps-here">{shown}</span>' if "p" in kinds else shown
