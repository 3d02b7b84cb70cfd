"""Find the headings of a text again after it was cleaned."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from indexer.readers.clean import clean, with_plain_line_ends
from indexer.readers.document import Heading
from indexer.readers.extracted import ExtractedPage

_SHOWS: Final = re.compile("[!-~]")  # what cleaning is certain to leave


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingLine:
    """A heading in a text that is not cleaned yet.

    Attributes:
        line: Its line, counted from 0; line ends are those of `with_plain_line_ends`.
        text: What of the line is the heading: a list mark may stand before it.
        level: 1 is the highest.
    """

    line: int
    text: str
    level: int


def page_with_headings(text: str, headings: Iterable[HeadingLine], *, label: str = "") -> ExtractedPage:
    """Clean a text and say where its headings are then.

    Cleaning drops empty lines and what is invisible in others, but keeps the order of lines; so the nth line
    that shows something is the nth one afterwards.

    Args:
        text: As the format gave it.
        headings: In order of the text; those that show nothing are left out.
        label: Of the page.
    """
    found: list[Heading] = []
    cleaned = clean(text)
    starts = _line_starts(cleaned)
    by_line = {heading.line: heading for heading in headings}
    last = max(by_line, default=-1)
    for number, line in enumerate(with_plain_line_ends(text).split("\n")[: last + 1]):
        if not _SHOWS.search(line) and not clean(line):
            continue
        start, shown = next(starts)
        heading = by_line.get(number)
        words = clean(heading.text) if heading else ""
        if heading and words and words in shown:
            begin = start + shown.rindex(words)
            found.append(Heading(start=begin, end=begin + len(words), level=heading.level))
    return ExtractedPage(text=cleaned, label=label, headings=tuple(found))


def _line_starts(text: str) -> Iterator[tuple[int, str]]:
    """Take the lines that show something, with their offsets."""
    start = 0
    for line in text.split("\n"):
        if line:
            yield start, line
        start += len(line) + 1
