import sys
from itertools import permutations
from math import log2

import pytest

from retriever.evaluation.measures import EvaluationError, Measure, Run, measure


def rank(*documents: str) -> list[tuple[str, float]]:
    return [(document, 1 / place) for place, document in enumerate(documents, start=1)]


def test_every_measure_is_what_its_definition_gives_by_hand() -> None:
    values = measure({"q": {"a": 1, "b": 1, "no": 0}}, {"q": rank("no", "a", "y", "b", "x")})
    assert {name: one["q"] for name, one in values.items()} == {
        Measure.RECALL_5: pytest.approx(1),
        Measure.NDCG_10: pytest.approx((1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3))),
        Measure.MRR_10: pytest.approx(1 / 2),
        Measure.MAP: pytest.approx((1 / 2 + 2 / 4) / 2),
        Measure.FIRST: 0,
    }


def test_what_comes_behind_the_cutoff_does_not_count() -> None:
    far = measure({"q": {"a": 1}}, {"q": rank(*"123456789", "0", "a")})
    assert [far[name]["q"] for name in (Measure.RECALL_5, Measure.NDCG_10, Measure.MRR_10)] == [0, 0, 0]
    assert far[Measure.MAP]["q"] == pytest.approx(1 / 11)
    near = measure({"q": {"a": 1}}, {"q": rank(*"12345", "a")})
    assert near[Measure.RECALL_5]["q"] == 0
    assert near[Measure.MRR_10]["q"] == pytest.approx(1 / 6)


def test_the_better_document_belongs_before_the_good_one_and_only_ndcg_minds() -> None:
    qrels = {"q": {"good": 1, "better": 2}}
    right, wrong = measure(qrels, {"q": rank("better", "good")}), measure(qrels, {"q": rank("good", "better")})
    assert right[Measure.NDCG_10]["q"] == pytest.approx(1)
    assert wrong[Measure.NDCG_10]["q"] == pytest.approx((1 + 2 / log2(3)) / (2 + 1 / log2(3)))
    assert right[Measure.MAP] == wrong[Measure.MAP] == {"q": 1}


def test_an_unanswered_question_counts_0() -> None:
    values = measure({"asked": {"a": 1}, "nothing": {"a": 1}, "missing": {"a": 1}}, {"asked": rank("a"), "nothing": []})
    for one in values.values():
        assert one == {"asked": pytest.approx(1), "nothing": 0, "missing": 0}


def test_an_empty_run_is_0_throughout() -> None:
    assert all(one == {"q": 0} for one in measure({"q": {"a": 1}}, {}).values())


def test_questions_without_a_relevant_document_are_left_out() -> None:
    qrels = {"judged": {"a": 0, "b": -1}, "bare": {}, "fine": {"a": 1}}
    values = measure(qrels, {"judged": rank("a"), "bare": rank("a"), "fine": rank("a"), "stranger": rank("a")})
    assert values == {name: {"fine": 1.0} for name in Measure}


@pytest.mark.parametrize("relevant", ["a", "b", "c"])
@pytest.mark.parametrize("order", list(permutations("abc")))
def test_documents_of_equal_score_keep_the_places_they_were_given(order: tuple[str, ...], relevant: str) -> None:
    values = measure({"q": {relevant: 1}}, {"q": [(document, 0.5) for document in order]})
    place = order.index(relevant) + 1
    assert values[Measure.FIRST]["q"] == (place == 1)
    assert values[Measure.MRR_10]["q"] == values[Measure.MAP]["q"] == pytest.approx(1 / place)


def test_the_order_counts_even_against_the_scores() -> None:
    assert measure({"q": {"a": 1}}, {"q": [("b", -3.0), ("a", 7.0)]})[Measure.MRR_10] == {"q": 0.5}


def test_thousands_of_questions_are_all_measured_in_the_order_of_the_set() -> None:
    questions = [f"q{number}" for number in reversed(range(2345))]
    places = {question: place % 5 for place, question in enumerate(questions)}
    run: Run = {question: rank(*["x1", "x2", "x3", "x4", "x5"][: places[question]], "a") for question in questions}
    values = measure({question: {"a": 1} for question in questions}, run)
    for one in values.values():
        assert list(one) == questions
    assert values[Measure.MRR_10] == {question: pytest.approx(1 / (places[question] + 1)) for question in questions}


def test_a_set_without_relevant_documents_is_refused() -> None:
    with pytest.raises(EvaluationError, match="none of 2 questions has a relevant document"):
        measure({"q": {"a": 0}, "r": {}}, {"q": rank("a")})


def test_a_run_of_another_set_is_refused_rather_than_measured_as_0() -> None:
    with pytest.raises(EvaluationError, match="begins with 'other', the set with 'q'"):
        measure({"q": {"a": 1}}, {"other": rank("a")})


def test_a_document_ranked_twice_is_refused() -> None:
    with pytest.raises(EvaluationError, match="question 'q': its 3 ranked documents are only 2"):
        measure({"q": {"a": 1}}, {"q": rank("a", "b", "a")})


def test_without_ir_measures_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(EvaluationError, match=r"pip install 'polyseek\[eval\]'"):
        measure({"q": {"a": 1}}, {"q": rank("a")})
