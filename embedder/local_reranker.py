"""A reranker that runs in this process."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from embedder.backends import AUTO, BACKENDS, CPU, CUDA, TORCH, Backend, Engine, choose_backend
from embedder.batches import batches
from embedder.checkpoints.prepared_rerankers import PreparedReranker, find_reranker, prepare_reranker
from embedder.errors import BackendError, UnknownModelError
from embedder.graphs.writer import Precision
from embedder.pairs import PairTokenizer
from embedder.reranking import Scores

logger = logging.getLogger(__name__)

BATCH_TOKENS: Final = 1024


class LocalReranker:
    """Tokenizer and engine of one reranker; may be used from several threads at once.

    Args:
        name: Name of the reranker.
        tokenizer: Its tokenizer.
        engine: Runs its graph, whose output is a logit of each text.
        batch_tokens: Most tokens that are computed at once, padding included.
    """

    def __init__(
        self, name: str, tokenizer: PairTokenizer, engine: Engine, *, batch_tokens: int = BATCH_TOKENS
    ) -> None:
        self._name = name
        self._tokenizer = tokenizer
        self._engine = engine
        self._batch_tokens = batch_tokens

    def scores(self, question: str, passages: Sequence[str]) -> Scores:
        """Say how well each passage answers a question; see `Reranker.scores`."""
        scores = np.empty(len(passages), dtype=np.float32)
        encoded = self._tokenizer.encode(question, passages)
        for batch in batches(encoded, max_tokens=self._batch_tokens, padding=self._tokenizer.padding):
            scores[batch.rows] = self._engine.run(batch.input_ids, batch.attention_mask)[:, 0]
        return scores

    def __str__(self) -> str:
        return f"{self._name} with {self._engine}"


def load_local_reranker(model: str, *, backend: str, device: str, cache_dir: Path) -> LocalReranker:
    """Load a reranker from a model directory or by the name of a prepared one; see `load_reranker`."""
    if backend == TORCH:
        msg = f"backend 'torch' runs no rerankers; choose one of {', '.join((AUTO, *BACKENDS))}"
        raise BackendError(msg)
    chosen = choose_backend(backend, device)
    prepared = _prepared(model, cache_dir)
    try:
        return _load(prepared, chosen, cache_dir)
    except BackendError as error:
        if chosen.device != CUDA or (backend, device) != (AUTO, AUTO):
            raise
        logger.warning("the GPU is not used for the reranker: %s", error)
        return _load(prepared, choose_backend(AUTO, CPU), cache_dir)


def _prepared(model: str, cache_dir: Path) -> PreparedReranker:
    """Find a prepared reranker by its name, or prepare the directory of this name."""
    from embedder.checkpoints.prepared import find_prepared
    from embedder.loading import BUNDLED

    if Path(model).is_dir():
        return prepare_reranker(Path(model), cache_dir)
    found = find_reranker(model, cache_dir)
    if found is not None:
        return found
    if model in BUNDLED or find_prepared(model, cache_dir) is not None:
        msg = f"{model!r} is an encoder, which gives no scores; name it with --model {model}, and a reranker here"
        raise UnknownModelError(msg)
    msg = (
        f"there is no reranker {model!r}; make one ready from a model directory: polyseek models prepare FOLDER, "
        f"or say which server runs it: endpoint:URL#{model}"
    )
    raise UnknownModelError(msg)


def _load(model: PreparedReranker, backend: Backend, cache_dir: Path) -> LocalReranker:
    if backend.device == CUDA:
        from embedder.backends.tensorrt import PlanSource, load_tensorrt
        from embedder.backends.tensorrt.profiles import TOKEN_BUDGET

        source = PlanSource(
            name=model.folder.name, revision=model.card.revision, max_tokens=model.card.max_tokens, graph=model.graph
        )
        engine = load_tensorrt(source, cache_dir)
        return LocalReranker(model.card.id, model.tokenizer(), engine, batch_tokens=TOKEN_BUDGET)
    cpu_engine = backend.import_engine()(model.graph(Precision.F32), threads=None)
    return LocalReranker(model.card.id, model.tokenizer(), cpu_engine)
