"""Read the text of drawings: shapes of slides, tables on them, diagrams (SmartArt)."""

from collections.abc import Iterator
from typing import Final

from indexer.readers.office.opc import Package
from indexer.readers.office.soft_breaks import SOFT_BREAK, with_soft_breaks
from indexer.readers.office.xml_tree import Element, first, local, named, parse

_SKIPPED: Final = frozenset({"pPr", "rPr", "endParaRPr", "Fallback"})
_SUPPORT: Final = frozenset({"parTrans", "sibTrans", "pres", "doc"})  # points of a diagram that are no boxes
_BEFORE: Final = {"den": "/", "sup": "^", "sub": "_"}


def paragraph_text(paragraph: Element) -> str:
    """Give the text of a paragraph (`a:p`): its runs, fields and formulas."""
    parts: list[str] = []
    _collect(paragraph, parts)
    return with_soft_breaks("".join(parts))


def body_text(body: Element) -> str:
    """Give the text of a cell or a label on one line."""
    texts = (paragraph_text(paragraph) for paragraph in named(body, "p"))
    return " ".join(text for text in texts if text)


def diagram_texts(package: Package, part: str, relation: str | None) -> Iterator[str]:
    """Give the labels of a diagram, in the order they were written.

    Args:
        package: The document.
        part: The part that shows the diagram.
        relation: Id of its relation to the diagram's data.

    Yields:
        The text of each box.

    Raises:
        ReadError: See `parse`.
    """
    target = package.relations(part).get(relation or "")
    if target is None or target.target not in package.container:
        return
    points = first(parse(package.container, target.target), "ptLst")
    for point in () if points is None else named(points, "pt"):
        body = first(point, "t")
        if body is not None and point.get("type") not in _SUPPORT:
            yield body_text(body)


def math_sign(element: Element) -> str:
    """Write the sign that a part of a formula needs when it is set on one line: `a/b`, `x^2`."""
    return _BEFORE.get(local(element), "")


def _collect(element: Element, parts: list[str]) -> None:
    for child in element:
        name = local(child)
        if name == "t":
            parts.append((child.text or "").replace("\n", " "))
        elif name == "br":
            parts.append(SOFT_BREAK)
        elif name not in _SKIPPED:
            parts.append(math_sign(child))
            _collect(child, parts)
