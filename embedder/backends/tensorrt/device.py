"""Asks the driver which GPU there is; needs no package."""

import ctypes
import sys
from dataclasses import dataclass
from typing import Final

from embedder.graphs.writer import Precision

DRIVER: Final = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
_MAJOR, _MINOR = 75, 76  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR
_BF16_SINCE = (8, 0)  # Ampere


@dataclass(frozen=True, slots=True, kw_only=True)
class CudaDevice:
    """The first GPU; `CUDA_VISIBLE_DEVICES` says which one that is.

    Attributes:
        name: As the driver names it.
        capability: Compute capability, such as (8, 9).
    """

    name: str
    capability: tuple[int, int]

    @property
    def architecture(self) -> str:
        """Which GPUs can share a plan, such as `sm_89`."""
        return "sm_{}{}".format(*self.capability)

    @property
    def precision(self) -> Precision:
        """What it computes in: bfloat16, or float16 on a GPU without it."""
        return Precision.BF16 if self.capability >= _BF16_SINCE else Precision.F16


def find_device(driver: str = DRIVER) -> CudaDevice | None:
    """The first GPU; None if there is no driver, or the driver finds no GPU.

    Args:
        driver: Name or path of the driver's library.
    """
    try:
        cuda = ctypes.CDLL(driver)
    except OSError:
        return None
    handle, major, minor = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
    name = ctypes.create_string_buffer(256)
    # Each gives 0 if it worked; without a GPU it is the first that fails.
    failed = (
        cuda.cuInit(0)
        or cuda.cuDeviceGet(ctypes.byref(handle), 0)
        or cuda.cuDeviceGetName(name, len(name), handle)
        or cuda.cuDeviceGetAttribute(ctypes.byref(major), _MAJOR, handle)
        or cuda.cuDeviceGetAttribute(ctypes.byref(minor), _MINOR, handle)
    )
    if failed:
        return None
    return CudaDevice(name=name.value.decode("utf-8", "replace"), capability=(major.value, minor.value))
