import logging
import sys

import pytest

from embedder import BackendError, Embedder, UnknownModelError, load_embedder
from embedder.backends import BACKENDS, Backend, choose_backend


def hide(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    """Python then takes the module for one that is not installed."""
    monkeypatch.setitem(sys.modules, module, None)


def test_openvino_is_taken_where_it_is_installed() -> None:
    assert choose_backend("auto", "cpu") is BACKENDS["openvino"]


def test_onnxruntime_is_taken_where_openvino_is_missing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hide(monkeypatch, "openvino")
    with caplog.at_level(logging.INFO):
        embedder = load_embedder(device="cpu")
    assert str(embedder).startswith("ONNX Runtime")
    assert "openvino is not installed, trying the next one (pip install openvino)" in caplog.text
    assert embedder.embed_queries(["lighthouse"]).shape == (1, 384)


def test_a_missing_engine_that_was_asked_for_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "openvino")
    with pytest.raises(BackendError, match="'openvino' is not installed: pip install openvino"):
        load_embedder(backend="openvino")


def test_without_any_engine_both_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "openvino")
    hide(monkeypatch, "onnxruntime")
    with pytest.raises(BackendError, match="pip install openvino or onnxruntime"):
        load_embedder()


def test_an_engine_that_cannot_be_imported_is_named_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "onnxruntime")
    backend = Backend(library="sys", package="onnxruntime", module="embedder.backends.onnxruntime")
    with pytest.raises(BackendError, match=r"onnxruntime cannot be imported \(.*\): pip install"):
        backend.import_engine()


def test_a_graph_the_engine_refuses_is_reported() -> None:
    with pytest.raises(BackendError, match=r"OpenVINO .* cannot compile the encoder"):
        BACKENDS["openvino"].import_engine()(b"not a graph", threads=1)


def test_an_unknown_backend_is_refused_with_the_choices() -> None:
    with pytest.raises(BackendError, match="no backend 'cntk'; choose one of auto, tensorrt, openvino, onnxrun"):
        load_embedder(backend="cntk")


def test_the_reference_does_not_run_the_bundled_encoder() -> None:
    with pytest.raises(BackendError, match="polyseek models list"):
        load_embedder(backend="torch")


def test_an_unknown_device_is_refused_with_the_choices() -> None:
    with pytest.raises(BackendError, match="no device 'tpu'; choose one of auto, cpu, cuda"):
        load_embedder(device="tpu")


def test_an_unknown_model_is_refused_with_the_choices() -> None:
    with pytest.raises(UnknownModelError, match="no encoder 'bert'; take e5-small, make one ready"):
        load_embedder("bert")


def test_an_encoder_says_what_it_runs_on(any_encoder: Embedder) -> None:
    assert str(any_encoder).split(", ")[0].endswith(" on CPU")
    assert str(any_encoder).split(", ")[1] in {"bf16", "f32"}
