"""What is known about encoders on servers."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from embedder import nemotron
from embedder.languages import LANGUAGES
from embedder.matryoshka import check_dimension
from embedder.model_card import ModelCard

UNKNOWN_MAX_TOKENS: Final = 512
"""What an encoder is taken to read of which nothing is known: most read as much."""
TOKEN_MARGIN: Final = 2
"""Tokens are estimated with another encoder's tokenizer; a passage may have this much less than the encoder reads."""
REVISION: Final = "remote"
REVISION_WITHOUT_ROLES: Final = "remote, questions and passages alike"


_NEMOTRON = ModelCard(
    id=nemotron.HUB_ID,
    revision=REVISION,
    query_prefix=nemotron.PROMPTS[0],  # put there by the server if it takes `input_type`
    passage_prefix=nemotron.PROMPTS[1],
    pooling="mean",
    dimension=nemotron.DIMENSIONS[-1],
    matryoshka_dimensions=nemotron.DIMENSIONS[:-1],
    max_tokens=nemotron.MAX_TOKENS,
    max_passage_tokens=nemotron.MAX_TOKENS // TOKEN_MARGIN,
    languages=LANGUAGES,
    licence="unknown",
)

KNOWN: Final[Mapping[str, ModelCard]] = MappingProxyType({
    nemotron.HUB_ID: _NEMOTRON,
    nemotron.FORMER_HUB_ID: _NEMOTRON,
})  # fmt: skip
"""What publishers say of models, by each of their names. A new one is one row."""


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
    if known is None or dimension is None:
        return known
    shorter = tuple(one for one in known.matryoshka_dimensions if one < check_dimension(dimension, known))
    return replace(known, dimension=dimension, matryoshka_dimensions=shorter)


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
