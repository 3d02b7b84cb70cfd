"""Nodes and constants of an ONNX graph, and the parts that encoders share."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import onnx

OUTPUT = "sentence_embedding"
"""Name of the graph's output."""

MASKED = -1e4
"""Added to the scores of padding. Finite: exp() of it is 0 in every precision, and no row becomes NaN."""

_OPSET = 21
_IR_VERSION = 10


class Precision(StrEnum):
    """Number type a graph computes in; norms, pooling and the result are float32 in all of them."""

    F32 = "f32"
    BF16 = "bf16"
    F16 = "f16"


class GraphWriter:
    """Nodes and constants in the order they were added.

    Every method that adds something returns the name of its output.

    Args:
        precision: Number type of the activations.
    """

    def __init__(self, precision: Precision = Precision.F32) -> None:
        from onnx import TensorProto

        types = {
            Precision.F32: TensorProto.FLOAT,
            Precision.BF16: TensorProto.BFLOAT16,
            Precision.F16: TensorProto.FLOAT16,
        }
        self.type: int = types[precision]
        self.float32: int = TensorProto.FLOAT
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._known: set[str] = set()

    def constant(self, name: str, values: npt.NDArray[Any] | np.generic) -> str:
        """Add a constant that is kept in the graph itself; under a known name, the one that is there."""
        from onnx import numpy_helper

        if name not in self._known:
            self._known.add(name)
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

    def cast(self, source: str, to: int, name: str) -> str:
        """Change the number type; under a known name, the cast that is there."""
        if name not in self._known:
            self._known.add(name)
            self.add("Cast", [source], name, to=to)
        return name

    def scalar(self, value: float, name: str) -> str:
        """A number of the type the graph computes in."""
        constant = self.constant(f"{name}.f32", np.float32(value))
        return constant if self.type == self.float32 else self.cast(constant, self.type, name)

    def mask(self) -> str:
        """The attention mask as float32, shape (batch, sequence)."""
        return self.cast("attention_mask", self.float32, "mask")

    def padding_bias(self, mask: str) -> str:
        """What is added to scores so that padding is not looked at; float32, shape (batch, 1, 1, sequence)."""
        padding = self.add("Sub", [self.constant("one", np.float32(1)), mask], "padding")
        penalty = self.add("Mul", [padding, self.constant("masked", np.float32(MASKED))], "penalty")
        return self.add("Unsqueeze", [penalty, self.constant("axes_1_2", np.array([1, 2]))], "attention_bias")

    def heads(self, source: str, count: int, width: int, name: str) -> str:
        """Cut rows of shape (batch, sequence, count * width) into heads: (batch, count, sequence, width)."""
        shape = self.constant(f"shape_{count}_{width}", np.array([0, 0, count, width]))
        parts = self.add("Reshape", [source, shape], f"{name}.parts")
        return self.add("Transpose", [parts], name, perm=[0, 2, 1, 3])

    def attend(self, asked: str, keys: str, values: str, bias: str, name: str) -> str:
        """Mix the values by the scores: MatMul, Softmax, MatMul, and nothing between that keeps engines from fusing.

        Args:
            asked: Questions, already scaled, shape (batch, heads, sequence, width).
            keys: Transposed, shape (batch, heads, width, sequence).
            values: Shape (batch, heads, sequence, width).
            bias: Added to the scores.
            name: Of the result, shape (batch, sequence, heads * width).
        """
        scores = self.add("Add", [self.add("MatMul", [asked, keys], f"{name}.scores"), bias], f"{name}.masked")
        shares = self.add("Softmax", [scores], f"{name}.shares", axis=-1)
        mixed = self.add("MatMul", [shares, values], f"{name}.mixed")
        places = self.add("Transpose", [mixed], f"{name}.places", perm=[0, 2, 1, 3])
        return self.add("Reshape", [places, self.constant("row", np.array([0, 0, -1]))], name)

    def mean(self, hidden: str, mask: str) -> str:
        """The mean of the token vectors; both float32."""
        column = self.add("Unsqueeze", [mask, self.constant("column", np.array([-1]))], "mask_column")
        second = self.constant("second", np.array([1]))
        total = self.add("ReduceSum", [self.add("Mul", [hidden, column], "kept"), second], "total", keepdims=0)
        count = self.add("ReduceSum", [column, second], "count", keepdims=0)
        return self.add("Div", [total, count], "mean")

    def finish(self, pooled: str, *, name: str, dimension: int) -> "onnx.ModelProto":
        """Give the pooled vectors length 1 and make a model of the graph.

        Inputs `input_ids` and `attention_mask` (1 for a token, 0 for padding on the right) have shape
        (batch, sequence), int64. Output `sentence_embedding` has shape (batch, dimension), float32.
        """
        from onnx import TensorProto, helper

        self.add("LpNormalization", [pooled], OUTPUT, axis=-1, p=2)
        sides = ["batch", "sequence"]
        inputs = [helper.make_tensor_value_info(side, TensorProto.INT64, sides) for side in _INPUTS]
        outputs = [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", dimension])]
        return helper.make_model(
            helper.make_graph(self.nodes, name, inputs, outputs, self.constants),
            opset_imports=[helper.make_opsetid("", _OPSET)],
            ir_version=_IR_VERSION,
            producer_name="polyseek",
        )


_INPUTS = ("input_ids", "attention_mask")
