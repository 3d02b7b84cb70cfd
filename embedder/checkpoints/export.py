"""Writes the encoder or reranker of a model directory as ONNX graphs that share one file of weights."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from embedder.checkpoints.bert import write_bert
from embedder.checkpoints.checkpoint import Checkpoint
from embedder.checkpoints.heads import HEADS
from embedder.checkpoints.layers import LayerWriter
from embedder.checkpoints.llama import write_llama
from embedder.checkpoints.modernbert import write_modernbert
from embedder.errors import CheckpointError
from embedder.graphs.weights_file import WeightsFile
from embedder.graphs.writer import Precision
from embedder.model_cache import write_file

if TYPE_CHECKING:
    import onnx

EXPORT_VERSION: Final = 1
"""Raise it when the graphs change: encoders that older versions wrote are then written anew."""

WEIGHTS_FILE: Final = "weights.bin"

FAMILIES: Final[Mapping[str, Callable[[LayerWriter], str]]] = MappingProxyType(
    {
        "bert": write_bert,
        "xlm-roberta": write_bert,
        "roberta": write_bert,
        "llama_bidirec": write_llama,
        "modernbert": write_modernbert,
    }
)
"""Writers by `model_type`. A new family is one file and one row here."""


def graph_file(precision: Precision) -> str:
    """Name of the graph that computes in this number type."""
    return f"model.{precision}.onnx"


def require_family(checkpoint: Checkpoint) -> None:
    """Check that there is a writer for an encoder or reranker.

    Raises:
        CheckpointError: If there is none.
    """
    known: Mapping[str, object] = HEADS if checkpoint.is_reranker else FAMILIES
    if checkpoint.model_type not in known:
        kind = "reranker" if checkpoint.is_reranker else "encoder"
        msg = (
            f"{checkpoint.folder} is a {checkpoint.model_type!r} model; polyseek runs {', '.join(known)}: "
            f"choose another {kind}"
        )
        raise CheckpointError(msg)


def export(checkpoint: Checkpoint, folder: Path, precisions: Sequence[Precision]) -> None:
    """Write the weights once and a graph for each precision; about one tensor is in memory at a time.

    Args:
        checkpoint: The encoder or reranker.
        folder: Where the files are written.
        precisions: Number types to compute in.

    Raises:
        CheckpointError: If it is of no known family, or its weights do not fit.
    """
    require_family(checkpoint)
    with checkpoint.tensors() as tensors, WeightsFile(folder / WEIGHTS_FILE) as file:
        for precision in precisions:
            graph = LayerWriter(checkpoint, tensors, file, precision)
            write_file(folder / graph_file(precision), _write(graph, checkpoint).SerializeToString())


def _write(graph: LayerWriter, checkpoint: Checkpoint) -> "onnx.ModelProto":
    kind = checkpoint.model_type
    hidden = FAMILIES[kind](graph)
    if checkpoint.is_reranker:
        return graph.finish_scores(HEADS[kind](graph, hidden), name=kind)
    return graph.finish(graph.pool(hidden), name=kind, dimension=int(checkpoint.config["hidden_size"]))
