"""Read OpenDocument texts, spreadsheets and presentations."""

from collections.abc import Iterator
from typing import Final

from indexer.readers.extracted import Block, Extracted, ExtractedPage, Source, page_of
from indexer.readers.office.odf_text import Body, rows_of
from indexer.readers.office.text_limit import TextLimit
from indexer.readers.office.xml_tree import Element, attribute, children_of, first, local, named, parse, whole
from indexer.readers.office.zip_container import Container, encrypted, open_container, wrong_type
from indexer.readers.table_rows import row_text

TEXT: Final = "an OpenDocument text (.odt)"
SPREADSHEET: Final = "an OpenDocument spreadsheet (.ods)"
PRESENTATION: Final = "an OpenDocument presentation (.odp)"

_CONTENT: Final = "content.xml"
_STYLES: Final = "styles.xml"
_META: Final = "meta.xml"
_MANIFEST: Final = "META-INF/manifest.xml"
_STYLE_PLACES: Final = ("styles", "automatic-styles")
_REPEATED: Final = frozenset({"header", "footer", "date-time", "page-number", "page"})


def extract(source: Source) -> Extracted:
    """Read an OpenDocument text: paragraphs, headings, lists and tables as they stand on its pages.

    Notes and text boxes follow the element they belong to. Headers, footers, comments and deleted text are left out.

    Raises:
        ReadError: See `open_container` and `parse`; `TOO_LARGE` for too much text.
    """
    container = _open(source, TEXT)
    return Extracted(title=_title(container), pages=_text(container, TextLimit(source.limits)))


def extract_sheets(source: Source) -> Extracted:
    """Read an OpenDocument spreadsheet sheet by sheet: each row on a line, its cells as they are shown.

    Raises:
        ReadError: See `extract`.
    """
    container = _open(source, SPREADSHEET)
    return Extracted(title=_title(container), pages=_sheets(container, TextLimit(source.limits)))


def extract_slides(source: Source) -> Extracted:
    """Read an OpenDocument presentation slide by slide: title, text and tables, then the speaker's notes.

    Raises:
        ReadError: See `extract`.
    """
    container = _open(source, PRESENTATION)
    return Extracted(title=_title(container), pages=_slides(container, TextLimit(source.limits)))


def _open(source: Source, kind: str) -> Container:
    container = open_container(source, kind)
    if "encrypted-package" in container:
        raise encrypted()
    found = container.kind()
    if found != kind and (found != "a ZIP archive" or _CONTENT not in container):
        raise wrong_type(found, kind)
    if _MANIFEST in container and any(
        local(element) == "encryption-data" for element in parse(container, _MANIFEST).iter()
    ):
        raise encrypted()
    return container


def _title(container: Container) -> str | None:
    title = first(parse(container, _META), "meta", "title") if _META in container else None
    return None if title is None else title.text


def _elements(container: Container, body: Body, place: str) -> Iterator[Element]:
    """Give what stands in the document's body, after its styles were learnt."""
    if _STYLES in container:
        for style in children_of(_STYLE_PLACES, container, _STYLES):
            body.styles.learn(style)
    for element in children_of((*_STYLE_PLACES, place), container, _CONTENT):
        body.styles.learn(element)
        yield element


def _text(container: Container, limit: TextLimit) -> Iterator[ExtractedPage]:
    body = Body()
    yield page_of(limit.over(body.blocks(_elements(container, body, "text"))))


def _sheets(container: Container, limit: TextLimit) -> Iterator[ExtractedPage]:
    body = Body()
    for element in _elements(container, body, "spreadsheet"):
        if local(element) == "table":
            rows = "\n".join(line for row in rows_of(element) for line in _lines(row, body, limit))
            yield page_of([Block(text=rows)], label=attribute(element, "name") or "")


def _lines(row: Element, body: Body, limit: TextLimit) -> list[str]:
    """Write a row, as often as it is repeated."""
    cells: list[str] = []
    for cell in named(row, "table-cell"):
        text = " ".join(body.text(paragraph) for paragraph in named(cell, "p"))
        if text:
            times = whole(attribute(cell, "number-columns-repeated"), 1)
            cells += [limit.take(text, times=times)] * times
    line = row_text(cells)
    times = whole(attribute(row, "number-rows-repeated"), 1) if line else 0
    return [limit.take(line, times=times)] * times


def _slides(container: Container, limit: TextLimit) -> Iterator[ExtractedPage]:
    body = Body()
    for slide in _elements(container, body, "presentation"):
        if local(slide) == "page":
            yield page_of(limit.over(_slide(slide, body)))


def _slide(slide: Element, body: Body) -> Iterator[Block]:
    roles = [attribute(shape, "class") for shape in slide]
    for shape, role in zip(slide, roles, strict=True):
        if role == "title":
            text = " ".join(block.text for block in body.blocks([shape]))
            yield Block(text=text, level=1 if "subtitle" in roles else 2)
    yield from body.blocks(shape for shape, role in zip(slide, roles, strict=True) if role != "title")
    for notes in named(slide, "notes"):
        yield from body.blocks(shape for shape in notes if attribute(shape, "class") not in _REPEATED)
