"""What a passage is told of the document it stands in.

A passage in the middle of a document often does not name what it is about. With the document's title and the headings
above it, the encoder knows, and so does the word index; the text that is shown stays without. Measured in
docs/ranking.md.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from indexer.readers import Page
from indexer.readers.clean import one_line

MAX_CHARACTERS: Final = 120
"""A longer title, or line of headings, is too much beside a passage; its beginning is enough."""

LEVELS: Final = 2
"""So many headings are told: the nearest ones."""

SEPARATOR: Final = " › "


def context_of(title: str, path: str) -> str:
    """What a passage is told of its document: the title, unless that is only the name of the file."""
    return "" if title in (path, Path(path).stem) else title[:MAX_CHARACTERS].rstrip()


def in_context(context: str, heading: str, text: str) -> str:
    """A passage as it is embedded and as its words are indexed: after title and headings that are not in it."""
    above = [line for line in (context, heading) if line and not text.startswith(line)]
    return "\n".join([*above, text])


def headings_above(pages: Sequence[Page], places: Sequence[tuple[int, int]], title: str) -> Iterator[str]:
    """Name the headings each passage stands under, the nearest last: `"Measurements › Winter"`.

    Args:
        pages: The document's pages.
        places: (page number, start on that page) of each passage, in order of the text.
        title: The document's title; as a heading it is left out.

    Yields:
        For each passage its headings; empty if it stands under none, or begins with the highest one.
    """
    headings = [
        (page.number, heading.start, heading.level, one_line(page.text[heading.start : heading.end]))
        for page in pages
        for heading in page.headings
    ]
    above: list[tuple[int, str]] = []
    following = 0
    for place in places:
        begins_with_one = False
        while following < len(headings) and headings[following][:2] <= place:
            *heading_place, level, text = headings[following]
            above = [*(entry for entry in above if entry[0] < level), (level, text)]
            begins_with_one = tuple(heading_place) == place
            following += 1
        told = above[:-1] if begins_with_one else above
        yield SEPARATOR.join(text for _, text in told[-LEVELS:] if text != title)[-MAX_CHARACTERS:]
