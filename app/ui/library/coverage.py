"""Charts of what a collection holds: languages, types, and how far its pages can be trusted."""

from collections.abc import Mapping

import altair as alt
import streamlit as st

from app.ui.language import _, name_of_language
from app.ui.library.shelf import Shelf
from app.ui.style import ACCENT
from app.ui.wording import verdict_name

BAR_PX = 22


def show_coverage(shelf: Shelf) -> None:
    """Show the three charts, each where there is more than one bar."""
    languages = {name_of_language(code): count for code, count in shelf.languages.items()}
    types = {name.upper(): count for name, count in shelf.types().items()}
    verdicts = {verdict_name(verdict): count for verdict, count in shelf.verdicts.items()}
    charts = [
        (_("Passages by language"), languages),
        (_("Files by type"), types),
        (_("Checked pages by verdict"), verdicts),
    ]
    charts = [(title, counts) for title, counts in charts if len(counts) > 1]
    if not charts:
        return
    with st.expander(_("What is in the collection")):
        for title, counts in charts:
            st.html(f'<h3 class="ps-chart">{title}</h3>')
            st.altair_chart(bars(counts), width="stretch", alt=title)


def bars(counts: Mapping[str, int]) -> alt.LayerChart:
    """Numbers as bars, in their order, each with its name before and its number behind."""
    rows = [{"name": name, "count": count} for name, count in counts.items()]
    base = alt.Chart(alt.InlineData(rows)).encode(
        x=alt.X("count:Q", axis=None),
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=220, ticks=False, domain=False)),
        tooltip=[alt.Tooltip("name:N", title=" "), alt.Tooltip("count:Q", title=" ")],
    )
    drawn: alt.LayerChart = base.mark_bar(color=ACCENT, cornerRadiusEnd=3) + base.mark_text(align="left", dx=4).encode(
        text=alt.Text("count:Q", format=",")
    )
    drawn.height = BAR_PX * len(rows)
    return drawn
