"""Read files that lie within another one: members of an archive, attachments of a message."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from indexer.errors import UnsupportedFileError
from indexer.readers.clean import one_line
from indexer.readers.document import PageCheck, PageKind, Verdict
from indexer.readers.extracted import ExtractedPage, Source
from indexer.readers.failure import FailureReason, ReadError

MAX_DEPTH: Final = 3
"""So many archives and messages may lie within each other."""

_MEGABYTE: Final = 1_000_000


@dataclass(slots=True, kw_only=True)
class Room:
    """What all archives within one file may still unpack.

    Attributes:
        bytes_left: Their number; archives take from it as they go.
    """

    bytes_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Source):
    """A file within another one.

    Attributes:
        depth: How many files it lies in.
        room: Shared with all files within the outermost one.
    """

    depth: int
    room: Room


def room_of(source: Source) -> Room:
    """Say how much may be unpacked from this file."""
    return source.room if isinstance(source, Member) else Room(bytes_left=source.limits.file_mb * _MEGABYTE)


def refuse_deep(source: Source) -> None:
    """Stop at an archive or message in too many others.

    Raises:
        ReadError: `TOO_LARGE`.
    """
    if isinstance(source, Member) and source.depth >= MAX_DEPTH:
        message = f"it lies in {source.depth} archives or messages within each other; unpack them into the folder"
        raise ReadError(FailureReason.TOO_LARGE, message)


def can_be_read(name: str) -> bool:
    """Tell whether there is a reader for files of such names."""
    from indexer.readers.formats import reader_for  # which knows the readers that use this module

    try:
        reader_for(Path(name))
    except UnsupportedFileError:
        return False
    return True


def member_pages(outer: Source, name: str, load: Callable[[], bytes], room: Room) -> Iterator[ExtractedPage]:
    """Read a file within another one. If it cannot be read, this costs nothing but its own text.

    Args:
        outer: The file it lies in.
        name: Its name, of a kind that can be read.
        load: Gives its bytes; may raise ReadError.
        room: What may still be unpacked.

    Yields:
        Its pages, their labels beginning with its name. One without text, whose check names the reason, where it
        cannot be read (further).
    """
    from indexer.readers.formats import reader_for

    reader = reader_for(Path(name))
    shown = one_line(name)
    depth = outer.depth + 1 if isinstance(outer, Member) else 1
    try:
        data = _refuse_empty(load())
        member = Member(path=Path(name), data=data, options=outer.options, limits=outer.limits, depth=depth, room=room)
        for number, page in enumerate(reader.extract(member).pages, start=1):
            yield replace(page, label=_label(shown, reader.page_kind, page.label, number))
    except ReadError as error:
        yield unread_page(shown, reader.document_type, error.failure.reason)


def _refuse_empty(data: bytes) -> bytes:
    if not data:
        raise ReadError(FailureReason.EMPTY, "it is empty (0 bytes)")
    return data


def unread_page(label: str, extractor: str, reason: FailureReason) -> ExtractedPage:
    """Stand in for what could not be read; the only sign of its check is the reason."""
    check = PageCheck(verdict=Verdict.NO_TEXT, extractor=extractor, signs={reason.value: 1.0})
    return ExtractedPage(text="", label=label, check=check)


def reason_of(page: ExtractedPage) -> FailureReason | None:
    """Say why a page could not be read; nothing for every other page."""
    if page.text or page.check is None or len(page.check.signs) != 1:
        return None
    (sign,) = page.check.signs
    return next((reason for reason in FailureReason if reason.value == sign), None)


def _label(name: str, kind: PageKind, label: str, number: int) -> str:
    if kind is PageKind.WHOLE or (kind is PageKind.PART and not label):
        return name
    return f"{name}, {label}" if kind is PageKind.PART else f"{name}, {kind.value} {label or number}"
