import numpy as np

from embedder import LANGUAGES, Embedder, LanguageMeans, measure_language_means


def test_every_language_has_a_mean_for_questions_and_for_passages(encoder: Embedder) -> None:
    means = encoder.language_means()
    assert set(means.languages) == set(LANGUAGES)
    assert means.queries.shape == means.passages.shape == (26, encoder.card.dimension)
    lengths = np.linalg.norm(np.concatenate([means.queries, means.passages]), axis=1)
    assert ((lengths > 0.5) & (lengths < 1)).all()  # unit vectors that point to similar sides


def test_kept_means_are_those_that_are_measured(encoder: Embedder) -> None:
    kept, measured = encoder.language_means(), measure_language_means(encoder)
    np.testing.assert_allclose(kept.passages, measured.passages, atol=5e-3)
    np.testing.assert_allclose(kept.queries, measured.queries, atol=5e-3)


def test_means_survive_being_written(encoder: Embedder) -> None:
    means = encoder.language_means()
    again = LanguageMeans.from_bytes(means.to_bytes())
    assert again.languages == means.languages
    np.testing.assert_array_equal(again.passages, means.passages)
    np.testing.assert_array_equal(again.queries, means.queries)
