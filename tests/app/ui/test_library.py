"""The Documents page, run by Streamlit's own test runner over small real collections."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.settings import Settings
from app.ui.library.add_documents import existing_folder
from app.ui.library.ingest_job import IngestJob, Order
from app.ui.library.page import remove_documents
from app.ui.library.uploads import uploads_folder
from app.ui.workspace import Workspace
from embedder import Embedder
from indexer import Collection

START_BUTTONS = ["Read the folder", "Only show what would be done", "Store and read"]
HOSTILE = "<img src=x onerror=alert(1)> :red[boo] $boo$ [boo](javascript:alert(1))"


@pytest.fixture(autouse=True)
def _nothing_cached() -> Iterator[None]:
    yield
    st.cache_resource.clear()


@pytest.fixture
def workspace(tmp_path: Path, hashing_embedder: Embedder) -> Workspace:
    """Settings that name the place where the `collection` fixture makes its collection."""
    return Workspace(settings=Settings(collection=tmp_path / "collection"), embedder=hashing_embedder)


def run_documents_page(workspace: "Workspace") -> None:
    from app.ui.navigation import show_pages  # the test runner executes this body as a script
    from app.ui.workspace import PageName

    show_pages(workspace, start=PageName.LIBRARY)


def open_page(workspace: Workspace) -> AppTest:
    page = AppTest.from_function(run_documents_page, args=(workspace,), default_timeout=30).run()
    assert not page.exception
    return page


def notices(page: AppTest) -> str:
    return " ".join(element.value for element in page.html if 'class="ps-notice' in element.value)


def test_without_a_collection_the_page_offers_to_make_one(workspace: Workspace) -> None:
    page = open_page(workspace)
    assert "no collection yet" in notices(page)
    assert [button.label for button in page.button] == [
        "Read the folder",
        "Only show what would be done",
        "Store and read",
    ]


def test_the_table_lists_every_file_with_its_status_and_the_totals(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    collection.sync([folder])
    page = open_page(workspace)
    failures, files = (element.value.set_index("Name") for element in page.dataframe)
    assert sorted(files.index) == ["broken.pdf", "ferry.md", "lighthouse.txt", "mine.txt"]
    assert files.loc["ferry.md", "Status"] == "in order"
    assert files.loc["ferry.md", "Language"] == "English"
    assert files.loc["ferry.md", "Size"] == (folder / "ferry.md").stat().st_size
    assert files.loc["broken.pdf", "Passages"] == 0
    assert files.loc["broken.pdf", "Status"] == "not read"
    assert list(failures.index) == ["broken.pdf"]
    assert failures.loc["broken.pdf", "Why"]
    totals = next(element.value for element in page.html if 'ps-totals"' in element.value)
    for name, number in {"Files": 4, "Not read": 1, "Passages": 3, "Languages": 1}.items():
        assert f"{name}<strong>{number}</strong>" in totals


def select(page: AppTest, rows: list[int]) -> AppTest:
    page.session_state[page.dataframe[-1].key] = {"selection": {"rows": rows}}
    return page.run()


def test_selected_files_are_removed_and_nothing_stays_selected(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    collection.sync([folder])
    page = select(open_page(workspace), [1])
    assert list(page.dataframe[0].value["Name"])[1] == "lighthouse.txt"
    next(button for button in page.button if button.label == "Remove 1 file from the collection").click().run()
    assert not page.exception
    assert list(page.dataframe[0].value["Name"]) == ["ferry.md", "mine.txt"]
    assert not any(button.label.startswith("Remove") for button in page.button)
    assert (folder / "lighthouse.txt").exists()


def test_a_removed_upload_is_deleted_and_a_removed_file_of_a_folder_stays(collection: Collection, folder: Path) -> None:
    uploads = uploads_folder(collection.path)
    uploads.mkdir()
    (uploads / "sky.txt").write_text("The observatory has a telescope on the mountain.")
    collection.sync([folder, uploads])
    remove_documents(collection.path, collection, [str(uploads / "sky.txt"), str(folder / "mine.txt")])
    assert not (uploads / "sky.txt").exists()
    assert (folder / "mine.txt").exists()
    with collection.session() as session:
        assert [Path(file.path).name for file in session.files()] == ["ferry.md", "lighthouse.txt"]


def test_only_whole_paths_that_exist_are_taken_as_folders(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder.parent))
    monkeypatch.chdir(folder.parent)
    assert existing_folder(f" '{folder}' ") == folder
    assert existing_folder(f"~/{folder.name}") == folder
    for typed in ("", "   ", ".", folder.name, str(folder / "gone"), "~nobody/x", "/\0"):
        assert existing_folder(typed) is None


def test_a_folder_that_does_not_exist_is_refused_and_its_name_shown_as_text(workspace: Workspace) -> None:
    page = open_page(workspace)
    page.text_input(key="folder").set_value(f"/{HOSTILE}")
    page.button[0].click().run()
    assert "There is no folder" in notices(page)
    assert "<img" not in notices(page)
    assert workspace.desk().job is None
    assert not page.error
    assert not any("boo" in element.value for element in page.markdown)


def test_an_ingest_that_runs_is_followed_and_can_be_stopped(workspace: Workspace) -> None:
    event = '"event":"progress","phase":"reading","done":1,"total":4,"passages":9,"pages":3,"failed":0'
    script = f'import time; print(\'{{{event},"path":"/:red[boo]"}}\', flush=True); time.sleep(600)'
    job = IngestJob([sys.executable, "-c", script], Order(folders=(Path("/folder"),)))
    workspace.desk().job = job
    try:
        while job.status().progress is None:
            time.sleep(0.01)
        page = open_page(workspace)
        assert "Reading: 1 of 4 files" in page.get("progress")[0].proto.text
        assert "3 pages · 9 passages" in " ".join(element.value for element in page.html)
        assert ":red[boo]" in " ".join(element.value for element in page.html)
        assert [button.label for button in page.button if button.disabled] == [
            "Read the folder",
            "Only show what would be done",
            "Store and read",
        ]
        next(button for button in page.button if button.label == "Stop").click().run()
    finally:
        job.stop()
        job.wait()
    assert "It was stopped" in notices(page.run())
    assert not any(button.disabled for button in page.button)


def test_a_synced_folder_and_an_upload_arrive_in_the_collection(
    tmp_path: Path, folder: Path, encoder: Embedder
) -> None:
    workspace = Workspace(settings=Settings(collection=tmp_path / "new"))
    page = open_page(workspace)
    page.text_input(key="folder").set_value(str(folder))
    page.button[0].click().run()
    job = workspace.desk().job
    assert job is not None
    job.wait()
    assert "3 added" in notices(page.run())
    page.file_uploader[0].set_value([("../sky.txt", b"The observatory has a telescope.", "text/plain")])
    next(button for button in page.button if button.label == "Store and read").click().run()
    job = workspace.desk().job
    assert job is not None
    job.wait()
    assert "1 added" in notices(page.run())
    assert not page.exception
    assert list(page.dataframe[-1].value["Name"]) == ["ferry.md", "lighthouse.txt", "mine.txt", "sky.txt"]
    assert [path.name for path in uploads_folder(workspace.path).iterdir()] == ["sky.txt"]


def test_an_upload_that_cannot_be_stored_is_explained_and_starts_nothing(workspace: Workspace) -> None:
    uploads_folder(workspace.path).write_text("not a folder")
    page = open_page(workspace)
    page.file_uploader[0].set_value([("sky.txt", b"The observatory has a telescope.", "text/plain")])
    next(button for button in page.button if button.label == "Store and read").click().run()
    assert not page.exception
    assert "&#x27;sky.txt&#x27; cannot be stored" in notices(page)
    assert workspace.desk().job is None


def test_hostile_names_reasons_and_titles_stay_in_the_table(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    name = HOSTILE.replace("/", "")
    (folder / f"{name}.md").write_text(f"# {HOSTILE}\n\nText.")
    (folder / f"{name}.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    collection.sync([folder])
    page = select(open_page(workspace), [0, 1])
    assert f"{name}.md" in set(page.dataframe[-1].value["Name"])
    others = [element for element in page.main if element.type != "dataframe"]
    assert others
    assert not any("boo" in str(getattr(element, "proto", "")) for element in others)
