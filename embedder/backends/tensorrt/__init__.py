"""TensorRT on the first GPU: a plan is built for the encoder and this GPU once, and kept.

`tensorrt` and `tensorrt_rtx` are used by the same code. The precision is that of the graph, the weights are on the GPU
once, and every batch shape has a profile of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from embedder.backends.tensorrt.device import CudaDevice, find_device
from embedder.backends.tensorrt.modules import import_cuda, import_tensorrt, version
from embedder.backends.tensorrt.plan_cache import Plan, PlanCache, PlanKey, load_plan
from embedder.backends.tensorrt.profiles import profiles_for
from embedder.errors import BackendError
from embedder.graphs.writer import OUTPUT, Precision

if TYPE_CHECKING:
    from embedder.backends.tensorrt.engine import TensorRtEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSource:
    """An encoder that plans can be built of.

    Attributes:
        name: Of the encoder and the version of its graph, as a part of a file name.
        revision: Which weights.
        max_tokens: Longest text it reads.
        graph: Gives its graph in a precision: the serialised ONNX model, or its file; only called to build a plan.
    """

    name: str
    revision: str
    max_tokens: int
    graph: Callable[[Precision], bytes | Path]


def load_tensorrt(source: PlanSource, cache_dir: Path) -> "TensorRtEngine":
    """Load an encoder onto the first GPU; its plan is built the first time, which takes minutes for a large one.

    Args:
        source: The encoder.
        cache_dir: Where plans are kept, in its folder `plans`.

    Raises:
        BackendError: If TensorRT is not installed, there is no GPU, or the plan cannot be built or loaded.
        ModelCacheError: If the cache cannot be written to.
    """
    from embedder.backends.tensorrt.contexts import LoadedPlan
    from embedder.backends.tensorrt.cuda import Cuda
    from embedder.backends.tensorrt.engine import TensorRtEngine

    tensorrt, cuda = import_tensorrt(), Cuda(*import_cuda())
    device = find_device()
    if device is None:
        msg = "there is no CUDA device; see whether nvidia-smi lists a GPU, or choose device='cpu'"
        raise BackendError(msg)
    key = plan_key(source, tensorrt, device)
    engine = load_cuda_engine(tensorrt, source, key, PlanCache(cache_dir / "plans"))
    plan = LoadedPlan(tensorrt=tensorrt, engine=engine, cuda=cuda, dimension=engine.get_tensor_shape(OUTPUT)[-1])
    return TensorRtEngine(plan, key.profiles, f"{key.runtime} on {device.name}, {key.precision}")


def plan_key(source: PlanSource, tensorrt: ModuleType, device: CudaDevice) -> PlanKey:
    """What a plan of an encoder has to be built for."""
    return PlanKey(
        model=source.name,
        revision=source.revision,
        precision=device.precision,
        profiles=profiles_for(source.max_tokens),
        runtime=version(tensorrt),
        architecture=device.architecture,
    )


def load_cuda_engine(tensorrt: ModuleType, source: PlanSource, key: PlanKey, cache: PlanCache) -> Any:
    """Load the plan of a key onto the GPU; build it if there is none.

    Returns:
        The module's `ICudaEngine`.

    Raises:
        BackendError: If the plan cannot be built or loaded.
        ModelCacheError: If the cache cannot be written to.
    """
    from embedder.backends.tensorrt.building import build_plan, python_log

    runtime = tensorrt.Runtime(python_log(tensorrt))

    def build() -> Plan:
        graph = source.graph(key.precision)
        return build_plan(tensorrt, graph, key.profiles, architecture=key.architecture, timings=cache.timings(key))

    return load_plan(cache, key, build, runtime.deserialize_cuda_engine)
