"""The Read page, run by Streamlit's own test runner over small real collections."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.settings import Settings
from app.ui.read.sheet import SHEET_CHARACTERS, Marks, part_borders, part_of, sheet
from app.ui.workspace import Workspace
from embedder import Embedder
from indexer import Collection, Page
from indexer.readers.document import Heading
from retriever import Retriever

HOSTILE = "<img src=x onerror=alert(1)> :red[boo] $boo$ [boo](javascript:alert(1))"


@pytest.fixture(autouse=True)
def _nothing_cached() -> Iterator[None]:
    yield
    st.cache_resource.clear()


@pytest.fixture
def workspace(tmp_path: Path, hashing_embedder: Embedder) -> Workspace:
    return Workspace(settings=Settings(collection=tmp_path / "collection"), embedder=hashing_embedder)


def run_read_page(workspace: "Workspace") -> None:
    from app.ui.navigation import show_pages  # the test runner executes this body as a script
    from app.ui.workspace import PageName

    show_pages(workspace, start=PageName.READ)


def read(workspace: Workspace, **address: str) -> AppTest:
    page = AppTest.from_function(run_read_page, args=(workspace,), default_timeout=30)
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def html(page: AppTest) -> str:
    return " ".join(element.value for element in page.html)


def hit_of(workspace: Workspace, question: str) -> str:
    with Retriever.open(workspace.path, embedder=workspace.embedder) as retriever:
        return str(retriever.search(question, top_k=1).hits[0].passage_id)


def test_a_passage_is_marked_in_its_document_and_its_answer_in_it(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    collection.sync([folder])
    page = read(workspace, p=hit_of(workspace, "lighthouse"), q="When was the lighthouse lit?")
    assert '<mark class="ps-here">The lighthouse was lit in autumn.</mark>' in html(page)
    assert '<span class="ps-passage ps-here">' in html(page)
    assert "Question: When was the lighthouse lit?" in html(page)


def test_without_a_question_the_passage_alone_is_marked(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    collection.sync([folder])
    assert "<mark" not in html(read(workspace, p=hit_of(workspace, "lighthouse")))


@pytest.mark.parametrize("address", [{}, {"p": "9999"}, {"p": "x"}, {"d": "0"}, {"p": "9" * 30}, {"p": "٣"}])
def test_what_is_not_there_is_said_and_the_way_back_shown(
    workspace: Workspace, collection: Collection, folder: Path, address: dict[str, str]
) -> None:
    collection.sync([folder])
    page = read(workspace, **address)
    assert "no such passage" in html(page)
    assert len(page.get("page_link")) == 1


def test_a_pdf_is_shown_as_it_looks_with_its_verdict_and_its_pages(
    workspace: Workspace, collection: Collection, sample_folder: Path
) -> None:
    collection.sync([next(sample_folder.glob("ar-*.pdf"))])
    page = read(workspace, d="1", page="2")
    assert len(page.get("image")) == 1
    assert "repaired: The text was wrong in the file" in html(page)
    assert page.number_input[0].value == 2
    assert "page 2 of 2" in html(page)
    assert read(workspace, d="1", page="77").number_input[0].value == 2


def test_a_file_that_is_gone_can_still_be_read_and_is_said_to_be_gone(
    workspace: Workspace, collection: Collection, sample_folder: Path
) -> None:
    path = workspace.path.parent / "train.pdf"
    shutil.copy(next(sample_folder.glob("de-*.pdf")), path)
    collection.sync([path])
    path.unlink()
    page = read(workspace, d="1")
    assert "The page cannot be shown" in html(page)
    assert "The file is not there any more" in html(page)
    assert "Bergbahn" in html(page)


def test_hostile_text_titles_and_questions_stay_text(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    (folder / "hostile.md").write_text(f"# {HOSTILE}\n\n{HOSTILE} the lighthouse.")
    collection.sync([folder])
    page = read(workspace, p=hit_of(workspace, HOSTILE), q=HOSTILE)
    assert "boo" in html(page)
    assert "<img" not in html(page)
    others = [element for element in page.main if element.type not in {"html", "page_link", "download_button"}]
    assert not any("boo" in str(getattr(element, "proto", "")) for element in others)


def test_a_long_page_is_cut_into_parts_that_begin_with_lines_and_lose_nothing() -> None:
    text = "".join(f"line {number} {'x' * (number % 90)}\n" for number in range(2000))
    borders = part_borders(text)
    assert len(borders) > 3
    assert (borders[0], borders[-1]) == (0, len(text))
    assert all(text[border - 1] == "\n" for border in borders[1:-1])
    assert all(part_of(borders, border) == number for number, border in enumerate(borders[:-1], start=1))
    assert part_borders("x" * 3 * SHEET_CHARACTERS) == [0, SHEET_CHARACTERS, 2 * SHEET_CHARACTERS, 3 * SHEET_CHARACTERS]
    assert part_borders("") == [0, 0]


def test_headings_passage_and_answer_are_marked_where_they_stand() -> None:
    page = Page(number=1, text="Head\nOne. Two. Three.", headings=(Heading(start=0, end=4, level=1),))
    shown = sheet(page, 0, len(page.text), Marks(passage=(0, 14), answer=(10, 14)), "en")
    assert '<span class="ps-passage ps-here"><strong class="ps-heading">Head</strong></span>' in shown
    assert '<mark class="ps-here">Two.</mark> Three.' in shown
    assert "<mark" not in sheet(page, 0, 9, Marks(answer=(10, 14)), "en")
