import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retriever.evaluation.intervals import Interval
from retriever.evaluation.matrix import LanguageMatrix
from retriever.evaluation.measures import EvaluationError, Measure
from retriever.evaluation.report import EvaluationReport
from retriever.evaluation.rows import ALL_LANGUAGES, ALL_QUESTIONS, MEAN_OF_SETS, Row

MORNING = datetime(2026, 2, 3, 9, 30, tzinfo=UTC)


def row(method: str, name: str, language: str = ALL_LANGUAGES, mean: float = 0.5) -> Row:
    interval = Interval(mean=mean, low=mean / 2, high=(mean + 1) / 2)
    return Row(
        method=method,
        set=name,
        language=language,
        questions=1234,
        left_out=5,
        measures={measure.value: interval for measure in Measure},
    )


def report(*rows: Row, matrices: dict[str, LanguageMatrix] | None = None) -> EvaluationReport:
    return EvaluationReport(
        sets=("xquad", "mine"),
        methods=("dense", "BM25"),
        rows=rows,
        matrices=matrices or {},
        encoder={"model": "e5-small", "dimension": 384, "prefixes": ["query: ", "passage: "]},
        settings={"seed": 1, "neutral": 0.7, "device": None},
        polyseek_version="0.1.0",
        created_at=MORNING,
    )


MATRIX = LanguageMatrix.from_values({("de", "de"): [1.0], ("de", "fr"): [0.25], ("fr", "fr"): [0.5]}, method="dense")
NAMES = st.text(min_size=1)
VALUES = st.floats(0, 1)
ROWS = st.builds(
    Row,
    method=st.sampled_from(["dense", "BM25"]),
    set=st.sampled_from(["xquad", "mine", MEAN_OF_SETS, ALL_QUESTIONS]),
    language=NAMES,
    questions=st.integers(1),
    left_out=st.integers(0),
    measures=st.fixed_dictionaries(
        {name.value: st.builds(Interval, mean=VALUES, low=VALUES, high=VALUES) for name in Measure}
    ),
)
MATRICES = st.dictionaries(st.tuples(NAMES, NAMES), st.lists(VALUES, max_size=3), min_size=1).filter(
    lambda values: any(values.values())
)


@given(rows=st.lists(ROWS), values=MATRICES, method=NAMES)
def test_a_report_read_back_is_the_same_report(rows: list[Row], values: dict[Any, list[float]], method: str) -> None:
    written = report(*rows, matrices={"mine": LanguageMatrix.from_values(values, method=method)})
    text = written.to_json()
    again = EvaluationReport.from_json(text)
    assert again.to_json() == text
    assert list(again.rows) == written.sorted_rows()
    assert again.matrices["mine"].to_fields() == written.matrices["mine"].to_fields()
    for name in ("sets", "methods", "encoder", "settings", "polyseek_version", "created_at"):
        assert getattr(again, name) == getattr(written, name)


def test_json_is_one_line_that_any_reader_understands() -> None:
    text = report(row("BM25", "xquad", mean=0.75), matrices={"xquad": MATRIX}).to_json()
    assert "\n" not in text
    assert "NaN" not in text
    fields = json.loads(text)
    assert fields["rows"][0]["measures"]["Recall@5"] == {"mean": 0.75, "low": 0.375, "high": 0.875}
    assert (fields["rows"][0]["questions"], fields["rows"][0]["left_out"]) == (1234, 5)
    assert fields["created_at"] == "2026-02-03T09:30:00+00:00"
    assert fields["matrices"]["xquad"]["values"] == [[1, 0.25], [None, 0.5]]


def test_a_value_that_json_does_not_know_is_not_written() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        report(row("dense", "xquad", mean=math.nan)).to_json()


def test_rows_are_sorted_by_set_then_language_then_method_whatever_their_order() -> None:
    rows = [
        row("dense", "xquad"),
        row("BM25", "xquad"),
        row("dense", "xquad", "af"),
        row("BM25", "xquad", "af"),
        row("dense", "xquad", "zh"),
        row("dense", "mine"),
        row("BM25", MEAN_OF_SETS),
        row("BM25", ALL_QUESTIONS),
        row("BM25", ALL_QUESTIONS, "ar"),
    ]
    assert report(*reversed(rows)).sorted_rows() == report(*rows).sorted_rows() == rows


def test_markdown_has_a_table_over_all_questions_one_by_language_and_the_matrix() -> None:
    shown = report(row("BM25", "xquad", "de", 0.25), row("dense", "xquad"), matrices={"xquad": MATRIX}).to_markdown()
    assert shown == (
        "| set | language | method | questions | Recall@5 | nDCG@10 | MRR@10 | mAP | R@1 |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        f"| xquad | all | dense | 1,234 |{' 0.500 (0.250–0.750) |' * 5}\n"
        "\n"
        "By the language of the question:\n"
        "\n"
        "| set | language | method | questions | Recall@5 | nDCG@10 | MRR@10 | mAP | R@1 |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        f"| xquad | de | BM25 | 1,234 |{' 0.250 (0.125–0.625) |' * 5}\n"
        "\n"
        "xquad, dense: Recall@5\n"
        "\n"
        "| question \\ passage | de | fr |\n"
        "| --- | --- | --- |\n"
        "| de | 1.00 | 0.25 |\n"
        "| fr | – | 0.50 |\n"
        "\n"
        "Means with 95% confidence intervals. polyseek 0.1.0, 2026-02-03.\n"
    )


def test_a_name_with_a_bar_stays_in_its_cell_of_the_markdown_table() -> None:
    odd = EvaluationReport.from_json(report(row("dense", "xquad")).to_json().replace("xquad", "a|b"))
    assert "| a\\|b | all | dense |" in odd.to_markdown()


def edit(change: Callable[[dict[str, Any]], object]) -> str:
    fields = json.loads(report(row("dense", "xquad"), matrices={"xquad": MATRIX}).to_json())
    change(fields)
    return json.dumps(fields)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        "null",
        edit(lambda fields: fields.pop("rows")),
        edit(lambda fields: fields["rows"][0]["measures"]["mAP"].pop("low")),
        edit(lambda fields: fields["rows"][0].update(questions="many")),
        edit(lambda fields: fields.update(rows=3)),
        edit(lambda fields: fields.update(matrices=[])),
        edit(lambda fields: fields["matrices"]["xquad"].update(values=[[1]])),
        edit(lambda fields: fields.update(created_at="yesterday")),
    ],
)
def test_what_is_not_a_result_is_refused_with_the_command_that_makes_one(text: str) -> None:
    with pytest.raises(EvaluationError, match="polyseek eval --json"):
        EvaluationReport.from_json(text)


def test_a_result_of_a_newer_polyseek_is_refused() -> None:
    with pytest.raises(EvaluationError, match="has format 2, this polyseek reads format 1"):
        EvaluationReport.from_json(edit(lambda fields: fields.update(format_version=2)))
