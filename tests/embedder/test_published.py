"""The comparison with a model card, run on an encoder that is here."""

from dataclasses import replace

import numpy as np
import pytest

from embedder import Embedder
from embedder.checkpoints.published import NEMOTRON, PUBLISHED, TOLERANCE


def test_the_worst_difference_counts(encoder: Embedder) -> None:
    published = PUBLISHED[NEMOTRON]
    cosines = encoder.embed_queries(published.questions) @ encoder.embed_passages(published.passages).T
    right = replace(published, cosines=tuple(map(tuple, cosines.tolist())))
    assert right.farthest(encoder) < TOLERANCE
    wrong = np.array(cosines)
    wrong[1, 0] += 0.05
    assert replace(published, cosines=tuple(map(tuple, wrong.tolist()))).farthest(encoder) == pytest.approx(
        0.05, abs=2e-3
    )


def test_there_is_a_cosine_for_each_pair() -> None:
    for published in PUBLISHED.values():
        assert np.array(published.cosines).shape == (len(published.questions), len(published.passages))
