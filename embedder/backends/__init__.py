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
TORCH = "torch"
"""The reference, which runs a model directory itself and not our graph of it; see `torch_reference.py`."""
CPU = "cpu"
CUDA = "cuda"
DEVICES: Final = (AUTO, CPU, CUDA)


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
        module: Our module for it. For a processor it has a function `import_engine` that imports the library and
            returns its `EngineFactory`; engines of a GPU are loaded otherwise (see `embedder.backends.tensorrt`).
        device: "cpu" or "cuda".
    """

    library: str
    package: str
    module: str
    device: str = CPU

    def absence(self) -> tuple[str, str] | None:
        """Why it cannot run here, and what to do; None if it can, as far as can be seen without an import."""
        if self.device == CUDA:
            return _cuda_absence()
        return None if find_spec(self.library) is not None else ("is not installed", f"pip install {self.package}")

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
        "tensorrt": Backend(library="tensorrt", package="tensorrt", module="embedder.backends.tensorrt", device=CUDA),
        "openvino": Backend(library="openvino", package="openvino", module="embedder.backends.openvino"),
        "onnxruntime": Backend(library="onnxruntime", package="onnxruntime", module="embedder.backends.onnxruntime"),
    }
)
"""Fastest first: `auto` takes the first one whose library and device are there."""


def choose_backend(backend: str, device: str) -> Backend:
    """Find the engine for what was asked.

    Raises:
        BackendError: If there is no such engine or device, the engine does not run on the device, or the engine's
            library or device is not here.
    """
    if device not in DEVICES:
        msg = f"there is no device {device!r}; choose one of {', '.join(DEVICES)}"
        raise BackendError(msg)
    if backend == AUTO:
        return _first_present(device)
    if backend not in BACKENDS:
        msg = f"there is no backend {backend!r}; choose one of {', '.join((AUTO, *BACKENDS, TORCH))}"
        raise BackendError(msg)
    chosen = BACKENDS[backend]
    if device not in (AUTO, chosen.device):
        msg = f"backend {backend!r} does not run on {device!r}; choose device={chosen.device!r} or backend='auto'"
        raise BackendError(msg)
    absence = chosen.absence()
    if absence is not None:
        msg = f"backend {backend!r} {absence[0]}: {absence[1]}"
        raise BackendError(msg)
    return chosen


def _first_present(device: str) -> Backend:
    msg = "no engine is installed that can run the encoder: pip install openvino or onnxruntime"
    for name, backend in BACKENDS.items():
        if device not in (AUTO, backend.device):
            continue
        absence = backend.absence()
        if absence is None:
            return backend
        logger.info("backend %s %s, trying the next one (%s)", name, *absence)
        if device == CUDA:
            msg = f"device 'cuda' cannot be used, because backend {name!r} {absence[0]}: {absence[1]}"
    raise BackendError(msg)


def _cuda_absence() -> tuple[str, str] | None:
    from embedder.backends.tensorrt.device import find_device
    from embedder.backends.tensorrt.modules import INSTALL, has_cuda_bindings, installed_module

    if installed_module() is None:
        return "is not installed", INSTALL
    if find_device() is None:
        return "finds no GPU", "see whether nvidia-smi lists one, or choose device='cpu'"
    if not has_cuda_bindings():
        return "misses cuda-bindings", INSTALL
    return None
