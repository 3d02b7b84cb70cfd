"""Exact search with NumPy over the stored vectors themselves.

It finds the rows that no view covers yet, answers where a view is missing or damaged, and is the answer
every other view is compared with.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from embedder import Vectors
from indexer.neutral import RowLanguages, Space
from indexer.vectors import VectorReader
from indexer.views import Found, RowMask


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """The stored vectors, and the space they are compared in.

    Attributes:
        vectors: The stored vectors.
        languages: The language of each row.
        space: Where they are compared.
    """

    vectors: VectorReader
    languages: RowLanguages
    space: Space

    def blocks(self) -> Iterator[Vectors]:
        """All rows in that space, a bounded number at a time."""
        for first_row, block in self.vectors.blocks(0, self.vectors.rows):
            yield self.languages.move(slice(first_row, first_row + len(block)), block, self.space)


def scan(source: Rows, start: int, queries: Vectors, k: int, allowed: RowMask) -> Found:
    """Search rows start … end one by one.

    Args:
        source: The stored vectors, and the space to compare them in.
        start: First row to look at.
        queries: (n, dimension) float32 unit rows in that space.
        k: How many rows to return for each query.
        allowed: (≥ rows,) flags; False rows are skipped.

    Returns:
        Rows (n, k) int64 and inner products (n, k) float32, padded with -1 and -inf.
    """
    found = nothing(len(queries), k)
    for first_row, block in source.vectors.blocks(start, source.vectors.rows):
        rows = first_row + np.flatnonzero(allowed[first_row : first_row + len(block)])
        if len(rows):
            scores = queries @ source.languages.move(rows, block[rows - first_row], source.space).T
            found = best(k, found, (np.broadcast_to(rows, scores.shape), scores))
    return found


def nothing(queries: int, k: int) -> Found:
    """The result of a search that found no row."""
    return np.full((queries, k), -1, dtype=np.int64), np.full((queries, k), -np.inf, dtype=np.float32)


def best(k: int, *parts: Found) -> Found:
    """Merge results over different rows into the k best of each query."""
    rows = np.concatenate([part[0] for part in parts], axis=1)
    scores = np.concatenate([part[1] for part in parts], axis=1)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(rows, order, axis=1), np.take_along_axis(scores, order, axis=1)
