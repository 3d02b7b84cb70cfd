"""OpenVINO on the processor: 8-bit integer layers, bfloat16 attention where the processor has it."""

import queue
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from embedder.backends import EngineFactory
from embedder.errors import BackendError
from embedder.graphs.packed_bert import GROUP
from embedder.graphs.writer import OUTPUT

_DEVICE = "CPU"
_TELEMETRY = "openvino_telemetry"


def import_engine() -> EngineFactory:
    """Import OpenVINO without its telemetry.

    Importing it imports its converter, which reports the import to an analytics service unless its telemetry package
    is missing. So it has to look missing during the import; then nothing is written and no connection is opened.
    """
    with _hidden(_TELEMETRY):
        import openvino
    return partial(OpenVinoEngine, openvino)


class OpenVinoEngine:
    """A graph compiled for this processor.

    Args:
        openvino: The module.
        graph: The serialised ONNX model, or its file.
        threads: Threads to compute with; None takes one for each physical core.
        precision: "bf16" or "f32", for attention and what else is not multiplied as integers; None takes bfloat16
            where the processor has it.

    Raises:
        BackendError: If OpenVINO refuses the graph.
    """

    def __init__(
        self, openvino: ModuleType, graph: bytes | Path, *, threads: int | None, precision: str | None = None
    ) -> None:
        core = openvino.Core()
        precision = precision or _fastest_precision(core)
        properties: dict[str, Any] = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": precision,
            # Numbers of a token's vector that share a scale when they are rounded; fast only if weights do the same.
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": GROUP,
        }
        if threads is not None:
            properties["INFERENCE_NUM_THREADS"] = threads
        try:
            self._compiled = core.compile_model(core.read_model(graph), _DEVICE, properties)
        except RuntimeError as error:
            msg = f"OpenVINO {openvino.__version__} cannot compile the encoder ({error}); try backend='onnxruntime'"
            raise BackendError(msg) from error
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        version = openvino.__version__.split("-")[0]
        self._name = f"OpenVINO {version} on CPU, {precision}"

    def run(self, input_ids: npt.NDArray[np.int64], attention_mask: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Embed a batch of token numbers; see `Engine.run`."""
        try:
            request = self._requests.get_nowait()
        except queue.Empty:  # all are in use by other threads, or this is the first run
            request = self._compiled.create_infer_request()
        request.infer({"input_ids": input_ids, "attention_mask": attention_mask}, share_inputs=True)
        vectors: npt.NDArray[np.float32] = request.get_tensor(OUTPUT).data.copy()
        self._requests.put(request)
        return vectors

    def __str__(self) -> str:
        return self._name


def _fastest_precision(core: Any) -> str:
    capabilities = core.get_property(_DEVICE, "OPTIMIZATION_CAPABILITIES")
    return "bf16" if "BF16" in capabilities else "f32"


@contextmanager
def _hidden(module: str) -> Iterator[None]:
    """Make a module that has not been imported look missing."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # documented: None makes an import fail
    try:
        yield
    finally:
        sys.modules.pop(module, None)
