"""The engines that can run an encoder's graph. A new one is one file and one row here."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from embedder.errors import BackendError

logger = logging.getLogger(__name__)

AUTO = "auto"
DEVICES: Final = (AUTO, "cpu")


class Engine(Protocol):
    """Runs one encoder; may be used from several threads at once."""

    def run(self, input_ids: npt.NDArray[np.int64], attention_mask: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Embed a batch of token numbers.

        Args:
            input_ids: Shape (batch, sequence), int64.
            attention_mask: Same shape, int64; 1 for a token, 0 for padding on the right.

        Returns:
            Shape (batch, dimension), float32, unit rows; owned by the caller.
        """

    def __str__(self) -> str:
        """Name, version, device and precision."""


class EngineFactory(Protocol):
    """Loads a graph into an engine whose library is imported already."""

    def __call__(self, graph: bytes | Path, *, threads: int | None) -> Engine:
        """Load an ONNX graph.

        Args:
            graph: The serialised ONNX model, or its file, which may have others with its weights beside it.
            threads: Threads to compute with; None takes as many as the engine finds right.

        Raises:
            BackendError: If the engine refuses the graph.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """A row of the table.

    Attributes:
        library: The module it needs.
        package: The distribution that has it.
        module: Our module for it, with a function `import_engine` that imports the library and returns its
            `EngineFactory`.
    """

    library: str
    package: str
    module: str

    def import_engine(self) -> EngineFactory:
        """Import the library.

        Raises:
            BackendError: If it cannot be imported.
        """
        try:
            factory: EngineFactory = import_module(self.module).import_engine()
        except ImportError as error:
            msg = f"{self.package} cannot be imported ({error}): pip install --force-reinstall {self.package}"
            raise BackendError(msg) from error
        return factory


BACKENDS: Final[Mapping[str, Backend]] = MappingProxyType(
    {
        "openvino": Backend(library="openvino", package="openvino", module="embedder.backends.openvino"),
        "onnxruntime": Backend(library="onnxruntime", package="onnxruntime", module="embedder.backends.onnxruntime"),
    }
)
"""Fastest first: `auto` takes the first one whose library is there."""


def choose_backend(backend: str, device: str) -> Backend:
    """Find the engine for what was asked.

    Raises:
        BackendError: If there is no such engine or device, or the engine's library is not installed.
    """
    if device not in DEVICES:
        msg = f"there is no device {device!r}; choose one of {', '.join(DEVICES)}"
        raise BackendError(msg)
    if backend == AUTO:
        return _first_installed()
    if backend not in BACKENDS:
        msg = f"there is no backend {backend!r}; choose one of {', '.join((AUTO, *BACKENDS))}"
        raise BackendError(msg)
    chosen = BACKENDS[backend]
    if find_spec(chosen.library) is None:
        msg = f"backend {backend!r} is not installed: pip install {chosen.package}"
        raise BackendError(msg)
    return chosen


def _first_installed() -> Backend:
    for name, backend in BACKENDS.items():
        if find_spec(backend.library) is not None:
            return backend
        logger.info("backend %s is not installed, trying the next one (pip install %s)", name, backend.package)
    names = " or ".join(backend.package for backend in BACKENDS.values())
    msg = f"no engine is installed that can run the encoder: pip install {names}"
    raise BackendError(msg)
