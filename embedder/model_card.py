"""What is known about an encoder before it is run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """The description of an encoder.

    Attributes:
        id: Name to load it by.
        revision: Which weights: the SHA-256 of the weights file, or the revision the publisher gave them.
        query_prefix: Put before every question by `embed_queries`.
        passage_prefix: Put before every passage by `embed_passages`.
        pooling: How token vectors become one vector.
        dimension: Length of its vectors.
        matryoshka_dimensions: Shorter lengths its vectors can be cut to; () if it was not trained for any.
        max_tokens: Longest input it reads, prefix and special tokens included; the rest is not read.
        max_passage_tokens: Tokens, as `count_tokens` counts them, that a passage may have to be read in full.
        languages: ISO 639-1 codes of polyseek's languages that it knows.
        licence: SPDX identifier of the weights' licence.
    """

    id: str
    revision: str
    query_prefix: str
    passage_prefix: str
    pooling: str
    dimension: int
    matryoshka_dimensions: tuple[int, ...]
    max_tokens: int
    max_passage_tokens: int
    languages: tuple[str, ...]
    licence: str

    def identity(self) -> dict[str, str | int]:
        """What must agree for two vectors to be comparable; engine and precision are not part of it."""
        return {
            "id": self.id,
            "revision": self.revision,
            "query_prefix": self.query_prefix,
            "passage_prefix": self.passage_prefix,
            "pooling": self.pooling,
            "dimension": self.dimension,
        }
