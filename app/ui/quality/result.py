"""Shows what was measured."""

import csv
import io
import math
from functools import partial
from importlib.util import find_spec

import streamlit as st

from app.ui import render
from app.ui.language import _, number, percent, plural
from app.ui.quality.charts import dimension_chart, heat_map, time_chart
from app.ui.quality.run import Result
from retriever.evaluation import Measure, Row
from retriever.evaluation.heat_map import heat_map_png
from retriever.evaluation.matrix import LanguageMatrix
from retriever.evaluation.rows import ALL_LANGUAGES
from retriever.own_questions import NAME, Step, StepTime

BYTES_OF_NUMBER = 2
"""Vectors are kept in half precision."""
DENSE = "dense "


def show_result(result: Result) -> None:
    """Show tables and charts, and offer them as files."""
    rows = [row for row in result.report.sorted_rows() if row.language == ALL_LANGUAGES]
    render.show_section(_("How well questions find their documents"))
    _show_methods(rows)
    _show_highlights(result)
    matrix = result.report.matrices.get(NAME)
    if matrix is not None:
        _show_matrix(matrix)
    _show_dimensions(rows, result.passages)
    _show_times(result.times)
    _offer_files(result, matrix)


def method_name(method: str) -> str:
    """What a way to rank is called."""
    if method.startswith(DENSE):
        return _("Meaning, plain, {dimension} dimensions", dimension=int(method.removeprefix(DENSE)))
    return {
        "BM25": _("Words alone (BM25)"),
        "neutral": _("Meaning, language-neutral"),
        "hybrid": _("Meaning and words, as on the Ask page"),
    }.get(method, method)


def _show_methods(rows: list[Row]) -> None:
    st.dataframe(
        [
            {
                _("Found by"): method_name(row.method),
                **{name.value: _with_bounds(row, name) for name in Measure},
            }
            for row in rows
        ],
        hide_index=True,
    )
    first = rows[0]
    said = [
        plural("Measured with {count} question.", "Measured with {count} questions.", first.questions),
        _("In brackets: 95% confidence intervals."),
        _("Recall@5: the share of the right documents that are among the first five."),
    ]
    if first.left_out:
        said.append(
            plural(
                "{count} question that no document answers is left out.",
                "{count} questions that no document answers are left out.",
                first.left_out,
            )
        )
    render.show_quiet(" ".join(said))


def _with_bounds(row: Row, name: Measure) -> str:
    one = row.measures[name]
    return f"{number(one.mean, '0.000')} ({number(one.low, '0.000')}–{number(one.high, '0.000')})"


def _show_highlights(result: Result) -> None:
    for row in result.report.highlights:
        if row.language == ALL_LANGUAGES:
            render.show_quiet(
                _(
                    "The marked sentence holds the expected answer in {share} of the cases.",
                    share=percent(row.share.mean),
                )
            )


def _show_matrix(matrix: LanguageMatrix) -> None:
    render.show_section(_("Recall by language"))
    with st.container(key="heat"):
        st.altair_chart(heat_map(matrix), width="stretch", alt=_("Recall by language"))
    same, other = matrix.diagonal_mean, matrix.off_diagonal_mean
    if not math.isnan(same + other):
        render.show_quiet(
            _(
                "Question and passage in one language: {same}. In two languages: {other}.",
                same=number(same, "0.000"),
                other=number(other, "0.000"),
            )
        )


def _show_dimensions(rows: list[Row], passages: int) -> None:
    """Recall against dimension and size, for as many dimensions as the encoder was trained for."""
    sizes = []
    for row in rows:
        if row.method.startswith(DENSE):
            dimension = int(row.method.removeprefix(DENSE))
            megabytes = passages * dimension * BYTES_OF_NUMBER / 1e6
            sizes.append((dimension, row.measures[Measure.RECALL_5].mean, megabytes))
    render.show_section(_("Dimension, recall and size"))
    if len(sizes) > 1:
        st.altair_chart(dimension_chart(sizes), width="stretch", alt=_("Dimension, recall and size"))
    st.dataframe(
        [
            {
                _("Dimensions"): number(dimension),
                "Recall@5": number(recall, "0.000"),
                _("Size of the vectors, MB"): number(megabytes, "0.00"),
            }
            for dimension, recall, megabytes in sizes
        ],
        hide_index=True,
    )
    if len(sizes) == 1:
        render.show_quiet(_("This encoder was trained for one dimension only."))


def step_name(one: StepTime) -> str:
    """What a step of a question is called."""
    return {
        Step.ENCODER: _("Encoder"),
        Step.MEANING: _("Meaning, index: {kind}", kind=one.index),
        Step.MEANING_WITHOUT_INDEX: _("Meaning, without an index"),
        Step.WORDS: _("Words"),
        Step.WHOLE: _("The whole question"),
    }[one.step]


def _show_times(times: tuple[StepTime, ...]) -> None:
    render.show_section(_("Time of a question"))
    named = [(step_name(one), one.median_ms, one.slow_ms) for one in times]
    st.altair_chart(time_chart(named), width="stretch", alt=_("Time of a question"))
    st.dataframe(
        [
            {
                _("Step"): name,
                _("Median, ms"): number(median, "0.0"),
                _("Slowest 5%, ms"): number(slow, "0.0"),
            }
            for name, median, slow in named
        ],
        hide_index=True,
    )
    render.show_quiet(
        plural(
            "Measured on this machine with {count} question, one after the other.",
            "Measured on this machine with {count} questions, one after the other.",
            times[0].questions,
        )
    )


def _offer_files(result: Result, matrix: LanguageMatrix | None) -> None:
    drawable = find_spec("matplotlib") is not None
    with st.container(horizontal=True):
        st.download_button(
            "CSV", partial(to_csv, result), "polyseek-quality.csv", "text/csv", icon=":material/download:"
        )
        st.download_button(
            "JSON", result.to_json, "polyseek-quality.json", "application/json", icon=":material/download:"
        )
        if matrix is not None:
            st.download_button(
                "PNG",
                partial(heat_map_png, matrix),
                "polyseek-languages.png",
                "image/png",
                icon=":material/download:",
                disabled=not drawable,
            )
    if matrix is not None and not drawable:
        render.show_quiet(_("To draw the PNG file, install:"))
        st.code("pip install 'polyseek[eval]'", language=None)


def to_csv(result: Result) -> str:
    """Every value of the report as a line: method, language, measure, its mean and bounds, number of questions."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(["method", "language", "measure", "mean", "low", "high", "questions"])
    for row in result.report.sorted_rows():
        for name, one in row.measures.items():
            writer.writerow([row.method, row.language, name, one.mean, one.low, one.high, row.questions])
    for matrix in result.report.matrices.values():
        for asked, values, counts in zip(matrix.question_languages, matrix.values, matrix.counts, strict=True):
            for written, value, count in zip(matrix.passage_languages, values.tolist(), counts.tolist(), strict=True):
                if count:
                    name = f"{matrix.measure} {asked}-{written}"
                    writer.writerow([matrix.method, asked, name, value, "", "", count])
    return file.getvalue()
