"""What the lexical index stores for each passage, and how sets of passages become filters.

A passage is one tantivy document with these fields:

- `id`: its number, a fast field, to be read from hits;
- `place`: indexed numbers that stand for the passage and for the aligned blocks of 8, 64, 512 … ids it lies in.
  Documents are stretches of consecutive ids, so a filter over whole documents is a few blocks, not all their ids;
- `language`: its language code;
- `body`: its terms from `indexer.analyzer`, joined by blanks.

One more document, the marker, holds the watermark, so that both are committed together.
"""

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tantivy import Document, Schema

LEVELS: Final = 7
"""Blocks of up to 8 ** 6 = 262,144 ids."""

_FANOUT_BITS: Final = 3
_LEVEL_SHIFT: Final = 56
MARKER_PLACE: Final = LEVELS << _LEVEL_SHIFT


def make_schema() -> "Schema":
    """The fields of the index; another schema on disk makes the index foreign."""
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_unsigned_field("id", fast=True)
    builder.add_unsigned_field("place", indexed=True)
    builder.add_text_field("language", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("state", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def make_document(passage_id: int, terms: list[str], language: str) -> "Document":
    """One passage as tantivy takes it."""
    from tantivy import Document

    document = Document()
    document.add_unsigned("id", passage_id)
    for level in range(LEVELS):
        document.add_unsigned("place", level << _LEVEL_SHIFT | passage_id >> _FANOUT_BITS * level)
    document.add_text("language", language)
    document.add_text("body", " ".join(terms))
    return document


def make_marker(state: str) -> "Document":
    """The document that carries what the index knows of itself."""
    from tantivy import Document

    document = Document()
    document.add_unsigned("place", MARKER_PLACE)
    document.add_text("state", state)
    return document


def cover(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Say which places together stand for exactly the ids whose flag is set.

    Args:
        flags: (n,) one flag per id from 0 to n - 1.

    Returns:
        (m,) int64 places: the largest whole blocks, and single ids between them; empty if no flag is set.
    """
    places = []
    for level in range(LEVELS - 1):
        blocks = np.pad(flags, (0, -len(flags) % (1 << _FANOUT_BITS))).reshape(-1, 1 << _FANOUT_BITS)
        whole: npt.NDArray[np.bool_] = np.logical_and.reduce(blocks, axis=1)
        places.append(np.flatnonzero(blocks & ~whole[:, np.newaxis]) + (level << _LEVEL_SHIFT))
        flags = whole
    places.append(np.flatnonzero(flags) + ((LEVELS - 1) << _LEVEL_SHIFT))
    return np.concatenate(places)
