"""Read EPUB books."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urldefrag

from indexer.readers.extracted import Extracted, ExtractedPage, Source, page_of
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.office.epub_text import chapter_blocks
from indexer.readers.office.text_limit import TextLimit
from indexer.readers.office.xml_tree import Element, attribute, first, local, named, parse
from indexer.readers.office.zip_container import Container, open_container, wrong_type

KIND: Final = "an EPUB book (.epub)"

_CONTAINER: Final = "META-INF/container.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
_CHAPTERS: Final = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document")
_NCX: Final = "application/x-dtbncx+xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """A file of the book, as its package lists it."""

    name: str
    media_type: str
    properties: tuple[str, ...]


def extract(source: Source) -> Extracted:
    """Read a book chapter by chapter, in reading order, each labelled as in the table of contents.

    Raises:
        ReadError: See `open_container` and `parse`; `ENCRYPTED` for a protected book, `TOO_LARGE` for too much text.
    """
    container = open_container(source, KIND)
    found = container.kind()
    if found != KIND:
        raise wrong_type(found, KIND)
    book = _Book(container)
    return Extracted(title=book.title(), pages=book.pages(TextLimit(source.limits)))


class _Book:
    """The package of a book: its files, their order and what the table of contents calls them."""

    def __init__(self, container: Container) -> None:
        self._container = container
        root = first(parse(container, _CONTAINER), "rootfiles", "rootfile")
        path = "" if root is None else root.get("full-path") or ""
        self._package = parse(container, path)
        self._items = _items(self._package, posixpath.dirname(path))

    def title(self) -> str | None:
        """Give the first title in the book's own fields."""
        title = first(self._package, "metadata", "title")
        return None if title is None else title.text

    def pages(self, limit: TextLimit) -> Iterator[ExtractedPage]:
        """Read the chapters; one that is only an image is a page without text."""
        labels = self._labels()
        protected = _protected(self._container)
        for item in self._spine():
            if item.name in protected:
                message = "the book is protected (DRM); get a copy without protection from its publisher"
                raise ReadError(FailureReason.ENCRYPTED, message)
            if item.media_type in _CHAPTERS and item.name in self._container:
                blocks = chapter_blocks(self._container.read(item.name), item.name)
                yield page_of(limit.over(blocks), label=labels.get(item.name, ""))
            else:
                yield ExtractedPage(text="", label=labels.get(item.name, ""))

    def _spine(self) -> list[_Item]:
        spine = first(self._package, "spine")
        references = (reference.get("idref") or "" for reference in (() if spine is None else named(spine, "itemref")))
        return [self._items[name] for name in dict.fromkeys(references) if name in self._items]

    def _labels(self) -> dict[str, str]:
        """Say what the table of contents calls each file: the first entry that leads to it."""
        navigation = next((item for item in self._items.values() if "nav" in item.properties), None)
        ncx = next((item for item in self._items.values() if item.media_type == _NCX), None)
        labels: dict[str, str] = {}
        for item in (navigation, ncx):
            if item is None or item.name not in self._container:
                continue
            folder = posixpath.dirname(item.name)
            for target, label in _entries(parse(self._container, item.name)):
                labels.setdefault(_resolved(folder, target), " ".join(label.split()))
        return labels


def _items(package: Element, folder: str) -> dict[str, _Item]:
    manifest = first(package, "manifest")
    return {
        item.get("id") or "": _Item(
            name=_resolved(folder, item.get("href") or ""),
            media_type=item.get("media-type") or "",
            properties=tuple((item.get("properties") or "").split()),
        )
        for item in (() if manifest is None else named(manifest, "item"))
    }


def _resolved(folder: str, reference: str) -> str:
    """Name the member a reference leads to, without the place in it."""
    return posixpath.normpath(posixpath.join(folder, unquote(urldefrag(reference).url)))


def _entries(root: Element) -> Iterator[tuple[str, str]]:
    """Give where each entry of a table of contents leads and what it says: EPUB 3's `nav`, else EPUB 2's NCX."""
    for element in root.iter():
        name = local(element)
        if name == "nav" and (attribute(element, "type") or "toc") == "toc":
            for link in element.iter():
                if local(link) == "a":
                    yield link.get("href") or "", _text(link)
        elif name == "navPoint":
            content, label = first(element, "content"), first(element, "navLabel", "text")
            if content is not None and label is not None:
                yield content.get("src") or "", _text(label)


def _text(element: Element) -> str:
    return "".join((part.text or "") + (part.tail or "" if part is not element else "") for part in element.iter())


def _protected(container: Container) -> frozenset[str]:
    """Name the files that are encrypted; fonts may be, the book is readable all the same."""
    if _ENCRYPTION not in container:
        return frozenset()
    references = (element for element in parse(container, _ENCRYPTION).iter() if local(element) == "CipherReference")
    return frozenset(_resolved("", reference.get("URI") or "") for reference in references)
