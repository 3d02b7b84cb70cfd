"""Read tables of values separated by commas, semicolons, tabs or bars."""

import contextlib
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from indexer.readers.clean import one_line
from indexer.readers.decoding import decode
from indexer.readers.extracted import Block, Extracted, ExtractedPage, Source, page_of

SEPARATORS: Final = "\t;|,"
"""Of equals the first is taken: a comma is often part of a number."""

STRETCH_CHARACTERS: Final = 1000
"""Rows are put together to stretches of about this size, each cited by its rows."""

_LOOKED_AT: Final = 200  # rows
_SAID: Final = re.compile(r"\Asep=(.)\r?\n", re.IGNORECASE)  # what Excel writes, and reads
_END: Final = "\x00end"  # a row of our own; no text has a null character
_NUMBER: Final = re.compile(r"[-+.,\d\s%€$£/:()]*|\S+@\S+|https?://\S+")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_LONGEST_NAME: Final = 80
_GAP: Final = " · "

_Row = Sequence[str]


def extract(source: Source) -> Extracted:
    """Read a table row by row, each value with the name of its column: `name: Anna · city: Bonn`.

    A passage holds but a few rows, and only these names say what a value means. Rows are numbered as in a
    spreadsheet: the row of names counts.

    Raises:
        ReadError: `WRONG_TYPE` or `ENCODING`, see `decode`.
    """
    rows = [[one_line(value) for value in row] for row in _rows(decode(source.data))]
    return Extracted(title=source.path.stem, pages=_stretches(_lines(rows)))


def _rows(text: str) -> list[list[str]]:
    said = _SAID.match(text)
    separator = said[1] if said else _separator(text)
    table = text[said.end() :] if said else text
    try:
        rows = list(csv.reader(io.StringIO(f"{table}\n{_END}", newline=""), delimiter=separator))
    except csv.Error:  # a value of more than 128 KB, which is hardly meant
        rows = []
    if rows and rows[-1] == [_END]:
        return rows[:-1]
    # A quote was left open and has swallowed our last row, and others before it.
    return [line.split(separator) for line in table.splitlines()]


def _separator(text: str) -> str:
    """Choose the mark that divides most rows into equally many values."""
    return max(SEPARATORS, key=lambda mark: _fit(text, mark))


def _fit(text: str, separator: str) -> tuple[float, int]:
    table = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    widths: list[int] = []
    with contextlib.suppress(csv.Error):  # the rows before a broken one tell enough
        widths.extend(len(row) for row in islice(table, _LOOKED_AT) if row)
    width, count = _most_common_width(widths)
    return count / max(1, len(widths)), width


def _most_common_width(widths: Sequence[int]) -> tuple[int, int]:
    """Say into how many values rows are divided, and how many of them."""
    return max(Counter(width for width in widths if width > 1).items(), key=lambda item: item[1], default=(0, 0))


def _lines(rows: Sequence[_Row]) -> Iterator[tuple[int, str]]:
    """Write each row on a line, with its number; empty rows are left out."""
    width, _ = _most_common_width([len(row) for row in rows[:_LOOKED_AT]])
    first = next((index for index, row in enumerate(rows) if len(row) == width), len(rows))
    names = rows[first] if _are_names(rows[first : first + _LOOKED_AT]) else []
    for index, row in enumerate(rows):
        named = bool(names) and index > first
        pairs = [
            f"{names[column]}: {value}" if named and column < len(names) and names[column] else value
            for column, value in enumerate(row)
            if value
        ]
        if pairs:
            yield index + 1, _GAP.join(pairs)


def _are_names(rows: Sequence[_Row]) -> bool:
    """Tell whether the first row names the columns: no numbers, nothing twice, nothing that is a value below."""
    if len(rows) < 2:  # noqa: PLR2004  names and a row they name
        return False
    names = [name for name in rows[0] if name]
    if len(names) < max(2, len(rows[0]) / 2) or len(set(names)) < len(names):
        return False
    return all(
        _is_name(name, [row[column] for row in rows[1:] if column < len(row)]) for column, name in _filled(rows[0])
    )


def _filled(row: _Row) -> Iterator[tuple[int, str]]:
    return ((column, value) for column, value in enumerate(row) if value)


def _is_name(name: str, values: Sequence[str]) -> bool:
    if _YEAR.fullmatch(name):
        return not any(_YEAR.fullmatch(value) for value in values)
    return len(name) <= _LONGEST_NAME and not _NUMBER.fullmatch(name) and name not in values


def _stretches(lines: Iterator[tuple[int, str]]) -> Iterator[ExtractedPage]:
    stretch: list[tuple[int, str]] = []
    size = 0
    for number, line in lines:
        stretch.append((number, line))
        size += len(line)
        if size >= STRETCH_CHARACTERS:
            yield _page(stretch)
            stretch, size = [], 0
    if stretch:
        yield _page(stretch)


def _page(stretch: Sequence[tuple[int, str]]) -> ExtractedPage:
    first, last = stretch[0][0], stretch[-1][0]
    label = f"row {first}" if first == last else f"rows {first}–{last}"
    return page_of((Block(text=line, tight=True) for _, line in stretch), label=label)
