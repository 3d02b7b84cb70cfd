import shutil
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest

from indexer import Collection, CollectionMissingError
from indexer.lexical import LexicalIndexError
from retriever import DimensionError, QuestionError, Retriever, SearchMode


@pytest.fixture
def retriever(collection: Collection, folder: Path) -> Retriever:
    collection.sync([folder])
    return Retriever(collection)


def test_the_best_passage_comes_first_with_its_place(retriever: Retriever, folder: Path) -> None:
    result = retriever.search("How many levels has the salt mine?", top_k=2)
    first, second = result.hits
    assert first.path == str(folder / "mine.txt")
    assert (first.page, first.document_type, first.title) == (
        1,
        "txt",
        "The salt mine has seven levels and an underground lake.",
    )
    assert first.score > second.score
    assert first.language == "en"
    assert result.question_language == "en"
    assert result.searched_passages == len(retriever.search("a", top_k=50).hits) >= 3
    assert result.timings.total_ms > 0


def test_the_answering_sentence_is_highlighted(retriever: Retriever) -> None:
    hit = retriever.search("cabbages its keeper grows where").hits[0]
    assert hit.highlighted_text == "Its keeper grows cabbages behind it."
    assert hit.text[hit.highlight.start : hit.highlight.end] == hit.highlighted_text


def test_filters_narrow_the_search(retriever: Retriever, folder: Path) -> None:
    question = "How many levels has the salt mine?"
    assert {hit.document_type for hit in retriever.search(question, document_types=["md"]).hits} == {"md"}
    assert {hit.path for hit in retriever.search(question, folders=[folder / "ferry.md"]).hits} == {
        str(folder / "ferry.md")
    }
    assert retriever.search(question, languages=["th"]).hits == ()
    tomorrow = date.today() + timedelta(days=1)
    assert retriever.search(question, after=tomorrow).hits == ()
    assert len(retriever.search(question, before=tomorrow + timedelta(days=1)).hits) >= 3


def test_a_duplicate_is_shown_under_the_path_that_was_asked_for(retriever: Retriever, folder: Path) -> None:
    (folder / "archive").mkdir()
    copy = folder / "archive" / "copy.txt"
    copy.write_text((folder / "mine.txt").read_text())
    retriever.collection.sync([folder])
    hit = retriever.search("salt mine", folders=[folder / "mine.txt"]).hits[0]
    assert (hit.path, hit.other_paths) == (str(folder / "mine.txt"), (str(copy),))


def test_a_matryoshka_encoder_can_be_searched_at_a_smaller_dimension(retriever: Retriever) -> None:
    full = retriever.search("How many levels has the salt mine?")
    small = retriever.search("How many levels has the salt mine?", dimension=32)
    assert small.hits[0].passage_id == full.hits[0].passage_id
    assert small.hits[0].score != full.hits[0].score


def test_a_dimension_the_encoder_was_not_trained_for_is_refused(retriever: Retriever) -> None:
    with pytest.raises(DimensionError, match="32, 64"):
        retriever.search("salt", dimension=33)


def test_words_are_found_as_they_are_written(retriever: Retriever, folder: Path) -> None:
    (folder / "codes.txt").write_text("Order part KX-4711 from the store.\n")
    retriever.collection.sync([folder])
    (hit,) = retriever.search("KX-4711", mode=SearchMode.LEXICAL).hits
    assert (hit.path, hit.highlighted_text) == (str(folder / "codes.txt"), "Order part KX-4711 from the store.")
    assert hit.score > 0
    assert retriever.search("KX-4711", mode=SearchMode.LEXICAL, document_types=["md"]).hits == ()
    assert retriever.search("zzzz", mode=SearchMode.LEXICAL).hits == ()
    (folder / "codes.txt").unlink()
    retriever.collection.sync([folder])
    assert retriever.search("KX-4711", mode=SearchMode.LEXICAL).hits == ()


@pytest.mark.parametrize(
    "rebuild",
    [lambda collection, _: collection.rebuild_view(), lambda collection, folder: collection.sync([folder])],
    ids=["reindex", "sync"],
)
def test_a_missing_word_index_is_said_and_can_be_built_anew(retriever: Retriever, folder: Path, rebuild) -> None:
    shutil.rmtree(retriever.collection.path / "views" / "lexical")
    with Retriever.open(retriever.collection.path, embedder=retriever.collection.embedder) as again:
        with pytest.raises(LexicalIndexError, match="polyseek reindex"):
            again.search("salt", mode=SearchMode.LEXICAL)
        assert again.search("salt").hits
        rebuild(again.collection, folder)
        assert "salt" in again.search("salt", mode=SearchMode.LEXICAL).hits[0].text


def test_the_question_language_can_be_said(retriever: Retriever) -> None:
    said = retriever.search("salt", question_language="th")
    assert said.question_language == "th"
    scores = {retriever.search("salt mine", question_language=code).hits[0].score for code in ("en", "th", "und")}
    assert len(scores) == 3


def test_with_neutral_0_the_score_is_the_cosine_of_passage_and_best_sentence(retriever: Retriever) -> None:
    hit = retriever.search("its keeper", neutral=0, mode=SearchMode.DENSE).hits[0]
    embedder = retriever.collection.embedder
    cosines = embedder.embed_queries(["its keeper"]) @ embedder.embed_passages([hit.text, hit.highlighted_text]).T
    assert hit.text != hit.highlighted_text
    assert (hit.score, hit.lexical) == (hit.dense, 0)
    assert hit.score == pytest.approx(float(cosines.mean()), abs=2e-3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"question": "  "}, "empty"),
        ({"question": "salt", "top_k": 0}, "at least 1"),
        ({"question": "salt", "per_language": 0}, "per_language is 0"),
        ({"question": "salt", "per_document": -1}, "per_document is -1"),
        ({"question": "salt", "abstain_below": 1.5}, "0 \\(never\\) to 1"),
        ({"question": "salt", "question_language": "xx"}, "xx"),
        ({"question": "salt", "languages": ["en", "klingon"]}, "klingon"),
    ],
)
def test_a_bad_question_says_what_is_wrong(retriever: Retriever, arguments: dict, words: str) -> None:
    with pytest.raises(QuestionError, match=words):
        retriever.search(**arguments)


def test_an_empty_collection_answers_with_nothing(collection: Collection) -> None:
    assert Retriever(collection).search("Is anybody there?").hits == ()


def test_opening_nothing_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(CollectionMissingError, match="polyseek ingest"):
        Retriever.open(tmp_path)


def test_many_threads_may_ask_while_the_collection_changes(retriever: Retriever, folder: Path) -> None:
    errors: list[BaseException] = []
    stop = threading.Event()

    def ask() -> None:
        try:
            while not stop.is_set():
                for hit in retriever.search("salt mine lake number").hits:
                    assert hit.text
                    assert -1.01 <= hit.score <= 1.01
                    assert Path(hit.path).parent == folder
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for number in range(8):
        (folder / f"note {number % 3}.txt").write_text(f"Note number {number} about a lake.")
        retriever.collection.sync([folder])
        (folder / f"note {(number + 1) % 3}.txt").unlink(missing_ok=True)
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
