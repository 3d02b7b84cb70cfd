"""Read Word documents."""

from collections.abc import Iterator
from typing import Final

from indexer.readers.extracted import Block, Extracted, ExtractedPage, Source, page_of
from indexer.readers.office.docx_lists import Lists
from indexer.readers.office.docx_styles import Styles
from indexer.readers.office.docx_text import Gathered, gather, is_placeholder
from indexer.readers.office.drawing import diagram_texts
from indexer.readers.office.opc import Package, open_package
from indexer.readers.office.text_limit import TextLimit
from indexer.readers.office.xml_tree import Element, attribute, children_of, first, local, named
from indexer.readers.table_rows import table_blocks

KIND: Final = "a Word document (.docx)"

_WRAPPERS: Final = frozenset({"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag", "Choice"})
_NOTES: Final = ("footnote", "endnote")
_CONTINUED: Final = ("vMerge", "hMerge")


def extract(source: Source) -> Extracted:
    """Read a Word document: paragraphs, headings, lists and tables as they stand on its pages.

    Notes and text boxes follow the paragraph or table they belong to. Headers, footers, comments, hidden and
    deleted text are left out; inserted text and the results of fields are in.

    Raises:
        ReadError: See `open_package` and `parse`; `TOO_LARGE` for too much text.
    """
    package = open_package(source, KIND, "word/document.xml")
    body = TextLimit(source.limits).over(_Body(package).blocks())
    return Extracted(title=package.title(), pages=_pages(body))


def _pages(blocks: Iterator[Block]) -> Iterator[ExtractedPage]:
    yield page_of(blocks)


class _Body:
    """Turns the elements of a document's body into blocks, in order."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._styles = Styles(package.parse_related("styles"))
        self._lists = Lists(package.parse_related("numbering"))
        self._notes = {kind: _notes(package, kind) for kind in _NOTES}
        self._attached: list[Block] = []  # notes and boxes, waiting for the end of the block they belong to
        self._carried = ""  # text of paragraphs whose end was deleted
        self._in_list = False

    def blocks(self) -> Iterator[Block]:
        for element in children_of(("body",), self._package.container, self._package.main):
            yield from self._blocks(element)
            if self._attached:
                attached, self._attached = self._attached, []
                self._in_list = False
                yield from attached
        yield Block(text=self._carried)

    def _blocks(self, element: Element) -> Iterator[Block]:
        name = local(element)
        if name == "p":
            yield from self._paragraph(element)
        elif name == "tbl":
            yield from self._table(element)
        elif name == "AlternateContent":
            for child in element:
                yield from self._blocks(child)
                break  # the others say the same for older programs
        elif name in _WRAPPERS and not is_placeholder(element):
            for child in element:
                yield from self._blocks(child)

    def _paragraph(self, element: Element) -> Iterator[Block]:
        gathered = gather(element)
        self._attach(gathered)
        text = self._carried + gathered.text
        properties = first(element, "pPr")
        if _end_is_deleted(properties):
            self._carried = text
            return
        self._carried = ""
        place = self._styles.list_place(properties)
        label = self._lists.next_label(place) if place else ""
        if not text.strip():
            return
        level = self._styles.heading_level(properties)
        is_item = bool(label) and not level
        yield Block(text=f"{label} {text}" if label else text, level=level, tight=is_item and self._in_list)
        self._in_list = is_item

    def _attach(self, gathered: Gathered) -> None:
        """Keep what hangs on a paragraph until the block at hand is finished."""
        for box in gathered.boxes:
            self._attached += [block for child in box for block in self._blocks(child)]
        for relation in gathered.diagrams:
            for text in diagram_texts(self._package, self._package.main, relation):
                self._attached.append(Block(text=text))
        for kind, note_id in gathered.notes:
            note = self._notes[kind].pop(note_id, None)
            if note is not None:
                self._attached += [block for child in note for block in self._blocks(child)]

    def _table(self, table: Element) -> Iterator[Block]:
        rows = (row for row in _inside(table, "tr") if first(row, "trPr", "del") is None)
        yield from table_blocks([self._cell(cell) for cell in _inside(row, "tc")] for row in rows)

    def _cell(self, cell: Element) -> list[Block]:
        self._in_list = False
        blocks = [] if _is_continued(cell) else [block for child in cell for block in self._blocks(child)]
        self._in_list = False
        return blocks


def _end_is_deleted(properties: Element | None) -> bool:
    marks = None if properties is None else first(properties, "rPr")
    return marks is not None and next(named(marks, "del", "moveFrom"), None) is not None


def _inside(element: Element, name: str) -> Iterator[Element]:
    """Give the rows of a table or the cells of a row, through what may be wrapped around them."""
    for child in element:
        if local(child) == name:
            yield child
        elif local(child) in _WRAPPERS:
            yield from _inside(child, name)


def _is_continued(cell: Element) -> bool:
    """Tell whether a cell only continues the one above or before it."""
    properties = first(cell, "tcPr")
    merges = () if properties is None else named(properties, *_CONTINUED)
    return any(attribute(merge, "val") != "restart" for merge in merges)


def _notes(package: Package, kind: str) -> dict[str, Element]:
    root = package.parse_related(f"{kind}s")
    return {} if root is None else {attribute(note, "id") or "": note for note in named(root, kind)}
