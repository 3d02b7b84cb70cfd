from dataclasses import replace

import numpy as np
import pytest

from embedder import DimensionError, Embedder, EmbedderError, ModelCard, cut


@pytest.fixture
def card() -> ModelCard:
    return ModelCard(
        id="nesting",
        revision="1",
        query_prefix="",
        passage_prefix="",
        pooling="mean",
        dimension=8,
        matryoshka_dimensions=(2, 4),
        max_tokens=512,
        max_passage_tokens=510,
        languages=(),
        licence="MIT",
    )


@pytest.fixture
def vectors() -> np.ndarray:
    made = np.random.default_rng(1).standard_normal((5, 8)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_a_cut_vector_is_the_first_numbers_at_length_1(card: ModelCard, vectors: np.ndarray) -> None:
    shorter = cut(vectors, 4, card)
    expected = vectors[:, :4] / np.linalg.norm(vectors[:, :4], axis=1, keepdims=True)
    np.testing.assert_allclose(shorter, expected, rtol=1e-6)
    assert shorter.dtype == np.float32
    assert shorter.flags.c_contiguous


def test_cutting_leaves_the_given_vectors_as_they_are(card: ModelCard, vectors: np.ndarray) -> None:
    before = vectors.copy()
    cut(vectors, 8, card)
    cut(vectors, 2, card)
    np.testing.assert_array_equal(vectors, before)


def test_a_vector_whose_first_numbers_are_0_stays_0(card: ModelCard) -> None:
    vector = np.zeros((1, 8), dtype=np.float32)
    vector[0, 7] = 1
    np.testing.assert_array_equal(cut(vector, 2, card), np.zeros((1, 2)))


def test_no_vectors_can_be_cut(card: ModelCard) -> None:
    assert cut(np.empty((0, 8), dtype=np.float32), 2, card).shape == (0, 2)


def test_a_dimension_it_was_not_trained_for_is_refused_with_those_it_was(card: ModelCard, vectors: np.ndarray) -> None:
    with pytest.raises(DimensionError, match="nesting cannot be cut to 3 dimensions; choose one of 2, 4, 8"):
        cut(vectors, 3, card)


def test_an_encoder_without_matryoshka_dimensions_says_so(card: ModelCard, vectors: np.ndarray) -> None:
    with pytest.raises(ValueError, match="not trained for Matryoshka dimensions; use its full 8") as caught:
        cut(vectors, 4, replace(card, matryoshka_dimensions=()))
    assert isinstance(caught.value, EmbedderError)


def test_vectors_of_another_encoder_are_refused(card: ModelCard) -> None:
    with pytest.raises(DimensionError, match=r"\(5, 6\).*\(n, 8\)"):
        cut(np.zeros((5, 6), dtype=np.float32), 4, card)


def test_the_bundled_encoder_is_used_at_its_full_dimension(encoder: Embedder) -> None:
    with pytest.raises(DimensionError, match="e5-small cannot be cut to 128"):
        cut(encoder.embed_queries(["lighthouse"]), 128, encoder.card)
