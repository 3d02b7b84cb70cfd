from itertools import product

import numpy as np
import pytest

from retriever.evaluation.intervals import RESAMPLES, Interval, difference, intervals, resampled_means
from retriever.evaluation.measures import EvaluationError


def keyed(*values: float) -> dict[str, float]:
    return {f"q{place}": value for place, value in enumerate(values)}


@pytest.mark.parametrize("questions", [400, 5000])  # drawn at once, and in several steps
def test_the_means_of_the_draws_spread_as_the_standard_error_says(questions: int) -> None:
    values = np.random.default_rng(1).random((questions, 2)) * [1, 3]
    resampled = resampled_means(values, seed=7)
    assert resampled.shape == (RESAMPLES, 2)
    error = values.std(axis=0) / np.sqrt(questions)
    np.testing.assert_allclose(resampled.std(axis=0), error, rtol=0.1)
    assert (np.abs(resampled.mean(axis=0) - values.mean(axis=0)) < error / 5).all()


def test_the_interval_is_the_mean_and_about_two_standard_errors_either_way() -> None:
    values = np.repeat([[0.0], [1.0]], 200, axis=0)
    (interval,) = intervals(values.mean(axis=0), resampled_means(values, seed=3))
    assert interval.mean == 0.5
    assert interval.low == pytest.approx(0.5 - 1.96 * 0.025, abs=0.006)
    assert interval.high == pytest.approx(0.5 + 1.96 * 0.025, abs=0.006)


def test_the_seed_decides_the_draws() -> None:
    values = np.arange(20.0)[:, None]
    np.testing.assert_array_equal(resampled_means(values, seed=1), resampled_means(values, seed=1))
    assert (resampled_means(values, seed=1) != resampled_means(values, seed=2)).any()


def test_one_question_leaves_no_room() -> None:
    values = np.array([[0.25]])
    assert intervals(values[0], resampled_means(values, seed=1)) == [Interval(mean=0.25, low=0.25, high=0.25)]


def test_questions_are_paired_so_a_small_but_steady_gain_is_sure() -> None:
    noise = np.random.default_rng(5).random(300)
    gain = np.random.default_rng(6).normal(0.01, 0.01, 300)
    better, worse = keyed(*(noise + gain)), keyed(*noise)
    found = difference(better, worse, seed=1)
    assert found.interval.low > 0
    assert found.share_above == 1
    assert difference(worse, better, seed=1).share_above == 0


def test_the_share_above_counts_no_draw_in_which_both_are_equal() -> None:
    gains = (1, 2, -3)  # tenths: in binary 0.1 + 0.2 - 0.3 is above 0
    expected = sum(sum(drawn) > 0 for drawn in product(gains, repeat=3)) / 27
    found = difference(keyed(0.1, 0.2, 0.0), keyed(0.0, 0.0, 0.3), seed=4)
    assert found.share_above == pytest.approx(expected, abs=0.05)
    equal = difference(keyed(0.1, 0.7), keyed(0.1, 0.7), seed=4)
    assert (equal.interval, equal.share_above) == (Interval(mean=0, low=0, high=0), 0)


def test_the_order_of_the_questions_does_not_matter() -> None:
    first, second = (keyed(*np.random.default_rng(place).random(50)) for place in (1, 2))
    turned = [dict(reversed(values.items())) for values in (first, second)]
    assert difference(first, second, seed=2) == difference(*turned, seed=2)


@pytest.mark.parametrize(("first", "second"), [({}, {}), (keyed(1), keyed(1, 1)), ({"a": 1.0}, {"b": 1.0})])
def test_methods_asked_different_questions_are_not_compared(first: dict[str, float], second: dict[str, float]) -> None:
    with pytest.raises(EvaluationError, match="only on the same questions"):
        difference(first, second, seed=1)
