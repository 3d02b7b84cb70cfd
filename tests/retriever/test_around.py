"""Similar passages, neighbours, and a question put to one passage."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from embedder import Embedder
from indexer import Collection
from retriever import (
    PassageMissingError,
    Retriever,
    answer_in,
    neighbouring_passages,
    plain_meaning,
    read_passage,
    similar_passages,
)


@pytest.fixture
def retriever(collection: Collection, folder: Path, hashing_embedder: Embedder) -> Iterator[Retriever]:
    parts = [
        f"Chapter {name}. " + f"The {name} of the harbour is old and the {name} is worn. " * 14
        for name in ("crane", "quay", "gate")
    ]
    (folder / "long.txt").write_text("\n\n".join(parts))
    (folder / "again.txt").write_text("The salt mine has seven levels and an underground lake!\n")
    collection.sync([folder])
    with Retriever.open(collection.path, embedder=hashing_embedder) as opened:
        yield opened


def id_of(retriever: Retriever, words: str) -> int:
    return retriever.search(words, top_k=1).hits[0].passage_id


def test_similar_passages_come_nearest_first_without_the_passage_itself(retriever: Retriever) -> None:
    mine = id_of(retriever, "salt mine seven levels")
    similar = similar_passages(retriever.collection, mine, top_k=3)
    assert mine not in [found.passage.id for found in similar]
    assert "salt mine" in similar[0].passage.text
    scores = [found.score for found in similar]
    assert scores == sorted(scores, reverse=True)
    assert len({found.passage.text for found in similar}) == len(similar) == 3


def test_neighbours_are_those_of_the_same_document_in_its_order(retriever: Retriever) -> None:
    with retriever.collection.session() as session:
        everything = session.passages(session.snapshot.passage_ids.tolist())
    long = [passage for passage in everything if passage.paths[0].endswith("long.txt")]
    assert len(long) >= 3
    for place, passage in enumerate(long):
        before, after = neighbouring_passages(retriever.collection, passage.id)
        assert (before.id if before else None) == (long[place - 1].id if place else None)
        assert (after.id if after else None) == (long[place + 1].id if place + 1 < len(long) else None)


def test_a_question_to_one_passage_marks_what_the_search_marks(retriever: Retriever) -> None:
    question = "When was the lighthouse lit?"
    for hit in retriever.search(question, top_k=10).hits:
        answer = answer_in(retriever, hit.passage_id, question)
        assert hit.text[answer.start : answer.end] == hit.highlighted_text
        assert read_passage(retriever, hit.passage_id).text == hit.text


def test_plain_meaning_is_what_a_search_without_the_neutral_space_gives(retriever: Retriever) -> None:
    question = "When was the lighthouse lit?"
    for hit in retriever.search(question, top_k=10, neutral=0.0).hits:
        assert plain_meaning(retriever, hit.passage_id, question) == pytest.approx(hit.dense, abs=1e-5)


@pytest.mark.parametrize("passage_id", [0, 9999, -1])
def test_a_passage_that_is_gone_is_named(retriever: Retriever, passage_id: int) -> None:
    for ask in (
        lambda: similar_passages(retriever.collection, passage_id),
        lambda: neighbouring_passages(retriever.collection, passage_id),
        lambda: answer_in(retriever, passage_id, "When?"),
        lambda: plain_meaning(retriever, passage_id, "When?"),
        lambda: read_passage(retriever, passage_id),
    ):
        with pytest.raises(PassageMissingError, match=f"no passage {passage_id} "):
            ask()
