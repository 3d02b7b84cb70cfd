"""Count the items of OpenDocument lists and its numbered headings."""

from dataclasses import dataclass, field
from typing import Final

from indexer.readers.office.list_numbers import list_number
from indexer.readers.office.xml_tree import Element, attribute, local, whole

BULLET: Final = "-"

_BULLETS: Final = ("list-level-style-bullet", "list-level-style-image")
_NUMBERS: Final = ("list-level-style-number", "outline-level-style")
_STYLES: Final = {
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
    "一": "chineseCounting",
    "①": "decimalEnclosedCircle",
    "１": "decimalFullWidth",
    "甲": "ideographTraditional",
    "子": "ideographZodiac",
    "ア": "aiueoFullWidth",
    "가": "ganada",
    "ㄱ": "chosung",
    "ก": "thaiLetters",
    "๑": "thaiNumbers",
    "१": "hindiNumbers",
    "أ": "arabicAlpha",
    "א": "hebrew1",
}
_MAX_LEVELS: Final = 10
_OUTLINE: Final = "outline"  # the numbering of headings has no name, or one we need not know


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    style: str
    """As `list_number` names it; empty if the level shows no number."""
    prefix: str
    suffix: str
    shown_levels: int
    """How many numbers it shows: 2 for `1.2`."""
    start: int


@dataclass(slots=True)
class Counts:
    """How far the levels of one list were counted."""

    levels: dict[int, int] = field(default_factory=dict)


class Lists:
    """The list styles of a document, and how far each list was counted."""

    def __init__(self) -> None:
        self._styles: dict[str, dict[int, _Level | None]] = {}
        self._last: dict[str, Counts] = {}
        self._by_id: dict[str, Counts] = {}
        self._headings = Counts()

    def learn(self, style: Element) -> None:
        """Take in a list style (`text:list-style`) or the numbering of headings (`text:outline-style`)."""
        levels: dict[int, _Level | None] = {}
        for level in style:
            if local(level) in _BULLETS:
                levels[whole(attribute(level, "level"))] = None
            elif local(level) in _NUMBERS:
                levels[whole(attribute(level, "level"))] = _Level(
                    style=_STYLES.get((attribute(level, "num-format") or "")[:1], ""),
                    prefix=attribute(level, "num-prefix") or "",
                    suffix=attribute(level, "num-suffix") or "",
                    shown_levels=whole(attribute(level, "display-levels"), 1),
                    start=whole(attribute(level, "start-value"), 1),
                )
        self._styles[_name_of(style)] = levels

    def begin(self, a_list: Element, style: str) -> Counts:
        """Say from where a list counts: anew, or on from one before."""
        before = self._by_id.get(attribute(a_list, "continue-list") or "")
        if before is None and attribute(a_list, "continue-numbering") == "true":
            before = self._last.get(style)
        count = Counts() if before is None else before
        self._last[style] = count
        name = attribute(a_list, "id")
        if name:
            self._by_id[name] = count
        return count

    def next_heading_label(self, level: int) -> str:
        """Count a heading and write the number before it; nothing if the document does not number its headings."""
        return self.next_label(_OUTLINE, level, self._headings)

    def next_label(self, style: str, level: int, count: Counts, start: str | None = None) -> str:
        """Count an item and write what stands before it: `"2.1."`, `"-"` for a bullet, or nothing.

        Args:
            style: Of its list.
            level: How deep it lies, from 1.
            count: Of its list; moved on.
            start: The number it asks for, if it does.
        """
        levels = self._styles.get(style, {})
        here = levels.get(level)
        if level in levels and here is None:
            return BULLET
        if here is None:
            return ""
        count.levels[level] = whole(start, count.levels.get(level, here.start - 1) + 1)
        for deeper in [other for other in count.levels if other > level]:
            del count.levels[deeper]
        if not here.style:
            return (here.prefix + here.suffix).strip()
        numbers: list[str] = []
        for other in range(max(1, level - min(here.shown_levels, _MAX_LEVELS) + 1), level + 1):
            shown = levels.get(other)
            if shown is not None and shown.style:
                numbers.append(list_number(count.levels.get(other, shown.start), shown.style))
        return here.prefix + ".".join(numbers) + here.suffix


def _name_of(style: Element) -> str:
    return _OUTLINE if local(style) == "outline-style" else attribute(style, "name") or ""
