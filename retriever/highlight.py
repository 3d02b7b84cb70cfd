"""Marks the sentence of a passage that answers a question."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from indexer import Snapshot, StoredPassage
from retriever.ranking import Question
from retriever.results import Highlight

LENGTH_WEIGHT: Final = 0.1
"""What a sentence gains for each unit of the natural logarithm of its length in characters: of two that are about
equally near, the longer one says more, and headings say little. Chosen by benchmarks/highlights.py."""


def highlight(snapshot: Snapshot, question: Question, passages: Sequence[StoredPassage]) -> list[Highlight]:
    """Choose one sentence of each passage: near to the question, and not too short.

    Args:
        snapshot: What the passages belong to.
        question: The question.
        passages: Live passages, in any order.

    Returns:
        One highlight for each passage, in the same order.
    """
    rows = snapshot.rows_of(np.array([passage.id for passage in passages], dtype=np.int64))
    cosines, begins = snapshot.sentence_similarities(question.vector, rows, question.space)
    return [
        _longest_near(passage, cosines[begin : begin + len(passage.sentences)])
        for passage, begin in zip(passages, begins.tolist(), strict=True)
    ]


def _longest_near(passage: StoredPassage, cosines: npt.NDArray[np.float32]) -> Highlight:
    lengths = np.array([end - start for start, end in passage.sentences])
    start, end = passage.sentences[int(np.argmax(cosines + LENGTH_WEIGHT * np.log(lengths)))]
    return Highlight(start=start, end=end)
