"""Write reStructuredText down as blocks of plain text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Final

from indexer.readers.extracted import Block
from indexer.readers.lines import glue
from indexer.readers.table_rows import CELL_GAP

if TYPE_CHECKING:
    from docutils import nodes

_SETTINGS: Final = {
    "_disable_config": True,  # no settings from files that lie about
    "docinfo_xform": False,
    "doctitle_xform": False,  # a title stays that of a section
    "file_insertion_enabled": False,
    "halt_level": 5,  # never
    "raw_enabled": False,
    "report_level": 1,  # what is reported stays in the document, with the text it is about
    "syntax_highlight": "none",
    "warning_stream": False,
}
_ERROR: Final = 3  # the level of messages whose text is nowhere else in the document
_MAX_DEPTH: Final = 20  # of unknown directives within each other

_UNSHOWN: Final = frozenset({
    "comment", "decoration", "label", "meta", "pending", "raw", "substitution_definition", "target",
})  # fmt: skip
_LITERAL: Final = frozenset({"literal_block", "doctest_block", "math_block"})

_DIRECTIVE: Final = re.compile(r"\.\. +(?P<name>[\w:.+-]+)::[ \t]*(?P<argument>[^\n]*)\n?(?P<rest>.*)\Z", re.DOTALL)
_OPTION: Final = re.compile(r":[\w-]+:(?:[ \t]|$)")
_ALT: Final = re.compile(r"^\s*:alt:[ \t]*(.+)$", re.MULTILINE)
_SILENT: Final = frozenset({"highlight", "include", "index", "literalinclude", "meta", "raw", "toctree"})
_CODE: Final = frozenset({
    "code", "code-block", "doctest", "ipython", "parsed-literal", "productionlist", "prompt", "sourcecode", "testcode",
    "testoutput",
})  # fmt: skip
_IMAGES: Final = ("figure", "image")
_UNSHOWN_ARGUMENT: Final = frozenset({*_IMAGES, "currentmodule", "ifconfig", "module", "only"})
_ROLE: Final = re.compile(r"(?::[\w:.+-]+:)?`(?P<text>.+)`(?::[\w:.+-]+:)?", re.DOTALL)
_WITH_TARGET: Final = re.compile(r"(?P<text>.+?)\s*<[^<>]+>", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where in a document a node is.

    Attributes:
        level: Of the section it is in.
        depth: In how many unknown directives it lies.
    """

    level: int = 0
    depth: int = 0


def document_blocks(text: str) -> Iterator[Block]:
    """Parse a document.

    Raises:
        RecursionError: Its elements are nested too deep.
    """
    return _parsed(text, _Place())


def _parsed(text: str, place: _Place) -> Iterator[Block]:
    from docutils.core import publish_doctree

    return _children(publish_doctree(text, settings_overrides=dict(_SETTINGS)), place)


def _elements(node: nodes.Element) -> Iterator[nodes.Element]:
    from docutils.nodes import Element

    return (child for child in node.children if isinstance(child, Element))


def _children(node: nodes.Element, place: _Place) -> Iterator[Block]:
    for child in _elements(node):
        yield from _blocks(child, place)


def _blocks(node: nodes.Element, place: _Place) -> Iterator[Block]:
    from docutils.nodes import TextElement

    kind = node.tagname
    if kind in _UNSHOWN or "contents" in node["classes"]:
        return
    if kind in _WRITERS:
        yield from _WRITERS[kind](node, place)
    elif kind in _LITERAL:
        yield Block(text=node.astext())
    elif isinstance(node, TextElement):
        yield Block(text=_inline(node))
    else:
        yield from _children(node, place)


def _section(node: nodes.Element, place: _Place) -> Iterator[Block]:
    inside = replace(place, level=place.level + 1)
    for child in _elements(node):
        if child.tagname == "title":
            yield Block(text=_inline(child), level=inside.level)
        else:
            yield from _blocks(child, inside)


def _list(node: nodes.Element, place: _Place) -> Iterator[Block]:
    """Write items on neighbouring lines."""
    first = int(node.get("start", 1))
    for number, item in enumerate(_elements(node), start=first):
        mark = f"{node['prefix']}{number}{node['suffix']}" if node.tagname == "enumerated_list" else "-"
        yield from _marked(f"{mark} ", _children(item, place), tight=number > first)


def _fields(node: nodes.Element, place: _Place) -> Iterator[Block]:
    """Write name and value on a line; definitions, options and footnotes below each other likewise."""
    for number, item in enumerate(_elements(node)):
        name, *values = _elements(item)
        blocks = [block for value in values for block in _blocks(value, place)]
        if blocks:  # what has no value is a switch of Sphinx
            shown = ", ".join(option.astext() for option in _elements(name)) or _inline(name)
            yield from _marked(f"{shown}: ", blocks, tight=number > 0)


def _definitions(node: nodes.Element, place: _Place) -> Iterator[Block]:
    for item in _elements(node):
        yield from _marked("", _children(item, place), tight=False)


def _note(node: nodes.Element, place: _Place) -> Iterator[Block]:
    """Write a footnote or a citation behind its mark."""
    label = next((child.astext() for child in _elements(node) if child.tagname == "label"), "")
    return _marked(f"[{label}] ", _children(node, place), tight=False)


def _marked(mark: str, blocks: Iterable[Block], *, tight: bool) -> Iterator[Block]:
    """Set a mark before the first block and the others on the lines below."""
    for number, block in enumerate(blocks):
        text = block.text if number else f"{mark}{block.text}"
        yield replace(block, text=text, tight=tight or number > 0)


def _table(node: nodes.Element, place: _Place) -> Iterator[Block]:
    """Write a row on a line."""
    from docutils.nodes import row

    titles = [Block(text=_inline(child)) for child in _elements(node) if child.tagname == "title"]
    yield from titles
    tight = bool(titles)
    for line in node.findall(row):
        cells = [" ".join(block.text for block in _children(cell, place)) for cell in _elements(line)]
        yield Block(text=CELL_GAP.join(" ".join(cell.split()) for cell in cells), tight=tight)
        tight = True


def _image(node: nodes.Element, _: _Place) -> Iterator[Block]:
    yield Block(text=node.get("alt", ""))


def _message(node: nodes.Element, place: _Place) -> Iterator[Block]:
    """Write what a message is about: markup that is broken, or that only Sphinx knows."""
    if node["level"] < _ERROR:
        return
    for source in _elements(node):
        if source.tagname in _LITERAL:
            directive = _DIRECTIVE.match(source.astext())
            yield from [Block(text=source.astext())] if directive is None else _directive(directive, place)


def _directive(directive: re.Match[str], place: _Place) -> Iterator[Block]:
    name, argument = directive["name"], directive["argument"]
    if name in _SILENT:
        return
    rest = textwrap.dedent(directive["rest"])
    alternative = _ALT.search(rest)
    lines = rest.split("\n")
    options = next((index for index, line in enumerate(lines) if not _OPTION.match(line)), len(lines))
    content = "\n".join(lines[options:])
    if alternative and name in _IMAGES:
        yield Block(text=alternative[1])
    if name in _CODE:
        yield Block(text=content.strip("\n"))
        return
    inside = replace(place, depth=place.depth + 1)
    texts = (content,) if name in _UNSHOWN_ARGUMENT else (argument, content)
    for text in texts:
        yield from _parsed(text, inside) if inside.depth < _MAX_DEPTH else [Block(text=text)]


def _inline(node: nodes.Element) -> str:
    """Write a line's text: that of links, emphasis and roles without marks, an image's description."""
    lines = "".join(map(_piece, node.children)).split("\n")
    return reduce(lambda text, line: f"{text}{glue(text, line)}{line}", lines)


def _piece(node: nodes.Node) -> str:
    from docutils.nodes import Element

    if not isinstance(node, Element):
        return node.astext()
    if node.tagname == "problematic":
        return _without_role(node.astext())
    if node.tagname in ("footnote_reference", "citation_reference"):
        return f"[{node.astext()}]"
    if node.tagname == "image":
        return str(node.get("alt", ""))
    return "" if node.tagname in _UNSHOWN else "".join(map(_piece, node.children))


def _without_role(source: str) -> str:
    """Write what Sphinx would show of :ref:`text <label>` or :class:`~module.Name`."""
    role = _ROLE.fullmatch(source)
    if role is None:
        return source.strip("|").removesuffix("_")
    text = role["text"].removeprefix("!")
    target = _WITH_TARGET.fullmatch(text)
    if target:
        return target["text"]
    return text.rpartition(".")[2] if text.startswith("~") else text


_WRITERS: Final[Mapping[str, Callable[[nodes.Element, _Place], Iterator[Block]]]] = {
    "bullet_list": _list,
    "citation": _note,
    "definition_list": _definitions,
    "enumerated_list": _list,
    "field_list": _fields,
    "footnote": _note,
    "image": _image,
    "option_list": _fields,
    "section": _section,
    "system_message": _message,
    "table": _table,
}
