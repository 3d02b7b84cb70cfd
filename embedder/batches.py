"""Groups texts so that little of the work is padding."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Texts of similar length, padded on the right to the longest.

    Attributes:
        rows: Which texts these are, shape (batch,).
        input_ids: Token numbers, shape (batch, sequence), int64.
        attention_mask: 1 for a token, 0 for padding, shape (batch, sequence), int64.
    """

    rows: Integers
    input_ids: Integers
    attention_mask: Integers


def batches(encoded: Sequence[Sequence[int]], *, max_tokens: int, padding: int) -> Iterator[Batch]:
    """Group texts by length, longest first, so that the first batch needs the most memory.

    Args:
        encoded: Token numbers of each text.
        max_tokens: Most tokens of a batch, padding included; a longer text is a batch of its own.
        padding: Token number that fills up shorter texts.

    Yields:
        Every text once.
    """
    order = sorted(range(len(encoded)), key=lambda row: len(encoded[row]), reverse=True)
    start = 0
    while start < len(order):
        longest = len(encoded[order[start]])
        stop = start + max(1, max_tokens // max(1, longest))
        yield _pad(encoded, order[start:stop], longest, padding)
        start = stop


def _pad(encoded: Sequence[Sequence[int]], rows: list[int], longest: int, padding: int) -> Batch:
    input_ids = np.full((len(rows), longest), padding, dtype=np.int64)
    attention_mask = np.zeros((len(rows), longest), dtype=np.int64)
    for place, row in enumerate(rows):
        length = len(encoded[row])
        input_ids[place, :length] = encoded[row]
        attention_mask[place, :length] = 1
    return Batch(rows=np.array(rows), input_ids=input_ids, attention_mask=attention_mask)
