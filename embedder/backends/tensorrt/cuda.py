"""The calls of the CUDA runtime that the engine needs."""

from types import ModuleType
from typing import Any, Final

from embedder.backends.tensorrt.halving import DeviceMemoryError
from embedder.errors import BackendError

_KEEP_EVERYTHING: Final = 2**64 - 1


class Cuda:
    """CUDA on the first GPU; what fails raises an error.

    Args:
        runtime: The module `cuda.bindings.runtime`.
        driver: The module `cuda.bindings.driver`.

    Raises:
        BackendError: If there is no GPU or no driver for it.
    """

    def __init__(self, runtime: ModuleType, driver: ModuleType) -> None:
        self.runtime = runtime
        self._pool = self.call("cudaDeviceGetDefaultMemPool", 0)
        # Freed memory stays ours, so that the next batch gets it without a wait for the GPU.
        threshold = runtime.cudaMemPoolAttr.cudaMemPoolAttrReleaseThreshold
        self.call("cudaMemPoolSetAttribute", self._pool, threshold, driver.cuuint64_t(_KEEP_EVERYTHING))

    def call(self, function: str, *arguments: Any) -> Any:
        """Call a function that returns a status and at most one value.

        Raises:
            DeviceMemoryError: If the GPU's memory does not suffice.
            BackendError: If it fails otherwise.
        """
        status, *values = getattr(self.runtime, function)(*arguments)
        if status == self.runtime.cudaError_t.cudaErrorMemoryAllocation:
            msg = "the GPU's memory does not suffice"
            raise DeviceMemoryError(msg)
        if status != self.runtime.cudaError_t.cudaSuccess:
            msg = f"{function} failed with {status.name}; see whether nvidia-smi lists a GPU, or choose device='cpu'"
            raise BackendError(msg)
        return values[0] if values else None

    def stream(self) -> int:
        """A new queue of work that does not wait for others."""
        return int(self.call("cudaStreamCreateWithFlags", self.runtime.cudaStreamNonBlocking))

    def allocate(self, size: int, stream: int) -> int:
        """Take memory once the work in the stream so far is done; what is kept but not used is given back first.

        Raises:
            DeviceMemoryError: If there is not enough.
        """
        try:
            return int(self.call("cudaMallocAsync", size, stream))
        except DeviceMemoryError:
            self.call("cudaDeviceSynchronize")
            self.call("cudaMemPoolTrimTo", self._pool, 0)
            return int(self.call("cudaMallocAsync", size, stream))

    def free(self, address: int, stream: int) -> None:
        """Give memory back once the work in the stream so far is done."""
        self.call("cudaFreeAsync", address, stream)

    def copy(self, target: int, source: int, size: int, stream: int) -> None:
        """Copy bytes between the processor and the GPU; both addresses stay valid until the stream is done."""
        kind = self.runtime.cudaMemcpyKind.cudaMemcpyDefault
        self.call("cudaMemcpyAsync", target, source, size, kind, stream)

    def wait(self, stream: int) -> None:
        """Wait until the work in a stream is done."""
        self.call("cudaStreamSynchronize", stream)
