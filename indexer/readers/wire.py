"""How the pool and its worker processes talk: frames of a length and that many bytes, JSON or a path."""

import dataclasses
import json
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

from indexer.readers.document import Heading, Page, PageCheck, PageKind, ReadDocument, Verdict
from indexer.readers.failure import FailureReason, ReadFailure

_LENGTH: Final = struct.Struct(">I")

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


def path_frame(path: Path) -> bytes:
    """Write a path as the file system spells it: not every file name is text."""
    return os.fsencode(path)


def path_of(frame: bytes) -> Path:
    """Read what `path_frame` wrote."""
    return Path(os.fsdecode(frame))


def send_outcome(stream: BinaryIO, outcome: ReadDocument | ReadFailure) -> None:
    """Write a document, one page a frame, or a failure.

    Raises:
        OSError: The other side is gone.
    """
    if isinstance(outcome, ReadFailure):
        send(stream, _json({"reason": outcome.reason.value, "message": outcome.message}))
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
        send(stream, _json(dataclasses.asdict(page)))


def receive_outcome(stream: BinaryIO) -> ReadDocument | ReadFailure:
    """Read what `send_outcome` wrote.

    Raises:
        ConnectionEndedError: The other side is gone.
    """
    header = json.loads(receive(stream))
    if "reason" in header:
        return ReadFailure(reason=FailureReason(header["reason"]), message=header["message"])
    pages = tuple(_page_of(json.loads(receive(stream))) for _ in range(header["pages"]))
    fields = header["document"]
    return ReadDocument(**fields | {"pages": pages, "page_kind": PageKind(fields["page_kind"])})


def _page_of(fields: dict[str, Any]) -> Page:
    check = fields["check"]
    if check is not None:
        check = PageCheck(**check | {"verdict": Verdict(check["verdict"])})
    headings = tuple(Heading(**heading) for heading in fields["headings"])
    return Page(**fields | {"headings": headings, "check": check})


def _receive_exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise ConnectionEndedError(f"{len(data)} of {length} bytes came")
    return data


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode()
