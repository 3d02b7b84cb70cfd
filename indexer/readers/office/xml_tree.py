"""Read the XML of documents: nothing is fetched; depth, lengths and the growth of entities are bounded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol

from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.office.zip_container import Container, errors_named

_OPTIONS: Final[dict[str, Any]] = {
    "resolve_entities": "internal",  # those of the file itself, as far as libxml2 takes them to be harmless
    "no_network": True,
    "remove_comments": True,
    "remove_pis": True,
}
_RELATIONSHIPS: Final = "/relationships}"
_MAX_DIGITS: Final = 9


class Element(Protocol):
    """An element of the tree, as lxml gives it."""

    tag: str
    text: str | None
    tail: str | None

    def get(self, key: str, /) -> str | None:
        """Give an attribute by its full name."""

    def items(self) -> Sequence[tuple[str, str]]:
        """List the attributes."""

    def iter(self, *tags: str) -> Iterator[Element]:
        """Go through this element and all below it, in order."""

    def __iter__(self) -> Iterator[Element]: ...


def parse(container: Container, name: str) -> Element:
    """Read a whole member.

    Args:
        container: The document.
        name: The member.

    Returns:
        The root element.

    Raises:
        ReadError: `DAMAGED`, or `TOO_LARGE` for what is nested or long beyond reason; see also `Container.open`.
    """
    return parse_bytes(container.read(name), name)


def parse_bytes(data: bytes, name: str) -> Element:
    """Read XML; see `parse`."""
    from lxml import etree

    with _syntax_named(name):
        root: Element = etree.fromstring(data, etree.XMLParser(**_OPTIONS))
    return root


def parse_html(text: str) -> Element | None:
    """Read HTML as forgivingly as browsers do; nothing if it holds no element.

    Raises:
        ReadError: See `parse`.
    """
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    with _syntax_named("text"):
        root: Element | None = etree.fromstring(text.encode(errors="replace"), parser)
    return root


def children_of(parents: Collection[str], container: Container, name: str) -> Iterator[Element]:
    """Give the children of an element one by one while a member is read; each is gone when the next is taken.

    Args:
        parents: Local names of the element, or of several, none of which lies in another.
        container: The document.
        name: The member.

    Yields:
        Its children, complete.

    Raises:
        ReadError: See `parse`.
    """
    from lxml import etree

    with container.open(name) as file, errors_named(name), _syntax_named(name):
        for _, element in etree.iterparse(file, **_OPTIONS):
            around = element.getparent()
            if around is not None and local(around) in parents:
                yield element
                element.clear()
                while element.getprevious() is not None:  # what follows was read ahead and is still to come
                    del around[0]


def local(element: Element) -> str:
    """Give an element's name without its namespace: Office writes each format in two of them."""
    return element.tag.rpartition("}")[2]


def named(element: Element, *names: str) -> Iterator[Element]:
    """Give the children with these local names."""
    return (child for child in element if local(child) in names)


def first(element: Element, *path: str) -> Element | None:
    """Follow local names down, taking the first child each time; nothing if one is missing."""
    for name in path:
        found = next(named(element, name), None)
        if found is None:
            return None
        element = found
    return element


def attribute(element: Element | None, name: str) -> str | None:
    """Give an attribute by its local name; nothing if it, or the element, is missing."""
    if element is None:
        return None
    plain = element.get(name)
    if plain is not None:
        return plain
    suffix = "}" + name
    return next(
        (value for key, value in element.items() if key.endswith(suffix) and _RELATIONSHIPS not in key),
        None,
    )


def relation_id(element: Element, name: str = "id") -> str | None:
    """Give the attribute that points to another part of an Office document (`r:id`)."""
    suffix = _RELATIONSHIPS + name
    return next((value for key, value in element.items() if key.endswith(suffix)), None)


def whole(text: str | None, default: int = 0) -> int:
    """Read a whole number; the default for anything else, and for one of more than nine digits."""
    return int(text) if text and len(text) <= _MAX_DIGITS and text.isdecimal() else default


def is_on(element: Element | None) -> bool:
    """Tell whether a switch such as `<w:vanish/>` is there and not switched off."""
    return element is not None and attribute(element, "val") not in ("0", "false", "off")


@contextmanager
def _syntax_named(name: str) -> Iterator[None]:
    from lxml import etree

    try:
        yield
    except etree.XMLSyntaxError as error:
        said = str(error.msg).split("\n", 1)[0]
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
            message = f"the part {name!r} goes beyond what can be read safely ({said}); split the document"
            raise ReadError(FailureReason.TOO_LARGE, message) from error
        message = f"the XML of the part {name!r} is broken ({said}); save the document again or get a new copy"
        raise ReadError(FailureReason.DAMAGED, message) from error
