"""What is known about encoders on servers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from embedder.languages import LANGUAGES
from embedder.matryoshka import check_dimension
from embedder.model_card import ModelCard

UNKNOWN_MAX_TOKENS: Final = 512
"""What an encoder is taken to read of which nothing is known: most read as much."""
TOKEN_MARGIN: Final = 2
"""Tokens are estimated with another encoder's tokenizer; a passage may have this much less than the encoder reads."""
REVISION: Final = "remote"
REVISION_WITHOUT_ROLES: Final = "remote, questions and passages alike"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """What the publisher says about a model.

    Attributes:
        id: Its present name.
        query_prefix: Stands before questions; put there by the server if it takes `input_type`.
        passage_prefix: Stands before passages.
        pooling: How token vectors become one vector.
        dimension: Length of its vectors.
        matryoshka_dimensions: Shorter lengths.
        max_tokens: Longest input.
        languages: ISO 639-1 codes of polyseek's languages that it knows.
    """

    id: str
    query_prefix: str
    passage_prefix: str
    pooling: str
    dimension: int
    matryoshka_dimensions: tuple[int, ...]
    max_tokens: int
    languages: tuple[str, ...]


_NEMOTRON = KnownModel(
    id="nvidia/llama-nemotron-embed-1b-v2",
    query_prefix="query: ",
    passage_prefix="passage: ",
    pooling="mean",
    dimension=2048,
    matryoshka_dimensions=(384, 512, 768, 1024),
    max_tokens=8192,
    languages=LANGUAGES,
)

KNOWN: Final[Mapping[str, KnownModel]] = MappingProxyType(
    {
        _NEMOTRON.id: _NEMOTRON,
        "nvidia/llama-3.2-nv-embedqa-1b-v2": _NEMOTRON,  # its former name
    }
)
"""Known models by each of their names. A new one is one row."""


def known_card(model: str, dimension: int | None) -> ModelCard | None:
    """Describe a known encoder; the server is no part of it: on another server it is the same encoder.

    Args:
        model: What the server calls it.
        dimension: Shorter length of vectors that is asked for; None for the full one.

    Returns:
        None if it is not known.

    Raises:
        DimensionError: If the encoder was not trained for this dimension.
    """
    known = KNOWN.get(model)
    if known is None:
        return None
    card = ModelCard(
        id=known.id,
        revision=REVISION,
        query_prefix=known.query_prefix,
        passage_prefix=known.passage_prefix,
        pooling=known.pooling,
        dimension=known.dimension,
        matryoshka_dimensions=known.matryoshka_dimensions,
        max_tokens=known.max_tokens,
        max_passage_tokens=known.max_tokens // TOKEN_MARGIN,
        languages=known.languages,
        licence="unknown",
    )
    if dimension is None:
        return card
    shorter = tuple(one for one in known.matryoshka_dimensions if one < check_dimension(dimension, card))
    return replace(card, dimension=dimension, matryoshka_dimensions=shorter)


def unknown_card(model: str, dimension: int, *, roles: bool) -> ModelCard:
    """Describe an encoder of which only the name is known.

    Args:
        model: What the server calls it.
        dimension: Length of the vectors that the server sends.
        roles: True if the server is told what is a question and what a passage.
    """
    return ModelCard(
        id=model,
        revision=REVISION if roles else REVISION_WITHOUT_ROLES,
        query_prefix="",
        passage_prefix="",
        pooling="unknown",
        dimension=dimension,
        matryoshka_dimensions=(),
        max_tokens=UNKNOWN_MAX_TOKENS,
        max_passage_tokens=UNKNOWN_MAX_TOKENS // TOKEN_MARGIN,
        languages=(),
        licence="unknown",
    )
