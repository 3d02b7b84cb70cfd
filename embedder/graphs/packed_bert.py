"""Writes a BERT encoder, its pooling and its normalisation as one ONNX graph of standard operators.

Weights stay small in the file and in memory. Layer matrices are 8-bit integers with one scale for each 64 inputs:
engines multiply them as integers, which is the fastest way on a processor. The token embedding keeps the 4 bits of its
source exactly; its rows are unpacked after they are looked up.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from embedder.packed_weights import BLOCK, PackedMatrix, PackedWeights

if TYPE_CHECKING:
    import onnx

GRAPH_VERSION = 1
"""Raise it when the graph changes: built encoders of older versions are then built anew."""

OUTPUT = "sentence_embedding"
"""Name of the graph's output."""

_OPSET = 21
_IR_VERSION = 10
GROUP = 64
"""Inputs of a layer that share a scale."""

_MASKED = -1e4  # finite: exp() of it is 0 in every precision, and a row that is all padding gives no NaN

_Array = npt.NDArray[np.generic]


def bert_graph(weights: PackedWeights) -> "onnx.ModelProto":
    """Write the encoder as an ONNX model.

    Inputs `input_ids` and `attention_mask` (1 for a token, 0 for padding on the right) have shape (batch, sequence),
    int64. Output `sentence_embedding` has shape (batch, hidden), float32: the mean of the token vectors, at length 1.

    Args:
        weights: The weights and the shape of the encoder.
    """
    from onnx import TensorProto, helper

    graph = _Graph()
    hidden = _embed_tokens(graph, weights)
    mask = graph.add("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
    padding = graph.add("Sub", [graph.constant("one", np.float32(1)), mask], "padding")
    penalty = graph.add("Mul", [padding, graph.constant("masked", np.float32(_MASKED))], "penalty")
    bias = graph.add("Unsqueeze", [penalty, graph.constant("axes_1_2", np.array([1, 2]))], "attention_bias")
    for layer in range(weights.sizes.layers):
        hidden = _transform(graph, weights, hidden, bias, layer)
    _pool(graph, hidden, mask)
    sides = ["batch", "sequence"]
    proto = helper.make_graph(
        graph.nodes,
        "bert",
        [helper.make_tensor_value_info(name, TensorProto.INT64, sides) for name in ("input_ids", "attention_mask")],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", weights.sizes.hidden])],
        graph.constants,
    )
    return helper.make_model(
        proto, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION, producer_name="polyseek"
    )


class _Graph:
    """Nodes and constants in the order they were added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, values: _Array | np.generic) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.asarray(values, order="C"), name))
        return name

    def add(self, operator: str, inputs: list[str], name: str, **attributes: Any) -> str:
        """Add a node with one output, which has the node's name."""
        from onnx import helper

        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def split(self, source: str, names: list[str], axis: int) -> None:
        """Cut a value into equal parts."""
        from onnx import helper

        self.nodes.append(
            helper.make_node("Split", [source], names, name=f"{source}.split", axis=axis, num_outputs=len(names))
        )

    def normalise(self, source: str, weights: PackedWeights, name: str) -> str:
        """Add a layer normalisation."""
        gain = self.constant(f"{name}.w", weights.vectors[f"{name}.w"])
        shift = self.constant(f"{name}.b", weights.vectors[f"{name}.b"])
        return self.add("LayerNormalization", [source, gain, shift], name, axis=-1, epsilon=weights.sizes.epsilon)

    def project(self, source: str, matrix: npt.NDArray[np.float32], bias: npt.NDArray[np.float32], name: str) -> str:
        """Add a linear layer; `matrix` has shape (outputs, inputs)."""
        integers, scales = quantise(matrix)
        parts = [self.constant(f"{name}.integers", integers), self.constant(f"{name}.scales", scales)]
        factor = self.add("DequantizeLinear", parts, f"{name}.weights", axis=0, block_size=GROUP)
        product = self.add("MatMul", [source, factor], f"{name}.product")
        return self.add("Add", [product, self.constant(f"{name}.bias", bias)], name)


def quantise(matrix: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Round a matrix to 8-bit integers with a scale for each 64 inputs of an output.

    Args:
        matrix: Shape (outputs, inputs), float32.

    Returns:
        Integers of shape (inputs, outputs), int8, from -127 to 127, and scales of shape (inputs // 64, outputs),
        float32: the transposed matrix is integers * scales, each scale used for 64 rows.
    """
    outputs, inputs = matrix.shape
    groups = matrix.T.reshape(inputs // GROUP, GROUP, outputs)
    scales = np.abs(groups).max(axis=1) / np.float32(127)
    integers = np.rint(groups / np.where(scales > 0, scales, np.float32(1))[:, None]).astype(np.int8)
    return integers.reshape(inputs, outputs), scales


def _embed_tokens(graph: _Graph, weights: PackedWeights) -> str:
    hidden = weights.sizes.hidden
    word = _look_up(graph, weights.matrices["emb.word"], hidden)
    # Token type 0 is the only one used: its vector is added to every position's.
    places = weights.vectors["emb.pos"].reshape(-1, hidden) + weights.vectors["emb.type"][:hidden]
    length = graph.add("Shape", ["input_ids"], "length", start=1, end=2)
    first = graph.constant("first", np.array([0]))
    used = graph.add("Slice", [graph.constant("places", places), first, length, first], "used_places")
    return graph.normalise(graph.add("Add", [word, used], "embedding"), weights, "emb.ln")


def _look_up(graph: _Graph, matrix: PackedMatrix, hidden: int) -> str:
    """Look up 4-bit rows and unpack them; exact in float32, and in bfloat16 up to the scale."""
    from onnx import TensorProto

    rows, blocks, half = matrix.halves.shape
    table = graph.constant("word.halves", matrix.halves.reshape(rows, blocks * half))
    picked = graph.add("Gather", [table, "input_ids"], "word.picked")
    both = graph.add("Cast", [picked], "word.both", to=TensorProto.FLOAT)
    sixteen = graph.constant("sixteen", np.float32(16))
    high = graph.add("Floor", [graph.add("Div", [both, sixteen], "word.quotient")], "word.high")
    low = graph.add("Sub", [both, graph.add("Mul", [high, sixteen], "word.high16")], "word.low")
    shape = graph.constant("word.shape", np.array([0, 0, blocks, half]))
    halves = [graph.add("Reshape", [part, shape], f"{part}.blocks") for part in (low, high)]
    numbers = graph.add("Concat", halves, "word.numbers", axis=-1)
    centred = graph.add("Sub", [numbers, graph.constant("eight", np.float32(BLOCK // 4))], "word.centred")
    scale = graph.add("Gather", [graph.constant("word.scales", matrix.scales), "input_ids"], "word.scale16")
    scale = graph.add("Cast", [scale], "word.scale", to=TensorProto.FLOAT)
    scale = graph.add("Unsqueeze", [scale, graph.constant("last", np.array([-1]))], "word.scale_column")
    product = graph.add("Mul", [centred, scale], "word.product")
    return graph.add("Reshape", [product, graph.constant("word.row", np.array([0, 0, hidden]))], "word")


def _transform(graph: _Graph, weights: PackedWeights, hidden: str, bias: str, layer: int) -> str:
    name = f"l{layer}"
    context = _attend(graph, weights, hidden, bias, name)
    projected = graph.project(context, *_linear(weights, f"{name}.ao"), f"{name}.ao")
    hidden = graph.normalise(graph.add("Add", [hidden, projected], f"{name}.attended"), weights, f"{name}.aln")
    widened = graph.project(hidden, *_linear(weights, f"{name}.fi"), f"{name}.fi")
    activated = graph.add("Gelu", [widened], f"{name}.gelu")
    narrowed = graph.project(activated, *_linear(weights, f"{name}.fo"), f"{name}.fo")
    return graph.normalise(graph.add("Add", [hidden, narrowed], f"{name}.fed"), weights, f"{name}.oln")


def _linear(weights: PackedWeights, name: str) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    return weights.matrices[f"{name}.w"].unpack(), weights.vectors[f"{name}.b"]


def _attend(graph: _Graph, weights: PackedWeights, hidden: str, bias: str, name: str) -> str:
    """MatMul, Softmax, MatMul without anything between that would keep an engine from fusing them."""
    sizes = weights.sizes
    width = sizes.hidden // sizes.heads
    parts = [_linear(weights, f"{name}.{role}") for role in "qkv"]
    scale = np.float32(width**-0.5)  # of the scores, moved into the questions' weights
    matrix = np.concatenate([parts[0][0] * scale, parts[1][0], parts[2][0]])
    shift = np.concatenate([parts[0][1] * scale, parts[1][1], parts[2][1]])
    joint = graph.project(hidden, matrix, shift, f"{name}.qkv")
    shape = graph.constant(f"{name}.heads", np.array([0, 0, 3 * sizes.heads, width]))
    joint = graph.add("Reshape", [joint, shape], f"{name}.qkv_heads")
    graph.split(joint, [f"{name}.q", f"{name}.k", f"{name}.v"], axis=2)
    asked = graph.add("Transpose", [f"{name}.q"], f"{name}.q_heads", perm=[0, 2, 1, 3])
    keys = graph.add("Transpose", [f"{name}.k"], f"{name}.k_heads", perm=[0, 2, 3, 1])
    values = graph.add("Transpose", [f"{name}.v"], f"{name}.v_heads", perm=[0, 2, 1, 3])
    scores = graph.add("Add", [graph.add("MatMul", [asked, keys], f"{name}.scores"), bias], f"{name}.masked")
    context = graph.add("MatMul", [graph.add("Softmax", [scores], f"{name}.shares", axis=-1), values], f"{name}.mixed")
    context = graph.add("Transpose", [context], f"{name}.context", perm=[0, 2, 1, 3])
    row = graph.constant(f"{name}.row", np.array([0, 0, sizes.hidden]))
    return graph.add("Reshape", [context, row], f"{name}.context_row")


def _pool(graph: _Graph, hidden: str, mask: str) -> None:
    column = graph.add("Unsqueeze", [mask, graph.constant("column", np.array([-1]))], "mask_column")
    second = graph.constant("second", np.array([1]))
    total = graph.add("ReduceSum", [graph.add("Mul", [hidden, column], "kept"), second], "total", keepdims=0)
    count = graph.add("ReduceSum", [column, second], "count", keepdims=0)
    mean = graph.add("Div", [total, count], "mean")
    graph.add("LpNormalization", [mean], OUTPUT, axis=-1, p=2)
