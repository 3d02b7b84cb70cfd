"""Read PowerPoint presentations."""

from collections.abc import Iterable, Iterator
from typing import Final

from indexer.readers.extracted import Block, Extracted, ExtractedPage, Source, page_of
from indexer.readers.office.drawing import body_text, diagram_texts, paragraph_text
from indexer.readers.office.list_numbers import list_number
from indexer.readers.office.opc import Package, open_package
from indexer.readers.office.text_limit import TextLimit
from indexer.readers.office.xml_tree import Element, attribute, first, local, named, parse, relation_id, whole
from indexer.readers.table_rows import row_text

KIND: Final = "a PowerPoint presentation (.pptx)"

_TITLES: Final = ("title", "ctrTitle")
_REPEATED: Final = frozenset({"sldNum", "dt", "ftr", "hdr", "sldImg"})  # number, date, head and foot of each slide
_OPENING: Final = ("title", "secHead")  # layouts of the slides that open a presentation or a section
_LISTS: Final = (None, "obj")  # placeholders for content, whose paragraphs are items unless they say otherwise
_GROUPS: Final = frozenset({"spTree", "grpSp"})

_NUMBER_STYLES: Final = {
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
    "thaiNum": "thaiNumbers",
    "thaiAlpha": "thaiLetters",
    "hindiNum": "hindiNumbers",
    "arabic1": "arabicAlpha",
    "arabic2": "arabicAbjad",
    "hebrew2": "hebrew2",
    "circleNum": "decimalEnclosedCircle",
    "ea1Chs": "chineseCounting",
    "ea1Cht": "chineseCounting",
    "ea1Jpn": "japaneseCounting",
}
_AROUND: Final = {"Period": ("", "."), "ParenR": ("", ")"), "ParenBoth": ("(", ")"), "Plain": ("", "")}


def extract(source: Source) -> Extracted:
    """Read a presentation slide by slide: title, text, tables and diagrams, then the speaker's notes.

    Raises:
        ReadError: See `open_package` and `parse`; `TOO_LARGE` for too much text.
    """
    package = open_package(source, KIND, "ppt/presentation.xml")
    return Extracted(title=package.title(), pages=_slides(package, TextLimit(source.limits)))


def _slides(package: Package, limit: TextLimit) -> Iterator[ExtractedPage]:
    slides = first(parse(package.container, package.main), "sldIdLst")
    relations = package.relations(package.main)
    parts = [relations.get(relation_id(slide) or "") for slide in (() if slides is None else slides)]
    for part in dict.fromkeys(part.target for part in parts if part is not None):
        yield page_of(limit.over(_Slide(package, part).blocks()))


class _Slide:
    """Turns one slide into blocks: what it calls its title first, then its shapes in their order."""

    def __init__(self, package: Package, part: str) -> None:
        self._package = package
        self._part = part

    def blocks(self) -> Iterator[Block]:
        shapes = list(_shapes(parse(self._package.container, self._part)))
        titles = [shape for shape in shapes if _place(shape) in _TITLES]
        for shape in titles:
            yield Block(text=" ".join(_paragraphs(shape)), level=self._title_level(shape))
        for shape in shapes:
            if _place(shape) not in _TITLES:
                yield from self._shape(shape)
        notes = self._package.related(self._part, "notesSlide")
        if notes is not None:
            for shape in _shapes(parse(self._package.container, notes)):
                yield from self._shape(shape)

    def _title_level(self, title: Element) -> int:
        if _place(title) == "ctrTitle":
            return 1
        layout = self._package.related(self._part, "slideLayout")
        kind = None if layout is None else parse(self._package.container, layout).get("type")
        return 1 if kind in _OPENING else 2

    def _shape(self, shape: Element) -> Iterator[Block]:
        if local(shape) == "graphicFrame":
            yield from self._graphic(shape)
        elif _place(shape) not in _REPEATED:
            body = first(shape, "txBody")
            yield from _items(body, listed=_is_content(shape)) if body is not None else ()

    def _graphic(self, frame: Element) -> Iterator[Block]:
        for element in frame.iter():
            if local(element) == "tbl":
                yield from _table(element)
            elif local(element) == "relIds":
                relation = relation_id(element, "dm")
                yield from (Block(text=text) for text in diagram_texts(self._package, self._part, relation))


def _shapes(element: Element) -> Iterator[Element]:
    """Give the shapes with text, tables and diagrams, out of their groups."""
    for child in element:
        name = local(child)
        if name in ("sp", "graphicFrame"):
            yield child
        elif name in _GROUPS or name == "cSld":
            yield from _shapes(child)
        elif name == "AlternateContent":
            for choice in child:
                yield from _shapes(choice)
                break  # the others show the same to older programs


def _placeholder(shape: Element) -> Element | None:
    properties = first(shape, "nvSpPr", "nvPr")
    return None if properties is None else first(properties, "ph")


def _place(shape: Element) -> str | None:
    """Say which of the layout's places a shape fills, such as `"title"` or `"body"`."""
    return attribute(_placeholder(shape), "type")


def _is_content(shape: Element) -> bool:
    placeholder = _placeholder(shape)
    return placeholder is not None and placeholder.get("type") in _LISTS


def _paragraphs(shape: Element) -> Iterator[str]:
    body = first(shape, "txBody")
    for paragraph in () if body is None else named(body, "p"):
        yield paragraph_text(paragraph)


def _items(body: Element, *, listed: bool) -> Iterator[Block]:
    """Give the paragraphs of a shape, with numbers and dashes where it shows them."""
    counts: dict[int, int] = {}
    in_list = False
    for paragraph in named(body, "p"):
        text = paragraph_text(paragraph)
        if not text.strip():
            continue
        properties = first(paragraph, "pPr")
        level = whole(attribute(properties, "lvl"))
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        label = _label(properties, counts, level, listed=listed)
        yield Block(text=f"{label} {text}" if label else text, tight=in_list and bool(label))
        in_list = bool(label)


def _label(properties: Element | None, counts: dict[int, int], level: int, *, listed: bool) -> str:
    marks: Iterable[Element] = () if properties is None else properties
    mark = next((mark for mark in marks if local(mark) in ("buNone", "buChar", "buBlip", "buAutoNum")), None)
    if mark is None or local(mark) != "buAutoNum":
        counts.pop(level, None)
        return "-" if (listed if mark is None else local(mark) != "buNone") else ""
    counts[level] = counts[level] + 1 if level in counts else whole(mark.get("startAt"), 1)
    scheme = mark.get("type") or ""
    ending = next((ending for ending in _AROUND if scheme.endswith(ending)), "")
    before, after = _AROUND.get(ending, ("", "."))
    scheme = scheme.removesuffix(ending)
    style = next((style for name, style in _NUMBER_STYLES.items() if scheme.startswith(name)), "decimal")
    return before + list_number(counts[level], style) + after


def _table(table: Element) -> Iterator[Block]:
    tight = False
    for row in named(table, "tr"):
        cells = (first(cell, "txBody") for cell in named(row, "tc") if not _is_continued(cell))
        line = row_text(body_text(cell) for cell in cells if cell is not None)
        if line:
            yield Block(text=line, tight=tight)
            tight = True


def _is_continued(cell: Element) -> bool:
    """Tell whether a cell only continues the one above or before it."""
    return any(cell.get(merge) in ("1", "true") for merge in ("hMerge", "vMerge"))
