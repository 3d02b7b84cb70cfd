"""What makes scores of token vectors: the last layers of rerankers, in float32 whatever the others compute in."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from embedder.checkpoints.layers import LayerWriter
from embedder.errors import CheckpointError


def _score_llama(graph: LayerWriter, hidden: str) -> str:
    """The pooled token vectors, one number of them, and the temperature that NVIDIA's configs may have."""
    logit = _logit(graph, graph.pool(hidden), "score")
    temperature = float(graph.config.get("temperature", 1.0))
    return graph.add("Div", [logit, graph.constant("temperature", np.float32(temperature))], "score.tempered")


def _score_bert(graph: LayerWriter, hidden: str) -> str:
    dense = graph.exact_linear(graph.first_token(hidden), "pooler.dense")
    return _logit(graph, graph.add("Tanh", [dense], "pooler"), "classifier")


def _score_roberta(graph: LayerWriter, hidden: str) -> str:
    dense = graph.exact_linear(graph.first_token(hidden), "classifier.dense")
    return _logit(graph, graph.add("Tanh", [dense], "classifier"), "classifier.out_proj")


HEADS: Final[Mapping[str, Callable[[LayerWriter, str], str]]] = MappingProxyType(
    {
        "bert": _score_bert,
        "xlm-roberta": _score_roberta,
        "roberta": _score_roberta,
        "llama_bidirec": _score_llama,
    }
)
"""By `model_type`: token vectors to logits of shape (batch, 1), float32."""


def _logit(graph: LayerWriter, vector: str, name: str) -> str:
    """A linear layer of one number: multiplied and summed, because engines round matrix products to bfloat16.

    Raises:
        CheckpointError: If the layer gives more numbers than one.
    """
    classes = len(graph.read(f"{name}.weight"))
    if classes != 1:
        msg = f"its {name}.weight tells {classes} classes apart; a reranker gives one score: choose another reranker"
        raise CheckpointError(msg)
    product = graph.add("Mul", [vector, graph.float_constant(f"{name}.weight")], f"{name}.product")
    last = graph.constant("last", np.array([-1]))
    total = graph.add("ReduceSum", [product, last], f"{name}.total", keepdims=1)
    if not graph.has(f"{name}.bias"):
        return total
    return graph.add("Add", [total, graph.float_constant(f"{name}.bias")], name)
