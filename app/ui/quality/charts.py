"""Charts of a measurement: recall by pair of languages, by dimension, and the time that a question takes."""

import math
from collections.abc import Sequence
from typing import Final

import altair as alt

from app.ui.language import _, name_of_language
from app.ui.style import ACCENT
from retriever.evaluation.matrix import LanguageMatrix

CELL_PX, HEADS_PX = 26, 130
BAR_PX, AXIS_PX = 32, 60
SCHEME: Final = "viridis"


def lowest_colour(matrix: LanguageMatrix) -> float:
    """Where the colours begin: at the lowest value, rounded down to a tenth."""
    values: list[float] = [value for row in matrix.values.tolist() for value in row if not math.isnan(value)]
    return min(0.9, math.floor(10 * min(values)) / 10)


def heat_map(matrix: LanguageMatrix) -> alt.LayerChart:
    """Recall for each language of the question, a row, and each language of the passage, a column.

    Names of languages and numbers only: nothing comes from outside.
    """
    rows = [
        {
            "question": name_of_language(asked),
            "passage": name_of_language(written),
            "recall": value,
            "questions": count,
        }
        for asked, values, counts in zip(
            matrix.question_languages, matrix.values.tolist(), matrix.counts.tolist(), strict=True
        )
        for written, value, count in zip(matrix.passage_languages, values, counts, strict=True)
        if count
    ]
    low = lowest_colour(matrix)
    base = alt.Chart(alt.InlineData(rows)).encode(
        x=alt.X(
            "passage:N",
            title=_("Language of the passage"),
            axis=alt.Axis(orient="top", labelAngle=-60, labelOverlap=False),
        ),
        y=alt.Y("question:N", title=_("Language of the question"), axis=alt.Axis(labelOverlap=False)),
        tooltip=[
            alt.Tooltip("question:N", title=_("Language of the question")),
            alt.Tooltip("passage:N", title=_("Language of the passage")),
            alt.Tooltip("recall:Q", title=matrix.measure, format=".3f"),
            alt.Tooltip("questions:Q", title=_("Questions")),
        ],
    )
    cells = base.mark_rect().encode(
        color=alt.Color(
            "recall:Q",
            scale=alt.Scale(scheme=SCHEME, domain=[low, 1]),
            legend=alt.Legend(title=matrix.measure, orient="right"),
        )
    )
    dark = alt.datum["recall"] < (low + 1) / 2  # the scale is dark at its lower end
    numbers = base.mark_text(fontSize=9).encode(
        text=alt.Text("recall:Q", format=".2f"),
        color=alt.condition(dark, alt.value("white"), alt.value("black")),
    )
    return alt.LayerChart(layer=[cells, numbers], height=HEADS_PX + CELL_PX * len(matrix.question_languages))


def dimension_chart(sizes: Sequence[tuple[int, float, float]]) -> alt.LayerChart:
    """Recall against the size of the vectors.

    Args:
        sizes: For each dimension: it, recall@5, and megabytes that the vectors take.
    """
    rows = [{"dimension": str(one), "recall": recall, "megabytes": size} for one, recall, size in sizes]
    base = alt.Chart(alt.InlineData(rows), height=240).encode(
        x=alt.X("megabytes:Q", title=_("Size of the vectors, MB"), scale=alt.Scale(zero=False, padding=20)),
        y=alt.Y("recall:Q", title="Recall@5", scale=alt.Scale(zero=False, padding=20)),
    )
    line = base.mark_line(color=ACCENT, point=alt.OverlayMarkDef(color=ACCENT, filled=True, size=60))
    return alt.LayerChart(layer=[line, base.mark_text(dy=-12, color=ACCENT).encode(text="dimension:N")])


def time_chart(times: Sequence[tuple[str, float, float]]) -> alt.LayerChart:
    """How long steps take: a bar for half of the questions, a mark for the slowest twentieth.

    Args:
        times: For each step: its name, and both in milliseconds.
    """
    rows = [{"step": name, "median": median, "slow": slow} for name, median, slow in times]
    base = alt.Chart(alt.InlineData(rows), height=AXIS_PX + BAR_PX * len(rows)).encode(
        y=alt.Y(
            "step:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelLimit=230, labelOverlap=False, ticks=False, domain=False),
        )
    )
    bars = base.mark_bar(color=ACCENT, cornerRadiusEnd=3, height=12).encode(
        x=alt.X("median:Q", title=_("Milliseconds"))
    )
    return alt.LayerChart(layer=[bars, base.mark_tick(color="#d03b3b", thickness=3, height=18).encode(x="slow:Q")])
