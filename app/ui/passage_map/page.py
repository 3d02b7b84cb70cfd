"""The Map page: the passages as points on a plane, as the encoder sees them and without their languages."""

from functools import partial
from typing import Final

import streamlit as st

from app.ui import render
from app.ui.ask.card import passage_card
from app.ui.language import _, percent, plural
from app.ui.passage_map.chart import PICKED, Marks, draw_picture, reach_of
from app.ui.passage_map.legend import choose_colouring, show_legend
from app.ui.passage_map.nearest import show_nearest
from app.ui.passage_map.style import CSS
from app.ui.workspace import PageName, Workspace
from embedder import EmbedderError
from indexer import IndexerError, StoredPassage
from retriever import PassageMissingError, Retriever, RetrieverError, read_passage
from retriever.passage_map import NEIGHBOURS, Landing, PassageMap, Picture, Points, draw_map, land

PASSAGE: Final = "p"
"""Name of the chosen passage in the address."""


def show_map_page(workspace: Workspace) -> None:
    """See the passages as points on a plane."""
    st.html(f"<style>{CSS}</style>")
    render.show_title(_("Map of the passages"))
    try:
        retriever = workspace.retriever()
        drawn = None if retriever is None else _drawn(workspace, retriever)
        if retriever is None or drawn is None:
            render.show_note(_("The collection holds no passages yet. Open the Library page and add a folder."))
        else:
            _show_map(workspace, retriever, drawn)
    except (IndexerError, EmbedderError, RetrieverError) as error:
        render.show_error(str(error))


def _drawn(workspace: Workspace, retriever: Retriever) -> PassageMap | None:
    with retriever.collection.session() as session:
        generation, is_empty = session.snapshot.generation, not len(session.snapshot.rows)
    if is_empty:
        return None
    with st.spinner(_("Drawing the map")):
        return _map_of(str(workspace.path), retriever.collection.identity.collection_id, generation, retriever)


@st.cache_resource(show_spinner=False, max_entries=4)
def _map_of(path: str, collection_id: str, generation: int, _retriever: Retriever) -> PassageMap:
    with _retriever.collection.session() as session:
        return draw_map(session)


def _show_map(workspace: Workspace, retriever: Retriever, drawn: PassageMap) -> None:
    _explain(drawn)
    asked = st.text_input(
        _("See where a question lands"),
        key="q",
        type="search",
        bind="query-params",
        placeholder=_("Ask in any language"),
    )
    question = (asked or "").strip()
    colouring = choose_colouring(drawn)
    show_legend(colouring)
    landings: tuple[Landing | None, Landing | None] = (None, None)
    if question:
        with st.spinner(_("Searching")):
            landings = land(retriever.collection, drawn, question)
    passage = _chosen_passage(retriever)
    pictures = (drawn.plain, drawn.neutral)
    marks = [
        Marks(chosen=_place_of(passage, drawn, picture), landing=landing)
        for picture, landing in zip(pictures, landings, strict=True)
    ]
    reach = reach_of([one.corners(picture) for one, picture in zip(marks, pictures, strict=True)])
    titles = {"plain": _("In the encoder's own space"), "neutral": _("In the language-neutral space")}
    for column, (name, title), picture, marked in zip(
        st.columns(2, gap="medium"), titles.items(), pictures, marks, strict=True
    ):
        with column:
            st.html(f'<h2 class="ps-section">{render.escape(title)}</h2>')
            st.altair_chart(
                draw_picture(drawn, picture, colouring, marked, reach),
                width="stretch",
                key=name,
                on_select=partial(_take_click, name),
                selection_mode=PICKED,
                alt=title,
            )
            render.show_quiet(_("These two directions hold {share} of the differences.", share=percent(picture.share)))
            if marked.landing is not None:
                with retriever.collection.session() as session:
                    show_nearest(workspace, session, marked.landing, question, name)
    if passage is not None:
        _show_passage(workspace, passage, question)


def _explain(drawn: PassageMap) -> None:
    said = [
        _("Each point is a passage. Passages that say similar things lie near each other."),
        _("Choose a point to see its passage."),
    ]
    plain, neutral = drawn.plain.own_language, drawn.neutral.own_language
    if plain is not None and neutral is not None:
        said.append(
            _(
                "Of the {count} nearest passages of other documents, {plain} are in the same language in the encoder's "
                "own space, and {neutral} in the language-neutral space, where answers in other languages are found.",
                count=NEIGHBOURS,
                plain=percent(plain),
                neutral=percent(neutral),
            )
        )
        said.append(plural("Measured with {count} passage.", "Measured with {count} passages.", drawn.measured))
    if len(drawn.passage_ids) < drawn.total:
        said.append(
            _(
                "The map shows {shown} of {total} passages, some of each language.",
                shown=len(drawn.passage_ids),
                total=drawn.total,
            )
        )
    st.html(f"<p>{render.escape(' '.join(said))}</p>")


def _take_click(name: str) -> None:
    """Remember the passage whose point was clicked in a picture."""
    picked = st.session_state[name].selection.get(PICKED) or []
    if picked:
        st.query_params[PASSAGE] = str(int(picked[0]["id"]))


def _chosen_passage(retriever: Retriever) -> StoredPassage | None:
    """The passage that the address names, if the collection has it."""
    text = st.query_params.get(PASSAGE, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 16):  # noqa: PLR2004  larger than any collection
        return None
    try:
        return read_passage(retriever, int(text))
    except PassageMissingError:
        return None


def _place_of(passage: StoredPassage | None, drawn: PassageMap, picture: Picture) -> Points:
    """Where a passage is drawn, (1, 2); (0, 2) if it is not."""
    places: Points = picture.points[drawn.passage_ids == (-1 if passage is None else passage.id)]
    return places


def _show_passage(workspace: Workspace, passage: StoredPassage, question: str) -> None:
    render.show_section(_("The chosen passage"))
    st.html(passage_card(passage, render.short_path(passage.paths[0])))
    st.page_link(
        workspace.pages[PageName.READ],
        label=_("Read"),
        icon=":material/menu_book:",
        query_params={"p": str(passage.id)} | ({"q": question} if question else {}),
    )
