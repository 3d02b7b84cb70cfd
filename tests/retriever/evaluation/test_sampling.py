import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder import LANGUAGES
from retriever.evaluation.formats import read_set
from retriever.evaluation.measures import EvaluationError
from retriever.evaluation.sampling import Half, choose_questions, half_of
from retriever.evaluation.sets import EvaluationSet

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "questions.jsonl"


@pytest.fixture(scope="module")
def sample() -> EvaluationSet:
    return read_set(SAMPLE)


def ids(evaluation_set: EvaluationSet) -> list[str]:
    return [question.id for question in evaluation_set.questions]


@given(name=st.text(min_size=1), language=st.sampled_from(LANGUAGES), other=st.sampled_from(LANGUAGES))
def test_translations_of_a_question_are_in_the_same_half(name: str, language: str, other: str) -> None:
    if not {name.partition("/")[0], name.rpartition("/")[2]} & {*LANGUAGES}:
        assert half_of(f"{language}/{name}") is half_of(f"{other}/{name}") is half_of(name)
        assert half_of(f"{name}/{language}") is half_of(f"{name}/{other}") is half_of(name)


def test_a_half_is_told_by_the_sha_256_of_the_id() -> None:
    # printf 1 | sha256sum ends in …4b, printf 4 | sha256sum in …8a
    assert [half_of(name) for name in ("1", "4")] == [Half.ODD, Half.EVEN]


def test_a_language_code_alone_is_an_id_like_any_other() -> None:
    assert {half_of(language) for language in LANGUAGES} == set(Half)


def test_the_halves_are_about_equal_share_nothing_and_leave_nothing_out(sample: EvaluationSet) -> None:
    even, odd = (set(ids(choose_questions(sample, half=half, limit=None))) for half in Half)
    assert even | odd == set(ids(sample))
    assert not even & odd
    assert 0.4 < len(even) / len(sample.questions) < 0.6
    assert not {name.split("/")[0] for name in even} & {name.split("/")[0] for name in odd}


def test_a_limit_takes_the_same_questions_whatever_their_order_and_more_of_them_if_it_is_higher(
    sample: EvaluationSet,
) -> None:
    questions = list(sample.questions)
    random.Random(1).shuffle(questions)
    shuffled = replace(sample, questions=tuple(questions))
    ten = choose_questions(sample, half=None, limit=10)
    assert len(ten.questions) == 10
    assert set(ids(choose_questions(shuffled, half=None, limit=10))) == set(ids(ten))
    assert set(ids(ten)) < set(ids(choose_questions(sample, half=None, limit=20)))
    assert ids(ten) == [name for name in ids(sample) if name in ids(ten)]
    assert ten.qrels.keys() == set(ids(ten))
    assert ten.folder == sample.folder


def test_a_limit_counts_within_the_half(sample: EvaluationSet) -> None:
    chosen = choose_questions(sample, half=Half.ODD, limit=7)
    assert [half_of(name) for name in ids(chosen)] == [Half.ODD] * 7


def test_a_limit_above_the_number_of_questions_takes_all(sample: EvaluationSet) -> None:
    assert choose_questions(sample, half=None, limit=10_000) is sample


def test_a_limit_of_nothing_is_refused(sample: EvaluationSet) -> None:
    with pytest.raises(EvaluationError, match="the limit is 0 questions; it must be at least 1"):
        choose_questions(sample, half=None, limit=0)


def test_an_empty_half_is_refused(sample: EvaluationSet) -> None:
    one = choose_questions(sample, half=Half.EVEN, limit=1)
    with pytest.raises(EvaluationError, match="none of the 1 questions of questions is in the odd half"):
        choose_questions(one, half=Half.ODD, limit=None)
