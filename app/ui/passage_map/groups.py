"""What the points of the map are coloured by: the language, the folder or the type of each passage."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Final

from app.ui.language import _, name_of_language
from indexer.facets import top_folders
from retriever.passage_map import PassageMap

# fmt: off
COLOURS: Final = (
    "#2a78d6", "#ff7a00", "#bc1600", "#21a621", "#c87aff", "#006f37", "#bc43a6", "#16b1c8", "#a67a59",
    "#6f597a", "#f45990", "#a6a643", "#009085", "#85640b", "#9085c8", "#7a43c8", "#0059c8", "#c89090",
    "#de4343", "#438500", "#b1166f", "#2190ff", "#856f9b", "#8564e9", "#859bff", "#6f9b85",
)
# fmt: on
"""As different from one another as can be, the first ones most, and visible on light and on dark: chosen one by one in
Oklab, each the farthest from those before, with a luminance between 0.11 and 0.36."""
GREY: Final = "#8a8a8a"
OTHERS: Final = ""
"""The group of everything that has no colour of its own."""


class ColourBy(StrEnum):
    """What a colour stands for."""

    LANGUAGE = "language"
    FOLDER = "folder"
    TYPE = "type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Points of one colour.

    Attributes:
        key: What they have in common, such as a language code; OTHERS for the rest.
        name: What the legend calls it, plain text.
        count: How many points.
        colour: As #rrggbb.
    """

    key: str
    name: str
    count: int
    colour: str


def group_points(drawn: PassageMap, by: ColourBy) -> tuple[tuple[str, ...], list[Group]]:
    """Group the points of a map.

    Returns:
        The key of each point's group, and the groups: most points first, what has no colour of its own last.
    """
    keys = _keys(drawn, by)
    counts = Counter(key for key in keys if key != OTHERS)
    ordered = sorted(counts, key=lambda key: (-counts[key], key))[: len(COLOURS)]
    named = _namer(by)
    groups = [
        Group(key=key, name=named(key), count=counts[key], colour=colour)
        for key, colour in zip(ordered, COLOURS, strict=False)
    ]
    rest = len(keys) - sum(group.count for group in groups)
    if rest:
        groups.append(Group(key=OTHERS, name=_("Others"), count=rest, colour=GREY))
    known = set(ordered)
    return tuple(key if key in known else OTHERS for key in keys), groups


def _keys(drawn: PassageMap, by: ColourBy) -> Sequence[str]:
    if by is ColourBy.FOLDER:
        return top_folders(drawn.paths)
    return drawn.languages if by is ColourBy.LANGUAGE else drawn.document_types


def _namer(by: ColourBy) -> Callable[[str], str]:
    if by is ColourBy.FOLDER:
        return lambda folder: PurePath(folder).name
    return name_of_language if by is ColourBy.LANGUAGE else str.upper
