"""Reads what a server answers, and believes none of it unchecked."""

import base64
import binascii
from typing import Any

import numpy as np
import numpy.typing as npt

from embedder.contract import Vectors
from embedder.errors import EndpointAnswerError

_CHANGED = (
    "the server runs another model than it did, or cannot shorten vectors: see whether the address names the model"
)
_CHECK = "see whether the server speaks the protocol of OpenAI or of a NIM: the address may be another service's"


def read_vectors(answer: Any, texts: int, dimension: int | None) -> Vectors:
    """Take the vectors out of the answer of `/v1/embeddings`.

    Args:
        answer: The JSON that came.
        texts: How many texts were sent.
        dimension: How long the vectors must be; None takes any length, the same for all.

    Returns:
        Shape (texts, dimension), float32, C-order, unit rows, in the order in which the texts were sent.

    Raises:
        EndpointAnswerError: If it is anything else.
    """
    vectors: list[npt.NDArray[np.float32]] = [_vector(entry) for entry in _in_order(answer, "data", texts)]
    lengths = {len(vector) for vector in vectors}
    if lengths != {dimension or len(vectors[0])}:
        found = ", ".join(map(str, sorted(lengths)))
        msg = f"the server sent vectors of {found} dimensions, expected {dimension or 'one length'}; {_CHANGED}"
        raise EndpointAnswerError(msg)
    rows = np.stack(vectors).astype(np.float64)  # squares of large float32 numbers overflow
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.isfinite(norms).all() or not norms.all():
        bad = int(np.count_nonzero(~np.isfinite(norms) | (norms == 0)))
        msg = f"{bad} of {texts} vectors that the server sent are NaN, infinite or all 0; see the server's log"
        raise EndpointAnswerError(msg)
    return np.ascontiguousarray(rows / norms, dtype=np.float32)


def read_logits(answer: Any, passages: int) -> npt.NDArray[np.float32]:
    """Take the scores out of the answer of `/v1/ranking`.

    Args:
        answer: The JSON that came.
        passages: How many passages were sent.

    Returns:
        Shape (passages,), float32, logits, higher is better, in the order in which the passages were sent.

    Raises:
        EndpointAnswerError: If it is anything else.
    """
    entries = _in_order(answer, "rankings", passages)
    logits = _numbers([entry.get("logit") for entry in entries])
    if logits.shape != (passages,) or not np.isfinite(logits).all():
        msg = f"the server sent a ranking in which a logit is no finite number; {_CHECK}"
        raise EndpointAnswerError(msg)
    return logits


def _in_order(answer: Any, name: str, count: int) -> list[dict[str, Any]]:
    """The entries of an answer by their `index`, which must be 0 … count - 1."""
    entries = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        msg = f"the server sent no list `{name}`; {_CHECK}"
        raise EndpointAnswerError(msg)
    placed = {entry["index"]: entry for entry in entries if isinstance(entry.get("index"), int)}
    if len(entries) != count or placed.keys() != set(range(count)):
        msg = f"the server sent {len(entries)} results in `{name}` for {count} texts, or numbered them wrong; {_CHECK}"
        raise EndpointAnswerError(msg)
    return [placed[index] for index in range(count)]


def _vector(entry: dict[str, Any]) -> npt.NDArray[np.float32]:
    embedding = entry.get("embedding")
    vector = _unpack(embedding) if isinstance(embedding, str) else _numbers(embedding)
    if vector.ndim != 1 or not len(vector):
        msg = f"the server sent a vector of shape {vector.shape}; {_CHECK}"
        raise EndpointAnswerError(msg)
    return vector


def _unpack(text: str) -> npt.NDArray[np.float32]:
    try:
        return np.frombuffer(base64.b64decode(text, validate=True), dtype="<f4").astype(np.float32)
    except (binascii.Error, ValueError) as error:
        msg = f"the server sent a vector that is not base64 of float32 numbers ({error}); {_CHECK}"
        raise EndpointAnswerError(msg) from error


def _numbers(values: Any) -> npt.NDArray[np.float32]:
    try:
        return np.asarray(values, dtype=np.float32)
    except (ValueError, TypeError, OverflowError) as error:
        msg = f"the server sent something else where numbers belong ({error}); {_CHECK}"
        raise EndpointAnswerError(msg) from error
