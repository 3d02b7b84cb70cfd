"""Loads an encoder by name. A new encoder is one file and one row here."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import Final

from embedder.backends import AUTO, Backend, choose_backend
from embedder.contract import Embedder
from embedder.errors import UnknownModelError


def load_embedder(
    model: str = AUTO,
    *,
    backend: str = AUTO,
    device: str = AUTO,
    cache_dir: Path | None = None,
    threads: int | None = None,
) -> Embedder:
    """Load an encoder; the bundled one is built into the cache the first time, which takes some seconds.

    Nothing is downloaded.

    Args:
        model: "auto" or "e5-small", the bundled encoder.
        backend: "auto", "openvino" or "onnxruntime". "auto" takes OpenVINO, or ONNX Runtime where it is missing.
        device: "auto" or "cpu".
        cache_dir: Where built encoders are kept; None for the user's cache directory.
        threads: Threads to compute with; None takes as many as the engine finds right for this machine.

    Raises:
        UnknownModelError: If there is no such encoder.
        BackendError: If the engine or device cannot run here.
        ModelSourceError: If the encoder has to be built and a package it is built from is missing or another one.
        ModelCacheError: If the encoder has to be built and the cache cannot be written to.
    """
    if model not in MODELS:
        msg = f"there is no encoder {model!r}; choose one of {', '.join(MODELS)}"
        raise UnknownModelError(msg)
    return MODELS[model](choose_backend(backend, device), cache_dir, threads)


def _load_bundled(backend: Backend, cache_dir: Path | None, threads: int | None) -> Embedder:
    from embedder.bundled import GRAPH_FILE, TOKENIZER_FILE, bundled_card, bundled_folder
    from embedder.local_embedder import LocalEmbedder
    from embedder.tokens import TextTokenizer

    cache_dir = cache_dir or _user_cache_dir()
    folder = bundled_folder(cache_dir)
    # The two slow steps of a start, side by side. The tokenizer holds the interpreter lock, so that the engine's
    # library has to be imported before, and its compiler, which does not, has to be in the other thread.
    load_engine = backend.import_engine()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="compile") as worker:
        engine = worker.submit(load_engine, folder.files[GRAPH_FILE], threads=threads)
        tokenizer = TextTokenizer(folder.files[TOKENIZER_FILE])
        return LocalEmbedder(bundled_card(tokenizer), tokenizer, engine.result(), cache_dir)


def _user_cache_dir() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("polyseek")


ModelLoader = Callable[[Backend, Path | None, int | None], Embedder]

MODELS: Final[Mapping[str, ModelLoader]] = MappingProxyType({AUTO: _load_bundled, "e5-small": _load_bundled})
"""Loaders by name."""
