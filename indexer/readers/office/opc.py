"""Find the parts of an Office document (Open Packaging Conventions)."""

import posixpath
from dataclasses import dataclass
from typing import Final

from indexer.readers.extracted import Source
from indexer.readers.office.xml_tree import Element, first, local, parse
from indexer.readers.office.zip_container import Container, open_container, wrong_type

_CORE_PROPERTIES: Final = "core-properties"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What one part says about another.

    Attributes:
        kind: The last word of the relation's type, such as `"slide"`.
        target: Name of the other part.
    """

    kind: str
    target: str


class Package:
    """The parts of an Office document.

    Attributes:
        container: All of them.
        main: Name of the part everything else hangs on.
    """

    def __init__(self, container: Container, main: str) -> None:
        self.container = container
        self.main = main

    def relations(self, part: str) -> dict[str, Relation]:
        """List the relations of a part by their ids; those that lead out of the file are left out.

        Raises:
            ReadError: See `parse`.
        """
        return _relations(self.container, part)

    def related(self, part: str, kind: str) -> str | None:
        """Name the first part that stands in this relation to a part, if the file has it."""
        targets = (relation.target for relation in self.relations(part).values() if relation.kind == kind)
        return next((target for target in targets if target in self.container), None)

    def parse_related(self, kind: str) -> Element | None:
        """Read the part that stands in this relation to the main part, if there is one.

        Raises:
            ReadError: See `parse`.
        """
        target = self.related(self.main, kind)
        return None if target is None else parse(self.container, target)

    def title(self) -> str | None:
        """Give the title in the document's properties.

        Raises:
            ReadError: See `parse`.
        """
        properties = self.related("", _CORE_PROPERTIES)
        title = None if properties is None else first(parse(self.container, properties), "title")
        return None if title is None else title.text


def open_package(source: Source, kind: str, main: str) -> Package:
    """Open an Office document.

    Args:
        source: The file.
        kind: What its name says it is, with an article, such as `"a Word document (.docx)"`.
        main: Where such documents keep their main part unless they say otherwise: `"word/document.xml"`.

    Returns:
        Its parts.

    Raises:
        ReadError: See `open_container`; `WRONG_TYPE` for another kind of document.
    """
    container = open_container(source, kind)
    relations = _relations(container, "").values()
    targets = (relation.target for relation in relations if relation.kind == "officeDocument")
    stated = next((target for target in targets if target in container), main)
    found = container.kind()
    if found != kind and (stated not in container or posixpath.dirname(stated) != posixpath.dirname(main)):
        raise wrong_type(found, kind)
    return Package(container, stated)


def _relations(container: Container, part: str) -> dict[str, Relation]:
    folder, name = posixpath.split(part)
    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    if listing not in container:
        return {}
    return {
        relation.get("Id") or "": Relation(
            kind=posixpath.basename(relation.get("Type") or ""),
            target=posixpath.normpath(posixpath.join("/", folder, relation.get("Target") or "")).lstrip("/"),
        )
        for relation in parse(container, listing)
        if local(relation) == "Relationship" and relation.get("TargetMode") != "External"
    }
