from dataclasses import replace
from datetime import UTC, datetime

import pytest

from retriever.evaluation.gate import Floor, Shortfall, check_floor, compare_with, parse_floor
from retriever.evaluation.intervals import Interval
from retriever.evaluation.measures import EvaluationError, Measure
from retriever.evaluation.report import EvaluationReport
from retriever.evaluation.rows import ALL_LANGUAGES, ALL_QUESTIONS, MEAN_OF_SETS, Row


def row(mean: float, *, name: str = "xquad", language: str = "de", questions: int = 10, **others: float) -> Row:
    """A row whose measures all are `mean`, but for those named by their member of Measure."""
    values = {measure: others.get(measure.name, mean) for measure in Measure}
    return Row(
        method="hybrid",
        set=name,
        language=language,
        questions=questions,
        left_out=0,
        measures={measure.value: Interval(mean=value, low=0, high=1) for measure, value in values.items()},
    )


def report(*rows: Row, sets: tuple[str, ...] = ("xquad",)) -> EvaluationReport:
    return EvaluationReport(
        sets=sets,
        methods=("hybrid",),
        rows=rows,
        matrices={},
        encoder={},
        settings={},
        polyseek_version="0.1.0",
        created_at=datetime(2026, 2, 3, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("text", "measure", "value"),
    [
        ("0.9", Measure.RECALL_5, 0.9),
        ("0", Measure.RECALL_5, 0),
        ("1", Measure.RECALL_5, 1),
        ("nDCG@10=0.8", Measure.NDCG_10, 0.8),
        (" ndcg@10 = .8 ", Measure.NDCG_10, 0.8),
        ("R@1=0.75", Measure.FIRST, 0.75),
        ("map=1", Measure.MAP, 1),
        ("mrr@10=0.5", Measure.MRR_10, 0.5),
    ],
)
def test_a_limit_is_a_value_or_a_measure_with_its_value(text: str, measure: Measure, value: float) -> None:
    assert parse_floor(text) == Floor(measure=measure, value=value)


@pytest.mark.parametrize("text", ["90", "-0.1", "nan", "inf", "", "high", "mAP=", "mAP=high", "mAP=1.01", "0,9"])
def test_a_limit_that_is_no_value_from_0_to_1_is_refused(text: str) -> None:
    with pytest.raises(EvaluationError, match=r"is not a value from 0 to 1; write e\.g\. 0\.9"):
        parse_floor(text)


@pytest.mark.parametrize("text", ["Recall=0.9", "=0.9", "nDCG@10=mAP=0.9", "R@5=0.9"])
def test_an_unknown_measure_is_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(EvaluationError, match=r"choose from Recall@5, nDCG@10, MRR@10, mAP, R@1, e\.g\."):
        parse_floor(text)


def test_each_row_below_a_limit_is_listed_with_its_value() -> None:
    good, bad = row(0.95), row(0.9, language="th", RECALL_5=0.871234, NDCG_10=0.5)
    floors = [parse_floor("0.9"), parse_floor("nDCG@10=0.8"), parse_floor("mAP=0.9")]
    found = check_floor([good, bad], floors)
    assert [shortfall.message for shortfall in found] == [
        "xquad, th, hybrid: Recall@5 0.8712 is below 0.9000",
        "xquad, th, hybrid: nDCG@10 0.5000 is below 0.8000",
    ]
    assert found[0] == Shortfall(row=bad, measure="Recall@5", value=0.871234, expected=0.9)


def test_a_mean_that_only_rounding_keeps_from_its_limit_passes() -> None:
    assert sum([0.1] * 8) < 0.8
    assert not check_floor([row(sum([0.1] * 8))], [parse_floor("0.8")])
    assert check_floor([row(0.79999)], [parse_floor("0.8")])


def test_a_check_of_nothing_does_not_pass() -> None:
    with pytest.raises(EvaluationError, match="no result to check"):
        check_floor([], [parse_floor("0.9")])


def test_a_row_that_fell_by_more_than_the_tolerance_is_listed() -> None:
    before = report(row(0.9), row(0.8, language="fr"), row(0.7, language="sv"))
    now = report(row(0.896), row(0.8, language="fr", MAP=0.79), row(0.75, language="sv"))
    (found,) = compare_with(now, before, tolerance=0.005)
    assert found.message == "xquad, fr, hybrid: mAP 0.7900 is below 0.8000"
    assert len(compare_with(now, before, tolerance=0.0)) == len(Measure) + 1
    assert not compare_with(now, before, tolerance=0.0100)


def test_a_result_has_not_fallen_against_itself() -> None:
    same = report(row(0.123456789), row(0.9, name=MEAN_OF_SETS))
    assert not compare_with(same, EvaluationReport.from_json(same.to_json()), tolerance=0.0)


def test_rows_over_all_sets_are_compared_only_if_the_sets_are_the_same() -> None:
    overall = [row(0.9, name=name, language=ALL_LANGUAGES) for name in (MEAN_OF_SETS, ALL_QUESTIONS)]
    fallen = [row(0.5, name=name, language=ALL_LANGUAGES) for name in (MEAN_OF_SETS, ALL_QUESTIONS)]
    before = report(row(0.9), *overall, sets=("xquad", "mldr"))
    assert len(compare_with(report(row(0.9), *fallen, sets=("mldr", "xquad")), before)) == 2 * len(Measure)
    assert not compare_with(report(row(0.9), *fallen, sets=("xquad", "mine")), before)


def test_a_measure_the_baseline_does_not_have_is_not_compared() -> None:
    old = replace(row(0.9), measures={"Recall@5": Interval(mean=0.9, low=0, high=1)})
    assert not compare_with(report(row(0.1, RECALL_5=0.9)), report(old))


def test_results_with_nothing_in_common_are_not_compared() -> None:
    with pytest.raises(EvaluationError, match="the baseline has hybrid on mldr, this result hybrid on xquad"):
        compare_with(report(row(0.9)), report(row(0.9, name="mldr"), sets=("mldr",)))


def test_results_over_other_questions_are_not_compared() -> None:
    with pytest.raises(EvaluationError, match=r"the baseline is over 1,200 questions, this result over\s+10"):
        compare_with(report(row(0.9)), report(row(0.9, questions=1200)))


@pytest.mark.parametrize("tolerance", [-0.1, 1.5, float("nan")])
def test_a_tolerance_that_is_none_is_refused(tolerance: float) -> None:
    with pytest.raises(EvaluationError, match="is not a value from 0 to 1"):
        compare_with(report(row(0.9)), report(row(0.9)), tolerance=tolerance)
