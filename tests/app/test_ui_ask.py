"""The Ask page, run by Streamlit's own test runner over small real collections."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.settings import Settings
from app.ui.workspace import Workspace
from embedder import Embedder
from indexer import Collection

HOSTILE = "<img src=x onerror=alert(1)> :red[boo] $boo$ [boo](javascript:alert(1))"


@pytest.fixture(autouse=True)
def _nothing_cached() -> Iterator[None]:
    yield
    st.cache_resource.clear()


@pytest.fixture
def workspace(tmp_path: Path, hashing_embedder: Embedder) -> Workspace:
    """Settings that name the place where the `collection` fixture makes its collection."""
    return Workspace(settings=Settings(collection=tmp_path / "collection"), embedder=hashing_embedder)


def run_ask_page(workspace: "Workspace") -> None:
    from app.ui.ask_page import show_ask_page  # the test runner executes this body as a script

    show_ask_page(workspace)


def ask(workspace: Workspace, question: str = "") -> AppTest:
    page = AppTest.from_function(run_ask_page, args=(workspace,), default_timeout=30)
    if question:
        page.query_params["q"] = question
    page.run()
    assert not page.exception
    return page


def cards(page: AppTest) -> list[str]:
    return [element.value for element in page.html if "<article" in element.value]


def notices(page: AppTest) -> str:
    return " ".join(element.value for element in page.html if 'class="ps-notice' in element.value)


def test_without_a_collection_the_page_says_how_to_make_one(workspace: Workspace) -> None:
    page = ask(workspace, "When was the lighthouse lit?")
    assert "Documents page" in notices(page)
    assert page.code[0].value == f"polyseek ingest FOLDER --collection {workspace.path}"
    assert cards(page) == []


def test_an_empty_collection_says_that_it_holds_nothing(workspace: Workspace, collection: Collection) -> None:
    page = ask(workspace, "When was the lighthouse lit?")
    assert "holds no passages yet" in notices(page)


def test_a_question_in_the_address_is_answered_and_stands_in_the_box(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    collection.sync([folder])
    page = ask(workspace, "When was the lighthouse lit?")
    assert page.text_input(key="q").value == "When was the lighthouse lit?"
    assert "<mark>The lighthouse was lit in autumn." in cards(page)[0]


def test_a_typed_question_goes_into_the_address(workspace: Workspace, collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    page = ask(workspace)
    assert cards(page) == []
    page.text_input(key="q").set_value("ferry river hour").run()
    assert "The ferry crosses the river" in cards(page)[0]
    assert page.text_input(key="q").proto.query_param_key == "q"  # the browser then writes ?q=


def test_a_question_of_blanks_is_no_question(workspace: Workspace, collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    page = ask(workspace, "   ")
    assert cards(page) == []
    assert notices(page) == ""


def test_as_many_passages_are_shown_as_wanted(workspace: Workspace, collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    page = ask(workspace, "the lighthouse")
    assert len(cards(page)) == 3
    page.number_input(key="top_k").set_value(1).run()
    assert len(cards(page)) == 1


GERMAN = "Der Leuchtturm wurde im Herbst angezündet, und der Wärter pflanzt hinter dem Haus Kohl und Rüben."


def test_the_slider_says_how_little_the_language_matters(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    collection.sync([folder])
    page = ask(workspace, "When was the lighthouse lit?")
    assert page.slider(key="neutral").value == 0.7
    before = cards(page)
    page.slider(key="neutral").set_value(0.0).run()
    assert cards(page) != before


def test_meaning_words_or_both_is_a_choice_explained_in_plain_words(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    collection.sync([folder])
    page = ask(workspace, "underground lake")
    choice = page.radio(key="mode")
    assert choice.options == ["Meaning and words", "Meaning", "Words"]
    assert choice.value == "hybrid"
    assert "numbers" in choice.help
    assert "· words" in cards(page)[0]
    assert len(cards(page)) == 3
    choice.set_value("lexical").run()
    [card] = cards(page)  # only this passage has the words
    assert "underground lake" in card
    page.radio(key="mode").set_value("dense").run()
    assert len(cards(page)) == 3
    assert not any("· words" in card for card in cards(page))


def test_words_that_no_passage_has_find_nothing_and_the_page_says_what_to_do(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    collection.sync([folder])
    page = ask(workspace, "xylophone")
    page.radio(key="mode").set_value("lexical").run()
    assert not page.exception
    assert cards(page) == []
    assert "find by meaning" in notices(page)


def test_some_passages_of_each_language_can_be_asked_for(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    (folder / "turm.txt").write_text(GERMAN)
    collection.sync([folder])
    page = ask(workspace, "the lighthouse")
    page.number_input(key="top_k").set_value(1).run()
    assert len(cards(page)) == 1
    page.number_input(key="per_language").set_value(1).run()
    assert sorted(card.count('lang="de"') > 0 for card in cards(page)) == [False, True]


def test_a_document_can_be_shown_by_its_best_passage_alone(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    (folder / "lighthouse.txt").write_text("The lighthouse was lit in autumn. " * 60)
    collection.sync([folder])
    page = ask(workspace, "the lighthouse")

    def from_lighthouse() -> int:
        return sum("lighthouse.txt" in card for card in cards(page))

    assert from_lighthouse() > 1
    page.toggle(key="one_per_document").set_value(True).run()
    assert from_lighthouse() == 1


def test_the_language_filter_offers_what_occurs_and_holds(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    (folder / "turm.txt").write_text(GERMAN)
    collection.sync([folder])
    page = ask(workspace, "the lighthouse")
    choice = page.multiselect(key="languages")
    assert sorted(choice.options) == ["English (3)", "German (1) · Deutsch"]
    choice.set_value(["de"]).run()
    [card] = cards(page)
    assert 'lang="de"' in card
    assert GERMAN.split(",", maxsplit=1)[0] in card


def test_the_language_filter_outlives_an_ingest_that_changes_its_numbers(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    (folder / "turm.txt").write_text(GERMAN)
    collection.sync([folder])
    page = ask(workspace, "the lighthouse")
    page.multiselect(key="languages").set_value(["de"]).run()
    (folder / "zweiter.txt").write_text("Ein zweiter Leuchtturm steht auf der Insel und wird bald wieder leuchten.")
    collection.sync([folder])
    page.run()
    assert page.multiselect(key="languages").value == ["de"]
    assert len(cards(page)) == 2
    assert all('lang="de"' in card for card in cards(page))


def test_documents_added_or_removed_meanwhile_are_seen(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    collection.sync([folder])
    page = ask(workspace, "observatory telescope mountain")
    assert not any("telescope" in card for card in cards(page))
    (folder / "sky.txt").write_text("The observatory has a telescope on the mountain.")
    collection.sync([folder])
    assert "telescope" in cards(page.run())[0]
    (folder / "sky.txt").unlink()
    collection.sync([folder])
    assert not any("telescope" in card for card in cards(page.run()))


def test_a_collection_made_anew_at_the_same_place_is_another(
    workspace: Workspace, collection: Collection, folder: Path, hashing_embedder: Embedder
) -> None:
    collection.sync([folder])
    page = ask(workspace, "the lighthouse")
    collection.path.rename(collection.path.with_name("old"))
    assert "nothing to ask yet" in notices(page.run())
    (folder / "lighthouse.txt").unlink()
    with Collection.create(workspace.path, embedder=hashing_embedder) as anew:
        anew.sync([folder])
    page.run()
    assert len(cards(page)) == 2
    assert not any("lighthouse" in card for card in cards(page))


def test_another_encoder_is_refused_with_words(
    tmp_path: Path, collection: Collection, hashing_embedder: Embedder
) -> None:
    other = type(hashing_embedder)(name="other")
    page = ask(Workspace(settings=Settings(collection=tmp_path / "collection"), embedder=other), "the lighthouse")
    assert "was made with hashing" in notices(page)


def test_hostile_text_titles_names_and_questions_reach_no_markdown_and_no_tag(
    workspace: Workspace, collection: Collection, tmp_path: Path
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / f"{HOSTILE.replace('/', '')}.txt").write_text(f"{HOSTILE}\n\n{HOSTILE} the lighthouse.")
    collection.sync([folder])
    page = ask(workspace, HOSTILE)
    [card] = cards(page)
    assert "boo" in card
    assert "<img" not in card
    others = [element for element in page.main if element.type not in {"html", "text_input"}]
    assert others
    assert not any("boo" in str(getattr(element, "proto", "")) for element in others)
    assert page.text_input(key="q").label == "Question"


def test_a_question_that_is_probably_not_answered_gets_a_notice(
    tmp_path: Path, folder: Path, encoder: Embedder
) -> None:
    workspace = Workspace(settings=Settings(collection=tmp_path / "calibrated"), embedder=encoder)
    with Collection.create(workspace.path, embedder=encoder) as made:
        made.sync([folder])
    page = ask(workspace, "Who won the giraffe race of Nairobi in 1987?")
    assert "Probably not answered" in notices(page)
    assert cards(page), "what comes nearest is shown all the same"
    assert "Probably not" not in notices(ask(workspace, "How many levels has the salt mine?"))


def test_the_page_of_a_passage_is_shown_with_its_answer_marked(
    workspace: Workspace, collection: Collection, sample_folder: Path
) -> None:
    collection.sync([next(sample_folder.glob("de-*.pdf"))])
    page = ask(workspace, "Wann fährt der letzte Zug nach oben?")
    assert not page.get("image")
    page.toggle[1].set_value(True).run()
    assert not page.exception
    assert len(page.get("image")) == 1


def test_a_page_whose_file_is_gone_says_so(workspace: Workspace, collection: Collection, sample_folder: Path) -> None:
    path = workspace.path.parent / "train.pdf"
    shutil.copy(next(sample_folder.glob("de-*.pdf")), path)
    collection.sync([path])
    path.unlink()
    page = ask(workspace, "Wann fährt der letzte Zug nach oben?")
    page.toggle[1].set_value(True).run()
    assert "The page cannot be shown" in notices(page)


def test_what_has_no_pages_offers_none(workspace: Workspace, collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    page = ask(workspace, "When was the lighthouse lit?")
    assert [toggle.label for toggle in page.toggle] == ["Only the best passage of each document"]
