"""Which reader takes which file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from indexer.errors import UnsupportedFileError
from indexer.readers import (
    archive,
    delimited,
    html,
    json_text,
    mail,
    markdown,
    pdf,
    plain,
    rst,
    subtitles,
)
from indexer.readers.document import PageKind
from indexer.readers.extracted import Extract, Source
from indexer.readers.office import docx, epub, odf, pptx, xlsx
from indexer.readers.page_image import ImageRequest, PageImage
from indexer.readers.pdf.drawing import draw_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads the files of one format.

    Attributes:
        document_type: The format's short name.
        page_kind: What its pages are.
        version: Raised whenever the same file would give another text; sync then reads it again.
        suffixes: File name endings in lower case, with their dot.
        extract: Reads a loaded file.
        takes_images: Whether it can read images of pages (OCR).
        draw: Draws a page; none for formats whose pages have no fixed look.
    """

    document_type: str
    page_kind: PageKind
    version: int
    suffixes: tuple[str, ...]
    extract: Extract
    takes_images: bool = False
    draw: Callable[[Source, ImageRequest], PageImage] | None = None

    def name(self, *, ocr: bool = False) -> str:
        """Name and version, such as `"pdf/2"`, or `"pdf/2+ocr"` where images are read."""
        return f"{self.document_type}/{self.version}{'+ocr' if ocr and self.takes_images else ''}"


READERS: Final = (
    Reader(
        document_type="pdf",
        page_kind=PageKind.PAGE,
        version=3,
        suffixes=(".pdf",),
        extract=pdf.extract,
        takes_images=True,
        draw=draw_page,
    ),
    Reader(
        document_type="txt",
        page_kind=PageKind.WHOLE,
        version=3,
        suffixes=(".txt",),
        extract=plain.extract,
    ),
    Reader(
        document_type="md",
        page_kind=PageKind.WHOLE,
        version=3,
        suffixes=(".md", ".markdown"),
        extract=markdown.extract,
    ),
    Reader(
        document_type="html",
        page_kind=PageKind.WHOLE,
        version=4,
        suffixes=(".html", ".htm", ".xhtml"),
        extract=html.extract,
    ),
    Reader(
        document_type="docx",
        page_kind=PageKind.WHOLE,
        version=1,
        suffixes=(".docx", ".docm", ".dotx", ".dotm"),
        extract=docx.extract,
    ),
    Reader(
        document_type="pptx",
        page_kind=PageKind.SLIDE,
        version=1,
        suffixes=(".pptx", ".pptm", ".ppsx", ".potx"),
        extract=pptx.extract,
    ),
    Reader(
        document_type="xlsx",
        page_kind=PageKind.SHEET,
        version=1,
        suffixes=(".xlsx", ".xlsm", ".xltx"),
        extract=xlsx.extract,
    ),
    Reader(
        document_type="odt",
        page_kind=PageKind.WHOLE,
        version=1,
        suffixes=(".odt", ".ott"),
        extract=odf.extract,
    ),
    Reader(
        document_type="ods",
        page_kind=PageKind.SHEET,
        version=1,
        suffixes=(".ods", ".ots"),
        extract=odf.extract_sheets,
    ),
    Reader(
        document_type="odp",
        page_kind=PageKind.SLIDE,
        version=1,
        suffixes=(".odp", ".otp"),
        extract=odf.extract_slides,
    ),
    Reader(
        document_type="epub",
        page_kind=PageKind.CHAPTER,
        version=1,
        suffixes=(".epub",),
        extract=epub.extract,
    ),
    Reader(
        document_type="rst",
        page_kind=PageKind.WHOLE,
        version=1,
        suffixes=(".rst",),
        extract=rst.extract,
    ),
    Reader(
        document_type="csv",
        page_kind=PageKind.PART,
        version=1,
        suffixes=(".csv", ".tsv"),
        extract=delimited.extract,
    ),
    Reader(
        document_type="json",
        page_kind=PageKind.WHOLE,
        version=1,
        suffixes=(".json",),
        extract=json_text.extract,
    ),
    Reader(
        document_type="jsonl",
        page_kind=PageKind.PART,
        version=1,
        suffixes=(".jsonl", ".ndjson"),
        extract=json_text.extract_lines,
    ),
    Reader(
        document_type="eml",
        page_kind=PageKind.PART,
        version=2,
        suffixes=(".eml",),
        extract=mail.extract,
        takes_images=True,
    ),
    Reader(
        document_type="srt",
        page_kind=PageKind.TIME,
        version=1,
        suffixes=(".srt", ".vtt"),
        extract=subtitles.extract,
    ),
    Reader(
        document_type="zip",
        page_kind=PageKind.PART,
        version=1,
        suffixes=(".zip",),
        extract=archive.extract,
        takes_images=True,
    ),
)


def supported_suffixes() -> frozenset[str]:
    """List the file name endings that can be read, in lower case with their dot."""
    return frozenset(suffix for reader in READERS for suffix in reader.suffixes)


def reader_for(path: Path) -> Reader:
    """Choose the reader of a file by its name.

    Raises:
        UnsupportedFileError: No reader takes such names.
    """
    suffix = path.suffix.lower()
    for reader in READERS:
        if suffix in reader.suffixes:
            return reader
    raise UnsupportedFileError(
        f"{path.name} ends in {suffix or 'no suffix'}; files with these endings can be read: "
        f"{', '.join(sorted(supported_suffixes()))}."
    )


def current_reader(path: Path, *, ocr: bool = False) -> str:
    """Name the reader that would read this file now, such as `"pdf/2"`; with or without reading images.

    Raises:
        UnsupportedFileError: No reader takes such names.
    """
    return reader_for(path).name(ocr=ocr)
