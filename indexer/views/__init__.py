"""Dense views: searchable indexes over the stored vectors, derived and replaceable.

A view kind is one module in this package and one row in `VIEW_KINDS`.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from embedder import Vectors

RowMask: TypeAlias = npt.NDArray[np.bool_]
"""One flag per vector row: True where the row may be returned. Removed rows are False."""

Found: TypeAlias = tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]
"""(rows, scores), each (n_queries, k), best first; rows are -1 and scores -inf where fewer than k were found."""


class DenseView(Protocol):
    """Finds the nearest stored vectors of the rows it covers."""

    @property
    def coverage(self) -> int:
        """Rows 0 … coverage - 1 can be found."""
        ...

    @property
    def dimension(self) -> int:
        """Columns of the vectors it was built from."""
        ...

    def search(self, queries: Vectors, k: int, *, allowed: RowMask) -> Found:
        """Return the k rows nearest to each query.

        Args:
            queries: (n, dimension) float32 unit rows.
            k: How many rows to return for each query.
            allowed: (≥ coverage,) flags; rows that are not allowed are skipped inside the search.

        Returns:
            Rows (n, k) int64 and inner products (n, k) float32, higher is better, padded with -1 and -inf.
        """
        ...

    def save(self, path: Path) -> None:
        """Write the view to a new file."""
        ...


class ViewKind(Protocol):
    """How views of one kind are built and loaded."""

    def build(self, blocks: Iterable[Vectors], dimension: int) -> DenseView:
        """Index (n, dimension) float32 unit rows, given block by block in the order of their rows."""
        ...

    def load(self, path: Path) -> DenseView:
        """Read what `DenseView.save` wrote."""
        ...


def _exact() -> ViewKind:
    from indexer.views.faiss_exact import FaissExact

    return FaissExact


VIEW_KINDS: dict[str, Callable[[], ViewKind]] = {"exact": _exact}
"""Name → loader of the kind, so that a kind's library is imported only when it is used."""
