import numpy as np
import pytest

from embedder import LanguageMeans
from indexer import SettingsError
from indexer.neutral import (
    PRIOR_PASSAGES,
    Space,
    check_strength,
    drift,
    move_query,
    row_languages,
    shrunk_means,
)

MEANS = LanguageMeans(
    languages=("de", "th"),
    queries=np.array([[0.5, 0.0, 0.0], [0.0, 0.5, 0.0]], dtype=np.float32),
    passages=np.array([[0.0, 0.0, 0.5], [0.4, 0.0, 0.0]], dtype=np.float32),
)


def unit(*numbers: float) -> np.ndarray:
    vector = np.array([numbers], dtype=np.float32)
    return vector / np.linalg.norm(vector)


def test_a_question_loses_its_languages_mean() -> None:
    moved = move_query(unit(1, 1, 0), {"de": 1.0}, MEANS, Space(dimension=3, strength=1.0))
    expected = unit(1, 1, 0) - [[0.5, 0, 0]]
    np.testing.assert_allclose(moved, expected / np.linalg.norm(expected), atol=1e-6)


def test_a_question_in_an_uncertain_language_loses_a_mixture_of_means() -> None:
    moved = move_query(unit(1, 1, 0), {"de": 0.6, "th": 0.3}, MEANS, Space(dimension=3, strength=1.0))
    expected = unit(1, 1, 0) - [[0.3, 0.15, 0]]
    np.testing.assert_allclose(moved, expected / np.linalg.norm(expected), atol=1e-6)


@pytest.mark.parametrize("language", ["und", "el"])
def test_a_language_without_a_mean_is_not_shifted(language: str) -> None:
    moved = move_query(unit(1, 2, 3), {language: 1.0}, MEANS, Space(dimension=3, strength=1.0))
    np.testing.assert_allclose(moved, unit(1, 2, 3), atol=1e-6)


def test_strength_0_is_the_encoders_own_space() -> None:
    np.testing.assert_allclose(
        move_query(unit(1, 2, 3), {"de": 1.0}, MEANS, Space(dimension=3, strength=0.0)), unit(1, 2, 3), atol=1e-6
    )


def test_rows_lose_the_mean_of_their_own_language_and_are_cut_afterwards() -> None:
    languages = row_languages(np.array([0, 2]), ["th", "xx"], 4, MEANS)
    stored = np.concatenate([unit(1, 0, 1), unit(0, 1, 1), unit(2, 1, 0), unit(1, 1, 1)])
    moved = languages.move(np.arange(4), stored, Space(dimension=2, strength=0.5))
    first = (unit(1, 0, 1) - [[0.2, 0, 0]])[:, :2]
    np.testing.assert_allclose(moved[0], (first / np.linalg.norm(first))[0], atol=1e-6)
    np.testing.assert_allclose(moved[1:], np.concatenate([unit(0, 1), unit(2, 1), unit(1, 1)]), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(moved, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("count", [1, 10, PRIOR_PASSAGES, 100 * PRIOR_PASSAGES])
def test_means_move_towards_the_collection_as_its_passages_accumulate(count: int) -> None:
    stored = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], dtype=np.float32)  # every second passage is like the other
    moved = shrunk_means(MEANS, ["th", "xx"], lambda _: np.arange(count), lambda rows: stored[rows % 2])
    own = stored[np.arange(count) % 2].mean(axis=0)
    expected = (count * own + PRIOR_PASSAGES * MEANS.passages[1]) / (count + PRIOR_PASSAGES)
    np.testing.assert_allclose(moved.passages[1], expected, atol=0.01)
    np.testing.assert_array_equal(moved.passages[0], MEANS.passages[0])
    np.testing.assert_array_equal(moved.queries, MEANS.queries)
    assert drift(MEANS, moved) == pytest.approx(float(np.linalg.norm(expected - MEANS.passages[1])), abs=0.01)
    assert drift(moved, moved) == 0


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_strength_outside_its_range_is_refused(strength: float) -> None:
    with pytest.raises(SettingsError, match="my language first"):
        check_strength(strength)
