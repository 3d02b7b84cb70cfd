"""Reads question and passage together, which tells better than two vectors whether one answers the other.

```python
reranker = load_reranker("models/llama-nemotron-rerank-1b-v2")
reranker.scores("When was it lit?", ["The lighthouse was lit in autumn.", "Ferries leave every hour."])
```
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from embedder.backends import AUTO
from embedder.endpoint.limits import EndpointLimits

if TYPE_CHECKING:
    from embedder.endpoint.client import EndpointClient

Scores: TypeAlias = npt.NDArray[np.float32]
"""Shape (n,), float32: logits, higher is better; comparable for one question only."""


class Reranker(Protocol):
    """Scores passages for a question; may be used from several threads at once."""

    def scores(self, question: str, passages: Sequence[str]) -> Scores:
        """Say how well each passage answers a question.

        Args:
            question: The question.
            passages: Passages; what is longer than the reranker reads beside the question is cut off at the end.

        Returns:
            Shape (len(passages),), float32, logits, higher is better, in the order of `passages`.
        """


class EndpointReranker:
    """A reranker on a server that offers `/v1/ranking`; may be used from several threads at once.

    Args:
        client: The server.
    """

    def __init__(self, client: "EndpointClient") -> None:
        self._client = client
        url = client.address.url
        # NVIDIA's hosted rerankers have an address of their own each, which is whole.
        self._url = url if url.endswith(("/ranking", "/reranking")) else f"{url}/ranking"

    def scores(self, question: str, passages: Sequence[str]) -> Scores:
        """Say how well each passage answers a question; see `Reranker.scores`.

        Raises:
            EndpointError: If the server cannot be used.
        """
        if not passages:
            return np.empty(0, dtype=np.float32)
        return self._client.in_batches(lambda batch: self._rank(question, batch), passages)

    def __str__(self) -> str:
        return str(self._client)

    def _rank(self, question: str, passages: Sequence[str]) -> Scores:
        from embedder.endpoint.answers import read_logits

        body: dict[str, Any] = {
            "model": self._client.address.model,
            "query": {"text": question},
            "passages": [{"text": passage} for passage in passages],
            "truncate": "END",
        }
        return read_logits(self._client.post(self._url, body), len(passages))


def load_reranker(
    reranker: str,
    *,
    backend: str = AUTO,
    device: str = AUTO,
    cache_dir: Path | None = None,
    endpoint: EndpointLimits | None = None,
) -> Reranker:
    """Load a reranker; a local one is made ready in the cache the first time, which takes a while.

    Nothing is sent to a server before the first question.

    Args:
        reranker: A model directory, or the name of a prepared reranker (see docs/models.md); or
            `endpoint:URL#MODEL`, a model on a server that offers `/v1/ranking` (see docs/endpoint.md).
        backend: Of a local one: "auto", "tensorrt", "openvino" or "onnxruntime"; see `load_embedder`.
        device: Of a local one: "auto", "cpu" or "cuda".
        cache_dir: Where prepared rerankers are kept; None for the user's cache directory.
        endpoint: How much is asked of a server at once; None takes what suits most.

    Raises:
        UnknownModelError: If there is no such reranker, or it is an encoder.
        CheckpointError: If the model directory cannot be read, has parts that are not supported, or is that of an
            encoder.
        ModelCacheError: If it has to be prepared and the cache cannot be written to.
        BackendError: If the engine or device cannot run here.
        EndpointAddressError: If the address cannot be understood.
        EndpointAccessError: If the key in the environment cannot be one.
    """
    from embedder.loading import ENDPOINT, user_cache_dir

    if not reranker.startswith(ENDPOINT):
        from embedder.local_reranker import load_local_reranker

        return load_local_reranker(reranker, backend=backend, device=device, cache_dir=cache_dir or user_cache_dir())
    from embedder.endpoint.address import read_address
    from embedder.endpoint.client import EndpointClient

    return EndpointReranker(EndpointClient(read_address(reranker), endpoint or EndpointLimits()))
