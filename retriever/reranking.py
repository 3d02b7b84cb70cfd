"""Puts the best hits in the order of a reranker, which reads question and passage together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from embedder import Reranker
from retriever.results import Hit

RERANK_DEPTH: Final = 40
"""Hits that a reranker reads: what stands lower is rarely right, and each one costs time."""


def rerank(reranker: Reranker, question: str, hits: Sequence[Hit], depth: int) -> list[Hit]:
    """Put the first hits in the order of a reranker; the others stay behind them as they are.

    Args:
        reranker: Scores the hits.
        question: The question.
        hits: What was found, best first.
        depth: How many of them it reads.

    Returns:
        All hits; those that were read carry their `rerank_score`, equal ones are in the order they came in.
    """
    first = hits[:depth]
    scores = reranker.scores(question, [hit.text for hit in first])
    order = np.argsort(-scores, kind="stable").tolist()
    return [replace(first[place], rerank_score=float(scores[place])) for place in order] + list(hits[depth:])
