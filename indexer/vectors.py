"""Vectors on disk: append-only float16 segments at the encoder's full dimension.

`passages/NNNN.f16` and `sentences/NNNN.f16` hold rows one after another; a *row* is the number of a vector over all
segments of its kind. Rows are never reused. Which rows are valid is recorded in SQLite (table `segments`): bytes
behind them are the torn tail of a writer that was killed, and are overwritten.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from embedder import Vectors
from indexer.errors import CollectionDamagedError

VECTORS = "vectors"
"""Folder of a collection."""
SEGMENT_BYTES = 1 << 30
READ_ROWS = 16_384
"""Rows converted to float32 at a time: 25 MB at 384 dimensions."""


class VectorKind(StrEnum):
    """What the vectors of a file stand for; the value is its folder below the collection's `vectors`."""

    PASSAGES = "passages"
    SENTENCES = "sentences"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One vector file: its number, the row it starts with, and how many of its rows are committed."""

    number: int
    first_row: int
    rows: int

    @property
    def end_row(self) -> int:
        """The row behind the last committed one."""
        return self.first_row + self.rows


def segment_path(folder: Path, number: int) -> Path:
    """Where segment `number` lies."""
    return folder / f"{number:04d}.f16"


def append_vectors(folder: Path, segments: Sequence[Segment], vectors: Vectors) -> Segment:
    """Write vectors behind the committed rows and wait until they are on the disk.

    They count only when the returned segment has been committed to SQLite; until then the next call
    writes over them.

    Args:
        folder: The folder of their kind.
        segments: The committed segments, in order.
        vectors: (n, dimension) float32 unit rows, n ≥ 1.

    Returns:
        The segment that holds the rows, with its new count; its last n rows are `vectors`.
    """
    row_bytes = vectors.shape[1] * 2
    last = segments[-1] if segments else Segment(number=0, first_row=0, rows=0)
    if last.rows * row_bytes >= SEGMENT_BYTES:
        last = Segment(number=last.number + 1, first_row=last.end_row, rows=0)
    path = segment_path(folder, last.number)
    is_new = not path.exists()
    with path.open("w+b" if is_new else "r+b") as file:
        file.truncate(last.rows * row_bytes)
        file.seek(0, os.SEEK_END)
        file.write(np.ascontiguousarray(vectors, dtype=np.float16).tobytes())
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        sync_folder(folder)
    return Segment(number=last.number, first_row=last.first_row, rows=last.rows + len(vectors))


def cut_back_tails(folder: Path, segments: Sequence[Segment], dimension: int) -> int:
    """Remove what a killed writer left behind the committed rows; return the number of bytes removed.

    Raises:
        CollectionDamagedError: If a file is shorter than its committed rows.
    """
    removed = 0
    known = {segment_path(folder, segment.number) for segment in segments}
    for segment in segments:
        path = segment_path(folder, segment.number)
        surplus = _file_bytes(path) - segment.rows * dimension * 2
        if surplus < 0:
            raise CollectionDamagedError(_too_short(path, segment, dimension))
        if surplus > 0:
            os.truncate(path, segment.rows * dimension * 2)
            removed += surplus
    for stray in set(folder.glob("*.f16")) - known:
        removed += _file_bytes(stray)
        stray.unlink()
    return removed


class VectorReader:
    """Reads committed rows through memory maps.

    Args:
        folder: The folder of their kind.
        segments: The committed segments, in order.
        dimension: Columns of each row.

    Raises:
        CollectionDamagedError: If a file is missing or shorter than its committed rows.
    """

    def __init__(self, folder: Path, segments: Sequence[Segment], dimension: int) -> None:
        self.dimension = dimension
        filled = [segment for segment in segments if segment.rows]
        self.rows = filled[-1].end_row if filled else 0
        self._starts = np.array([segment.first_row for segment in filled], dtype=np.int64)
        self._maps = [_map_segment(folder, segment, dimension) for segment in filled]

    def take(self, rows: npt.NDArray[np.int64]) -> Vectors:
        """Return the vectors of `rows`, (n, dimension) float32, in the order asked for."""
        vectors = np.empty((len(rows), self.dimension), dtype=np.float32)
        owners = np.searchsorted(self._starts, rows, side="right") - 1
        for number in np.unique(owners):
            chosen = owners == number
            vectors[chosen] = self._maps[number][rows[chosen] - self._starts[number]]
        return vectors

    def blocks(self, start: int, stop: int) -> Iterator[tuple[int, Vectors]]:
        """Yield (first row, float32 vectors) over rows start … stop - 1, a bounded number at a time."""
        for first_row, rows in zip(self._starts.tolist(), self._maps, strict=True):
            low, high = max(start, first_row), min(stop, first_row + len(rows))
            for position in range(low, high, READ_ROWS):
                end = min(position + READ_ROWS, high)
                yield position, rows[position - first_row : end - first_row].astype(np.float32)


def sync_folder(folder: Path) -> None:
    """Make a new or renamed directory entry durable."""
    if os.name != "posix":  # other systems cannot open a folder, and order the entry themselves
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _map_segment(folder: Path, segment: Segment, dimension: int) -> npt.NDArray[np.float16]:
    path = segment_path(folder, segment.number)
    if _file_bytes(path) < segment.rows * dimension * 2:
        raise CollectionDamagedError(_too_short(path, segment, dimension))
    return np.memmap(path, dtype=np.float16, mode="r", shape=(segment.rows, dimension))


def _file_bytes(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _too_short(path: Path, segment: Segment, dimension: int) -> str:
    return (
        f"{path} holds {_file_bytes(path):,} bytes, but its {segment.rows:,} vectors of {dimension} dimensions need "
        f"{segment.rows * dimension * 2:,}; run: polyseek verify --repair"
    )
