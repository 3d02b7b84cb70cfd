"""Loads an encoder by name."""

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from embedder.backends import AUTO, CPU, CUDA, TORCH, Backend, choose_backend
from embedder.contract import Embedder
from embedder.endpoint.limits import EndpointLimits
from embedder.errors import BackendError, UnknownModelError

if TYPE_CHECKING:
    from embedder.backends.tensorrt import PlanSource
    from embedder.checkpoints.prepared import PreparedModel
    from embedder.model_card import ModelCard
    from embedder.tokens import TextTokenizer

logger = logging.getLogger(__name__)

ENDPOINT: Final = "endpoint:"
"""Names that begin like this are encoders on servers."""
BUNDLED: Final = (AUTO, "e5-small")
"""Names of the encoder that comes with polyseek."""


def load_embedder(  # noqa: PLR0913  one parameter for each choice
    model: str = AUTO,
    *,
    backend: str = AUTO,
    device: str = AUTO,
    cache_dir: Path | None = None,
    threads: int | None = None,
    revision: str | None = None,
    endpoint: EndpointLimits | None = None,
) -> Embedder:
    """Load an encoder; a local one is made ready in the cache the first time, which takes a while.

    Nothing is downloaded, and nothing leaves this machine but what an encoder on a server is asked.

    Args:
        model: "auto" or "e5-small", the bundled encoder; or `endpoint:URL#MODEL`, one on a server that offers
            `/v1/embeddings` (see docs/endpoint.md); or a model directory, or the name of a prepared encoder (see
            docs/models.md).
        backend: "auto", "tensorrt", "openvino", "onnxruntime", or "torch", the slow reference. "auto" takes TensorRT
            where it and a GPU are there, else OpenVINO, or ONNX Runtime where that is missing. If TensorRT
            fails, "auto" warns and takes the processor.
        device: "auto", "cpu" or "cuda".
        cache_dir: Where built encoders are kept; None for the user's cache directory.
        threads: Threads to compute with; None takes as many as the engine finds right for this machine.
        revision: Of prepared encoders of one name, the one with these weights; None takes the newest.
        endpoint: How much is asked of a server at once; None takes what suits most.

    Raises:
        UnknownModelError: If there is no such encoder.
        EndpointError: If the encoder is on a server that cannot be used.
        BackendError: If the engine or device cannot run here.
        ModelSourceError: If the encoder has to be built and a package it is built from is missing or another one.
        CheckpointError: If the model directory cannot be read, or has parts that are not supported.
        ModelCacheError: If the encoder has to be built and the cache cannot be written to.
    """
    if model.startswith(ENDPOINT):
        return _load_endpoint(model, cache_dir, endpoint or EndpointLimits())
    cache_dir = cache_dir or user_cache_dir()
    if backend == TORCH:
        return _load_reference(model, device, cache_dir, revision)
    chosen = choose_backend(backend, device)
    prepared = None if model in BUNDLED else _prepared(model, cache_dir, revision)
    try:
        return _load_local(prepared, chosen, cache_dir, threads)
    except BackendError as error:
        if chosen.device != CUDA or (backend, device) != (AUTO, AUTO):
            raise
        logger.warning("the GPU is not used: %s", error)
        return _load_local(prepared, choose_backend(AUTO, CPU), cache_dir, threads)


def _load_local(prepared: "PreparedModel | None", backend: Backend, cache_dir: Path, threads: int | None) -> Embedder:
    """Load a prepared encoder, or the bundled one if there is none."""
    if prepared is None:
        return _load_bundled(backend, cache_dir, threads)
    return _load_prepared(prepared, backend, cache_dir, threads)


def _prepared(model: str, cache_dir: Path, revision: str | None) -> "PreparedModel":
    """Find a prepared encoder by its name, or prepare the directory of this name."""
    from embedder.checkpoints.prepared import find_prepared, prepare

    if Path(model).is_dir():
        return prepare(Path(model), cache_dir)
    found = find_prepared(model, cache_dir, revision=revision)
    if found is None:
        weights = "" if revision is None else f" with the weights {revision[:12]}…"
        msg = (
            f"there is no encoder {model!r}{weights}; take e5-small, make one ready from a model directory: "
            f"polyseek models prepare FOLDER, or say which server runs it: {ENDPOINT}URL#{model}"
        )
        raise UnknownModelError(msg)
    return found


def _load_reference(model: str, device: str, cache_dir: Path, revision: str | None) -> Embedder:
    from embedder.backends.torch_reference import load_torch_embedder

    if model in BUNDLED:
        msg = "backend 'torch' runs encoders that were made from a model directory; see: polyseek models list"
        raise BackendError(msg)
    return load_torch_embedder(_prepared(model, cache_dir, revision), cache_dir, device=device)


def _load_prepared(model: "PreparedModel", backend: Backend, cache_dir: Path, threads: int | None) -> Embedder:
    from embedder.graphs.writer import Precision
    from embedder.local_embedder import LocalEmbedder

    if backend.device == CUDA:
        from embedder.backends.tensorrt import PlanSource

        source = PlanSource(
            name=model.folder.name, revision=model.card.revision, max_tokens=model.card.max_tokens, graph=model.graph
        )
        return _load_on_gpu(source, model.card, model.tokenizer(), cache_dir)
    engine = backend.import_engine()(model.graph(Precision.F32), threads=threads)
    return LocalEmbedder(model.card, model.tokenizer(), engine, cache_dir)


def _load_on_gpu(source: "PlanSource", card: "ModelCard", tokenizer: "TextTokenizer", cache_dir: Path) -> Embedder:
    from embedder.backends.tensorrt import load_tensorrt
    from embedder.backends.tensorrt.profiles import TOKEN_BUDGET
    from embedder.local_embedder import LocalEmbedder

    return LocalEmbedder(card, tokenizer, load_tensorrt(source, cache_dir), cache_dir, batch_tokens=TOKEN_BUDGET)


def _load_bundled(backend: Backend, cache_dir: Path, threads: int | None) -> Embedder:
    from embedder.bundled import GRAPH_FILE, TOKENIZER_FILE, bundled_card, bundled_folder, bundled_plan_source
    from embedder.local_embedder import LocalEmbedder
    from embedder.tokens import TextTokenizer

    folder = bundled_folder(cache_dir)
    if backend.device == CUDA:
        tokenizer = TextTokenizer(folder.files[TOKENIZER_FILE])
        return _load_on_gpu(bundled_plan_source(), bundled_card(tokenizer), tokenizer, cache_dir)
    # The two slow steps of a start, side by side. The tokenizer holds the interpreter lock, so that the engine's
    # library has to be imported before, and its compiler, which does not, has to be in the other thread.
    load_engine = backend.import_engine()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="compile") as worker:
        engine = worker.submit(load_engine, folder.files[GRAPH_FILE], threads=threads)
        tokenizer = TextTokenizer(folder.files[TOKENIZER_FILE])
        return LocalEmbedder(bundled_card(tokenizer), tokenizer, engine.result(), cache_dir)


def _load_endpoint(model: str, cache_dir: Path | None, limits: EndpointLimits) -> Embedder:
    from embedder.endpoint.address import read_address
    from embedder.endpoint.client import EndpointClient
    from embedder.endpoint.remote_embedder import EndpointEmbedder

    return EndpointEmbedder(EndpointClient(read_address(model), limits), cache_dir or user_cache_dir())


def user_cache_dir() -> Path:
    """Where encoders are kept if no other folder is named."""
    from platformdirs import user_cache_path

    return user_cache_path("polyseek")
