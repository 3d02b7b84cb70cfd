"""The Map page, run by Streamlit's own test runner over small real collections."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.settings import Settings
from app.ui.passage_map.groups import COLOURS, OTHERS, ColourBy, group_points
from app.ui.workspace import Workspace
from embedder import Embedder
from indexer import Collection, TextDocument
from retriever.passage_map import draw_map

HOSTILE = "<img src=x onerror=alert(1)> :red[boo] $boo$ [boo](javascript:alert(1))"


@pytest.fixture(autouse=True)
def _nothing_cached() -> Iterator[None]:
    yield
    st.cache_resource.clear()


@pytest.fixture
def workspace(tmp_path: Path, hashing_embedder: Embedder) -> Workspace:
    """Settings that name the place where the `collection` fixture makes its collection."""
    return Workspace(settings=Settings(collection=tmp_path / "collection"), embedder=hashing_embedder)


def run_map_page(workspace: "Workspace") -> None:
    from app.ui.navigation import show_pages  # the test runner executes this body as a script
    from app.ui.workspace import PageName

    show_pages(workspace, start=PageName.MAP)


def open_map(workspace: Workspace, **address: str) -> AppTest:
    page = AppTest.from_function(run_map_page, args=(workspace,), default_timeout=30)
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def html(page: AppTest) -> str:
    return " ".join(element.value for element in page.html)


def charts(page: AppTest) -> list[Any]:
    return [element.proto for element in page.get("vega_lite_chart")]


def points(chart: Any) -> list[dict[str, Any]]:
    """The points of a picture, as they are sent to the browser."""
    tables = [pa.ipc.open_stream(dataset.data.data).read_all().to_pylist() for dataset in chart.datasets]
    return next(table for table in tables if table and "title" in table[0])


def test_without_passages_the_page_says_what_to_do(workspace: Workspace) -> None:
    assert "Open the Library page" in html(open_map(workspace))


def test_an_empty_collection_says_so(workspace: Workspace, collection: Collection) -> None:
    assert "holds no passages yet" in html(open_map(workspace))


def test_both_pictures_hold_every_passage_with_what_is_shown_when_pointed_at(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    collection.sync([folder])
    plain, neutral = charts(open_map(workspace))
    for chart in (plain, neutral):
        found = points(chart)
        assert {point["words"] for point in found} == {
            "The lighthouse was lit in autumn. Its keeper grows cabbages behind it.",
            "The ferry The ferry crosses the river every hour until midnight.",
            "The salt mine has seven levels and an underground lake.",
        }
        assert {point["language"] for point in found} == {"English"}
    assert [point["id"] for point in points(plain)] == [point["id"] for point in points(neutral)]


def test_both_pictures_have_one_scale(workspace: Workspace, collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    widths = []
    for chart in charts(open_map(workspace, q="the ferry")):
        encoding = json.loads(chart.spec)["layer"][0]["encoding"]
        widths += [encoding[axis]["scale"]["domain"][1] - encoding[axis]["scale"]["domain"][0] for axis in "xy"]
    assert widths == pytest.approx([widths[0]] * 4)


def test_the_legend_names_languages_and_one_can_be_highlighted(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    (folder / "turm.txt").write_text("Der Leuchtturm wurde im Herbst angezündet, und der Wärter pflanzt dort Kohl.")
    collection.sync([folder])
    page = open_map(workspace)
    assert "<bdi>English</bdi> 3" in html(page)
    assert "<bdi>German</bdi> 1" in html(page)
    assert COLOURS[0] in html(page)
    page.selectbox(key="only").set_value("de").run()
    assert COLOURS[0] not in html(page)
    assert COLOURS[1] in html(page)
    assert page.query_params["only"] == "de"
    assert points(charts(page)[0])[-1]["group"] == "de"  # drawn last, so on top


def test_colours_can_stand_for_folders_and_a_highlight_of_another_kind_is_given_up(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    (folder / "old").mkdir()
    (folder / "old" / "turm.txt").write_text("Der Leuchtturm wurde im Herbst angezündet, und dort wächst nun Kohl.")
    collection.sync([folder])
    page = open_map(workspace, only="de")
    assert page.selectbox(key="only").value == "de"
    page.segmented_control(key="colour").set_value("folder").run()
    assert not page.exception
    assert page.selectbox(key="only").value == "*"
    assert "<bdi>old</bdi> 1" in html(page)
    assert "<bdi>Others</bdi> 3" in html(page)


def test_more_groups_than_colours_become_others(collection: Collection) -> None:
    collection.add(
        TextDocument(name=f"/all/{number:02d}/text", text=f"The ferry number {number} crosses the river.", title="")
        for number in range(len(COLOURS) + 4)
    )
    with collection.session() as session:
        drawn = draw_map(session)
    keys, groups = group_points(drawn, ColourBy.FOLDER)
    assert [group.count for group in groups] == [1] * len(COLOURS) + [4]
    assert groups[-1].key == OTHERS
    assert keys.count(OTHERS) == 4
    assert len({group.colour for group in groups}) == len(groups)


def test_the_passage_of_the_address_is_shown_and_leads_to_the_read_page(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    collection.sync([folder])
    passage = points(charts(open_map(workspace))[0])[0]
    page = open_map(workspace, p=str(passage["id"]))
    assert passage["words"][-20:] in html(page)
    [link] = page.page_link
    assert (link.proto.page, link.proto.query_string) == ("read", f"p={passage['id']}")


@pytest.mark.parametrize("wrong", ["999", "x", "-1", "٣", "9" * 30])
def test_a_passage_that_is_not_there_is_not_shown(
    workspace: Workspace, collection: Collection, folder: Path, wrong: str
) -> None:
    collection.sync([folder])
    assert "ps-card" not in html(open_map(workspace, p=wrong)).split("</style>")[-1]


def test_a_question_shows_where_it_lands_and_what_is_nearest_in_each_space(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    collection.sync([folder])
    page = open_map(workspace, q="How many levels has the salt mine?")
    nearest = [element.value for element in page.html if "<strong>1</strong>" in element.value]
    assert len(nearest) == 2
    assert all("The salt mine" in one for one in nearest)
    assert [len(json.loads(chart.spec)["layer"]) for chart in charts(page)] == [4, 4]
    assert len(page.page_link) == 6


def test_hostile_titles_and_names_reach_no_markdown_and_no_tag(
    workspace: Workspace, collection: Collection, tmp_path: Path
) -> None:
    folder = tmp_path / HOSTILE.replace("/", "")
    folder.mkdir()
    (folder / f"{HOSTILE.replace('/', '')}.txt").write_text(f"{HOSTILE}\n\n{HOSTILE} the lighthouse.")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "ferry.txt").write_text("The ferry crosses the river.")
    collection.sync([folder, tmp_path / "other"])
    page = open_map(workspace, q=HOSTILE, p="1", colour="folder")
    assert "<img" not in html(page)
    seen = {"html", "text_input", "selectbox", "vega_lite_chart", "page_link"}
    others = [element for element in page.main if element.type not in seen]
    assert not any("boo" in str(getattr(element, "proto", "")) for element in others)
    assert not any("boo" in link.label for link in page.page_link)
