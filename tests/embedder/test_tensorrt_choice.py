"""When TensorRT is chosen, and what is said when it cannot be."""

import logging
import sys

import pytest

from embedder import BackendError, load_embedder
from embedder.backends import BACKENDS, choose_backend
from embedder.backends.tensorrt.device import CudaDevice, find_device
from embedder.backends.tensorrt.modules import MODULES, import_tensorrt, installed_module
from embedder.graphs.writer import Precision


@pytest.fixture
def no_tensorrt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python takes the modules for ones that are not installed."""
    for module in MODULES:
        monkeypatch.setitem(sys.modules, module, None)


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver library, if there is one, shows no GPU."""
    pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX has no package for this machine")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")


@pytest.mark.usefixtures("no_tensorrt")
def test_auto_takes_the_processor_where_tensorrt_is_not_installed(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert choose_backend("auto", "auto") is BACKENDS["openvino"]
    assert "backend tensorrt is not installed, trying the next one (pip install 'polyseek[gpu-cu13]'" in caplog.text


@pytest.mark.usefixtures("no_gpu")
def test_auto_takes_the_processor_where_there_is_no_gpu(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert choose_backend("auto", "auto") is BACKENDS["openvino"]
    assert "backend tensorrt finds no GPU, trying the next one" in caplog.text


@pytest.mark.usefixtures("no_tensorrt")
@pytest.mark.parametrize(("backend", "device"), [("tensorrt", "auto"), ("tensorrt", "cuda"), ("auto", "cuda")])
def test_tensorrt_that_is_not_installed_is_named_with_the_command(backend: str, device: str) -> None:
    with pytest.raises(BackendError, match=r"backend 'tensorrt' is not installed: pip install 'polyseek\[gpu-cu13\]'"):
        choose_backend(backend, device)


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize(("backend", "device"), [("tensorrt", "auto"), ("tensorrt", "cuda"), ("auto", "cuda")])
def test_a_missing_gpu_is_named_where_it_was_asked_for(backend: str, device: str) -> None:
    with pytest.raises(BackendError, match="backend 'tensorrt' finds no GPU: see whether nvidia-smi lists one"):
        choose_backend(backend, device)


@pytest.mark.parametrize(("backend", "device"), [("tensorrt", "cpu"), ("openvino", "cuda"), ("onnxruntime", "cuda")])
def test_an_engine_is_not_taken_for_a_device_it_does_not_run_on(backend: str, device: str) -> None:
    with pytest.raises(BackendError, match=f"backend '{backend}' does not run on '{device}'; choose device="):
        choose_backend(backend, device)


def test_auto_on_the_processor_does_not_ask_for_a_gpu(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert choose_backend("auto", "cpu") is BACKENDS["openvino"]
    assert "tensorrt" not in caplog.text


def test_without_a_driver_there_is_no_device() -> None:
    assert find_device("libthere-is-no-such-driver.so.1") is None


@pytest.mark.parametrize(
    ("capability", "architecture", "precision"),
    [((7, 5), "sm_75", Precision.F16), ((8, 0), "sm_80", Precision.BF16), ((12, 0), "sm_120", Precision.BF16)],
)
def test_a_gpu_computes_in_bfloat16_if_it_can(
    capability: tuple[int, int], architecture: str, precision: Precision
) -> None:
    device = CudaDevice(name="a GPU", capability=capability)
    assert (device.architecture, device.precision) == (architecture, precision)


def test_the_first_installed_module_is_taken() -> None:
    assert installed_module(("there_is_no_such_module", "json", "sys")) == "json"
    assert installed_module(("there_is_no_such_module",)) is None


@pytest.mark.usefixtures("no_tensorrt")
def test_importing_tensorrt_where_it_is_not_installed_says_what_to_install() -> None:
    with pytest.raises(BackendError, match="TensorRT is not installed: pip install"):
        import_tensorrt()


@pytest.fixture
def gpu_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is looked at before loading says that there is a GPU; loading then fails, as CUDA is not there."""
    pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX has no package for this machine")
    device = CudaDevice(name="a GPU", capability=(8, 9))
    monkeypatch.setattr("embedder.backends.tensorrt.device.find_device", lambda: device)
    monkeypatch.setattr("embedder.backends.tensorrt.modules.has_cuda_bindings", lambda: True)
    monkeypatch.setitem(sys.modules, "cuda.bindings.runtime", None)


@pytest.mark.usefixtures("gpu_that_cannot_be_used")
def test_auto_goes_on_with_the_processor_where_tensorrt_fails(caplog: pytest.LogCaptureFixture) -> None:
    assert choose_backend("auto", "auto") is BACKENDS["tensorrt"]
    embedder = load_embedder()
    assert str(embedder).startswith("OpenVINO")
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        next(message for message in caplog.messages if message.startswith("the GPU is not used: cuda.bindings.runtime"))
    ]


@pytest.mark.usefixtures("gpu_that_cannot_be_used")
@pytest.mark.parametrize("choice", [{"backend": "tensorrt"}, {"device": "cuda"}])
def test_a_gpu_that_was_asked_for_is_never_replaced_silently(choice: dict[str, str]) -> None:
    with pytest.raises(BackendError, match=r"cuda\.bindings\.runtime cannot be imported"):
        load_embedder(**choice)
