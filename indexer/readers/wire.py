"""How the pool and its worker processes talk: frames of a length and that many bytes, JSON, text or a path."""

import dataclasses
import json
import os
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

from indexer.readers.document import Heading, Page, PageCheck, PageKind, ReadDocument, ReadOptions, Verdict
from indexer.readers.failure import FailureReason, ReadFailure
from indexer.readers.page_image import ImageRequest, PageImage

_LENGTH: Final = struct.Struct(">I")

Outcome = ReadDocument | PageImage | ReadFailure

READY: Final = b"ready"
"""A worker's first frame: it has started."""


class ConnectionEndedError(Exception):
    """The other side is gone."""


def send(stream: BinaryIO, frame: bytes) -> None:
    """Write one frame.

    Raises:
        OSError: The other side is gone.
    """
    stream.write(_LENGTH.pack(len(frame)))
    stream.write(frame)
    stream.flush()


def receive(stream: BinaryIO) -> bytes:
    """Wait for one frame.

    Raises:
        ConnectionEndedError: The other side is gone.
    """
    (length,) = _LENGTH.unpack(_receive_exactly(stream, _LENGTH.size))
    return _receive_exactly(stream, length)


def send_request(stream: BinaryIO, path: Path, image: ImageRequest | None) -> None:
    """Ask for a file's text, or for the image of one of its pages.

    Raises:
        OSError: The other side is gone.
    """
    send(stream, os.fsencode(path))  # as the file system spells it: not every file name is text
    send(stream, _json(dataclasses.asdict(image)) if image else b"")


def receive_request(stream: BinaryIO) -> tuple[Path, ImageRequest | None]:
    """Read what `send_request` wrote.

    Raises:
        ConnectionEndedError: The other side is gone.
    """
    path = Path(os.fsdecode(receive(stream)))
    image = receive(stream)
    if not image:
        return path, None
    fields = json.loads(image)
    return path, ImageRequest(**fields | {"spans": tuple(map(tuple, fields["spans"]))})


def options_frame(options: ReadOptions) -> bytes:
    """Write options; this is how passwords reach a worker: other users can see what stands on a command line."""
    return _json(dataclasses.asdict(options))


def options_of(frame: bytes) -> ReadOptions:
    """Read what `options_frame` wrote."""
    fields = json.loads(frame)
    return ReadOptions(**fields | {"passwords": tuple(fields["passwords"])})


def send_progress(stream: BinaryIO, pages: int) -> None:
    """Say how many pages of the file have been read so far.

    Raises:
        OSError: The other side is gone.
    """
    send(stream, _json({"progress": pages}))


def send_outcome(stream: BinaryIO, outcome: Outcome) -> None:
    """Write a document, two frames a page, an image, or a failure.

    Raises:
        OSError: The other side is gone.
    """
    if isinstance(outcome, ReadFailure):
        send(stream, _json({"reason": outcome.reason.value, "message": outcome.message}))
        return
    if isinstance(outcome, PageImage):
        send(stream, _json({"image": dataclasses.asdict(dataclasses.replace(outcome, png=b"")) | {"png": None}}))
        send(stream, outcome.png)
        return
    fields = {
        "title": outcome.title,
        "document_type": outcome.document_type,
        "page_kind": outcome.page_kind,
        "content_hash": outcome.content_hash,
        "size_bytes": outcome.size_bytes,
        "reader": outcome.reader,
    }
    send(stream, _json({"pages": len(outcome.pages), "document": fields}))
    for page in outcome.pages:
        send(stream, _json(dataclasses.asdict(page) | {"text": ""}))
        send(stream, page.text.encode())  # not as JSON, which would make of 60 MB of text 120 or more


def receive_outcome(stream: BinaryIO, on_progress: Callable[[int], None]) -> Outcome:
    """Read what `send_outcome` wrote.

    Args:
        stream: Where it comes from.
        on_progress: Called with the number of pages read so far, whenever the worker says it.

    Raises:
        ConnectionEndedError: The other side is gone.
    """
    header = json.loads(receive(stream))
    while "progress" in header:
        on_progress(header["progress"])
        header = json.loads(receive(stream))
    if "reason" in header:
        return ReadFailure(reason=FailureReason(header["reason"]), message=header["message"])
    if "image" in header:
        boxes = tuple(tuple(map(tuple, lines)) for lines in header["image"]["boxes"])
        return PageImage(**header["image"] | {"png": receive(stream), "boxes": boxes})
    pages = tuple(_page_of(json.loads(receive(stream)), receive(stream).decode()) for _ in range(header["pages"]))
    fields = header["document"]
    return ReadDocument(**fields | {"pages": pages, "page_kind": PageKind(fields["page_kind"])})


def _page_of(fields: dict[str, Any], text: str) -> Page:
    check = fields["check"]
    if check is not None:
        check = PageCheck(**check | {"verdict": Verdict(check["verdict"])})
    headings = tuple(Heading(**heading) for heading in fields["headings"])
    return Page(**fields | {"text": text, "headings": headings, "check": check})


def _receive_exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise ConnectionEndedError(f"{len(data)} of {length} bytes came")
    return data


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode()
