"""ONNX Runtime on the processor, in float32: for where OpenVINO is not installed."""

from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt

from embedder.backends import EngineFactory
from embedder.environment import environment_variable
from embedder.graphs.writer import OUTPUT


def import_engine() -> EngineFactory:
    """Import ONNX Runtime without its telemetry.

    Once imported it writes a device number and a database of events, to be sent, into the user's cache directory. The
    only full way out is this variable, which it reads once, during its import.
    """
    with environment_variable("ORT_DISABLE_TELEMETRY", "1"):
        import onnxruntime
    return partial(OnnxRuntimeEngine, onnxruntime)


class OnnxRuntimeEngine:
    """A graph loaded for this processor.

    Args:
        onnxruntime: The module.
        graph: The serialised ONNX model, or its file.
        threads: Threads to compute with; None takes one for each physical core.
    """

    def __init__(self, onnxruntime: ModuleType, graph: bytes | Path, *, threads: int | None) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or 0
        # Turns the layers' integers into float32 once at load, not in each run.
        options.add_session_config_entry("session.disable_quant_qdq", "1")
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._name = f"ONNX Runtime {onnxruntime.__version__} on CPU, f32"

    def run(self, input_ids: npt.NDArray[np.int64], attention_mask: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Embed a batch of token numbers; see `Engine.run`."""
        feeds = {"input_ids": input_ids, "attention_mask": attention_mask}
        vectors: npt.NDArray[np.float32] = self._session.run([OUTPUT], feeds)[0]
        return vectors

    def __str__(self) -> str:
        return self._name
