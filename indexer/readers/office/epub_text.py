"""Turn the chapters of books (XHTML) into blocks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5
from typing import Final

from indexer.readers.decoding import decode
from indexer.readers.extracted import Block
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.lines import glue
from indexer.readers.office.list_numbers import list_number
from indexer.readers.office.soft_breaks import SOFT_BREAK, with_soft_breaks
from indexer.readers.office.xml_tree import Element, attribute, local, parse_bytes, parse_html, whole
from indexer.readers.table_rows import table_blocks

_DECLARED: Final = re.compile(rb"<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HEAD_BYTES: Final = 4096
_XML_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]*\?>")
_ENTITY: Final = re.compile(r"&([A-Za-z][A-Za-z0-9]*;)")
_XML_ENTITIES: Final = frozenset({"lt;", "gt;", "amp;", "quot;", "apos;"})
_SPACES: Final = re.compile(r"[ \t\r\f]+")

_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "main", "nav", "ol", "p", "section",
    "summary", "ul",
})  # fmt: skip
_SKIPPED: Final = frozenset({
    "head", "script", "style", "template", "svg", "audio", "video", "object", "iframe",
    "rt", "rp",  # the reading printed above Chinese characters
    "annotation", "annotation-xml",  # a formula once more, for programs
})  # fmt: skip
_LIST_STYLES: Final = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


def chapter_blocks(data: bytes, name: str) -> Iterator[Block]:
    """Read a chapter.

    Args:
        data: The file of the chapter.
        name: Its name, for messages.

    Yields:
        Its headings, paragraphs, items and rows.

    Raises:
        ReadError: `DAMAGED` for what is no text, or `TOO_LARGE`; see `parse`.
    """
    root = _parse(data, name)
    if root is not None:
        flow = _Flow()
        flow.visit(root)
        yield from flow.finished()


def _parse(data: bytes, name: str) -> Element | None:
    """Read XHTML; what is not well-formed is read as browsers read HTML."""
    declared = _DECLARED.search(data[:_HEAD_BYTES])
    try:
        text = decode(data, declared=declared[1].decode("ascii") if declared else None)
    except ReadError as error:
        message = f"the chapter {name!r} cannot be read ({error}); get a new copy of the book"
        raise ReadError(FailureReason.DAMAGED, message) from error
    text = _ENTITY.sub(_character, _XML_DECLARATION.sub("", text))
    try:
        return parse_bytes(text.encode(errors="replace"), name)
    except ReadError as error:
        if error.failure.reason is not FailureReason.DAMAGED:
            raise
    return parse_html(text)


def _character(entity: re.Match[str]) -> str:
    """Write `&nbsp;` as the character it names; XML knows only five such names."""
    if entity[1] in _XML_ENTITIES or entity[1] not in html5:
        return entity[0]
    return html.escape(html5[entity[1]])


@dataclass(slots=True)
class _List:
    style: str
    """As `list_number` names it; empty for dashes."""
    number: int


class _Flow:
    """Collects text until a block ends."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._parts: list[str] = []
        self._lists: list[_List] = []
        self._label = ""
        self._in_list = False

    def finished(self) -> list[Block]:
        """End the last block and give all."""
        self._end()
        return self._blocks

    def visit(self, element: Element) -> None:
        """Take in an element and all it holds."""
        name = local(element).lower()
        if name in _SKIPPED or element.get("hidden") is not None or _is_note_mark(element, name):
            return
        if name == "br":
            self._parts.append(SOFT_BREAK)
        elif name == "pre":
            self._end()
            self._add(Block(text="".join(_texts(element))))
        elif name == "table":
            self._end()
            self._blocks += table_blocks(_rows(element))
        elif name == "li":
            self._item(element)
        elif name in _HEADINGS or name in _BLOCKS:
            self._end()
            self._nested(element, name)
            self._end(_HEADINGS.get(name, 0))
        else:
            self._content(element)

    def _content(self, element: Element) -> None:
        self._parts.append(element.text or "")
        for child in element:
            self.visit(child)
            self._parts.append(child.tail or "")

    def _nested(self, element: Element, name: str) -> None:
        if name not in ("ol", "ul"):
            self._content(element)
            return
        style = "" if name == "ul" else _LIST_STYLES.get(element.get("type") or "1", "decimal")
        self._lists.append(_List(style=style, number=whole(element.get("start"), 1)))
        self._content(element)
        self._lists.pop()

    def _item(self, element: Element) -> None:
        self._end()
        here = self._lists[-1] if self._lists else _List(style="", number=1)
        here.number = whole(element.get("value"), here.number)
        self._label = f"{list_number(here.number, here.style)}." if here.style else "-"
        here.number += 1
        self._content(element)
        self._end()
        self._label = ""

    def _end(self, level: int = 0) -> None:
        text = _flowed("".join(self._parts))
        self._parts = []
        if text:
            self._add(Block(text=text, level=level))

    def _add(self, block: Block) -> None:
        is_item = bool(self._label) and not block.level
        text = f"{self._label} {block.text}" if self._label else block.text
        self._label = ""
        self._blocks.append(Block(text=text, level=block.level, tight=is_item and self._in_list))
        self._in_list = is_item


def _rows(table: Element) -> Iterator[list[list[Block]]]:
    for row in table.iter():
        if local(row).lower() == "tr":
            yield [_cell(cell) for cell in row if local(cell).lower() in ("td", "th")]


def _cell(cell: Element) -> list[Block]:
    flow = _Flow()
    flow.visit(cell)
    return flow.finished()


def _texts(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield from _texts(child)
        yield child.tail or ""


def _is_note_mark(element: Element, name: str) -> bool:
    """Tell the little number that leads to a note."""
    return name == "a" and (attribute(element, "type") == "noteref" or element.get("role") == "doc-noteref")


def _flowed(text: str) -> str:
    """Write a paragraph as a browser flows it: white space counts as one space, or none between ideographs."""
    lines = (_SPACES.sub(" ", line).strip(" ") for line in text.split("\n"))
    flowed = ""
    for line in lines:
        if line:
            flowed += (glue(flowed, line) if flowed else "") + line
    return with_soft_breaks(flowed)
