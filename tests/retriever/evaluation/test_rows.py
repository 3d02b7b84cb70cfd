import numpy as np
import pytest

from retriever.evaluation.measures import EvaluationError, Measure
from retriever.evaluation.rows import ALL_LANGUAGES, ALL_QUESTIONS, MEAN_OF_SETS, MeasuredRun, Row, make_rows


def measured(name: str, values: dict[str, list[float]], *, method: str = "BM25", unanswerable: str = "") -> MeasuredRun:
    """A run whose values are given by language; every measure has the same ones."""
    of_questions = {f"{code}{place}": value for code, ones in values.items() for place, value in enumerate(ones)}
    languages = {question: question[:2] for question in of_questions} | ({"none": unanswerable} if unanswerable else {})
    return MeasuredRun(method=method, set=name, languages=languages, values=dict.fromkeys(Measure, of_questions))


def means(rows: tuple[Row, ...]) -> dict[tuple[str, str], float]:
    return {(row.set, row.language): row.measures["Recall@5"].mean for row in rows}


def test_a_set_in_one_language_is_one_row() -> None:
    (row,) = make_rows([measured("s", {"de": [1, 0, 0.5]})], seed=1)
    assert (row.method, row.set, row.language, row.questions, row.left_out) == ("BM25", "s", ALL_LANGUAGES, 3, 0)
    assert row.measures.keys() == {"Recall@5", "nDCG@10", "MRR@10", "mAP", "R@1"}
    interval = row.measures["mAP"]
    assert interval.low < interval.mean == 0.5 < interval.high


def test_a_set_in_several_languages_has_a_row_for_each_as_well() -> None:
    rows = make_rows([measured("s", {"de": [1], "fr": [0, 0.5, 0.25]})], seed=1)
    assert means(rows) == {("s", ALL_LANGUAGES): 1.75 / 4, ("s", "de"): 1, ("s", "fr"): 0.25}
    assert [row.questions for row in rows] == [4, 1, 3]


def test_the_mean_of_sets_weighs_sets_and_the_row_over_all_questions_weighs_questions() -> None:
    rows = make_rows([measured("small", {"de": [1]}), measured("large", {"de": [0, 0], "fr": [0.5]})], seed=1)
    assert means(rows) == {
        ("small", ALL_LANGUAGES): 1,
        ("large", ALL_LANGUAGES): pytest.approx(0.5 / 3),
        ("large", "de"): 0,
        ("large", "fr"): 0.5,
        (MEAN_OF_SETS, ALL_LANGUAGES): pytest.approx((1 + 0.5 / 3) / 2),
        (ALL_QUESTIONS, ALL_LANGUAGES): pytest.approx(1.5 / 4),
        (ALL_QUESTIONS, "de"): pytest.approx(1 / 3),
        (ALL_QUESTIONS, "fr"): 0.5,
    }
    assert {row.set: row.questions for row in rows if row.language == ALL_LANGUAGES} == {
        "small": 1,
        "large": 3,
        MEAN_OF_SETS: 4,
        ALL_QUESTIONS: 4,
    }


def test_each_measure_keeps_its_own_values() -> None:
    values = {name: {"q": place / 10} for place, name in enumerate(Measure)}
    (row,) = make_rows([MeasuredRun(method="m", set="s", languages={"q": "de"}, values=values)], seed=1)
    assert {name: interval.mean for name, interval in row.measures.items()} == {
        name.value: place / 10 for place, name in enumerate(Measure)
    }


def test_questions_that_could_not_be_measured_are_counted() -> None:
    run = measured("s", {"de": [1, 1], "fr": [0]}, unanswerable="fr")
    rows = make_rows([run, measured("t", {"de": [1]})], seed=1)
    assert {(row.set, row.language): row.left_out for row in rows} == {
        ("s", ALL_LANGUAGES): 1,
        ("s", "de"): 0,
        ("s", "fr"): 1,
        ("t", ALL_LANGUAGES): 0,
        (MEAN_OF_SETS, ALL_LANGUAGES): 1,
        (ALL_QUESTIONS, ALL_LANGUAGES): 1,
        (ALL_QUESTIONS, "de"): 0,
        (ALL_QUESTIONS, "fr"): 1,
    }


def test_a_language_nobody_could_be_measured_in_has_no_row() -> None:
    rows = make_rows([measured("s", {"de": [1, 1], "fr": [0]}, unanswerable="sv")], seed=1)
    assert [row.language for row in rows] == [ALL_LANGUAGES, "de", "fr"]


def test_the_mean_of_sets_draws_the_questions_of_each_set_apart() -> None:
    values = {"de": np.random.default_rng(1).random(400).tolist()}
    rows = {row.set: row.measures["mAP"] for row in make_rows([measured("s", values), measured("t", values)], seed=1)}
    width = {name: interval.high - interval.low for name, interval in rows.items()}
    assert width[MEAN_OF_SETS] == pytest.approx(width["s"] / np.sqrt(2), rel=0.1)
    assert width[ALL_QUESTIONS] == pytest.approx(width["s"] / np.sqrt(2), rel=0.1)


def test_methods_are_summed_up_apart() -> None:
    runs = [
        measured(name, {"de": [value]}, method=method)
        for method, value in (("BM25", 0.25), ("hybrid", 0.75))
        for name in ("s", "t")
    ]
    rows = make_rows(runs, seed=1)
    assert {(row.method, row.set): row.measures["R@1"].mean for row in rows} == {
        (method, name): value
        for method, value in (("BM25", 0.25), ("hybrid", 0.75))
        for name in ("s", "t", MEAN_OF_SETS, ALL_QUESTIONS)
    }


def test_a_method_missing_on_a_set_is_refused() -> None:
    runs = [measured("s", {"de": [1]}), measured("t", {"de": [1]}), measured("s", {"de": [1]}, method="hybrid")]
    with pytest.raises(EvaluationError, match="hybrid was measured 0 times on t"):
        make_rows(runs, seed=1)


def test_a_method_measured_twice_on_a_set_is_refused() -> None:
    with pytest.raises(EvaluationError, match="BM25 was measured 2 times on s"):
        make_rows([measured("s", {"de": [1]}), measured("s", {"de": [0]})], seed=1)
