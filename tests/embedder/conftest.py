"""Shared by the embedder's tests: sentences in 26 languages, the built model, and one encoder for each engine."""

import json
from pathlib import Path

import pytest
from platformdirs import user_cache_path

from embedder import Embedder, load_embedder
from embedder.backends import BACKENDS
from embedder.bundled import GRAPH_FILE, TOKENIZER_FILE, bundled_card, bundled_folder
from embedder.local_embedder import LocalEmbedder
from embedder.model_cache import ModelFolder
from embedder.tokens import TextTokenizer


@pytest.fixture(scope="session")
def sentences() -> dict[str, tuple[str, str]]:
    """Language code to a question and the passage that answers it; the same ones in every language."""
    content = json.loads((Path(__file__).parent / "sentences.json").read_text(encoding="utf-8"))
    return {language: (question, passage) for language, (question, passage) in content.items()}


@pytest.fixture(scope="session")
def built() -> ModelFolder:
    """The bundled model from the model cache of the machine."""
    return bundled_folder(user_cache_path("polyseek"))


@pytest.fixture(scope="session")
def tokenizer(built: ModelFolder) -> TextTokenizer:
    return TextTokenizer(built.files[TOKENIZER_FILE])


@pytest.fixture(scope="session")
def float32_encoder(built: ModelFolder, tokenizer: TextTokenizer) -> Embedder:
    """OpenVINO as it runs on a processor without bfloat16."""
    engine = BACKENDS["openvino"].import_engine()(built.files[GRAPH_FILE], threads=None, precision="f32")  # type: ignore[call-arg]
    return LocalEmbedder(bundled_card(tokenizer), tokenizer, engine, user_cache_path("polyseek"))


@pytest.fixture(scope="session")
def onnxruntime_encoder() -> Embedder:
    return load_embedder("e5-small", backend="onnxruntime")


@pytest.fixture(scope="session", params=["openvino", "openvino in float32", "onnxruntime"])
def any_encoder(request: pytest.FixtureRequest) -> Embedder:
    """Each engine in turn."""
    names = {"openvino": "encoder", "openvino in float32": "float32_encoder", "onnxruntime": "onnxruntime_encoder"}
    encoder: Embedder = request.getfixturevalue(names[request.param])
    return encoder


@pytest.fixture(scope="session")
def mixed_texts(sentences: dict[str, tuple[str, str]]) -> list[str]:
    """Texts of very different lengths in 26 languages, in no order of length."""
    texts = []
    for number, (question, passage) in enumerate(sentences.values()):
        texts += [question, " ".join([passage] * (1 + number % 7 * 3))]
    return texts
