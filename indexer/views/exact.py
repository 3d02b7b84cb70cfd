"""Exact search with NumPy over the stored vectors themselves.

It finds the rows that no view covers yet, answers where a view is missing or damaged, and is the answer
every other view is compared with.
"""

import numpy as np

from embedder import Vectors
from indexer.vectors import VectorReader
from indexer.views import Found, RowMask


def shorten(vectors: Vectors, dimension: int) -> Vectors:
    """Keep the first `dimension` columns and make the rows unit vectors again."""
    kept = vectors[:, :dimension]
    norms = np.linalg.norm(kept, axis=1, keepdims=True)
    return np.ascontiguousarray(kept / np.maximum(norms, 1e-12), dtype=np.float32)


def scan(vectors: VectorReader, start: int, queries: Vectors, k: int, allowed: RowMask) -> Found:
    """Search rows start … end one by one.

    Args:
        vectors: The stored vectors.
        start: First row to look at.
        queries: (n, dimension) float32 unit rows; the dimension may be smaller than the stored one.
        k: How many rows to return for each query.
        allowed: (≥ rows,) flags; False rows are skipped.

    Returns:
        Rows (n, k) int64 and inner products (n, k) float32, padded with -1 and -inf.
    """
    found = nothing(len(queries), k)
    for first_row, block in vectors.blocks(start, vectors.rows):
        rows = first_row + np.flatnonzero(allowed[first_row : first_row + len(block)])
        if len(rows):
            scores = queries @ shorten(block[rows - first_row], queries.shape[1]).T
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
