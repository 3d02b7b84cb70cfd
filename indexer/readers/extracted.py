"""What a format reader takes and gives."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that was loaded.

    Attributes:
        path: Where it lies; for its name only, it is not opened again.
        data: All of its bytes.
    """

    path: Path
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """The text of a file.

    Attributes:
        title: What the document calls itself, if it does; may be nonsense.
        pages: The cleaned text of each page, made while they are taken.
    """

    title: str | None
    pages: Iterable[str]


Extract = Callable[[Source], Extracted]
"""Reads one format. Raises ReadError."""
