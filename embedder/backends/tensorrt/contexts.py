"""Runs batches on the GPU: one object for one batch at a time, several of them over one set of weights."""

import ctypes
import logging
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from embedder.backends.tensorrt.building import INPUTS
from embedder.backends.tensorrt.cuda import Cuda
from embedder.backends.tensorrt.halving import DeviceMemoryError
from embedder.backends.tensorrt.profiles import QUERY_PROFILE
from embedder.errors import BackendError
from embedder.graphs.writer import OUTPUT

logger = logging.getLogger(__name__)

Integers = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

_ALIGNMENT: Final = 256
_INTEGER_BYTES: Final = 8
_FLOAT_BYTES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedPlan:
    """The weights on the GPU, and what is needed to use them.

    Attributes:
        tensorrt: The module.
        engine: The `ICudaEngine`.
        cuda: CUDA.
        dimension: Length of the vectors.
    """

    tensorrt: ModuleType
    engine: Any
    cuda: Cuda
    dimension: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the parts of a batch lie in one block of the GPU's memory.

    Attributes:
        ids: Offset of the token numbers; they begin the block.
        mask: Offset of the attention mask.
        vectors: Offset of the result.
        work: Offset of what TensorRT computes with.
        size: Of the whole block.
    """

    ids: int
    mask: int
    vectors: int
    work: int
    size: int


def layout(texts: int, tokens: int, dimension: int, work: int) -> Layout:
    """Place the parts of a batch one behind the other, each aligned as TensorRT wants it.

    Args:
        texts: Of the batch.
        tokens: Of each text.
        dimension: Length of a vector.
        work: Bytes that TensorRT computes with.
    """
    numbers = _aligned(texts * tokens * _INTEGER_BYTES)
    vectors = 2 * numbers
    start = vectors + _aligned(texts * dimension * _FLOAT_BYTES)
    return Layout(ids=0, mask=numbers, vectors=vectors, work=start, size=start + _aligned(max(work, 1)))


def _aligned(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


class _Context:
    """An execution context with a stream of its own.

    Raises:
        DeviceMemoryError: If there is no memory for it.
    """

    def __init__(self, plan: LoadedPlan, profile: int) -> None:
        strategy = plan.tensorrt.ExecutionContextAllocationStrategy.USER_MANAGED
        self.plan, self.cuda, self.stream = plan, plan.cuda, plan.cuda.stream()
        self._context = plan.engine.create_execution_context(strategy)
        if self._context is None:
            msg = "the GPU's memory does not suffice for another execution context"
            raise DeviceMemoryError(msg)
        self._do(self._context.set_optimization_profile_async(profile, self.stream), "choose its profile")
        self.cuda.wait(self.stream)

    def shape(self, texts: int, tokens: int) -> Layout:
        """Set the shape of the next batches."""
        for name in INPUTS:
            self._do(self._context.set_input_shape(name, (texts, tokens)), f"take a batch of {texts} x {tokens} tokens")
        return layout(texts, tokens, self.plan.dimension, self._context.update_device_memory_size_for_shapes())

    def place(self, block: int, parts: Layout) -> None:
        """Say where in the GPU's memory the parts of the next batches are."""
        self._context.set_device_memory(block + parts.work, parts.size - parts.work)
        for name, offset in ((INPUTS[0], parts.ids), (INPUTS[1], parts.mask), (OUTPUT, parts.vectors)):
            self._do(self._context.set_tensor_address(name, block + offset), f"take {name}")

    def execute(self) -> None:
        """Put the work into the stream."""
        self._do(self._context.execute_async_v3(self.stream), "run the batch")

    def can_be_recorded(self) -> bool:
        """True if its work can become a CUDA graph; only newer versions can say no."""
        asked = getattr(self._context, "is_stream_capturable", None)
        return asked is None or bool(asked(self.stream))

    def _do(self, done: bool, what: str) -> None:
        if not done:
            msg = f"TensorRT cannot {what}; its messages on stderr say why. Choose backend='openvino'"
            raise BackendError(msg)


class PassageContext:
    """Runs batches of any shape of a profile; takes memory for each batch and gives it back."""

    def __init__(self, plan: LoadedPlan, profile: int) -> None:
        self._context = _Context(plan, profile)

    def run(self, input_ids: Integers, attention_mask: Integers) -> Vectors:
        """Embed a batch.

        Returns:
            Shape (texts, dimension), float32.

        Raises:
            DeviceMemoryError: If the batch does not fit into the GPU's memory.
        """
        context, cuda, stream = self._context, self._context.cuda, self._context.stream
        ids, mask = np.ascontiguousarray(input_ids), np.ascontiguousarray(attention_mask)
        vectors = np.empty((len(ids), context.plan.dimension), np.float32)
        parts = context.shape(*ids.shape)
        block = cuda.allocate(parts.size, stream)
        try:
            context.place(block, parts)
            cuda.copy(block + parts.ids, ids.ctypes.data, ids.nbytes, stream)
            cuda.copy(block + parts.mask, mask.ctypes.data, mask.nbytes, stream)
            context.execute()
            cuda.copy(vectors.ctypes.data, block + parts.vectors, vectors.nbytes, stream)
        finally:
            cuda.free(block, stream)
            cuda.wait(stream)
        return vectors


class QueryContext:
    """Runs batches of one shape, recorded as a CUDA graph so that a question costs one launch.

    A recorded graph is valid only while its context stays as it was, so that each shape has a context of its own.
    """

    def __init__(self, plan: LoadedPlan, shape: tuple[int, int]) -> None:
        context = self._context = _Context(plan, QUERY_PROFILE)
        self._cuda, self._stream = context.cuda, context.stream
        self._ids, self._mask = self._pinned(shape, np.int64), self._pinned(shape, np.int64)
        self._vectors = self._pinned((shape[0], plan.dimension), np.float32)
        self._parts = context.shape(*shape)
        self._block = self._cuda.allocate(self._parts.size, self._stream)
        context.place(self._block, self._parts)
        self._ids[:], self._mask[:] = 0, 1
        self._enqueue()  # TensorRT finishes its own set-up in the first run, which must not be recorded
        self._cuda.wait(self._stream)
        self._graph = self._recorded()

    def run(self, input_ids: Integers, attention_mask: Integers) -> Vectors:
        """Embed a batch of at most this shape; see `PassageContext.run`."""
        pad_into(self._ids, self._mask, input_ids, attention_mask)
        if self._graph is None:
            self._enqueue()
        else:
            self._cuda.call("cudaGraphLaunch", self._graph, self._stream)
        self._cuda.wait(self._stream)
        return self._vectors[: len(input_ids)].copy()

    def _enqueue(self) -> None:
        parts, block, stream = self._parts, self._block, self._stream
        self._cuda.copy(block + parts.ids, self._ids.ctypes.data, self._ids.nbytes, stream)
        self._cuda.copy(block + parts.mask, self._mask.ctypes.data, self._mask.nbytes, stream)
        self._context.execute()
        self._cuda.copy(self._vectors.ctypes.data, block + parts.vectors, self._vectors.nbytes, stream)

    def _recorded(self) -> Any:
        """The work as a CUDA graph; None if this version cannot record it, which costs some time in each run."""
        if not self._context.can_be_recorded():
            return None
        try:
            return self._record()
        except BackendError as error:
            logger.warning("questions are run without CUDA graphs, which is slower: %s", error)
            return None

    def _record(self) -> Any:
        # Other threads may use CUDA meanwhile.
        mode = self._cuda.runtime.cudaStreamCaptureMode.cudaStreamCaptureModeThreadLocal
        self._cuda.call("cudaStreamBeginCapture", self._stream, mode)
        try:
            self._enqueue()
        finally:
            graph = self._cuda.call("cudaStreamEndCapture", self._stream)
        return self._cuda.call("cudaGraphInstantiate", graph, 0)

    def _pinned(self, shape: tuple[int, int], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """An array whose address the GPU can copy from and to at any time."""
        size = shape[0] * shape[1] * np.dtype(dtype).itemsize
        address = int(self._cuda.call("cudaHostAlloc", size, 0))
        memory = memoryview((ctypes.c_char * size).from_address(address))
        array: npt.NDArray[Any] = np.frombuffer(memory, dtype).reshape(shape)
        return array


def pad_into(ids: Integers, mask: Integers, input_ids: Integers, attention_mask: Integers) -> None:
    """Copy a batch into arrays of at least its shape.

    Tokens behind a text are padding. Texts behind the batch repeat its first one: a text of padding only would have
    no vector.

    Args:
        ids: Takes the token numbers, shape (texts, tokens).
        mask: Takes the attention mask, same shape.
        input_ids: Shape (fewer or as many texts, fewer or as many tokens).
        attention_mask: Same shape.
    """
    texts, tokens = input_ids.shape
    ids[:, tokens:], mask[:, tokens:] = 0, 0
    ids[:texts, :tokens], mask[:texts, :tokens] = input_ids, attention_mask
    ids[texts:, :tokens], mask[texts:, :tokens] = input_ids[0], attention_mask[0]
