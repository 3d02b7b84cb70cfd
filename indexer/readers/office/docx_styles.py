"""Tell headings and lists of a Word document by its styles."""

from dataclasses import dataclass
from typing import Final

from indexer.readers.office.xml_tree import Element, attribute, first, named, whole

MAX_LEVEL: Final = 9
"""Of headings, counted from 1; the file counts from 0, and its level 9 is body text."""

_MAX_ANCESTORS: Final = 20  # Word allows no more; a damaged file may go in a circle
_HEADING: Final = "heading "
_TITLE: Final = "title"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPlace:
    """Which list a paragraph is an item of, and how deep; list 0 is none."""

    list_id: str
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    name: str
    parent: str | None
    properties: Element | None


class Styles:
    """The paragraph styles of a document.

    Their names are English in every language of Word, their ids are translated.
    """

    def __init__(self, root: Element | None) -> None:
        self._styles: dict[str | None, _Style] = {}
        for style in () if root is None else named(root, "style"):
            self._styles[attribute(style, "styleId")] = _Style(
                name=(attribute(first(style, "name"), "val") or "").lower(),
                parent=attribute(first(style, "basedOn"), "val"),
                properties=first(style, "pPr"),
            )
            if attribute(style, "default") in ("1", "true") and attribute(style, "type") == "paragraph":
                self._styles[None] = self._styles[attribute(style, "styleId")]

    def heading_level(self, properties: Element | None) -> int:
        """Say which level of heading a paragraph with these properties is; 0 if none."""
        outline = _outline_level(properties)
        if outline is not None:
            return outline
        for style in self._ancestry(properties):
            outline = _outline_level(style.properties)
            if outline is not None:
                return outline
            if style.name == _TITLE:
                return 1
            rank = style.name.removeprefix(_HEADING)
            if rank != style.name and 0 < whole(rank) <= MAX_LEVEL:
                return whole(rank)
        return 0

    def list_place(self, properties: Element | None) -> ListPlace | None:
        """Say which list a paragraph with these properties belongs to, by itself or by its style."""
        candidates = [properties, *(style.properties for style in self._ancestry(properties))]
        list_id = level = None
        for candidate in candidates:
            numbering = None if candidate is None else first(candidate, "numPr")
            if numbering is None:
                continue
            list_id = list_id or attribute(first(numbering, "numId"), "val")
            level = level or attribute(first(numbering, "ilvl"), "val")
        if list_id is None or list_id == "0":
            return None
        return ListPlace(list_id=list_id, level=whole(level))

    def _ancestry(self, properties: Element | None) -> list[_Style]:
        """List the style of a paragraph, that it is based on, and so on."""
        chain: list[_Style] = []
        name = None if properties is None else attribute(first(properties, "pStyle"), "val")
        style = self._styles.get(name)
        while style is not None and len(chain) < _MAX_ANCESTORS:
            chain.append(style)
            style = None if style.parent is None else self._styles.get(style.parent)
        return chain


def _outline_level(properties: Element | None) -> int | None:
    outline = None if properties is None else attribute(first(properties, "outlineLvl"), "val")
    if outline is None:
        return None
    level = whole(outline, MAX_LEVEL)
    return level + 1 if level < MAX_LEVEL else 0
