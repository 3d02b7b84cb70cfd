"""Draws one of the two pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import altair as alt
import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # it has no type information
import streamlit as st

from app.ui.language import _, name_of_language
from app.ui.passage_map.groups import GREY, Group
from retriever.passage_map import Landing, PassageMap, Picture, Points

PICKED: Final = "picked"
"""Name of the selection: the passage that was clicked."""
HEIGHT_PX: Final = 480
LARGEST, SMALLEST, FEW_POINTS = 70, 10, 150
"""Area of a point in square pixels: of so few points, and of very many."""
FAINT: Final = 0.25


Place: TypeAlias = Mapping[str, alt.X | alt.Y]
"""Both axes of a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colouring:
    """How points are coloured.

    Attributes:
        keys: The key of each point's group.
        groups: The groups.
        only: The key of the group that is highlighted; None for all.
    """

    keys: tuple[str, ...]
    groups: Sequence[Group]
    only: str | None

    def colour_of(self, group: Group) -> str:
        """A group's colour; grey unless it is highlighted."""
        return group.colour if self.only in {None, group.key} else GREY


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marks:
    """What is marked in a picture.

    Attributes:
        chosen: The place of the passage that was chosen, (1, 2), or none, (0, 2).
        landing: Where the question fells; None without one.
    """

    chosen: Points
    landing: Landing | None

    def corners(self, picture: Picture) -> Points:
        """The lowest and the highest place of all that is drawn in a picture, (2, 2)."""
        landed = () if self.landing is None else (self.landing.point, self.landing.points)
        everything = np.concatenate([picture.points, self.chosen, *landed])
        return np.stack([everything.min(axis=0), everything.max(axis=0)])


def reach_of(corners: Sequence[Points]) -> float:
    """Half the width of the widest picture and a little more, so that all have one scale."""
    return float(max(0.54 * np.ptp(one, axis=0).max() for one in corners)) or 1.0


def draw_picture(
    drawn: PassageMap, picture: Picture, colouring: Colouring, marks: Marks, reach: float
) -> alt.LayerChart:
    """Draw the passages, and what is marked among them.

    Args:
        drawn: The map.
        picture: One of its pictures.
        colouring: How its points are coloured.
        marks: What is marked.
        reach: How far both axes go from the middle of what is drawn.
    """
    across, up = (
        alt.Scale(domain=[middle - reach, middle + reach], nice=False, zero=False)
        for middle in marks.corners(picture).mean(axis=0).tolist()
    )
    place: Place = {"x": alt.X("x:Q", scale=across, axis=None), "y": alt.Y("y:Q", scale=up, axis=None)}
    layers = [_points(drawn, picture, colouring, place), _rings(marks, place), *_question(marks, place)]
    chart: alt.LayerChart = alt.LayerChart(layer=layers, height=HEIGHT_PX).configure_view(strokeWidth=0)
    return chart


def _points(drawn: PassageMap, picture: Picture, colouring: Colouring, place: Place) -> alt.Chart:
    order = np.arange(len(colouring.keys))
    if colouring.only is not None:  # what is highlighted lies on top
        order = np.argsort(np.array(colouring.keys) == colouring.only, kind="stable")
    names = {code: name_of_language(code) for code in set(drawn.languages)}
    table = pa.table(
        {
            "id": drawn.passage_ids,
            "x": picture.points[:, 0],
            "y": picture.points[:, 1],
            "group": colouring.keys,
            "title": drawn.titles,
            "language": [names[code] for code in drawn.languages],
            "words": drawn.beginnings,
        }
    ).take(order)
    groups = colouring.groups
    colours = alt.Scale(domain=[one.key for one in groups], range=[colouring.colour_of(one) for one in groups])
    faint = (
        alt.value(0.75)
        if colouring.only is None
        else alt.condition(alt.datum["group"] == colouring.only, alt.value(0.85), alt.value(FAINT))
    )
    size = float(np.clip(LARGEST * (FEW_POINTS / table.num_rows) ** 0.5, SMALLEST, LARGEST))
    points: alt.Chart = (
        alt.Chart(table)
        .mark_circle(size=size, cursor="pointer")
        .encode(
            **place,
            color=alt.Color("group:N", scale=colours, legend=None),
            opacity=faint,
            tooltip=[
                alt.Tooltip("title:N", title=_("Title")),
                alt.Tooltip("language:N", title=_("Language")),
                alt.Tooltip("words:N", title=_("Text")),
            ],
        )
        .add_params(alt.selection_point(name=PICKED, fields=["id"], on="click", toggle=False))
    )
    return points


def _rings(marks: Marks, place: Place) -> alt.Chart:
    """Rings around the nearest passages, and a wide one around the chosen passage."""
    near = np.empty((0, 2), dtype=np.float32) if marks.landing is None else marks.landing.points
    points = np.concatenate([near, marks.chosen])
    sizes = [220] * len(near) + [520] * len(marks.chosen)
    table = pa.table({"x": points[:, 0], "y": points[:, 1], "size": sizes})
    rings: alt.Chart = (
        alt.Chart(table)
        # Without a fill, so that the points inside can still be clicked.
        .mark_point(aria=False, fill=None, stroke=_ink(), strokeWidth=2.5, opacity=1)
        .encode(**place, size=alt.Size("size:Q", scale=None, legend=None))
    )
    return rings


def _question(marks: Marks, place: Place) -> list[alt.Chart]:
    """The question as a cross, and the ranks of the passages nearest to it."""
    if marks.landing is None:
        return []
    point, near = marks.landing.point, marks.landing.points
    cross = pa.table({"x": point[:, 0], "y": point[:, 1]})
    ranks = pa.table({"x": near[:, 0], "y": near[:, 1], "rank": [str(rank + 1) for rank in range(len(near))]})
    return [
        alt.Chart(cross)
        .mark_point(aria=False, shape="cross", filled=True, size=260, color=_ink(), opacity=1)
        .encode(**place),
        alt.Chart(ranks)
        .mark_text(aria=False, dx=14, dy=-10, fontSize=14, fontWeight="bold", color=_ink())
        .encode(**place, text="rank:N"),
    ]


def _ink() -> str:
    """The colour of marks: that of the text."""
    return "#fafafa" if st.context.theme.type == "dark" else "#31333f"
