"""Gather what a paragraph of a Word document shows."""

from dataclasses import dataclass, field
from typing import Final

from indexer.readers.office.drawing import math_sign
from indexer.readers.office.soft_breaks import SOFT_BREAK, with_soft_breaks
from indexer.readers.office.xml_tree import Element, attribute, first, is_on, local, relation_id

_SKIPPED: Final = frozenset({
    "pPr", "rPr", "sdtPr", "del", "moveFrom", "instrText", "delText", "delInstrText",
    "rt",  # the reading printed above Chinese characters
})  # fmt: skip
_SIGNS: Final = {"tab": "\t", "ptab": "\t", "br": SOFT_BREAK, "cr": SOFT_BREAK, "noBreakHyphen": "\u2011"}
_NOTE_KINDS: Final = {"footnoteReference": "footnote", "endnoteReference": "endnote"}


@dataclass(slots=True, kw_only=True)
class Gathered:
    """What was found in a paragraph.

    Attributes:
        parts: Its text, in pieces.
        boxes: The content of text boxes anchored in it.
        notes: Kind and id of the notes it refers to.
        diagrams: Ids of its relations to diagrams.
    """

    parts: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    diagrams: list[str | None] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The paragraph on one line, unless its author broke it after a sentence."""
        return with_soft_breaks("".join(self.parts))


def gather(paragraph: Element) -> Gathered:
    """Go through a paragraph (`w:p`) once."""
    gathered = Gathered()
    _Walk(gathered).children(paragraph)
    return gathered


def is_placeholder(element: Element) -> bool:
    """Tell whether a control only asks to be filled in."""
    return local(element) == "sdt" and is_on(first(element, "sdtPr", "showingPlcHdr"))


class _Walk:
    """Keeps track of fields: between a field's beginning and its middle stands its formula, then its result."""

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self._in_formula: list[bool] = []

    def children(self, element: Element) -> None:
        for child in element:
            self._visit(child, local(child))

    def _visit(self, element: Element, name: str) -> None:
        if name == "t" or name in _SIGNS:
            if not any(self._in_formula):
                self._gathered.parts.append(_sign(element, name))
        elif name == "fldChar":
            self._field(attribute(element, "fldCharType"))
        elif name in _NOTE_KINDS:
            self._gathered.notes.append((_NOTE_KINDS[name], attribute(element, "id") or ""))
        elif name == "txbxContent":
            self._gathered.boxes.append(element)
        elif name == "relIds":
            self._gathered.diagrams.append(relation_id(element, "dm"))
        elif name == "AlternateContent":
            for child in element:
                self.children(child)
                break  # the others say the same for older programs
        elif name not in _SKIPPED and not _is_hidden(element, name):
            self._gathered.parts.append(math_sign(element))
            self.children(element)

    def _field(self, kind: str | None) -> None:
        if kind == "begin":
            self._in_formula.append(True)
        elif kind == "separate" and self._in_formula:
            self._in_formula[-1] = False
        elif kind == "end" and self._in_formula:
            self._in_formula.pop()


def _sign(element: Element, name: str) -> str:
    if name == "t":
        return (element.text or "").replace("\n", " ")
    if name == "br" and attribute(element, "type") in ("page", "column"):
        return "\n"
    return _SIGNS[name]


def _is_hidden(element: Element, name: str) -> bool:
    if name == "r":
        return is_on(first(element, "rPr", "vanish"))
    return is_placeholder(element)
