"""What the colours of the map stand for: the choice, and the legend."""

from typing import Final

import streamlit as st

from app.ui.address import keep, start_with
from app.ui.language import _, number
from app.ui.passage_map.chart import Colouring
from app.ui.passage_map.groups import ColourBy, group_points
from app.ui.render import escape
from retriever.passage_map import PassageMap

COLOUR: Final = "colour"
ONLY: Final = "only"
"""Keys of the session, and names in the address: what colours stand for, and the group that is highlighted."""
EVERYTHING: Final = "*"


def choose_colouring(drawn: PassageMap) -> Colouring:
    """Let the reader choose what colours stand for, and what is highlighted."""
    names = {
        ColourBy.LANGUAGE: _("Language"),
        ColourBy.FOLDER: _("Folder"),
        ColourBy.TYPE: _("Type"),
    }
    start_with(COLOUR, ColourBy.LANGUAGE.value, [by.value for by in ColourBy])
    left, right = st.columns(2, gap="medium", vertical_alignment="bottom")
    left.segmented_control(
        _("Colours show"),
        options=[by.value for by in ColourBy],
        format_func=lambda value: names[ColourBy(value)],
        key=COLOUR,
        required=True,
    )
    keys, groups = group_points(drawn, ColourBy(st.session_state[COLOUR]))
    named = {EVERYTHING: _("Everything")} | {group.key: group.name for group in groups}
    if st.session_state.get(ONLY, EVERYTHING) not in named:  # it was of another kind
        del st.session_state[ONLY]
    start_with(ONLY, EVERYTHING, named)
    only = right.selectbox(_("Highlight"), options=list(named), format_func=named.__getitem__, key=ONLY)
    keep(COLOUR, ColourBy.LANGUAGE.value)
    keep(ONLY, EVERYTHING)
    return Colouring(keys=keys, groups=groups, only=None if only == EVERYTHING else only)


def show_legend(colouring: Colouring) -> None:
    """Show what each colour stands for, and how many points have it."""
    items = "".join(
        f'<li class="{"" if colouring.only in {None, group.key} else "ps-faded"}">'
        f'<span class="ps-dot" style="background: {colouring.colour_of(group)}"></span>'
        f"<bdi>{escape(group.name)}</bdi> {escape(number(group.count))}</li>"
        for group in colouring.groups
    )
    st.html(f'<ul class="ps-legend">{items}</ul>')
