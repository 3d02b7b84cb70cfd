"""Read one file, from the disk to its cleaned pages."""

import contextlib
import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final, TypeVar

from indexer.errors import UnsupportedFileError
from indexer.readers.document import Page, ReadDocument, ReadLimits, ReadOptions
from indexer.readers.extracted import Source
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.formats import Reader, reader_for
from indexer.readers.page_image import ImageRequest, PageImage
from indexer.readers.title import title_of

Result = TypeVar("Result")

ATTEMPTS: Final = 3
"""A file that changes while it is read is tried this often."""

PAUSE_S: Final = 0.3
"""Before the next attempt."""

MEGABYTE: Final = 1_000_000

PLAIN_TYPES: Final = ("txt", "md", "rst", "srt")
"""Files that are nothing but text: their size says how much of it they hold."""

MOST_BYTES_PER_BYTE: Final = 2
"""UTF-16 takes up to twice the bytes of UTF-8, in which the limit of text is counted."""

_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class _ChangedError(Exception):
    """The file was written to while it was read."""


def read_file(
    path: Path,
    limits: ReadLimits,
    options: ReadOptions | None = None,
    *,
    on_page: Callable[[], None] = lambda: None,
) -> ReadDocument:
    """Read a file in this process. Use `ReaderPool` instead: a file can end the process that reads it.

    Args:
        path: The file.
        limits: Of these, the sizes are kept here; time and memory are the caller's business.
        options: What the user allows; nothing special if omitted.
        on_page: Called after each page; a thick file that goes forward may be given more time.

    Returns:
        The document.

    Raises:
        ReadError: It cannot be read; any reason but `TIME`, `MEMORY` and `CRASHED`.
        MemoryError: There is not enough memory for it.
    """
    return _use_file(path, limits, options or ReadOptions(), lambda source, reader: _document(source, reader, on_page))


def draw_file_page(path: Path, image: ImageRequest, limits: ReadLimits, options: ReadOptions) -> PageImage:
    """Draw a page of a file in this process; a file can end the process that draws it.

    Raises:
        ReadError: It cannot be drawn; `WRONG_TYPE` for formats that have no pages to look at.
        MemoryError: There is not enough memory for it.
    """

    def draw(source: Source, reader: Reader) -> PageImage:
        if reader.draw is None:
            message = f"pages of {reader.document_type} files have no fixed look; only those of PDF files can be shown"
            raise ReadError(FailureReason.WRONG_TYPE, message)
        return reader.draw(source, image)

    return _use_file(path, limits, options, draw)


def _use_file(path: Path, limits: ReadLimits, options: ReadOptions, use: Callable[[Source, Reader], Result]) -> Result:
    """Load a file and use it, again if it was written to meanwhile."""
    try:
        reader = reader_for(path)
    except UnsupportedFileError as error:
        raise ReadError(FailureReason.WRONG_TYPE, str(error)) from error
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE_S)
        with contextlib.suppress(_ChangedError), _os_errors_named(), _unchanged_file(path) as file:
            _check_size(os.fstat(file.fileno()).st_size, reader, limits)
            return use(Source(path=path, data=file.read(), options=options, limits=limits), reader)
    message = f"the file was written to during all {ATTEMPTS} attempts to read it; run ingest again when it is finished"
    raise ReadError(FailureReason.CHANGED, message)


@contextlib.contextmanager
def _unchanged_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, and tell at the end, whatever happened, if it was written to meanwhile."""
    _refuse_other_than_file(path.stat())
    # Not blocking: between these two lines the file may have become a pipe nobody writes to.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        before = os.fstat(descriptor)
        _refuse_other_than_file(before)
        try:
            yield file
        finally:
            _refuse_changed(before, descriptor)  # half of a file is often damaged: this is the better reason


def _document(source: Source, reader: Reader, on_page: Callable[[], None]) -> ReadDocument:
    limits = source.limits
    _check_size(len(source.data), reader, limits)
    if not source.data:
        raise ReadError(FailureReason.EMPTY, "the file is empty (0 bytes); save it again or remove it")
    extracted = reader.extract(source)
    pages: list[Page] = []
    room = limits.text_mb * MEGABYTE
    for number, page in enumerate(extracted.pages, start=1):
        room -= len(page.text.encode())
        if room < 0:
            message = f"the file holds more than {limits.text_mb} MB of text (seen at page {number}); split the file"
            raise ReadError(FailureReason.TOO_LARGE, message)
        pages.append(Page(number=number, text=page.text, label=page.label, headings=page.headings, check=page.check))
        on_page()
    if not any(page.text for page in pages):
        raise _no_text(reader.document_type, len(pages), ocr=source.options.ocr)
    return ReadDocument(
        title=title_of(extracted.title, pages, source.path),
        document_type=reader.document_type,
        page_kind=reader.page_kind,
        pages=tuple(pages),
        content_hash=hashlib.sha256(source.data).hexdigest(),
        size_bytes=len(source.data),
        reader=reader.name(ocr=source.options.ocr),
    )


def _no_text(document_type: str, pages: int, *, ocr: bool) -> ReadError:
    if document_type == "pdf":
        images = (
            "and none was found in its images"
            if ocr
            else "only images, or nothing; to read images (OCR): polyseek ingest --ocr FILE"
        )
        return ReadError(FailureReason.NO_TEXT, f"the PDF's {pages} pages hold no text, {images}")
    if document_type == "html":
        return ReadError(FailureReason.NO_TEXT, "the web page shows no text; perhaps a script writes it")
    return ReadError(FailureReason.EMPTY, "the file holds no text, only white space; save it again or remove it")


def _refuse_other_than_file(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = next((kind for test, kind in _KINDS if test(status.st_mode)), "not a file")
        raise ReadError(
            FailureReason.WRONG_TYPE, f"this is {kind}, not a file, and was not opened; rename or remove it"
        )


def _check_size(size: int, reader: Reader, limits: ReadLimits) -> None:
    if size > limits.file_mb * MEGABYTE:
        message = f"the file has {size / MEGABYTE:.0f} MB, more than the limit of {limits.file_mb} MB; split the file"
        raise ReadError(FailureReason.TOO_LARGE, message)
    if reader.document_type in PLAIN_TYPES and size > MOST_BYTES_PER_BYTE * limits.text_mb * MEGABYTE:
        message = (
            f"the file has {size / MEGABYTE:.0f} MB, more text than the limit of {limits.text_mb} MB allows in any "
            "encoding; split the file"
        )
        raise ReadError(FailureReason.TOO_LARGE, message)


def _refuse_changed(before: os.stat_result, descriptor: int) -> None:
    after = os.fstat(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise _ChangedError


@contextlib.contextmanager
def _os_errors_named() -> Iterator[None]:
    """Say in our words why the system would not let us read."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        message = "the file was there and is gone; run ingest again if it was only moved"
        raise ReadError(FailureReason.VANISHED, message) from error
    except PermissionError as error:
        message = "you may not read this file; change its permissions (chmod u+r) or leave it out"
        raise ReadError(FailureReason.PERMISSION, message) from error
    except OSError as error:
        message = f"the system could not read the file ({error.strerror}); check the disk or the network and run again"
        raise ReadError(FailureReason.UNREADABLE, message) from error
