"""Writes the bundled BERT encoder from its packed weights, for processors and for GPUs.

For processors weights stay small in the file and in memory. Layer matrices are 8-bit integers with one scale for each
64 inputs: engines multiply them as integers, which is the fastest way on a processor. The token embedding keeps the 4
bits of its source exactly; its rows are unpacked after they are looked up.

For GPUs all weights are unpacked to float16, because their engines multiply floats fastest and refuse such integers.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from embedder.graphs.writer import GraphWriter, Precision
from embedder.packed_weights import BLOCK, PackedMatrix, PackedWeights

if TYPE_CHECKING:
    import onnx

GRAPH_VERSION = 1
"""Raise it when the graph changes: built encoders of older versions are then built anew."""

GROUP = 64
"""Inputs of a layer that share a scale."""


def packed_bert_graph(weights: PackedWeights) -> "onnx.ModelProto":
    """Write the encoder as an ONNX model.

    Its inputs and its output are those of `GraphWriter.finish`; tokens are pooled by their mean.

    Args:
        weights: The weights and the shape of the encoder.
    """
    return _write(_Graph(), weights)


def float_bert_graph(weights: PackedWeights, precision: Precision) -> "onnx.ModelProto":
    """Write the encoder as an ONNX model without integer weights; 240 MB.

    Inputs, output and pooling are those of `packed_bert_graph`.

    Args:
        weights: The weights and the shape of the encoder.
        precision: Number type it computes in.
    """
    return _write(_FloatGraph(precision), weights)


class _Graph(GraphWriter):
    """Adds the parts that depend on how weights are kept; here they stay packed."""

    def look_up(self, matrix: PackedMatrix, hidden: int) -> str:
        """Look up the words' vectors, float32."""
        return _unpack_rows(self, matrix, hidden)

    def converted(self, source: str, to: int, name: str) -> str:
        """Change the number type, unless everything is float32."""
        return source if self.type == self.float32 else self.cast(source, to, name)

    def normalise(self, source: str, weights: PackedWeights, name: str) -> str:
        """Add a layer normalisation, computed in float32."""
        gain = self.constant(f"{name}.w", weights.vectors[f"{name}.w"])
        shift = self.constant(f"{name}.b", weights.vectors[f"{name}.b"])
        values = self.converted(source, self.float32, f"{name}.f32")
        normed = self.add("LayerNormalization", [values, gain, shift], name, axis=-1, epsilon=weights.sizes.epsilon)
        return self.converted(normed, self.type, f"{name}.typed")

    def project(self, source: str, matrix: npt.NDArray[np.float32], bias: npt.NDArray[np.float32], name: str) -> str:
        """Add a linear layer; `matrix` has shape (outputs, inputs)."""
        integers, scales = quantise(matrix)
        parts = [self.constant(f"{name}.integers", integers), self.constant(f"{name}.scales", scales)]
        factor = self.add("DequantizeLinear", parts, f"{name}.weights", axis=0, block_size=GROUP)
        product = self.add("MatMul", [source, factor], f"{name}.product")
        return self.add("Add", [product, self.constant(f"{name}.bias", bias)], name)


class _FloatGraph(_Graph):
    """Keeps weights as float16, which engines turn into the type they compute in, once."""

    def look_up(self, matrix: PackedMatrix, hidden: int) -> str:
        """Look up the words' vectors, float32."""
        table = self.constant("word.table", matrix.unpack().astype(np.float16))
        return self.cast(self.add("Gather", [table, "input_ids"], "word.picked"), self.float32, "word")

    def project(self, source: str, matrix: npt.NDArray[np.float32], bias: npt.NDArray[np.float32], name: str) -> str:
        """Add a linear layer; `matrix` has shape (outputs, inputs)."""
        factor = self.cast(self.constant(f"{name}.kept", matrix.T.astype(np.float16)), self.type, f"{name}.weights")
        shift = self.cast(self.constant(f"{name}.shift", bias), self.type, f"{name}.bias")
        return self.add("Add", [self.add("MatMul", [source, factor], f"{name}.product"), shift], name)


def _write(graph: _Graph, weights: PackedWeights) -> "onnx.ModelProto":
    hidden = _embed_tokens(graph, weights)
    mask = graph.mask()
    bias = graph.converted(graph.padding_bias(mask), graph.type, "bias")
    for layer in range(weights.sizes.layers):
        hidden = _transform(graph, weights, hidden, bias, layer)
    pooled = graph.mean(graph.converted(hidden, graph.float32, "hidden_f32"), mask)
    return graph.finish(pooled, name="bert", dimension=weights.sizes.hidden)


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
    word = graph.look_up(weights.matrices["emb.word"], hidden)
    # Token type 0 is the only one used: its vector is added to every position's.
    places = weights.vectors["emb.pos"].reshape(-1, hidden) + weights.vectors["emb.type"][:hidden]
    length = graph.add("Shape", ["input_ids"], "length", start=1, end=2)
    first = graph.constant("first", np.array([0]))
    used = graph.add("Slice", [graph.constant("places", places), first, length, first], "used_places")
    return graph.normalise(graph.add("Add", [word, used], "embedding"), weights, "emb.ln")


def _unpack_rows(graph: GraphWriter, matrix: PackedMatrix, hidden: int) -> str:
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
    sizes = weights.sizes
    width = sizes.hidden // sizes.heads
    parts = [_linear(weights, f"{name}.{role}") for role in "qkv"]
    scale = np.float32(width**-0.5)  # of the scores, moved into the questions' weights
    matrix = np.concatenate([parts[0][0] * scale, parts[1][0], parts[2][0]])
    shift = np.concatenate([parts[0][1] * scale, parts[1][1], parts[2][1]])
    joint = graph.project(hidden, matrix, shift, f"{name}.qkv")
    shape = graph.constant("heads", np.array([0, 0, 3 * sizes.heads, width]))
    joint = graph.add("Reshape", [joint, shape], f"{name}.qkv_heads")
    graph.split(joint, [f"{name}.q", f"{name}.k", f"{name}.v"], axis=2)
    asked = graph.add("Transpose", [f"{name}.q"], f"{name}.q_heads", perm=[0, 2, 1, 3])
    keys = graph.add("Transpose", [f"{name}.k"], f"{name}.k_heads", perm=[0, 2, 3, 1])
    values = graph.add("Transpose", [f"{name}.v"], f"{name}.v_heads", perm=[0, 2, 1, 3])
    return graph.attend(asked, keys, values, bias, f"{name}.context")
