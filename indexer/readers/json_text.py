"""Read JSON, and JSON lines, as the text in it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from indexer.readers.clean import clean, one_line
from indexer.readers.decoding import decode
from indexer.readers.extracted import Block, Extracted, ExtractedPage, Source, page_of
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.members import unread_page

MAX_DEPTH: Final = 100
"""Objects and arrays may lie so deep within each other."""

MOST_NUMBERS: Final = 20
"""An array of more numbers is data, such as a vector or an outline, and no text."""

_BETWEEN_KEYS: Final = " › "
_BETWEEN_VALUES: Final = ", "
_SHORT: Final = 40  # characters; an array of such values is written on one line
_SPACE: Final = re.compile(r"\s*")
_TITLE_KEYS: Final = ("title", "name", "headline", "subject")


class _Number(str):
    """A number as it is written, however long."""

    __slots__ = ()


class _Object(list[tuple[str, Any]]):
    """Keys and values in order; a key may come twice."""

    __slots__ = ()


def extract(source: Source) -> Extracted:
    """Read a JSON file: each value on a line of its own behind the keys that lead to it, `person › name: Anna`.

    Several values one after another are read too; many programs name JSON lines so.

    Raises:
        ReadError: `DAMAGED` with line and column if it is no JSON, `TOO_LARGE` if it is nested too deep;
            `WRONG_TYPE` or `ENCODING`, see `decode`.
    """
    values = list(_values(decode(source.data)))
    title = _title(values[0]) if len(values) == 1 else None
    blocks = [block for value in values for block in _blocks(value)]
    return Extracted(title=title or source.path.stem, pages=[page_of(blocks)])


def extract_lines(source: Source) -> Extracted:
    """Read a file of JSON lines: each is a page of its own, cited as `line 17`.

    A line that is broken costs only itself: a page without text stands in for it.

    Raises:
        ReadError: `DAMAGED` with line and column if no line is JSON; `WRONG_TYPE` or `ENCODING`, see `decode`.
    """
    pages: list[ExtractedPage] = []
    first_error: ReadError | None = None
    for number, line in enumerate(decode(source.data).split("\n"), start=1):
        if not line.strip():
            continue
        label = f"line {number}"
        try:
            blocks = [block for value in _values(line, first_line=number) for block in _blocks(value)]
        except ReadError as error:
            first_error = first_error or error
            pages.append(unread_page(label, "jsonl", error.failure.reason))
        else:
            pages.append(page_of(blocks, label=label))
    if first_error is not None and not any(page.text for page in pages):
        raise first_error
    return Extracted(title=source.path.stem, pages=pages)


def _values(text: str, *, first_line: int = 1) -> Iterator[Any]:
    """Parse the values one after another.

    Raises:
        ReadError: `DAMAGED` or `TOO_LARGE`.
    """
    decoder = json.JSONDecoder(
        object_pairs_hook=_Object, parse_int=_Number, parse_float=_Number, parse_constant=_Number, strict=False
    )
    position = _end_of_space(text, 0)
    try:
        while position < len(text):
            value, position = decoder.raw_decode(text, position)
            position = _end_of_space(text, position)
            yield value
    except json.JSONDecodeError as error:
        place = f"line {error.lineno + first_line - 1}, column {error.colno}"
        message = f"the file is not valid JSON at {place} ({error.msg}); correct it there or save it again"
        raise ReadError(FailureReason.DAMAGED, message) from error
    except RecursionError as error:
        raise _too_deep() from error


def _end_of_space(text: str, start: int) -> int:
    space = _SPACE.match(text, start)
    return space.end() if space else start


def _too_deep() -> ReadError:
    message = f"objects and arrays lie more than {MAX_DEPTH} deep within each other; this is no text to be searched"
    return ReadError(FailureReason.TOO_LARGE, message)


def _title(value: object) -> str | None:
    if not isinstance(value, _Object):
        return None
    texts = {key.lower(): text for key, text in value if isinstance(text, str) and not isinstance(text, _Number)}
    return next((texts[key] for key in _TITLE_KEYS if key in texts), None)


def _blocks(value: object, path: tuple[str, ...] = (), depth: int = 0) -> Iterator[Block]:
    if depth > MAX_DEPTH:
        raise _too_deep()
    if isinstance(value, _Object):
        for key, child in value:
            yield from _blocks(child, (*path, one_line(key)), depth + 1)
    elif isinstance(value, list):
        yield from _array_blocks(value, path, depth)
    elif value is not None:
        text = _scalar(value)
        if text:
            yield Block(text=_behind(path, text), tight=True)


def _array_blocks(array: list[Any], path: tuple[str, ...], depth: int) -> Iterator[Block]:
    """Write short values on one line; others and objects apart from each other."""
    if _is_data(array):
        return
    if not any(isinstance(item, list) for item in array):
        texts = [text for text in map(_scalar, array) if text]
        if all(len(text) <= _SHORT for text in texts):
            if texts:
                yield Block(text=_behind(path, _BETWEEN_VALUES.join(texts)), tight=True)
            return
    for item in array:
        for number, block in enumerate(_blocks(item, path, depth + 1)):
            yield replace(block, tight=number > 0)


def _is_data(array: list[Any]) -> bool:
    """Tell whether an array, with those in it, holds nothing but many numbers."""
    waiting = [array]
    numbers = 0
    while waiting:
        for item in waiting.pop():
            if isinstance(item, list) and not isinstance(item, _Object):
                waiting.append(item)
            elif isinstance(item, _Number):
                numbers += 1
            else:
                return False
    return numbers > MOST_NUMBERS


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return clean(value) if isinstance(value, str) else ""


def _behind(path: tuple[str, ...], text: str) -> str:
    keys = _BETWEEN_KEYS.join(key for key in path if key)
    return f"{keys}: {text}" if keys else text
