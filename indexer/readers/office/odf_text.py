"""Turn the body of OpenDocument files into blocks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from indexer.readers.extracted import Block
from indexer.readers.office.odf_lists import Counts, Lists
from indexer.readers.office.soft_breaks import SOFT_BREAK, with_soft_breaks
from indexer.readers.office.xml_tree import Element, attribute, local, named, whole
from indexer.readers.table_rows import table_blocks

_SPACE: Final = re.compile(r"[ \t\r\n]+")
_MAX_SPACES: Final = 100
_MAX_ANCESTORS: Final = 20
_TITLE: Final = "Title"

_SKIPPED: Final = frozenset({
    "tracked-changes", "forms", "annotation", "number", "note-citation", "ruby-text", "placeholder", "script",
    "hidden-text", "covered-table-cell", "title", "desc", "notes", "shapes",
})  # fmt: skip
_DRAWN: Final = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_ROWS: Final = frozenset({"table-header-rows", "table-rows", "table-row-group"})
_ITEMS: Final = ("list-item", "list-header")


@dataclass(slots=True, kw_only=True)
class _Gathered:
    """What was found in a paragraph: its text in pieces, and what hangs on it."""

    parts: list[str] = field(default_factory=list)
    attached: list[Element] = field(default_factory=list)


class Styles:
    """The styles of a document, those of its paragraphs by what they are based on."""

    def __init__(self, lists: Lists) -> None:
        self._parents: dict[str, str | None] = {}
        self._lists = lists

    def learn(self, style: Element) -> None:
        """Take in a style of paragraphs or of lists."""
        name = local(style)
        if name == "style" and attribute(style, "family") == "paragraph":
            self._parents[attribute(style, "name") or ""] = attribute(style, "parent-style-name")
        elif name in ("list-style", "outline-style"):
            self._lists.learn(style)

    def is_title(self, name: str | None) -> bool:
        """Tell whether a paragraph of this style is the document's title."""
        for _ in range(_MAX_ANCESTORS):
            if name is None or name == _TITLE:
                break
            name = self._parents.get(name)
        return name == _TITLE


class Body:
    """Turns elements into blocks; notes and boxes follow the element they hang on."""

    def __init__(self) -> None:
        self._lists = Lists()
        self.styles = Styles(self._lists)
        self._attached: list[Element] = []
        self._in_list = False

    def blocks(self, elements: Iterable[Element]) -> Iterator[Block]:
        """Give the blocks of these elements.

        Args:
            elements: Paragraphs, headings, lists, tables, and what holds them.
        """
        for element in elements:
            yield from self._blocks(element)
            while self._attached:
                attached, self._attached = self._attached, []
                self._in_list = False
                for box in attached:
                    for child in box:
                        yield from self._blocks(child)

    def _blocks(self, element: Element) -> Iterator[Block]:
        name = local(element)
        if name in ("p", "h"):
            yield from self._paragraph(element, "")
        elif name == "list":
            style = attribute(element, "style-name") or ""
            yield from self._list(element, style, 1, self._lists.begin(element, style))
        elif name == "table":
            yield from table_blocks(self._rows(element))
        elif name not in _SKIPPED and attribute(element, "display") != "none":
            for child in element:
                yield from self._blocks(child)

    def _paragraph(self, element: Element, label: str) -> Iterator[Block]:
        text = self.text(element)
        if not text.strip():
            return
        level = 0
        if local(element) == "h":
            level = whole(attribute(element, "outline-level"), 1)
            if not label and attribute(element, "is-list-header") != "true":
                label = self._lists.next_heading_label(level)
        elif self.styles.is_title(attribute(element, "style-name")):
            level = 1
        is_item = bool(label) and not level
        yield Block(text=f"{label} {text}" if label else text, level=level, tight=is_item and self._in_list)
        self._in_list = is_item

    def text(self, paragraph: Element) -> str:
        """Give the text of a paragraph; what hangs on it is kept for the end of the element at hand."""
        gathered = _Gathered()
        _gather(paragraph, gathered)
        self._attached += gathered.attached
        return with_soft_breaks("".join(gathered.parts)).strip(" ")

    def _list(self, element: Element, style: str, level: int, counts: Counts) -> Iterator[Block]:
        for item in named(element, *_ITEMS):
            labelled = local(item) == "list-header"  # which has no number
            for child in item:
                name = local(child)
                if name == "list":
                    yield from self._list(child, attribute(child, "style-name") or style, level + 1, counts)
                elif name in ("p", "h"):
                    start = attribute(item, "start-value")
                    label = "" if labelled else self._lists.next_label(style, level, counts, start)
                    labelled = True
                    yield from self._paragraph(child, label)

    def _rows(self, table: Element) -> Iterator[list[list[Block]]]:
        for row in rows_of(table):
            yield [self._cell(cell) for cell in named(row, "table-cell")]

    def _cell(self, cell: Element) -> list[Block]:
        self._in_list = False
        blocks = [block for child in cell for block in self._blocks(child)]
        self._in_list = False
        return blocks


def rows_of(table: Element) -> Iterator[Element]:
    """Give the rows of a table, out of their groups."""
    for child in table:
        if local(child) == "table-row":
            yield child
        elif local(child) in _ROWS:
            yield from rows_of(child)


def _gather(element: Element, gathered: _Gathered) -> None:
    gathered.parts.append(_SPACE.sub(" ", element.text or ""))
    for child in element:
        name = local(child)
        if name == "s":
            gathered.parts.append(" " * min(whole(attribute(child, "c"), 1), _MAX_SPACES))
        elif name == "tab":
            gathered.parts.append("\t")
        elif name == "line-break":
            gathered.parts.append(SOFT_BREAK)
        elif name == "note":
            gathered.attached += named(child, "note-body")
        elif child.tag.startswith(_DRAWN) and name != "a":
            gathered.attached.append(child)
        elif name not in _SKIPPED:
            _gather(child, gathered)
        gathered.parts.append(_SPACE.sub(" ", child.tail or ""))
