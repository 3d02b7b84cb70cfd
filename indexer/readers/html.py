"""Read the main text of web pages."""

import re
from html.parser import HTMLParser
from typing import Final

from indexer.readers.clean import clean, one_line
from indexer.readers.decoding import decode
from indexer.readers.extracted import Extracted, ExtractedPage, Source

_HEAD_BYTES: Final = 4096
_DECLARED: Final = re.compile(rb"<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]*\?>")

_HIDDEN: Final = frozenset({
    "script", "style", "noscript", "template", "svg", "math", "object", "iframe", "select", "textarea",
})  # fmt: skip
_BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li",
    "main", "nav", "ol", "p", "section", "summary", "table", "td", "th", "tr", "ul",
})  # fmt: skip
# trafilatura drops the joiners Persian and Hindi are spelt with; two hieroglyphs take their places meanwhile.
_JOINERS: Final = "\u200c\u200d"
_STAND_INS: Final = "\U00013424\U00013425"
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
    page = _Page()
    page.feed(text)
    page.close()
    visible = clean(re.sub(r" ?\n ?", "\n", "".join(page.visible)))
    main = clean(_main_text(text)) if len(visible) > _SMALL else ""
    body = main if len(main) >= _ENOUGH * len(visible) else visible
    return Extracted(title=one_line("".join(page.title)), pages=[ExtractedPage(text=body)])


def _main_text(text: str) -> str:
    """Leave out menus, advertisements and footers; nothing if no main text stands out."""
    from trafilatura import extract as main_text

    try:
        main = main_text(
            text.translate(str.maketrans(_JOINERS, _STAND_INS)),
            include_comments=False,
            include_tables=True,
            favor_recall=True,
        )
        return (main or "").translate(str.maketrans(_STAND_INS, _JOINERS))
    except RecursionError:  # elements nested thousands deep
        return ""


class _Page(HTMLParser):
    """Collects the title and what a browser shows, each block on a line of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.title: list[str] = []
        self.visible: list[str] = []
        self._hidden = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN
        self._in_title = tag == "title" and not self._hidden and not self.title
        if tag in _BLOCKS:
            self.visible.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _HIDDEN))
        self._in_title = False
        if tag in _BLOCKS:
            self.visible.append("\n")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif not self._hidden:
            self.visible.append(re.sub(r"\s+", " ", data))
