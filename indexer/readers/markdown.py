"""Read Markdown as the text its reader would see."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from indexer.readers.clean import with_plain_line_ends
from indexer.readers.decoding import decode
from indexer.readers.extracted import Extracted, ExtractedPage, Source
from indexer.readers.headings import HeadingLine, page_with_headings
from indexer.readers.lines import glue
from indexer.readers.table_rows import CELL_GAP

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER: Final = re.compile(r"\A---[ \t]*\r?\n(?P<fields>.*?)^(?:---|\.\.\.)[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_FRONT_TITLE: Final = re.compile(r"^title:[ \t]*(?P<title>.+?)[ \t\r]*$", re.MULTILINE | re.IGNORECASE)
_TAG: Final = re.compile(r"<!--.*?-->|</?[A-Za-z][^>]*>", re.DOTALL)
_MAX_NESTING: Final = 100


def extract(source: Source) -> Extracted:
    """Read a Markdown file: headings, paragraphs, lists, tables and code without their marks.

    Raises:
        ReadError: `WRONG_TYPE` or `ENCODING`, see `decode`.
    """
    from markdown_it import MarkdownIt

    text, title = _without_front_matter(decode(source.data))
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"])
    tokens = parser.parse(text)
    return Extracted(title=title or _first_heading(tokens), pages=[_page(tokens)])


def _without_front_matter(text: str) -> tuple[str, str | None]:
    """Split the YAML block at the beginning off, and take the title from it."""
    block = _FRONT_MATTER.match(text)
    if block is None:
        return text, None
    title = _FRONT_TITLE.search(block["fields"])
    return text[block.end() :], title["title"].strip("\"'") if title else None


def _first_heading(tokens: Sequence[Token]) -> str | None:
    for opening, content in itertools.pairwise(tokens):
        if opening.type == "heading_open":
            return _inline_text(content.children or [])
    return None


def _page(tokens: Sequence[Token]) -> ExtractedPage:
    pieces: list[str] = []
    headings: list[HeadingLine] = []
    line = level = 0
    for token, piece in _pieces(tokens):
        if token.type == "heading_open":
            level = int(token.tag.removeprefix("h"))
        elif token.type == "heading_close":
            level = 0
        elif token.type == "inline" and level:
            headings.append(HeadingLine(line=line, text=_inline_text(token.children or []), level=level))
        pieces.append(with_plain_line_ends(piece))
        line += pieces[-1].count("\n")
    return page_with_headings("".join(pieces), headings)


def _pieces(tokens: Sequence[Token]) -> Iterator[tuple[Token, str]]:
    """Write each block on lines of its own; items of a list on neighbouring lines."""
    mark = ""
    for token in tokens:
        if token.type == "list_item_open":
            mark = f"{token.info}{token.markup} " if token.info else "- "
        elif token.type == "inline":
            yield token, mark + _inline_text(token.children or [])
            mark = ""
        elif token.type in ("fence", "code_block"):
            yield token, f"{token.content}\n"
        elif token.type == "html_block":
            yield token, f"{_TAG.sub('', token.content)}\n"
        else:
            yield token, _end_of(token)


def _end_of(token: Token) -> str:
    """Write what follows a block."""
    if token.type in ("th_close", "td_close"):
        return CELL_GAP
    if token.type == "tr_close" or (token.type == "paragraph_close" and token.hidden):
        return "\n"
    if token.type in ("paragraph_close", "heading_close", "bullet_list_close", "ordered_list_close", "table_close"):
        return "\n\n"
    return ""


def _inline_text(tokens: Sequence[Token]) -> str:
    """Write a line's text: that of links and emphasis without marks, an image's description, code as it is."""
    text = ""
    broken = False
    for token in tokens:
        piece = _piece(token)
        if broken and piece:
            text += glue(text, piece)
            broken = False
        if token.type == "softbreak":
            broken = True
        text += piece
    return text


def _piece(token: Token) -> str:
    if token.type in ("text", "code_inline", "text_special"):
        return token.content
    if token.type == "image":
        return _inline_text(token.children or [])
    return "\n" if token.type == "hardbreak" else ""
