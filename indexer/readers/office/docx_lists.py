"""Count the items of a Word document's lists."""

import re
from dataclasses import dataclass
from typing import Final

from indexer.readers.office.docx_styles import ListPlace
from indexer.readers.office.list_numbers import list_number
from indexer.readers.office.xml_tree import Element, attribute, first, is_on, named, whole

BULLET: Final = "-"

_LEVELS: Final = 9
_PLACE: Final = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    style: str
    text: str
    start: int
    plain_digits: bool
    """Whether it writes the numbers of all levels as digits."""
    restarts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    definition: str
    """Lists of the same definition count on."""
    levels: dict[int, _Level]
    starts: dict[int, int]
    """Where it begins anew in spite of that."""


class Lists:
    """The lists of a document, and how far each was counted."""

    def __init__(self, root: Element | None) -> None:
        self._lists = {} if root is None else _lists(root)
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[str] = set()

    def next_label(self, place: ListPlace) -> str:
        """Count an item and write what stands before it: `"2.1."`, `"-"` for a bullet, or nothing."""
        a_list = self._lists.get(place.list_id)
        if a_list is None or place.level not in a_list.levels:
            return ""
        counts = self._counts.setdefault(a_list.definition, [None] * _LEVELS)
        if place.list_id not in self._begun:
            self._begun.add(place.list_id)
            for index, start in a_list.starts.items():
                counts[index] = start - 1
        level = a_list.levels[place.level]
        before = counts[place.level]
        counts[place.level] = level.start if before is None else before + 1
        for deeper in range(place.level + 1, _LEVELS):
            if deeper not in a_list.levels or a_list.levels[deeper].restarts:
                counts[deeper] = None
        return BULLET if level.style == "bullet" else _label(a_list, level, counts)


def _label(a_list: _List, level: _Level, counts: list[int | None]) -> str:
    if level.style == "none":
        return _PLACE.sub("", level.text)

    def number(match: re.Match[str]) -> str:
        index = int(match[1]) - 1
        of = a_list.levels.get(index)
        if of is None:
            return ""
        count = counts[index]
        return list_number(of.start if count is None else count, "decimal" if level.plain_digits else of.style)

    return _PLACE.sub(number, level.text)


def _lists(root: Element) -> dict[str, _List]:
    definitions: dict[str | None, Element] = {}
    by_style: dict[str | None, Element] = {}
    for definition in named(root, "abstractNum"):
        definitions[attribute(definition, "abstractNumId")] = definition
        by_style[attribute(first(definition, "styleLink"), "val")] = definition
    lists: dict[str, _List] = {}
    for a_list in named(root, "num"):
        definition_id = attribute(first(a_list, "abstractNumId"), "val")
        stated = definitions.get(definition_id)
        if stated is None:
            continue
        link = attribute(first(stated, "numStyleLink"), "val")
        levels = _levels(by_style.get(link, stated) if link else stated)
        starts: dict[int, int] = {}
        for override in named(a_list, "lvlOverride"):
            levels.update(_levels(override))
            start = attribute(first(override, "startOverride"), "val")
            if start is not None:
                starts[min(whole(attribute(override, "ilvl")), _LEVELS - 1)] = whole(start)
        lists[attribute(a_list, "numId") or ""] = _List(definition=definition_id or "", levels=levels, starts=starts)
    return lists


def _levels(definition: Element) -> dict[int, _Level]:
    return {
        whole(attribute(level, "ilvl")): _Level(
            style=attribute(first(level, "numFmt"), "val") or "decimal",
            text=attribute(first(level, "lvlText"), "val") or "",
            start=whole(attribute(first(level, "start"), "val")),
            plain_digits=is_on(first(level, "isLgl")),
            restarts=attribute(first(level, "lvlRestart"), "val") != "0",
        )
        for level in named(definition, "lvl")
        if whole(attribute(level, "ilvl")) < _LEVELS
    }
