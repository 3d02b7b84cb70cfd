"""Several collections side by side, and the Settings page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.settings import Settings
from app.ui.collections import collection_names, is_collection_name
from app.ui.workspace import Workspace
from embedder import Embedder
from indexer import Collection


@pytest.fixture(autouse=True)
def _nothing_cached() -> Iterator[None]:
    yield
    st.cache_resource.clear()


@pytest.fixture
def workspace(tmp_path: Path, hashing_embedder: Embedder) -> Workspace:
    return Workspace(settings=Settings(collection=tmp_path / "collection"), embedder=hashing_embedder)


def run_settings_page(workspace: "Workspace") -> None:
    from app.ui.navigation import show_pages  # the test runner executes this body as a script
    from app.ui.workspace import PageName

    show_pages(workspace, start=PageName.SETTINGS)


def settings_page(workspace: Workspace, **address: str) -> AppTest:
    page = AppTest.from_function(run_settings_page, args=(workspace,), default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def html(page: AppTest) -> str:
    return " ".join(element.value for element in page.html)


@pytest.mark.parametrize("name", ["letters", "Briefe 1901", "عقود", "a.b-c_d", "x" * 80])
def test_plain_names_are_collection_names(name: str) -> None:
    assert is_collection_name(name)


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "x ", "a\0b", "x" * 81, "C:"])
def test_what_leads_elsewhere_is_none(name: str) -> None:
    assert not is_collection_name(name)


def test_collections_are_found_side_by_side(tmp_path: Path, hashing_embedder: Embedder) -> None:
    for name in ("one", "two", ".three"):
        Collection.create(tmp_path / name, embedder=hashing_embedder).close()
    (tmp_path / "no-collection").mkdir()
    assert collection_names(tmp_path) == ["one", "two"]
    assert collection_names(tmp_path / "nowhere") == []


def test_the_address_and_the_header_choose_among_them(
    workspace: Workspace, collection: Collection, folder: Path, hashing_embedder: Embedder
) -> None:
    with Collection.create(collection.path.with_name("other"), embedder=hashing_embedder) as other:
        other.sync([folder])
    page = settings_page(workspace, c="other")
    assert str(collection.path.with_name("other")) in html(page)
    chooser = page.selectbox(key="c")
    assert chooser.options == ["collection", "other"]
    chooser.set_value("collection").run()
    assert str(collection.path) + "<" in html(page)
    assert "c" not in page.query_params


@pytest.mark.parametrize("name", ["../other", "/etc", ""])
def test_an_address_that_leads_elsewhere_means_the_usual_collection(
    workspace: Workspace, collection: Collection, name: str
) -> None:
    assert str(collection.path) + "<" in html(settings_page(workspace, c=name))


def test_a_new_collection_is_chosen_and_waits_for_its_documents(workspace: Workspace, collection: Collection) -> None:
    page = settings_page(workspace)
    page.text_input(key="new_collection").set_value("letters")
    next(button for button in page.button if button.label == "Make a collection").click().run()
    assert not page.exception
    assert "made with its first documents" in html(page)
    assert page.query_params["c"] in ("letters", ["letters"])
    assert not collection.path.with_name("letters").exists()
    page.text_input(key="new_collection").set_value("../../elsewhere")
    next(button for button in page.button if button.label == "Make a collection").click().run()
    assert "Use letters, digits" in html(page)
    assert page.query_params["c"] in ("letters", ["letters"])


def test_the_index_is_built_anew_with_another_strength(tmp_path: Path, folder: Path, encoder: Embedder) -> None:
    workspace = Workspace(settings=Settings(collection=tmp_path / "real"))
    with Collection.create(workspace.path, embedder=encoder) as made:
        made.sync([folder])
    page = settings_page(workspace)
    assert "neutral strength 0.7" in html(page)
    page.slider[0].set_value(0.3)
    next(button for button in page.button if button.label == "Build the index anew").click().run()
    from app.ui.health.index_form import _jobs

    status = _jobs(str(workspace.path))["index"].wait()
    assert status.error == ""
    page.run()
    assert not page.exception
    assert "neutral strength 0.3" in html(page)


def test_the_doctor_s_findings_are_shown(workspace: Workspace, collection: Collection) -> None:
    page = settings_page(workspace)
    next(button for button in page.button if button.label.startswith("Check this machine")).click().run(timeout=120)
    assert not page.exception
    findings = page.dataframe[0].value
    assert "python" in set(findings["What"])
    assert set(findings["Status"]) <= {"in order", "worth knowing", "broken"}
