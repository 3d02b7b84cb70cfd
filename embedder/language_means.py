"""What all texts of a language have in common in an encoder's space.

A multilingual encoder puts the texts of one language near one another, whatever they say. The mean vector of unrelated
sentences of a language shows where; taking it away leaves more of the meaning (Yang et al. 2021, "A Simple and
Effective Method To Eliminate the Self Language Bias in Multilingual Representations"; Roy et al. 2020, "LAReQA").
"""

import hashlib
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embedder.contract import Vectors
from embedder.model_cache import cached_model

if TYPE_CHECKING:
    from embedder.contract import Embedder


_MEANS_FILE = "language-means.npz"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LanguageMeans:
    """Mean vectors of an encoder by language.

    Attributes:
        languages: Language codes; row n of the arrays belongs to language n.
        queries: Shape (languages, dimension), float32: means of questions. Not unit vectors.
        passages: The same of passages.
    """

    languages: tuple[str, ...]
    queries: Vectors
    passages: Vectors

    def to_bytes(self) -> bytes:
        """The means as a NumPy archive without pickled objects."""
        buffer = io.BytesIO()
        np.savez(buffer, languages=np.array(self.languages), queries=self.queries, passages=self.passages)
        return buffer.getvalue()

    def sha256(self) -> str:
        """Checksum of the numbers, hexadecimal."""
        content = [",".join(self.languages).encode(), self.queries.tobytes(), self.passages.tobytes()]
        return hashlib.sha256(b"".join(content)).hexdigest()

    @classmethod
    def from_bytes(cls, content: bytes) -> "LanguageMeans":
        """Read what `to_bytes` wrote."""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return cls(
                languages=tuple(arrays["languages"].tolist()),
                queries=arrays["queries"],
                passages=arrays["passages"],
            )


def calibration_sha256() -> str:
    """SHA-256 of the calibration sentences, hexadecimal."""
    return hashlib.sha256(_calibration()).hexdigest()


def cached_language_means(embedder: "Embedder", cache_dir: Path) -> LanguageMeans:
    """The means of an encoder; measured the first time, then kept in the cache under its identity."""
    card = embedder.card
    made_from = f"{sorted(card.identity().items())} {calibration_sha256()}"
    key = hashlib.sha256(made_from.encode()).hexdigest()[:12]
    folder = cache_dir / "models" / f"{re.sub(r'[^0-9A-Za-z.-]+', '-', card.id)}-means-{key}"
    kept = cached_model(folder, lambda: {_MEANS_FILE: measure_language_means(embedder).to_bytes()})
    return LanguageMeans.from_bytes(kept.files[_MEANS_FILE])


def measure_language_means(embedder: "Embedder") -> LanguageMeans:
    """Embed the calibration sentences, parallel in all languages, and average them by role and language.

    Args:
        embedder: The encoder; about 1,900 short texts are embedded.
    """
    texts: dict[str, dict[str, list[str]]] = {"query": {}, "passage": {}}
    for line in _calibration().decode("utf-8").splitlines():
        sentence = json.loads(line)
        for language, text in sentence["texts"].items():
            texts[sentence["role"]].setdefault(language, []).append(text)
    languages = tuple(sorted(texts["passage"]))
    return LanguageMeans(
        languages=languages,
        queries=_means(embedder.embed_queries, texts["query"], languages),
        passages=_means(embedder.embed_passages, texts["passage"], languages),
    )


def _means(
    embed: Callable[[Sequence[str]], Vectors], texts: Mapping[str, list[str]], languages: tuple[str, ...]
) -> Vectors:
    vectors = embed([text for language in languages for text in texts[language]])
    sizes = np.cumsum([len(texts[language]) for language in languages])[:-1]
    return np.stack([group.mean(axis=0) for group in np.split(vectors, sizes)]).astype(np.float32)


def _calibration() -> bytes:
    return files("embedder").joinpath("calibration.jsonl").read_bytes()
