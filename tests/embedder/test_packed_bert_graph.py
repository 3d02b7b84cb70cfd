import numpy as np
import onnx
import pytest
from onnx import TensorProto, numpy_helper

from embedder.bundled import GRAPH_FILE
from embedder.graphs.packed_bert import quantise
from embedder.model_cache import ModelFolder


@pytest.fixture(scope="module")
def graph(built: ModelFolder) -> onnx.ModelProto:
    return onnx.load_from_string(built.files[GRAPH_FILE])


def test_the_graph_is_valid_onnx(graph: onnx.ModelProto) -> None:
    onnx.checker.check_model(graph, full_check=True)


def test_the_graph_has_standard_operators_only(graph: onnx.ModelProto) -> None:
    assert [(opset.domain, opset.version) for opset in graph.opset_import] == [("", 21)]
    assert {node.domain for node in graph.graph.node} == {""}


def test_the_graph_takes_any_batch_of_any_length(graph: onnx.ModelProto) -> None:
    shapes = {
        value.name: (value.type.tensor_type.elem_type, [side.dim_param for side in value.type.tensor_type.shape.dim])
        for value in graph.graph.input
    }
    assert shapes == {
        "input_ids": (TensorProto.INT64, ["batch", "sequence"]),
        "attention_mask": (TensorProto.INT64, ["batch", "sequence"]),
    }
    (output,) = graph.graph.output
    assert output.name == "sentence_embedding"
    assert output.type.tensor_type.elem_type == TensorProto.FLOAT
    assert output.type.tensor_type.shape.dim[1].dim_value == 384


def test_every_constant_is_finite(graph: onnx.ModelProto) -> None:
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.graph.initializer}
    assert len(constants) > 200
    assert all(np.isfinite(values).all() for values in constants.values())


def test_rounding_to_integers_keeps_a_matrix_to_half_a_step() -> None:
    matrix = np.random.default_rng(1).standard_normal((5, 128)).astype(np.float32)
    integers, scales = quantise(matrix)
    assert (integers.shape, integers.dtype, scales.shape) == ((128, 5), np.int8, (2, 5))
    steps = np.repeat(scales, 64, axis=0)
    assert (np.abs(integers * steps - matrix.T) <= steps * 0.501).all()
    assert np.abs(integers).max() == 127


def test_rounding_a_matrix_of_zeros_gives_zeros() -> None:
    integers, scales = quantise(np.zeros((3, 64), dtype=np.float32))
    assert not integers.any()
    assert not scales.any()
