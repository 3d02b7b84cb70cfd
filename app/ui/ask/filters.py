"""What is searched, and how: the filters beside the question, each with its number of passages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePath
from typing import Final

import streamlit as st

from app.ui.address import keep, start_with, start_with_several
from app.ui.language import _, name_of_language, number
from app.ui.render import plain_label
from indexer import Facets, FacetTable, PassageFilter
from retriever import SearchMode

MOST_HITS: Final = 50
MOST_PER_LANGUAGE: Final = 10

LANGUAGES: Final = "l"
TYPES: Final = "t"
FOLDERS: Final = "f"
AFTER: Final = "after"
BEFORE: Final = "before"
MODE: Final = "m"
NEUTRAL: Final = "n"
TOP_K: Final = "k"
PER_LANGUAGE: Final = "each"
PER_DOCUMENT: Final = "docs"
"""Keys of the session, and names in the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the reader asked for beside the question.

    Attributes:
        wanted: Which passages are searched.
        mode: How they are found.
        top_k: How many are shown.
        per_language: At least so many of each language; 0 for no such rule.
        one_per_document: Only the best passage of each document.
        neutral: How little the language of a passage matters, 0 … 1.
    """

    wanted: PassageFilter
    mode: SearchMode
    top_k: int
    per_language: int
    one_per_document: bool
    neutral: float

    @property
    def is_filtered(self) -> bool:
        """True if the reader left out some passages."""
        return self.wanted != PassageFilter()


def show_filters(table: FacetTable, *, top_k: int, neutral: float) -> tuple[Choice, Facets]:
    """Show what can be chosen; returns what is, and how many passages each choice leaves.

    Args:
        table: The files of the collection.
        top_k: How many passages are shown unless the reader says otherwise.
        neutral: The neutral strength unless the reader says otherwise.
    """
    everything = table.count(PassageFilter())
    for key, choices in _choices(everything).items():
        start_with_several(key, choices)
    with st.sidebar:
        after, before = _show_days(everything)
        languages, types, folders = (_chosen(key, values) for key, values in _choices(everything).items())
        wanted = PassageFilter(languages=languages, folders=folders, document_types=types, after=after, before=before)
        facets = table.count(wanted)
        _show_facet(_("Language"), LANGUAGES, everything.languages, facets.languages, name_of_language, is_open=True)
        _show_facet(_("Type"), TYPES, everything.document_types, facets.document_types, str.upper)
        _show_facet(_("Folder"), FOLDERS, everything.folders, facets.folders, _folder_name)
    mode, strength = _show_ranking(neutral)
    shown, each, one = _show_amounts(top_k)
    return Choice(
        wanted=wanted, mode=mode, top_k=shown, per_language=each, one_per_document=one, neutral=strength
    ), facets


def _choices(everything: Facets) -> dict[str, Mapping[str, int]]:
    return {LANGUAGES: everything.languages, TYPES: everything.document_types, FOLDERS: everything.folders}


def _box(key: str, value: str) -> str:
    """Key of the box of one choice."""
    return f"{key}={value}"


def _chosen(key: str, values: Mapping[str, int]) -> tuple[str, ...] | None:
    """The choices whose boxes are ticked, kept in the address; None for all."""
    for value in values:
        st.session_state.setdefault(_box(key, value), value in st.session_state[key])
    chosen = [value for value in values if st.session_state[_box(key, value)]]
    st.session_state[key] = chosen
    keep(key, [])
    return tuple(chosen) or None


def _show_facet(
    title: str,
    key: str,
    everything: Mapping[str, int],
    left: Mapping[str, int],
    name: Callable[[str], str],
    *,
    is_open: bool = False,
) -> None:
    if len(everything) < 2 and not st.session_state[key]:  # noqa: PLR2004  nothing to choose from
        return
    with st.expander(title, expanded=is_open or bool(st.session_state[key]), key=f"facet-{key}"):
        for value in everything:
            label = f"{plain_label(name(value))} ({number(left.get(value, 0))})"
            st.checkbox(label, key=_box(key, value))


def _folder_name(folder: str) -> str:
    return PurePath(folder).name


def _show_days(everything: Facets) -> tuple[date | None, date | None]:
    if everything.days is None or everything.days[0] == everything.days[1]:
        return None, None
    for key in (AFTER, BEFORE):
        if key not in st.session_state:
            st.session_state[key] = _day(st.query_params.get(key, ""))
    with st.expander(_("Date of the file"), expanded=any(st.session_state[key] for key in (AFTER, BEFORE))):
        first, last = everything.days
        after = st.date_input(_("From"), key=AFTER, min_value=first, max_value=last, format="YYYY-MM-DD")
        until = st.date_input(_("Until"), key=BEFORE, min_value=first, max_value=last, format="YYYY-MM-DD")
    for key in (AFTER, BEFORE):
        day = st.session_state[key]
        if day is not None:
            st.query_params[key] = day.isoformat()
        elif key in st.query_params:
            del st.query_params[key]
    return after, None if until is None else until + timedelta(days=1)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _show_ranking(neutral: float) -> tuple[SearchMode, float]:
    names = {
        SearchMode.HYBRID: _("Meaning and words"),
        SearchMode.DENSE: _("Meaning"),
        SearchMode.LEXICAL: _("Words"),
    }
    start_with(MODE, SearchMode.HYBRID.value, [mode.value for mode in SearchMode])
    strengths = [f"{tenth / 10:.1f}" for tenth in range(11)]
    usual = f"{neutral:.1f}"
    start_with(NEUTRAL, usual, strengths)
    left, right = st.columns([3, 2])
    mode = left.segmented_control(
        _("Find by"),
        options=[mode.value for mode in SearchMode],
        format_func=lambda value: names[SearchMode(value)],
        required=True,
        key=MODE,
        help=_(
            "Meaning finds what says the same in other words, or in another language. Words finds passages that have "
            "the question's own words: names, numbers, codes. Meaning and words uses both, and suits most questions."
        ),
    )
    strength = right.select_slider(
        _("My language first … any language alike"),
        options=strengths,
        format_func=lambda value: number(float(value)),
        key=NEUTRAL,
        help=_("How little the language of a passage matters: 0 prefers passages in the language of the question."),
    )
    keep(MODE, SearchMode.HYBRID.value)
    keep(NEUTRAL, usual)
    return SearchMode(mode or SearchMode.HYBRID), float(strength)


def _show_amounts(top_k: int) -> tuple[int, int, bool]:
    usual = str(min(top_k, MOST_HITS))
    start_with(TOP_K, usual, [str(count) for count in range(1, MOST_HITS + 1)])
    start_with(PER_LANGUAGE, "0", [str(count) for count in range(MOST_PER_LANGUAGE + 1)])
    start_with(PER_DOCUMENT, "all", ["all", "1"])
    with st.sidebar, st.expander(_("How many")):
        st.selectbox(_("Passages"), options=_numbers(1, MOST_HITS), key=TOP_K)
        st.selectbox(
            _("At least from each language"),
            options=_numbers(0, MOST_PER_LANGUAGE),
            key=PER_LANGUAGE,
            help=_(
                "So many of the best passages of every language are shown, also where that makes more passages in all. "
                "0 shows the best, whatever their language."
            ),
        )
        names = {"all": _("All passages of a document"), "1": _("Only the best passage of each document")}
        st.radio(_("Documents"), options=["all", "1"], format_func=names.__getitem__, key=PER_DOCUMENT)
    for key, default in ((TOP_K, usual), (PER_LANGUAGE, "0"), (PER_DOCUMENT, "all")):
        keep(key, default)
    state = st.session_state
    return int(state[TOP_K]), int(state[PER_LANGUAGE]), state[PER_DOCUMENT] == "1"


def _numbers(first: int, last: int) -> list[str]:
    return [str(count) for count in range(first, last + 1)]
