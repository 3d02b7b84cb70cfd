"""What a format reader takes and gives."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from indexer.readers.clean import clean
from indexer.readers.document import Heading, PageCheck, ReadLimits, ReadOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that was loaded.

    Attributes:
        path: Where it lies; for its name only, it is not opened again.
        data: All of its bytes.
        options: What the user allows.
        limits: What an archive or a program this reader starts has to keep to; sizes of text are checked by the caller.
    """

    path: Path
    data: bytes
    options: ReadOptions = field(default_factory=ReadOptions)
    limits: ReadLimits = field(default_factory=ReadLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, heading, list item or table row on its way into a page.

    Attributes:
        text: As the file has it; it is cleaned when the page is made.
        level: Of a heading, 1 is the highest; 0 for everything else.
        tight: Whether it follows on the next line, as rows and items do, rather than after an empty line.
    """

    text: str
    level: int = 0
    tight: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedPage:
    """One page as a reader gives it; see `Page` for the attributes."""

    text: str
    label: str = ""
    headings: tuple[Heading, ...] = ()
    check: PageCheck | None = None


def page_of(blocks: Iterable[Block], *, label: str = "") -> ExtractedPage:
    """Clean these blocks and set them one below the other; headings keep their places and levels."""
    text = ""
    headings: list[Heading] = []
    for block in blocks:
        piece = clean(block.text)
        if not piece:
            continue
        if text:
            text += "\n" if block.tight else "\n\n"
        if block.level:
            headings.append(Heading(start=len(text), end=len(text) + len(piece), level=block.level))
        text += piece
    return ExtractedPage(text=text, label=label, headings=tuple(headings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """The text of a file.

    Attributes:
        title: What the document calls itself, if it does; may be nonsense.
        pages: Its pages with cleaned text, made while they are taken.
    """

    title: str | None
    pages: Iterable[ExtractedPage]


Extract = Callable[[Source], Extracted]
"""Reads one format. Raises ReadError."""
