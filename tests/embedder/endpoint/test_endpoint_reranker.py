from typing import Any

import numpy as np
import pytest

from embedder import (
    EndpointAnswerError,
    EndpointLimits,
    EndpointModelError,
    Reranker,
    load_reranker,
)
from tests.embedder.endpoint import server as endpoint_server

RERANKER = endpoint_server.RERANKER
PASSAGES = ["Ferries leave every hour.", "The lighthouse was lit in autumn.", "The lighthouse stands."]


@pytest.fixture
def reranker(server: Any) -> Reranker:
    return load_reranker(f"endpoint:{server.url}#{RERANKER}")


def test_loading_one_sends_nothing(reranker: Reranker, server: Any) -> None:
    assert server.requests == []
    assert str(reranker) == f"{RERANKER} at {server.url}/v1"


def test_scores_come_in_the_order_of_the_passages(reranker: Reranker, server: Any) -> None:
    scores = reranker.scores("When was the lighthouse lit?", PASSAGES)
    assert (scores.shape, scores.dtype) == ((3,), np.float32)
    np.testing.assert_allclose(scores, [-5, 3, -1])  # the server sends the best first
    assert server.bodies == [
        {
            "model": RERANKER,
            "query": {"text": "When was the lighthouse lit?"},
            "passages": [{"text": passage} for passage in PASSAGES],
            "truncate": "END",
        }
    ]
    assert server.requests[0].path == "/v1/ranking"


def test_a_hosted_address_that_is_whole_is_taken_as_it_is(server: Any) -> None:
    reranker = load_reranker(f"endpoint:{server.url}/v1/retrieval/nvidia/rerank/reranking#{RERANKER}")
    assert reranker.scores("lighthouse", PASSAGES).argmin() == 0
    assert server.requests[0].path == "/v1/retrieval/nvidia/rerank/reranking"


def test_many_passages_go_in_batches(server: Any) -> None:
    reranker = load_reranker(f"endpoint:{server.url}#{RERANKER}", endpoint=EndpointLimits(batch_texts=2))
    np.testing.assert_allclose(reranker.scores("When was the lighthouse lit?", PASSAGES), [-5, 3, -1])
    assert sorted(len(body["passages"]) for body in server.bodies) == [1, 2]


def test_no_passages_are_no_request(reranker: Reranker, server: Any) -> None:
    assert reranker.scores("lighthouse", []).shape == (0,)
    assert server.requests == []


@pytest.mark.parametrize(
    "rankings",
    [
        None,
        [{"index": 0, "logit": 1.0}],
        [{"index": 0, "logit": 1.0}] * 3,
        [{"index": place, "logit": float("nan")} for place in range(3)],
        [{"index": place} for place in range(3)],
        [{"index": place, "logit": "high"} for place in range(3)],
        [{"index": place, "logit": [1.0]} for place in range(3)],
    ],
)
def test_nonsense_is_recognised(reranker: Reranker, server: Any, rankings: object) -> None:
    server.behaviour.changed = lambda _: {"rankings": rankings}
    with pytest.raises(EndpointAnswerError):
        reranker.scores("lighthouse", PASSAGES)


def test_a_model_that_is_not_there_is_answered_with_those_that_are(reranker: Reranker, server: Any) -> None:
    server.behaviour.models = ("acme/ranker",)
    with pytest.raises(EndpointModelError, match="it has: acme/ranker"):
        reranker.scores("lighthouse", PASSAGES)
