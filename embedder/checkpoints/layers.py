"""The layers of checkpoints as nodes of a graph, with their weights in a file beside it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from embedder.checkpoints.checkpoint import Checkpoint, Pooling
from embedder.checkpoints.tensors import Tensors
from embedder.errors import CheckpointError
from embedder.graphs.weights_file import WeightsFile
from embedder.graphs.writer import OUTPUT, GraphWriter, Precision

if TYPE_CHECKING:
    import onnx

_GELU: Final = {"gelu": "none", "gelu_new": "tanh", "gelu_pytorch_tanh": "tanh"}


class LayerWriter(GraphWriter):
    """Adds layers to a graph.

    Args:
        checkpoint: The encoder or reranker.
        tensors: Its weights.
        file: Takes them, in the number type the checkpoint has them in.
        precision: Number type of the activations.
    """

    def __init__(self, checkpoint: Checkpoint, tensors: Tensors, file: WeightsFile, precision: Precision) -> None:
        super().__init__(precision)
        self.config = checkpoint.config
        self.max_tokens = checkpoint.max_tokens
        self.separator = checkpoint.separator()
        self._pooling = checkpoint.pooling
        self._tensors = tensors
        self._file = file

    def has(self, tensor: str) -> bool:
        """True if the checkpoint has this tensor."""
        return tensor in self._tensors

    def read(self, tensor: str) -> npt.NDArray[Any]:
        """The numbers of a tensor."""
        return self._tensors.read(tensor)

    def linear(self, source: str, name: str) -> str:
        """Add a linear layer whose tensors are `name.weight` and, if there is one, `name.bias`."""
        weight = self._stored(f"{name}.weight.T", lambda: self.read(f"{name}.weight").T)
        product = self.add("MatMul", [source, weight], f"{name}.product")
        if not self.has(f"{name}.bias"):
            return product
        bias = self._stored(f"{name}.bias", lambda: self.read(f"{name}.bias"))
        return self.add("Add", [product, bias], name)

    def exact_linear(self, source: str, name: str) -> str:
        """Add a linear layer that computes in float32; its tensors are `name.weight` and `name.bias`."""
        weight = self._external(f"{name}.weight.T", lambda: self.read(f"{name}.weight").T)
        exact = self.cast(weight, self.float32, f"{name}.weight.f32")
        product = self.add("MatMul", [source, exact], f"{name}.product")
        return self.add("Add", [product, self.float_constant(f"{name}.bias")], name)

    def look_up(self, name: str, numbers: str) -> str:
        """Take rows of the tensor `name.weight`."""
        table = self._external(f"{name}.weight", lambda: self.read(f"{name}.weight"))
        rows = self.add("Gather", [table, numbers], f"{name}.rows")
        return self.cast(rows, self.type, f"{name}.looked_up")

    def layer_norm(self, source: str, name: str, epsilon: float) -> str:
        """Normalise to mean 0 and variance 1, computed in float32."""
        gain = self.float_constant(f"{name}.weight")
        inputs = [self.cast(source, self.float32, f"{name}.f32"), gain]
        if self.has(f"{name}.bias"):
            inputs.append(self.float_constant(f"{name}.bias"))
        normed = self.add("LayerNormalization", inputs, f"{name}.normed", axis=-1, epsilon=epsilon)
        return self.cast(normed, self.type, name)

    def rms_norm(self, source: str, name: str, epsilon: float) -> str:
        """Normalise to a mean square of 1, computed in float32 (Zhang & Sennrich 2019)."""
        values = self.cast(source, self.float32, f"{name}.f32")
        square = self.add("Mul", [values, values], f"{name}.square")
        last = self.constant("last", np.array([-1]))
        mean = self.add("ReduceMean", [square, last], f"{name}.mean", keepdims=1)
        raised = self.add("Add", [mean, self.constant("epsilon", np.float32(epsilon))], f"{name}.raised")
        normed = self.add("Div", [values, self.add("Sqrt", [raised], f"{name}.root")], f"{name}.normed")
        gained = self.add("Mul", [normed, self.float_constant(f"{name}.weight")], f"{name}.gained")
        return self.cast(gained, self.type, name)

    def activate(self, source: str, activation: str, name: str) -> str:
        """Add the activation that the checkpoint names.

        Raises:
            CheckpointError: If it is one that is not supported.
        """
        if activation in _GELU:
            return self.add("Gelu", [source], name, approximate=_GELU[activation])
        if activation == "silu":
            return self.add("Mul", [source, self.add("Sigmoid", [source], f"{name}.gate")], name)
        if activation == "relu":
            return self.add("Relu", [source], name)
        msg = f"the activation {activation!r} is not supported; choose an encoder with gelu, silu or relu"
        raise CheckpointError(msg)

    def scaled(self, source: str, factor: float, name: str) -> str:
        """Multiply by a number."""
        return self.add("Mul", [source, self.scalar(factor, f"times_{factor}")], name)

    def bias(self, values: str, name: str) -> str:
        """A float32 value, in the type the graph computes in."""
        return self.cast(values, self.type, name)

    def pool(self, hidden: str) -> str:
        """One vector of each text, float32."""
        if self._pooling is Pooling.CLS:
            return self.first_token(hidden)
        values, mask = self.cast(hidden, self.float32, "hidden_f32"), self.mask()
        if self._pooling is Pooling.MEAN:
            return self.mean(values, mask)
        following = self.add("Pad", [mask, self.constant("one_more", np.array([0, 0, 0, 1]))], "mask_and_end")
        starts, ends = self.constant("from_second", np.array([1])), self.constant("to_end", np.array([2**31 - 1]))
        following = self.add("Slice", [following, starts, ends, self.constant("along", np.array([1]))], "mask_behind")
        return self.mean(values, self.add("Sub", [mask, following], "last_token"))

    def first_token(self, hidden: str) -> str:
        """The vector of the first token of each text, float32."""
        values = self.cast(hidden, self.float32, "hidden_f32")
        return self.add("Gather", [values, self.constant("first_place", np.array(0))], "first_token", axis=1)

    def finish_scores(self, logits: str, *, name: str) -> "onnx.ModelProto":
        """Make a model of the graph whose output is a score of each text, shape (batch, 1), float32.

        Inputs and the name of the output are those of an encoder, so that the same engines run it.
        """
        from onnx import helper

        model = self.finish(logits, name=name, dimension=1)
        model.graph.node[-1].CopyFrom(helper.make_node("Identity", [logits], [OUTPUT], name=OUTPUT))  # not of length 1
        return model

    def float_constant(self, tensor: str) -> str:
        """A small tensor, as float32 in the graph itself."""
        return self.constant(tensor, self.read(tensor).astype(np.float32))

    def _stored(self, name: str, make: Callable[[], npt.NDArray[Any]]) -> str:
        """A tensor from the file, in the type the graph computes in."""
        stored = self._external(name, make)
        return self.cast(stored, self.type, f"{name}.cast")

    def _external(self, name: str, make: Callable[[], npt.NDArray[Any]]) -> str:
        from onnx import TensorProto, helper

        if name in self._known:
            return name
        self._known.add(name)
        place = self._file.store(name, make)
        tensor = TensorProto(
            name=name,
            dims=place.shape,
            data_type=helper.np_dtype_to_tensor_dtype(place.dtype),
            data_location=TensorProto.EXTERNAL,
        )
        for key, value in (("location", self._file.name), ("offset", place.offset), ("length", place.length)):
            tensor.external_data.add(key=key, value=str(value))
        self.constants.append(tensor)
        return name
