"""An encoder that runs in this process."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from embedder.backends import Engine
from embedder.batches import batches
from embedder.contract import Vectors
from embedder.language_means import LanguageMeans, cached_language_means
from embedder.model_card import ModelCard
from embedder.tokens import TextTokenizer

BATCH_TOKENS = 1024
WINDOW_TEXTS = 512


class LocalEmbedder:
    """Tokenizer and engine of one encoder; may be used from several threads at once.

    Args:
        card: The description of the encoder.
        tokenizer: Its tokenizer.
        engine: Runs its graph.
        cache_dir: Where what is computed from the encoder is kept.
        batch_tokens: Most tokens that are computed at once, padding included.
    """

    def __init__(
        self,
        card: ModelCard,
        tokenizer: TextTokenizer,
        engine: Engine,
        cache_dir: Path,
        *,
        batch_tokens: int = BATCH_TOKENS,
    ) -> None:
        self._batch_tokens = batch_tokens
        self._card = card
        self._cache_dir = cache_dir
        self._tokenizer = tokenizer
        self._engine = engine

    @property
    def card(self) -> ModelCard:
        """The description of this encoder."""
        return self._card

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Turn questions into vectors; see `Embedder.embed_queries`."""
        return self._embed(self._card.query_prefix, texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Turn passages into vectors; see `Embedder.embed_passages`."""
        return self._embed(self._card.passage_prefix, texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text alone; see `Embedder.count_tokens`."""
        return self._tokenizer.count(texts)

    def language_means(self) -> LanguageMeans:
        """Give the mean vectors of each language; see `Embedder.language_means`."""
        return cached_language_means(self, self._cache_dir)

    def __str__(self) -> str:
        return str(self._engine)

    def _embed(self, prefix: str, texts: Sequence[str]) -> Vectors:
        if isinstance(texts, str):  # is a sequence of texts to the type checker: its characters
            msg = "expected a list of texts, not one text: put it into [brackets]"
            raise TypeError(msg)
        vectors = np.empty((len(texts), self._card.dimension), dtype=np.float32)
        for start, encoded in self._encode_ahead(prefix, texts):
            for batch in batches(encoded, max_tokens=self._batch_tokens, padding=self._tokenizer.padding):
                vectors[start + batch.rows] = self._engine.run(batch.input_ids, batch.attention_mask)
        return vectors

    def _encode_ahead(self, prefix: str, texts: Sequence[str]) -> Iterator[tuple[int, list[list[int]]]]:
        """Tokenize window by window; the next one is tokenized while the caller embeds the present one.

        Yields:
            Number of the window's first text, and the token numbers of its texts.
        """

        def encode(start: int) -> list[list[int]]:
            window = texts[start : start + WINDOW_TEXTS]
            return self._tokenizer.encode([prefix + text for text in window], self._card.max_tokens)

        starts = range(0, len(texts), WINDOW_TEXTS)
        if len(starts) <= 1:
            yield from ((start, encode(start)) for start in starts)
            return
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="tokenize") as worker:
            waiting = worker.submit(encode, 0)
            for start in starts:
                encoded = waiting.result()
                if start + WINDOW_TEXTS < len(texts):
                    waiting = worker.submit(encode, start + WINDOW_TEXTS)
                yield start, encoded
