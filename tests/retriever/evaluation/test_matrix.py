import json
import math

import numpy as np
import pytest

from retriever.evaluation.matrix import NOT_MEASURED, LanguageMatrix
from retriever.evaluation.measures import EvaluationError, Measure

VALUES = {
    ("fr", "de"): [0.0, 1.0, 0.5, 0.5],
    ("de", "de"): [1.0],
    ("de", "th"): [0.25, 0.0],
    ("fr", "fr"): [0.75, 0.25],
    ("de", "fr"): [],
}


@pytest.fixture
def matrix() -> LanguageMatrix:
    return LanguageMatrix.from_values(VALUES, method="neutral")


def test_each_cell_is_the_mean_of_its_questions_and_nan_where_none_was_asked(matrix: LanguageMatrix) -> None:
    assert matrix.question_languages == ("de", "fr")
    assert matrix.passage_languages == ("de", "fr", "th")
    np.testing.assert_array_equal(matrix.values, [[1, math.nan, 0.125], [0.5, 0.5, math.nan]])
    np.testing.assert_array_equal(matrix.counts, [[1, 0, 2], [4, 2, 0]])
    assert (matrix.method, matrix.measure) == ("neutral", "Recall@5")


def test_the_diagonal_is_where_both_languages_are_the_same(matrix: LanguageMatrix) -> None:
    assert matrix.diagonal_mean == pytest.approx((1 + 0.5) / 2)
    assert matrix.off_diagonal_mean == pytest.approx((0.125 + 0.5) / 2)


def test_without_such_cells_the_means_are_nan() -> None:
    assert math.isnan(LanguageMatrix.from_values({("de", "fr"): [1.0]}, method="m").diagonal_mean)
    assert math.isnan(LanguageMatrix.from_values({("de", "de"): [1.0]}, method="m").off_diagonal_mean)


def test_the_worst_pair_is_the_lowest_cell_that_was_measured(matrix: LanguageMatrix) -> None:
    assert matrix.worst_pair == ("de", "th")


def test_the_table_shows_languages_two_decimals_and_what_was_not_measured(matrix: LanguageMatrix) -> None:
    assert matrix.rows() == [
        ["", "de", "fr", "th"],
        ["de", "1.00", NOT_MEASURED, "0.12"],
        ["fr", "0.50", "0.50", NOT_MEASURED],
    ]


def test_json_has_null_for_nan_and_can_be_read_back(matrix: LanguageMatrix) -> None:
    text = json.dumps(matrix.to_fields(), allow_nan=False)
    fields = json.loads(text)
    assert fields["values"] == [[1, None, 0.125], [0.5, 0.5, None]]
    assert (fields["diagonal_mean"], fields["worst_pair"]) == (0.75, ["de", "th"])
    again = LanguageMatrix.from_fields(fields)
    np.testing.assert_array_equal(again.values, matrix.values)
    np.testing.assert_array_equal(again.counts, matrix.counts)
    assert again.to_fields() == matrix.to_fields()


def test_json_whose_languages_and_values_do_not_match_is_refused(matrix: LanguageMatrix) -> None:
    fields = matrix.to_fields() | {"passage_languages": ["de"]}
    with pytest.raises(ValueError, match="a matrix of 2 × 1 languages has"):
        LanguageMatrix.from_fields(fields)


def test_another_measure_can_be_shown() -> None:
    assert LanguageMatrix.from_values(VALUES, method="m", measure=Measure.FIRST).measure == "R@1"


@pytest.mark.parametrize("values", [{}, {("de", "fr"): []}])
def test_a_matrix_of_nothing_is_refused(values: dict[tuple[str, str], list[float]]) -> None:
    with pytest.raises(EvaluationError, match="no pair of languages was measured"):
        LanguageMatrix.from_values(values, method="m")
