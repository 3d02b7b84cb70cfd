import pytest

from retriever.evaluation.highlights import highlight_rows, holds_answer
from retriever.evaluation.rows import ALL_LANGUAGES


@pytest.mark.parametrize(
    ("sentence", "answer"),
    [
        ("The crane was repaired by the harbour's own smith.", "The Harbour's own SMITH"),
        ("in forty\n  two   days", "forty two days"),
        ("Ｗｉｄｅ letters", "wide LETTERS"),
        ("in der Strasse", "STRAẞE"),
        ("ﬁve levels", "FIVE"),
        ("ยังใช้น้ำอยู่", "น้ํา"),
    ],
)
def test_an_answer_is_found_whatever_its_case_width_and_white_space(sentence: str, answer: str) -> None:
    assert holds_answer(sentence, ["something else", answer])


@pytest.mark.parametrize("answers", [[], [""], ["  "], ["silver"]])
def test_an_answer_that_is_not_there_or_is_nothing_is_not_found(answers: list[str]) -> None:
    assert not holds_answer("The salt mine has seven levels.", answers)


def test_the_share_is_given_over_all_questions_and_by_language() -> None:
    values = {"a": 1.0, "b": 0.0, "c": 1.0, "d": 1.0}
    languages = {"a": "en", "b": "en", "c": "de", "d": "de", "not looked at": "fr"}
    rows = list(highlight_rows(values, languages, method="hybrid", set_name="mine", seed=1))
    assert [(row.language, row.questions, row.share.mean) for row in rows] == [
        (ALL_LANGUAGES, 4, 0.75),
        ("de", 2, 1.0),
        ("en", 2, 0.5),
    ]
    assert {(row.method, row.set) for row in rows} == {("hybrid", "mine")}
    assert rows[0].share.low < 0.75 < rows[0].share.high


def test_one_language_needs_no_row_of_its_own_and_nothing_none_at_all() -> None:
    assert [row.language for row in highlight_rows({"a": 1.0}, {"a": "en"}, method="m", set_name="s", seed=1)] == [
        "all"
    ]
    assert list(highlight_rows({}, {"a": "en"}, method="m", set_name="s", seed=1)) == []
