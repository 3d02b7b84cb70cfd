"""Builds a TensorRT plan of an encoder's graph; `tensorrt_rtx` does it without a GPU, too."""

import logging
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np

from embedder.backends.tensorrt.modules import version
from embedder.backends.tensorrt.plan_cache import Plan
from embedder.backends.tensorrt.profiles import Profile
from embedder.errors import BackendError

logger = logging.getLogger(__name__)

INPUTS: Final = ("input_ids", "attention_mask")
_DEEPEST_TOLD: Final = 2


def build_plan(
    tensorrt: ModuleType, graph: bytes | Path, profiles: Sequence[Profile], *, architecture: str, timings: Path
) -> Plan:
    """Build a plan; the number types are those of the graph.

    Args:
        tensorrt: The module.
        graph: The serialised ONNX model, or its file, which may have others with its weights beside it.
        profiles: Shapes of its batches.
        architecture: Of the GPU it is for, such as `sm_89`. `tensorrt` always builds for the GPU that is there.
        timings: Kernel timings of earlier builds; read if they are there, and written. `tensorrt_rtx` has none.

    Raises:
        BackendError: If TensorRT refuses the graph or cannot build the plan.
    """
    log = python_log(tensorrt)
    builder = tensorrt.Builder(log)
    network, parser = read_network(tensorrt, builder, log, graph)
    config = builder.create_builder_config()
    for profile in profiles:
        config.add_optimization_profile(optimisation_profile(builder, profile))
    config.progress_monitor = _progress(tensorrt)
    _choose_target(tensorrt, config, architecture)
    keeps_timings = tensorrt.__name__ == "tensorrt"
    if keeps_timings:
        known = timings.read_bytes() if timings.is_file() else b""
        config.set_timing_cache(config.create_timing_cache(known), ignore_mismatch=False)
    logger.info("building a plan for %s with %s; large encoders take minutes", architecture, version(tensorrt))
    plan = builder.build_serialized_network(network, config)
    del parser  # it owns the weights, and had to live until now
    if plan is None:
        msg = f"{version(tensorrt)} cannot build a plan for {architecture}: {log.last_error}; choose backend='openvino'"
        raise BackendError(msg)
    if keeps_timings:
        timings.write_bytes(config.get_timing_cache().serialize())
    return np.frombuffer(plan, np.uint8)


def read_network(tensorrt: ModuleType, builder: Any, log: Any, graph: bytes | Path) -> tuple[Any, Any]:
    """Read an ONNX graph as a strongly typed network: TensorRT changes no number type.

    Returns:
        The network, and the parser, which has to live as long.

    Raises:
        BackendError: If TensorRT does not know the graph.
    """
    # Newer versions know strongly typed networks only, and may drop the name.
    typed = getattr(tensorrt.NetworkDefinitionCreationFlag, "STRONGLY_TYPED", None)
    network = builder.create_network(0 if typed is None else 1 << int(typed))
    parser = tensorrt.OnnxParser(network, log)
    read = parser.parse_from_file(str(graph)) if isinstance(graph, Path) else parser.parse(graph)
    if not read:
        reasons = "; ".join(str(parser.get_error(number).desc()) for number in range(parser.num_errors))
        msg = f"{version(tensorrt)} refuses the encoder's graph ({reasons}); choose backend='openvino'"
        raise BackendError(msg)
    return network, parser


def optimisation_profile(builder: Any, profile: Profile) -> Any:
    """A profile as TensorRT has it: both inputs of the same shapes."""
    made = builder.create_optimization_profile()
    for name in INPUTS:
        made.set_shape(name, *profile.shapes)
    return made


def _choose_target(tensorrt: ModuleType, config: Any, architecture: str) -> None:
    """Name the GPU where the module wants it named; one it does not list gets a plan for all it knows."""
    targets = getattr(tensorrt, "ComputeCapability", None)
    target = getattr(targets, architecture.replace("_", "").upper(), None)
    if target is not None:
        config.num_compute_capabilities = 1
        config.set_compute_capability(target, 0)


def python_log(tensorrt: ModuleType) -> Any:
    """A logger for TensorRT that writes to ours and remembers the last error as `last_error`."""

    class PythonLog(tensorrt.ILogger):  # type: ignore[misc, name-defined]  # the module is known only now
        last_error = "no reason was given"

        def log(self, severity: Any, message: str) -> None:
            if severity in (self.INTERNAL_ERROR, self.ERROR):
                self.last_error = message
                logger.warning("TensorRT: %s", message)
            elif severity == self.WARNING:
                logger.info("TensorRT: %s", message)
            else:
                logger.debug("TensorRT: %s", message)

    return PythonLog()


def _progress(tensorrt: ModuleType) -> Any:
    class Progress(tensorrt.IProgressMonitor):  # type: ignore[misc, name-defined]  # the module is known only now
        """Says how far the long phases of a build are, in tenths; phases deep inside of others are not told."""

        def __init__(self) -> None:
            super().__init__()
            self._phases: dict[str, tuple[int, int]] = {}  # depth and number of steps

        def phase_start(self, phase_name: str, parent_phase: str | None, num_steps: int) -> None:
            depth = self._phases[parent_phase][0] + 1 if parent_phase in self._phases else 0
            self._phases[phase_name] = depth, num_steps

        def step_complete(self, phase_name: str, step: int) -> bool:
            depth, steps = self._phases[phase_name]
            if depth <= _DEEPEST_TOLD and (step + 1) * 10 // steps > step * 10 // steps:
                logger.info("building the plan: %s, %d%%", phase_name, (step + 1) * 100 // steps)
            return True  # go on

        def phase_finish(self, phase_name: str) -> None:
            self._phases.pop(phase_name, None)

    return Progress()
