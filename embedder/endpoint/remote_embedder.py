"""An encoder that runs on a server."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from embedder.contract import Vectors
from embedder.endpoint.answers import read_vectors
from embedder.endpoint.cards import known_card, unknown_card
from embedder.endpoint.client import EndpointClient
from embedder.errors import EndpointAnswerError, EndpointRefusalError
from embedder.language_means import LanguageMeans, cached_language_means
from embedder.model_card import ModelCard
from embedder.tokens import TextTokenizer

PROBE: Final = "The lighthouse stands on the northern pier."
SAME_COSINE: Final = 0.9999
"""Vectors nearer than this are of the same text: one with another prefix is further away (0.93 to 0.99)."""


class Role(StrEnum):
    """What a text is, as the field `input_type` says it."""

    QUERY = "query"
    PASSAGE = "passage"


class Extra(StrEnum):
    """Fields of a request that some servers do not take."""

    INPUT_TYPE = "input_type"
    TRUNCATE = "truncate"
    ENCODING_FORMAT = "encoding_format"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """How a server is spoken to.

    Attributes:
        fields: The optional fields that it takes.
        prefixes: What is put before texts here, by role; empty where the server does it, or nothing is known.
    """

    fields: frozenset[Extra] = frozenset(Extra)
    prefixes: dict[Role, str] = field(default_factory=dict)

    def request(self, model: str, dimension: int | None, role: Role, texts: Sequence[str]) -> dict[str, Any]:
        """The body of a request for vectors."""
        prefix = self.prefixes.get(role, "")
        body: dict[str, Any] = {"model": model, "input": [prefix + text for text in texts]}
        values = {
            Extra.INPUT_TYPE: role.value,
            # A passage is never cut off silently: what its end says could never be found.
            Extra.TRUNCATE: "NONE" if role is Role.PASSAGE else "END",
            Extra.ENCODING_FORMAT: "base64",
        }
        body |= {name.value: values[name] for name in sorted(self.fields)}
        return body if dimension is None else {**body, "dimensions": dimension}


class EndpointEmbedder:
    """An encoder on a server; may be used from several threads at once.

    Making one sends a sentence or two to the server, which tells the dimension and which fields the server takes.

    Args:
        client: The server.
        cache_dir: Where what is computed from the encoder is kept.

    Raises:
        EndpointError: If the server cannot be used.
        DimensionError: If the encoder was not trained for the dimension that the address asks for.
    """

    def __init__(self, client: EndpointClient, cache_dir: Path) -> None:
        self._client = client
        self._cache_dir = cache_dir
        known = known_card(client.address.model, client.address.dimension)
        self._wire, found = _find_out(client, known)
        roles = Extra.INPUT_TYPE in self._wire.fields
        self._card = known or unknown_card(client.address.model, found, roles=roles)
        if self._card.dimension != found:
            msg = f"{client} sent vectors of {found} dimensions, but {self._card.id} has {self._card.dimension}"
            raise EndpointAnswerError(f"{msg}; see what the server runs: GET {client.address.url}/models")

    @property
    def card(self) -> ModelCard:
        """The description of this encoder; `max_tokens` is 512 where it is not known."""
        return self._card

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Turn questions into vectors; see `Embedder.embed_queries`. The server cuts off what is too long.

        Raises:
            EndpointError: If the server cannot be used.
        """
        return self._embed(Role.QUERY, texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Turn passages into vectors; see `Embedder.embed_passages`. Nothing is cut off.

        Raises:
            EndpointLengthError: If a passage is longer than the encoder reads.
            EndpointError: If the server cannot be used.
        """
        return self._embed(Role.PASSAGE, texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Estimate the tokens of each text, with the tokenizer of the bundled encoder; see `Embedder.count_tokens`."""
        return self._tokenizer.count(texts)

    def language_means(self) -> LanguageMeans:
        """Give the mean vectors of each language; see `Embedder.language_means`.

        Raises:
            EndpointError: If they have to be measured, which takes some 40 requests, and the server cannot be used.
        """
        return cached_language_means(self, self._cache_dir)

    def __str__(self) -> str:
        return str(self._client)

    @cached_property
    def _tokenizer(self) -> TextTokenizer:
        from embedder.bundled import TOKENIZER

        return TextTokenizer(TOKENIZER.read())

    def _embed(self, role: Role, texts: Sequence[str]) -> Vectors:
        if isinstance(texts, str):  # is a sequence of texts to the type checker: its characters
            msg = "expected a list of texts, not one text: put it into [brackets]"
            raise TypeError(msg)
        if not texts:
            return np.empty((0, self._card.dimension), dtype=np.float32)
        dimension = self._card.dimension
        return self._client.in_batches(lambda batch: _ask(self._client, self._wire, role, batch, dimension), texts)


def _find_out(client: EndpointClient, known: ModelCard | None) -> tuple[Wire, int]:
    """Find out what a server takes, by asking.

    Args:
        client: The server.
        known: What is known about its encoder; None if nothing is.

    Returns:
        How to speak to it, and the dimension of its vectors.
    """
    wire = Wire()
    while True:
        try:
            passage = _ask(client, wire, Role.PASSAGE, [PROBE], client.address.dimension)
            break
        except EndpointRefusalError as error:
            refused = {name for name in wire.fields if name in error.detail}
            if not refused:
                raise
            wire = replace(wire, fields=wire.fields - refused)
    if known is None:
        return wire, passage.shape[1]
    if Extra.INPUT_TYPE in wire.fields:
        query = _ask(client, wire, Role.QUERY, [PROBE], client.address.dimension)
        if float(query[0] @ passage[0]) < SAME_COSINE:
            return wire, passage.shape[1]
    # Refused, or taken without a word and ignored: then the prefixes are ours to put.
    prefixes = {Role.QUERY: known.query_prefix, Role.PASSAGE: known.passage_prefix}
    return replace(wire, fields=wire.fields - {Extra.INPUT_TYPE}, prefixes=prefixes), passage.shape[1]


def _ask(client: EndpointClient, wire: Wire, role: Role, texts: Sequence[str], dimension: int | None) -> Vectors:
    body = wire.request(client.address.model, client.address.dimension, role, texts)
    return read_vectors(client.post(f"{client.address.url}/embeddings", body), len(texts), dimension)
