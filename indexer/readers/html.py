"""Read the main text of web pages."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final, Self

from indexer.readers.clean import clean, one_line, with_plain_line_ends
from indexer.readers.decoding import decode
from indexer.readers.extracted import Extracted, Source
from indexer.readers.headings import HeadingLine, page_with_headings
from indexer.readers.table_rows import CELL_GAP, row_text

if TYPE_CHECKING:
    from lxml.etree import _Element

_HEAD_BYTES: Final = 4096
_DECLARED: Final = re.compile(rb"<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]*\?>")

_HIDDEN: Final = frozenset({
    "script", "style", "noscript", "template", "svg", "math", "object", "iframe", "select", "textarea",
})  # fmt: skip
_BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li",
    "main", "nav", "ol", "p", "section", "summary", "table", "tr", "ul",
})  # fmt: skip
# trafilatura drops the joiners Persian and Hindi are spelt with; two hieroglyphs take their places meanwhile.
_JOINERS: Final = "\u200c\u200d"
_STAND_INS: Final = "\U00013424\U00013425"
_CELLS: Final = frozenset({"td", "th"})
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_SPACE_AT_LINE_END: Final = re.compile(r" *\n *")
_SMALL: Final = 400  # characters; of so short a page nothing is left out
_ENOUGH: Final = 0.1  # a main text below this share of the visible text is a wrong guess


def extract(source: Source) -> Extracted:
    """Read a web page: its main text, else all it shows. Nothing is fetched and no script runs.

    Raises:
        ReadError: `WRONG_TYPE` or `ENCODING`, see `decode`.
    """
    declared = _DECLARED.search(source.data[:_HEAD_BYTES])
    text = decode(source.data, declared=declared[1].decode("ascii") if declared else None)
    text = _XML_DECLARATION.sub("", text)
    page = _Page.of(text)
    visible = page.visible_text()
    body, headings = visible, page.headings
    length = len(clean(visible))
    if length > _SMALL:
        main, main_headings = _main_text(text)
        if len(clean(main)) >= _ENOUGH * length:
            body, headings = main, main_headings
    return Extracted(title=one_line("".join(page.title)), pages=[page_with_headings(body, headings)])


def visible_text(markup: str) -> str:
    """Write down all that a browser shows of a page."""
    return _Page.of(markup).visible_text()


def _main_text(text: str) -> tuple[str, list[HeadingLine]]:
    """Leave out menus, advertisements and footers; nothing if no main text stands out."""
    from trafilatura import bare_extraction
    from trafilatura.settings import Document
    from trafilatura.xml import xmltotxt

    try:
        document = bare_extraction(
            text.translate(str.maketrans(_JOINERS, _STAND_INS)),
            include_comments=False,
            include_tables=True,
            favor_recall=True,
        )
    except RecursionError:  # elements nested thousands deep
        document = None
    if not isinstance(document, Document):
        return "", []
    _rows_into_lines(document.body)
    main = _with_joiners(xmltotxt(document.body, include_formatting=False))
    return main, list(_headings_in(with_plain_line_ends(main).split("\n"), document.body))


def _rows_into_lines(body: _Element) -> None:
    """Make each row of a table a paragraph; trafilatura itself would draw the borders of its cells."""
    for row in list(body.iter("row")):
        line = row_text(one_line("".join(cell.itertext())) for cell in row.iter("cell"))
        row.clear(keep_tail=True)
        row.tag, row.text = "p", line


def _with_joiners(text: str) -> str:
    return text.translate(str.maketrans(_STAND_INS, _JOINERS))


def _headings_in(lines: Sequence[str], body: _Element) -> Iterator[HeadingLine]:
    """Find the lines of the main text that are its headings, by the paragraphs before them."""
    places: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        places.setdefault(one_line(line), []).append(number)
    following = 0
    for block in body.iter("head", "p"):
        for end in block.iter("lb"):
            end.tail = f"\n{end.tail or ''}"
        for part in _with_joiners("".join(block.itertext())).split("\n"):
            numbers = places.get(one_line(part), [])
            index = bisect_left(numbers, following)
            if not part.strip() or index == len(numbers):  # what is in a table or a list shares its line
                continue
            following = numbers[index] + 1
            if block.tag == "head":
                level = int(block.get("rend", "h2").removeprefix("h"))
                yield HeadingLine(line=numbers[index], text=lines[numbers[index]], level=level)


class _Page(HTMLParser):
    """Collects the title, what a browser shows, each block on a line of its own, and the headings in it."""

    def __init__(self) -> None:
        super().__init__()
        self.title: list[str] = []
        self.visible: list[str] = []
        self.headings: list[HeadingLine] = []
        self._hidden = 0
        self._in_title = False
        self._line = 0
        self._level = 0
        self._heading: list[str] = []

    @classmethod
    def of(cls, markup: str) -> Self:
        page = cls()
        page.feed(markup)
        page.close()
        return page

    def visible_text(self) -> str:
        return _SPACE_AT_LINE_END.sub("\n", "".join(self.visible))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN
        self._in_title = tag == "title" and not self._hidden and not self.title
        if tag in _BLOCKS:
            self._break_line()
        if tag in _CELLS:
            self.visible.append(CELL_GAP)
        if tag in _HEADINGS and not self._hidden:
            self._level = _HEADINGS[tag]

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _HIDDEN))
        self._in_title = False
        if tag in _BLOCKS:
            self._break_line()
        if tag in _HEADINGS:
            self._level = 0

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif not self._hidden:
            text = re.sub(r"\s+", " ", data)
            self.visible.append(text)
            self._heading.append(text if self._level else "")

    def _break_line(self) -> None:
        words = "".join(self._heading).strip()
        if words:
            self.headings.append(HeadingLine(line=self._line, text=words, level=self._level))
        self._heading.clear()
        self.visible.append("\n")
        self._line += 1
