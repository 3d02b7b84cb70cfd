"""Files of evaluation sets as lines: plain or gzip, with or without byte order mark, either line end."""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, TextIO

from retriever.evaluation.formats.records import Place, Record, malformed
from retriever.evaluation.sets import EvaluationSetError

GZIP: Final = ".gz"


class Line(NamedTuple):
    """One line of a file without its end; blank lines are left out."""

    place: Place
    text: str


def find_file(folder: Path, name: str) -> Path | None:
    """Find a file that may be compressed: `name`, else `name` + ".gz"; None if there is neither."""
    return next((path for path in (folder / name, folder / f"{name}{GZIP}") if path.is_file()), None)


def require_file(folder: Path, name: str) -> Path:
    """Find a file that may be compressed.

    Raises:
        EvaluationSetError: There is none.
    """
    if (path := find_file(folder, name)) is None:
        msg = f"{folder / name} is missing (plain or {GZIP}); download the set again, or choose another --format"
        raise EvaluationSetError(msg)
    return path


def read_lines(path: Path) -> Iterator[Line]:
    """Read a text file line by line.

    Raises:
        EvaluationSetError: The file cannot be read, or is not UTF-8.
    """
    number = 0
    try:
        with _open_text(path) as stream:
            for number, raw in enumerate(stream, start=1):
                if text := raw.rstrip("\r\n"):
                    yield Line(Place(str(path), number), text)
    except UnicodeDecodeError as error:
        msg = (
            f"{Place(str(path), number + 1)} or a later one is not UTF-8; convert the file, for example with "
            "iconv -f latin1 -t utf-8"
        )
        raise EvaluationSetError(msg) from error
    except (OSError, EOFError, zlib.error) as error:
        msg = f"cannot read {path} behind line {number}: {error}; check its permissions, or download it again"
        raise EvaluationSetError(msg) from error


def read_records(path: Path) -> Iterator[Record]:
    """Read a file with one JSON object in each line.

    Raises:
        EvaluationSetError: A line is not one.
    """
    return (parse_record(line) for line in read_lines(path) if not line.text.isspace())


def parse_record(line: Line) -> Record:
    """Read the JSON object that a line holds.

    Raises:
        EvaluationSetError: It holds none.
    """
    try:
        values = json.loads(line.text)
    except json.JSONDecodeError as error:
        raise malformed(line.place, "one JSON object", f"{line.text[:80]!r} ({error})") from error
    if not isinstance(values, dict):
        raise malformed(line.place, "one JSON object", repr(values)[:80])
    return Record(values=values, place=line.place)


def columns_of(
    lines: Iterable[Line], counts: tuple[int, ...], separator: str | None = "\t"
) -> Iterator[tuple[Place, list[str]]]:
    """Cut the lines of a table into columns.

    Args:
        lines: The lines.
        counts: The numbers of columns a row may have.
        separator: What stands between two columns; None: any white space.

    Raises:
        EvaluationSetError: A line has another number of columns.
    """
    for place, text in lines:
        if text.isspace():
            continue
        columns = text.split(separator)
        if len(columns) not in counts:
            between = "tabs" if separator else "white space"
            expected = f"{' or '.join(map(str, counts))} columns with {between} between them"
            raise malformed(place, expected, f"{len(columns)}: {text[:80]!r}")
        yield place, columns


def read_json(path: Path) -> Record:
    """Read a file that is one JSON object; a list becomes the object's field "items".

    Raises:
        EvaluationSetError: It is neither.
    """
    text = "\n".join(line.text for line in read_lines(path))
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise malformed(Place(str(path), None), "a JSON file", str(error)) from error
    if isinstance(values, list):
        values = {"items": values}
    if not isinstance(values, dict):
        raise malformed(Place(str(path), None), "a JSON object or list", repr(values)[:80])
    return Record(values=values, place=Place(str(path), None))


def _open_text(path: Path) -> TextIO:
    # newline="\n": a lone carriage return, or U+2028 for that matter, may stand within a text.
    if path.suffix == GZIP:
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="\n")
    return path.open(encoding="utf-8-sig", newline="\n")
