"""One file for all large numbers of a graph, beside the graph itself."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]

ALIGNMENT = 4096
"""Each tensor begins at a multiple of these bytes, so that engines can map it into memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTensor:
    """Where a tensor lies in the file."""

    offset: int
    length: int
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]


class WeightsFile:
    """Writes tensors one after the other; graphs that share the file refer to them by name.

    Args:
        path: The file; it is written anew.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._file = path.open("wb")
        self._tensors: dict[str, StoredTensor] = {}

    def store(self, name: str, make: Callable[[], Array]) -> StoredTensor:
        """Write a tensor, unless one of this name is there already.

        Args:
            name: Its name in all graphs.
            make: Gives its numbers; only called if they are written.
        """
        if name not in self._tensors:
            values = np.ascontiguousarray(make())
            self._file.write(b"\0" * (-self._file.tell() % ALIGNMENT))
            offset = self._file.tell()
            self._file.write(values.view(np.uint8).reshape(-1).data)
            self._tensors[name] = StoredTensor(
                offset=offset, length=values.nbytes, shape=values.shape, dtype=values.dtype
            )
        return self._tensors[name]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
