"""Finds TensorRT: the module `tensorrt`, else `tensorrt_rtx`, which is used in the same way."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Final

from embedder.errors import BackendError

MODULES: Final = ("tensorrt", "tensorrt_rtx")
"""The first one that is installed is taken."""

INSTALL: Final = "pip install 'polyseek[gpu-cu13]' (or gpu-cu12 for CUDA 12; see docs/gpu.md)"


def installed_module(modules: Sequence[str] = MODULES) -> str | None:
    """Name of the first module that is installed; nothing is imported."""
    return next((name for name in modules if find_spec(name) is not None), None)


def has_cuda_bindings() -> bool:
    """True if the functions of CUDA are installed; nothing heavy is imported."""
    return find_spec("cuda") is not None and find_spec("cuda.bindings") is not None


def import_tensorrt(modules: Sequence[str] = MODULES) -> ModuleType:
    """Import TensorRT.

    Raises:
        BackendError: If it is not installed or cannot be imported.
    """
    name = installed_module(modules)
    if name is None:
        msg = f"TensorRT is not installed: {INSTALL}"
        raise BackendError(msg)
    return _import(name)


def import_cuda() -> tuple[ModuleType, ModuleType]:
    """Import the functions of CUDA.

    Returns:
        Those of its runtime, and those of the driver.

    Raises:
        BackendError: If they are not installed or cannot be imported.
    """
    return _import("cuda.bindings.runtime"), _import("cuda.bindings.driver")


def _import(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        msg = f"{name} cannot be imported ({error}): {INSTALL}"
        raise BackendError(msg) from error


def version(tensorrt: ModuleType) -> str:
    """Module and version, such as `tensorrt_rtx 1.7.1.116`; plans of one are of no use to another."""
    return f"{tensorrt.__name__} {tensorrt.__version__}"
