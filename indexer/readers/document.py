"""What reading one file gives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The text of one page.

    Attributes:
        number: Counted from 1; a format without pages has page 1 only.
        text: Normalised (NFC), line ends are line feeds, no control characters; empty for a page without text.
    """

    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDocument:
    """A document that was read.

    Attributes:
        title: What it calls itself; its first line, else its file name, where it has no title.
        document_type: `"pdf"`, `"txt"`, `"md"` or `"html"`.
        pages: All of its pages in order; at least one has text.
        content_hash: SHA-256 of the bytes that were read, in hexadecimal.
        size_bytes: Their number.
        reader: Name and version of the reader, such as `"pdf/1"`.
    """

    title: str
    document_type: str
    pages: tuple[Page, ...]
    content_hash: str
    size_bytes: int
    reader: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """What reading one file may cost before it is given up.

    Memory is limited on Linux only: macOS ignores the limit and Windows has none. The wall clock limits
    everywhere, processor time everywhere but on Windows.

    Attributes:
        cpu_s: Seconds of processor time.
        wall_s: Seconds on the clock.
        memory_mb: Megabytes of memory, on top of what the reading process needs at rest.
        file_mb: Megabytes a file may have.
        text_mb: Megabytes of text (as UTF-8) a file may hold.

    Raises:
        ValueError: A limit is not above zero.
    """

    cpu_s: float = 60
    wall_s: float = 180
    memory_mb: int = 1024
    file_mb: int = 512
    text_mb: int = 64

    def __post_init__(self) -> None:
        for name in ("cpu_s", "wall_s", "memory_mb", "file_mb", "text_mb"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; use a number above 0.")
