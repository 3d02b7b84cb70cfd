"""One JSON object of a set, with the place it comes from, so that errors can name it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from retriever.evaluation.sets import EvaluationSetError


class Place(NamedTuple):
    """Where something was read: a file, or a part of one, and the line from 1; None if lines say nothing there."""

    file: str
    line: int | None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}, line {self.line}"


def malformed(place: Place, expected: str, found: str) -> EvaluationSetError:
    """Say what is wrong at a place."""
    msg = f"{place}: expected {expected}, found {found}; correct it, or choose the right layout with --format"
    return EvaluationSetError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A JSON object.

    Attributes:
        values: Its fields.
        place: Where it stands.
    """

    values: Mapping[str, object]
    place: Place

    def text(self, *names: str) -> str:
        """Get the first field of these names that is there; it may be empty. A whole number becomes its digits.

        Raises:
            EvaluationSetError: None is there, or it is something else.
        """
        for name in names:
            value = self.values.get(name)
            if isinstance(value, str):
                return value
            if isinstance(value, int) and not isinstance(value, bool):
                return str(value)
            if value is not None:
                raise malformed(self.place, f"a text in the field {name!r}", repr(value)[:80])
        raise malformed(self.place, f"a field {' or '.join(map(repr, names))}", f"the fields {sorted(self.values)}")

    def filled(self, *names: str) -> str:
        """Get the first field of these names that is there; it must not be blank.

        Raises:
            EvaluationSetError: None is there, or it is blank or something else than a text.
        """
        value = self.text(*names)
        if not value.strip():
            raise malformed(self.place, f"a field {' or '.join(map(repr, names))} that is not blank", repr(value))
        return value

    def optional(self, *names: str) -> str:
        """Get the first field of these names that is there, "" if none is.

        Raises:
            EvaluationSetError: It is something else than a text.
        """
        return self.text(*names) if any(self.values.get(name) is not None for name in names) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Get a list of texts without the blank ones, () if the field is missing.

        Raises:
            EvaluationSetError: The field is something else.
        """
        values = self._list(name)
        if not all(isinstance(value, str) for value in values):
            raise malformed(self.place, f"a list of texts in the field {name!r}", repr(values)[:80])
        return tuple(str(value) for value in values if str(value).strip())

    def records(self, name: str) -> Iterator["Record"]:
        """Get a list of objects; they are named by their position, from 1.

        Raises:
            EvaluationSetError: The field is missing or something else.
        """
        if self.values.get(name) is None:
            raise malformed(self.place, f"a list {name!r}", f"the fields {sorted(self.values)}")
        for number, value in enumerate(self._list(name), start=1):
            place = Place(f"{self.place}, {name} {number}", None)
            if not isinstance(value, dict):
                raise malformed(place, "an object", repr(value)[:80])
            yield Record(values=value, place=place)

    def _list(self, name: str) -> list[object]:
        values = self.values.get(name)
        if values is None:
            return []
        if not isinstance(values, list):
            raise malformed(self.place, f"a list in the field {name!r}", repr(values)[:80])
        return values
