"""Plans are really built here, by TensorRT-RTX, which needs no GPU for it; loading one needs a GPU.

So shapes and number types are read from the network and the profiles that TensorRT builds the plan of. Of the plan
itself only its size and the names in it can be seen without a GPU.
"""

import logging
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import onnxruntime
import pytest

from embedder import BackendError, Embedder
from embedder.backends.tensorrt import PlanSource, load_cuda_engine, plan_key
from embedder.backends.tensorrt.building import build_plan, optimisation_profile, python_log, read_network
from embedder.backends.tensorrt.device import CudaDevice
from embedder.backends.tensorrt.modules import import_tensorrt
from embedder.backends.tensorrt.plan_cache import PlanCache, load_plan
from embedder.backends.tensorrt.profiles import profiles_for
from embedder.bundled import MAX_TOKENS, PASSAGE_PREFIX, WEIGHTS, bundled_float_graph, bundled_plan_source
from embedder.checkpoints.prepared import PreparedModel, prepare
from embedder.graphs.writer import Precision
from embedder.tokens import TextTokenizer
from tests.tiny_checkpoints import write_tiny_llama

ADA = CudaDevice(name="NVIDIA L40S", capability=(8, 9))
NAMES = (b"input_ids", b"attention_mask", b"sentence_embedding")


@pytest.fixture(scope="module")
def tensorrt() -> ModuleType:
    pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX has no package for this machine")
    return import_tensorrt(["tensorrt_rtx"])


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> PreparedModel:
    folder = tmp_path_factory.mktemp("tiny")
    return prepare(write_tiny_llama(folder / "tiny-llama"), folder / "cache")


@pytest.fixture(scope="module")
def bundled() -> bytes:
    return bundled_float_graph(Precision.F16)


@pytest.fixture(params=["bundled", "tiny bf16", "tiny f16"])
def graph(request: pytest.FixtureRequest) -> tuple[bytes | Path, str, int, int]:
    """Graph, number type, longest text, dimension."""
    if request.param == "bundled":
        return request.getfixturevalue("bundled"), "HALF", MAX_TOKENS, 384
    tiny: PreparedModel = request.getfixturevalue("tiny")
    bf16 = request.param == "tiny bf16"
    return tiny.graph(Precision.BF16 if bf16 else Precision.F16), "BF16" if bf16 else "HALF", tiny.card.max_tokens, 64


def read(tensorrt: ModuleType, graph: bytes | Path) -> tuple[Any, list[Any]]:
    """The network, and what it must not outlive."""
    log = python_log(tensorrt)
    builder = tensorrt.Builder(log)
    network, parser = read_network(tensorrt, builder, log, graph)
    return network, [parser, builder, log]


def test_the_network_takes_token_numbers_as_int64_and_gives_float32(
    tensorrt: ModuleType, graph: tuple[bytes | Path, str, int, int]
) -> None:
    network, _owners = read(tensorrt, graph[0])
    inputs = [network.get_input(number) for number in range(network.num_inputs)]
    assert [(value.name, value.dtype, tuple(value.shape)) for value in inputs] == [
        ("input_ids", tensorrt.int64, (-1, -1)),
        ("attention_mask", tensorrt.int64, (-1, -1)),
    ]
    (output,) = [network.get_output(number) for number in range(network.num_outputs)]
    assert (output.name, output.dtype, tuple(output.shape)) == (
        "sentence_embedding", tensorrt.float32, (-1, graph[3]),
    )  # fmt: skip


def test_every_matrix_product_is_in_the_number_type_of_the_graph(
    tensorrt: ModuleType, graph: tuple[bytes | Path, str, int, int]
) -> None:
    network, _owners = read(tensorrt, graph[0])
    assert network.get_flag(tensorrt.NetworkDefinitionCreationFlag.STRONGLY_TYPED)
    layers = [network.get_layer(number) for number in range(network.num_layers)]
    products = [layer for layer in layers if layer.type == tensorrt.LayerType.MATRIX_MULTIPLY]
    assert len(products) > 10
    assert {layer.get_output(0).dtype.name for layer in products} == {graph[1]}


def test_tensorrt_accepts_every_profile_with_the_shapes_it_was_given(
    tensorrt: ModuleType, graph: tuple[bytes | Path, str, int, int]
) -> None:
    _network, (_parser, builder, _log) = read(tensorrt, graph[0])
    config = builder.create_builder_config()
    for number, profile in enumerate(profiles_for(graph[2])):
        made = optimisation_profile(builder, profile)
        for name in ("input_ids", "attention_mask"):
            assert tuple(tuple(shape) for shape in made.get_shape(name)) == profile.shapes
        assert config.add_optimization_profile(made) == number


def test_a_plan_is_built_that_holds_the_weights_and_the_names_of_inputs_and_output(
    tensorrt: ModuleType, graph: tuple[bytes | Path, str, int, int], tmp_path: Path
) -> None:
    timings = tmp_path / "timings.bin"
    plan = build_plan(tensorrt, graph[0], profiles_for(graph[2]), architecture="sm_89", timings=timings)
    content = plan.tobytes()
    assert all(name in content for name in NAMES)
    weights = len(graph[0]) if isinstance(graph[0], bytes) else graph[0].with_name("weights.bin").stat().st_size
    assert plan.nbytes > 0.9 * weights
    assert not timings.exists(), "TensorRT-RTX has no timing cache"


def test_a_plan_can_be_built_for_a_gpu_that_tensorrt_does_not_list(
    tensorrt: ModuleType, tiny: PreparedModel, tmp_path: Path
) -> None:
    graph = tiny.graph(Precision.BF16)
    plan = build_plan(tensorrt, graph, profiles_for(128)[:1], architecture="sm_90", timings=tmp_path / "timings.bin")
    assert plan.nbytes > 0


def test_a_build_says_how_far_it_is(
    tensorrt: ModuleType, tiny: PreparedModel, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        build_plan(
            tensorrt, tiny.graph(Precision.F16), profiles_for(128)[:1], architecture="sm_89", timings=tmp_path / "none"
        )
    assert "building a plan for sm_89 with tensorrt_rtx" in caplog.text
    assert "building the plan: Building engine from subgraph, 100%" in caplog.text


def test_a_graph_tensorrt_cannot_read_is_refused_with_the_reason(tensorrt: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(BackendError, match=r"tensorrt_rtx .* refuses the encoder's graph \(.+\); choose backend="):
        build_plan(tensorrt, b"no graph", profiles_for(128), architecture="sm_89", timings=tmp_path / "none")


def test_an_impossible_profile_is_reported_with_the_reason(
    tensorrt: ModuleType, bundled: bytes, tmp_path: Path
) -> None:
    with pytest.raises(BackendError, match=r"cannot build a plan for sm_89: .+; choose backend='openvino'"):
        build_plan(tensorrt, bundled, [], architecture="sm_89", timings=tmp_path / "none")


def test_a_plan_refused_right_after_its_build_is_an_error(
    tensorrt: ModuleType, tiny: PreparedModel, tmp_path: Path
) -> None:
    runtime = tensorrt.Runtime(python_log(tensorrt))
    source = source_of(tiny)
    with pytest.raises(BackendError, match="refuses the plan it built for sm_89"):
        load_plan(
            PlanCache(tmp_path),
            plan_key(source, tensorrt, ADA),
            lambda: np.frombuffer(b"no plan at all", np.uint8),
            runtime.deserialize_cuda_engine,
        )


@pytest.mark.skipif(os.path.exists("/dev/nvidia0"), reason="shows what happens without a GPU")  # noqa: PTH110 (a device)
def test_without_a_gpu_a_plan_is_built_and_kept_but_not_loaded(
    tensorrt: ModuleType, tiny: PreparedModel, tmp_path: Path
) -> None:
    source, cache = source_of(tiny), PlanCache(tmp_path)
    key = plan_key(source, tensorrt, ADA)
    with pytest.raises(BackendError, match="refuses the plan it built"):
        load_cuda_engine(tensorrt, source, key, cache)
    kept = cache.read(key)
    assert kept is not None
    assert all(name in kept.tobytes() for name in NAMES)


def source_of(model: PreparedModel) -> PlanSource:
    return PlanSource(name=model.folder.name, revision=model.card.revision, max_tokens=128, graph=model.graph)


def test_a_key_names_the_weights_the_precision_tensorrt_and_the_gpu(tensorrt: ModuleType, tiny: PreparedModel) -> None:
    key = plan_key(source_of(tiny), tensorrt, ADA)
    assert (key.revision, key.precision, key.architecture) == (tiny.card.revision, Precision.BF16, "sm_89")
    assert key.runtime == f"tensorrt_rtx {tensorrt.__version__}"
    bundled = plan_key(bundled_plan_source(), tensorrt, ADA)
    assert (bundled.revision, bundled.profiles[-1].max_tokens) == (WEIGHTS.sha256, 512)


def test_the_graph_for_gpus_gives_the_vectors_of_the_one_for_processors(
    bundled: bytes, onnxruntime_encoder: Embedder, tokenizer: TextTokenizer, mixed_texts: list[str]
) -> None:
    session = onnxruntime.InferenceSession(bundled, providers=["CPUExecutionProvider"])
    texts = mixed_texts[::5]
    expected = onnxruntime_encoder.embed_passages(texts)
    for text, vector in zip(texts, expected, strict=True):
        ids = np.array(tokenizer.encode([PASSAGE_PREFIX + text], MAX_TOKENS))
        (found,) = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
        assert found @ vector >= 0.999
