"""What reading one file gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class PageKind(StrEnum):
    """What a format calls the parts its text comes in."""

    PAGE = "page"
    SLIDE = "slide"
    SHEET = "sheet"
    CHAPTER = "chapter"
    TIME = "time"
    """A stretch of a recording, labelled by the time code it begins at."""
    PART = "part"
    """A member of an archive or of a message, labelled by its name."""
    WHOLE = "whole"
    """The format knows no parts: all text is on page 1."""


class Verdict(StrEnum):
    """How far the text of a page can be trusted."""

    OK = "ok"
    REPAIRED = "repaired"
    """It was put right in a way that is proven, such as the order of a line written from right to left."""
    RECOGNISED = "recognised"
    """It was read from an image of the page (OCR)."""
    SUSPECT = "suspect"
    NEEDS_OCR = "needs OCR"
    """It has no text, only an image, which was not read."""
    NO_TEXT = "no text"
    UNDECODABLE = "undecodable font"
    """The page's fonts do not say which letters they draw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCheck:
    """What was found when a page's text was checked.

    Attributes:
        verdict: How far it can be trusted.
        extractor: What the text was taken with, such as `"pdfium"` or `"tesseract"`.
        signs: What the verdict rests on: the measured share, or number, by the name of the sign; only those present.
    """

    verdict: Verdict
    extractor: str
    signs: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading, `page_text[start:end]`; level 1 is the highest."""

    start: int
    end: int
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The text of one page.

    Attributes:
        number: Counted from 1; a format without pages has page 1 only.
        text: Normalised (NFC), line ends are line feeds, no control characters; empty for a page without text.
        label: What the document calls it, such as `"iv"`, a sheet's name or a time code; empty if only its number.
        headings: In order of the text, not overlapping.
        check: What checking its text found; none for formats whose text needs no check.
    """

    number: int
    text: str
    label: str = ""
    headings: tuple[Heading, ...] = ()
    check: PageCheck | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDocument:
    """A document that was read.

    Attributes:
        title: What it calls itself; its first line, else its file name, where it has no title.
        document_type: The format's short name, such as `"pdf"`.
        page_kind: What its pages are.
        pages: All of its pages in order; at least one has text.
        content_hash: SHA-256 of the bytes that were read, in hexadecimal.
        size_bytes: Their number.
        reader: Name and version of the reader, such as `"pdf/1"`.
    """

    title: str
    document_type: str
    page_kind: PageKind
    pages: tuple[Page, ...]
    content_hash: str
    size_bytes: int
    reader: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What the user allows or gives for reading.

    Attributes:
        ocr: Whether to read images of pages (OCR) where a page has no text.
        passwords: Tried in order on files that ask for one; never stored, never shown.
    """

    ocr: bool = False
    passwords: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """What reading one file may cost before it is given up.

    Memory is limited on Linux only: macOS ignores the limit and Windows has none. The wall clock limits
    everywhere, processor time everywhere but on Windows.

    Attributes:
        cpu_s: Seconds of processor time; each page read adds a twentieth, up to ten times this.
        wall_s: Seconds on the clock; each page read adds a twentieth, up to twenty times this.
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
