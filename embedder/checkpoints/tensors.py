"""Reads tensors from the `.safetensors` files of a model directory, one at a time."""

import json
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from embedder.errors import CheckpointError

_INDEX = "model.safetensors.index.json"
_PREFIXES = ("", "model.", "bert.", "roberta.")
"""Stand before the names of tensors when a model was saved as a part of another one."""


class Tensors:
    """The weights of a model directory; use it in a `with` block.

    Args:
        folder: The directory.

    Raises:
        CheckpointError: If it has no `.safetensors` files, or damaged ones.
    """

    def __init__(self, folder: Path) -> None:
        from safetensors import SafetensorError, safe_open

        self._folder = folder
        self._open: dict[str, Any] = {}
        self._files = ExitStack()
        try:
            for path in weight_files(folder):
                file = self._files.enter_context(safe_open(path, "np"))
                self._open |= dict.fromkeys(file.keys(), file)
        except (OSError, SafetensorError) as error:
            self._files.close()
            msg = f"{path} cannot be read ({error}); get the model again"
            raise CheckpointError(msg) from error

    def read(self, name: str) -> npt.NDArray[Any]:
        """The numbers of a tensor, in the type it is stored in: float32, float16 or bfloat16.

        Raises:
            CheckpointError: If there is none of this name.
        """
        found = self._find(name)
        if found is None:
            msg = f"{self._folder} has no tensor {name}; its weights do not fit its config.json: get the model again"
            raise CheckpointError(msg)
        values = self._open[found].get_tensor(found)
        if values.dtype.kind != "f" and values.dtype.name != "bfloat16":
            msg = (
                f"tensor {found} of {self._folder} holds {values.dtype}; get the model as float32, float16 or bfloat16"
            )
            raise CheckpointError(msg)
        return np.asarray(values)

    def __contains__(self, name: str) -> bool:
        return self._find(name) is not None

    def _find(self, name: str) -> str | None:
        return next((prefix + name for prefix in _PREFIXES if prefix + name in self._open), None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._files.close()


def weight_files(folder: Path) -> list[Path]:
    """The files with the weights of a model directory.

    Raises:
        CheckpointError: If there are none.
    """
    index = folder / _INDEX
    if index.is_file():
        return sorted({folder / name for name in json.loads(index.read_bytes())["weight_map"].values()})
    single = folder / "model.safetensors"
    if not single.is_file():
        msg = (
            f"{folder} has no model.safetensors; weights in other formats may run code and are not read: "
            "save them with model.save_pretrained(FOLDER)"
        )
        raise CheckpointError(msg)
    return [single]
