"""The Ask page, run by Streamlit's own test runner over small real collections."""

import re
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
    from app.ui.navigation import show_pages  # the test runner executes this body as a script

    show_pages(workspace)


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
    assert "Library page" in notices(page)
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
    page.selectbox(key="k").set_value("1").run()
    assert len(cards(page)) == 1


GERMAN = "Der Leuchtturm wurde im Herbst angezündet, und der Wärter pflanzt hinter dem Haus Kohl und Rüben."


def test_the_slider_says_how_little_the_language_matters(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    collection.sync([folder])
    page = ask(workspace, "When was the lighthouse lit?")
    assert page.select_slider(key="n").value == "0.7"
    before = cards(page)
    page.select_slider(key="n").set_value("0.0").run()
    assert cards(page) != before
    assert address(page, "n") == ["0.0"]


def test_meaning_words_or_both_is_a_choice_explained_in_plain_words(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    collection.sync([folder])
    page = ask(workspace, "underground lake")
    choice = page.button_group(key="m")
    assert choice.options == ["Meaning and words", "Meaning", "Words"]
    assert choice.value == "hybrid"
    assert "numbers" in choice.help
    assert "· words" in cards(page)[0]
    assert len(cards(page)) == 3
    choice.set_value("lexical").run()
    [card] = cards(page)  # only this passage has the words
    assert "underground lake" in card
    page.button_group(key="m").set_value("dense").run()
    assert len(cards(page)) == 3
    assert not any("· words" in card for card in cards(page))


def test_words_that_no_passage_has_find_nothing_and_the_page_says_what_to_do(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    collection.sync([folder])
    page = ask(workspace, "xylophone")
    page.button_group(key="m").set_value("lexical").run()
    assert not page.exception
    assert cards(page) == []
    assert "find by meaning" in notices(page)


def test_some_passages_of_each_language_can_be_asked_for(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    (folder / "turm.txt").write_text(GERMAN)
    collection.sync([folder])
    page = ask(workspace, "the lighthouse")
    page.selectbox(key="k").set_value("1").run()
    assert len(cards(page)) == 1
    page.selectbox(key="each").set_value("1").run()
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
    page.radio(key="docs").set_value("1").run()
    assert from_lighthouse() == 1


def test_filters_say_how_much_they_leave_and_hold(workspace: Workspace, collection: Collection, folder: Path) -> None:
    (folder / "turm.txt").write_text(GERMAN)
    collection.sync([folder])
    page = ask(workspace, "the lighthouse")
    assert sorted(box.label for box in page.checkbox) == [
        "English (3)",
        "German (1)",
        "MD (1)",
        "TXT (3)",
    ]
    page.checkbox(key="l=de").check().run()
    [card] = cards(page)
    assert 'lang="de"' in card
    assert GERMAN.split(",", maxsplit=1)[0] in card
    assert address(page, "l") == ["de"]
    assert [box.label for box in page.checkbox if box.key.startswith("t=")] == ["TXT (1)", "MD (0)"]
    assert "The filters leave 1 passage to search." in quiet(page)


def test_filters_in_the_address_hold_and_those_that_do_not_exist_here_are_dropped(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    collection.sync([folder])
    page = AppTest.from_function(run_ask_page, args=(workspace,), default_timeout=30)
    page.query_params["q"] = "the lighthouse"
    page.query_params["t"] = ["md", "exe"]
    page.query_params["k"] = "-1"
    page.query_params["after"] = "yesterday"
    page.run()
    assert not page.exception
    assert page.checkbox(key="t=md").value
    assert page.selectbox(key="k").value == "5"
    assert address(page, "t") == ["md"]
    [card] = cards(page)
    assert "ferry.md" in card


def test_a_filter_outlives_an_ingest_that_changes_its_numbers(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    (folder / "turm.txt").write_text(GERMAN)
    collection.sync([folder])
    page = ask(workspace, "the lighthouse")
    page.checkbox(key="l=de").check().run()
    (folder / "zweiter.txt").write_text("Ein zweiter Leuchtturm steht auf der Insel und wird bald wieder leuchten.")
    collection.sync([folder])
    page.run()
    assert page.checkbox(key="l=de").value
    assert len(cards(page)) == 2
    assert all('lang="de"' in card for card in cards(page))


def test_a_passage_that_stands_in_several_files_is_shown_once(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    notice = "The lighthouse was lit in autumn, and the harbour paid for the oil."
    (folder / "one.txt").write_text(f"{notice}\n\n{'Rope is stored in the loft. ' * 60}")
    (folder / "two.txt").write_text(f"{notice}\n\n{'Boats are tarred in spring. ' * 60}")
    collection.sync([folder])
    shown = ask(workspace, notice)
    assert len({re.sub("<[^>]*>", "", card) for card in cards(shown)}) == len(cards(shown))


def test_what_else_there_is_to_a_passage_is_shown_on_demand(
    workspace: Workspace, collection: Collection, folder: Path
) -> None:
    (folder / "long.txt").write_text("\n\n".join(f"Part {n}. {'The ship carries salt and rope. ' * 40}" for n in "ABC"))
    collection.sync([folder])
    page = ask(workspace, "underground lake")
    more = next(group for group in page.button_group if str(group.key).startswith("more-"))
    for name, words in {
        "why": "Meaning, as plain cosine",
        "similar": "ps-small",
        "around": "The document has no other passage.",
    }.items():
        more.set_value(name).run()
        assert not page.exception
        assert words in " ".join(element.value for element in page.html)
    more.set_value("cite").run()
    plain, markdown, bibtex, link = (element.value for element in page.code)
    assert plain == "“The salt mine has seven levels and an underground lake.” (mine, mine.txt)" or "mine.txt" in plain
    assert markdown.startswith("> The salt mine")
    assert bibtex.startswith("@misc{mine-")
    assert "/read?p=" in link


def test_questions_asked_before_are_offered_again(workspace: Workspace, collection: Collection, folder: Path) -> None:
    collection.sync([folder])
    page = ask(workspace, f"the lighthouse {HOSTILE}")
    page.text_input(key="q").set_value("").run()
    [again] = [button for button in page.button if str(button.key).startswith("recent-")]
    assert r"\[boo\]\(javascript" in again.label
    again.click().run()
    assert page.text_input(key="q").value == f"the lighthouse {HOSTILE}"
    assert cards(page)


def test_the_page_says_where_text_is_missing(workspace: Workspace, collection: Collection, folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    collection.sync([folder])
    assert "1 files failed, 0 have doubtful pages" in quiet(ask(workspace, "the lighthouse"))


def address(page: AppTest, name: str) -> list[str]:
    values = page.query_params[name]
    return values if isinstance(values, list) else [values]


def quiet(page: AppTest) -> str:
    return " ".join(element.value for element in page.html if 'class="ps-quiet' in element.value)


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
    others = [element for element in page.main if element.type not in {"html", "text_input", "page_link"}]
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
