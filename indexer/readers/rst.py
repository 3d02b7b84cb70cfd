"""Read reStructuredText as the text its reader would see."""

from __future__ import annotations

from typing import Final

from indexer.readers import plain
from indexer.readers.decoding import decode
from indexer.readers.extracted import Extracted, Source, page_of
from indexer.readers.rst_text import document_blocks

_LONGEST_LINE: Final = 10_000
"""Docutils refuses longer ones; nobody writes them by hand."""


def extract(source: Source) -> Extracted:
    """Read a reStructuredText file without its marks; what only Sphinx knows is read as far as its text goes.

    Nothing is included, fetched or run. What is nested too deep for the parser is read as plain text.

    Raises:
        ReadError: `WRONG_TYPE` or `ENCODING`, see `decode`.
    """
    text = decode(source.data)
    if any(len(line) > _LONGEST_LINE for line in text.splitlines()):
        return plain.extract(source)
    try:
        blocks = list(document_blocks(text))
    except RecursionError:
        return plain.extract(source)
    title = next((block.text for block in blocks if block.level), None)
    return Extracted(title=title, pages=[page_of(blocks)])
