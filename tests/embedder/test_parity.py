"""Every engine agrees with torch in float32, which shares only the reading of the weights file."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedder import LANGUAGES, Embedder
from embedder.tokens import TextTokenizer

pytestmark = pytest.mark.parity

LOWEST = 0.999


@pytest.fixture(scope="session")
def reference() -> Any:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    path = Path(__file__).parents[2] / "benchmarks" / "torch_reference.py"
    spec = importlib.util.spec_from_file_location("torch_reference", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.TorchReference()


@pytest.fixture(scope="session")
def texts(sentences: dict[str, tuple[str, str]]) -> list[str]:
    """A question, a passage and a text of more than 512 tokens in each language, and the shortest texts there are."""
    made = []
    for question, passage in sentences.values():
        made += [question, passage, f"{passage} {question} " * 60]
    return [*made, "", "a", "?", "42", "你", "ok"]


@pytest.fixture(scope="session")
def expected(reference: Any, texts: list[str]) -> np.ndarray:
    """From torch, each text padded among 31 others."""
    return np.asarray(reference.embed([f"passage: {text}" for text in texts]))


def test_the_sentences_are_in_all_languages(sentences: dict[str, tuple[str, str]]) -> None:
    assert tuple(sentences) == LANGUAGES


def test_tokens_are_those_transformers_finds(reference: Any, tokenizer: TextTokenizer, texts: list[str]) -> None:
    prefixed = [f"passage: {text}" for text in texts]
    theirs = reference.tokenizer(prefixed, truncation=True, max_length=512)["input_ids"]
    assert tokenizer.encode(prefixed, 512) == theirs
    assert sum(len(numbers) == 512 for numbers in theirs) == len(LANGUAGES)


def test_every_batched_text_has_the_vector_torch_finds(
    any_encoder: Embedder, texts: list[str], expected: np.ndarray
) -> None:
    agreement = np.einsum("ij,ij->i", any_encoder.embed_passages(texts), expected)
    assert agreement.min() >= LOWEST, texts[int(agreement.argmin())][:60]


def test_every_single_text_has_the_vector_torch_finds(
    any_encoder: Embedder, reference: Any, sentences: dict[str, tuple[str, str]]
) -> None:
    for question, _ in sentences.values():
        (theirs,) = reference.embed([f"query: {question}"])
        (ours,) = any_encoder.embed_queries([question])
        assert ours @ theirs >= LOWEST, question


def test_the_committed_vectors_are_those_torch_finds(reference: Any) -> None:
    import json

    rows = json.loads((Path(__file__).parent / "golden.json").read_text(encoding="utf-8"))
    theirs = reference.embed([row["text"] for row in rows])
    np.testing.assert_allclose(theirs, [row["vector"] for row in rows], atol=1e-4)
