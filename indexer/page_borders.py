"""Sentences that go on from one page to the next."""

import re
import unicodedata
from typing import Final

from indexer.readers.lines import glue
from indexer.sentences import sentence_spans

MIN_WIDTH: Final = 40
"""A shorter last line ends a paragraph, or is a heading or a label: nothing goes on after it."""

MAX_CHARACTERS: Final = 600
"""A sentence goes on for at most so long on the next page."""

_ENDS_SENTENCE: Final = re.compile(r"[.!?…:;。！？；।؟۔][\"'”’»“)\]』」）]*$")
_LIST_MARK: Final = re.compile(r"[-*•·–▪◦‣]\s|[(\[]?(?:\d{1,3}|\w)[.)\]]\s")
_DIVIDED: Final = re.compile(r"[^\W\d_][-\u2010]$")
_WIDE: Final = frozenset("WF")


def continuation(before: str, after: str) -> int:
    """Say how far the last sentence of a page goes on at the beginning of the next one.

    A sentence goes on if the page ends in a full line without a full stop, and the next page does not begin with
    a heading or a list. A capital letter goes on only after a small word: "signed by the | United Nations".

    Args:
        before: Text of a page.
        after: Text of the page that follows.

    Returns:
        Number of characters of `after` that belong to the sentence; 0 if the pages are apart.
    """
    last, first = before[before.rfind("\n") + 1 :], after.split("\n", 1)[0]
    if not first or _width(last) < MIN_WIDTH or _ENDS_SENTENCE.search(last) or _LIST_MARK.match(first):
        return 0
    if _width(first) < MIN_WIDTH and len(first) < len(after) and not _ENDS_SENTENCE.search(first):
        return 0  # a heading
    if first[0].isupper() and not last.split()[-1].islower():
        return 0
    start, end = sentence_spans(after[: MAX_CHARACTERS + 1])[0]
    return end if start == 0 and end <= MAX_CHARACTERS else 0


def join_pages(before: str, after: str) -> tuple[str, int]:
    """Put the end of a page and the beginning of the next one together.

    Returns:
        The text, and where in it the next page begins.
    """
    if _DIVIDED.search(before) and after[:1].islower():
        return before[:-1] + after, len(before) - 1
    gap = glue(before, after)
    return f"{before}{gap}{after}", len(before) + len(gap)


def _width(line: str) -> int:
    """Measure a line in narrow letters; an ideograph is two wide."""
    return len(line) + sum(unicodedata.east_asian_width(character) in _WIDE for character in line)
