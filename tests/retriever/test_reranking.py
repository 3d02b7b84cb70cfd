from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from embedder import EndpointUnavailableError
from indexer import Collection
from retriever import QuestionError, Retriever

QUESTION = "How many levels has the salt mine?"


class ShortestFirst:
    """A reranker that likes short passages, and remembers what it read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def scores(self, question: str, passages: Sequence[str]) -> npt.NDArray[np.float32]:
        assert question == QUESTION
        self.read += passages
        return np.array([-len(passage) for passage in passages], dtype=np.float32)


@pytest.fixture
def filled(collection: Collection, folder: Path) -> Collection:
    for number in range(12):
        (folder / f"{number}.txt").write_text(f"Level {number} of the salt mine has a lake." + " And salt." * number)
    collection.sync([folder])
    return collection


def test_hits_stand_in_the_order_of_the_reranker_and_carry_its_score(filled: Collection) -> None:
    plain = Retriever(filled).search(QUESTION, top_k=50)
    result = Retriever(filled, ShortestFirst()).search(QUESTION, top_k=50)
    assert [len(hit.text) for hit in result.hits] == sorted(len(hit.text) for hit in plain.hits)
    assert [hit.rerank_score for hit in result.hits] == [-len(hit.text) for hit in result.hits]
    assert {hit.passage_id: hit.score for hit in result.hits} == {hit.passage_id: hit.score for hit in plain.hits}
    assert all(hit.highlighted_text in hit.text for hit in result.hits)
    assert result.timings.rerank_ms > 0


def test_the_reranker_brings_up_what_was_below_the_first_few(filled: Collection) -> None:
    everything = Retriever(filled).search(QUESTION, top_k=50).hits
    shortest = min(everything, key=lambda hit: len(hit.text))
    (hit,) = Retriever(filled, ShortestFirst()).search(QUESTION, top_k=1).hits
    assert hit.passage_id == shortest.passage_id != everything[0].passage_id


def test_only_the_first_few_are_read_and_the_others_stay_behind_them(filled: Collection) -> None:
    plain = Retriever(filled).search(QUESTION, top_k=10).hits
    reranker = ShortestFirst()
    hits = Retriever(filled, reranker, rerank_depth=4).search(QUESTION, top_k=10).hits
    assert reranker.read == [hit.text for hit in plain[:4]]
    assert {hit.passage_id for hit in hits[:4]} == {hit.passage_id for hit in plain[:4]}
    assert hits[4:] == plain[4:]
    assert [hit.rerank_score is None for hit in hits] == [False] * 4 + [True] * 6


def test_forty_are_read_unless_said_otherwise(filled: Collection, folder: Path) -> None:
    for number in range(60):
        (folder / f"more-{number}.txt").write_text(f"The salt mine has a shaft number {number}.")
    filled.sync([folder])
    reranker = ShortestFirst()
    assert len(Retriever(filled, reranker).search(QUESTION, top_k=3).hits) == 3
    assert len(reranker.read) == 40


def test_equal_scores_leave_the_order_as_it_was(filled: Collection) -> None:
    class Indifferent:
        def scores(self, question: str, passages: Sequence[str]) -> npt.NDArray[np.float32]:
            return np.zeros(len(passages), dtype=np.float32)

    plain = Retriever(filled).search(QUESTION, top_k=8).hits
    hits = Retriever(filled, Indifferent()).search(QUESTION, top_k=8).hits
    assert [hit.passage_id for hit in hits] == [hit.passage_id for hit in plain]


def test_each_language_keeps_its_places(filled: Collection, folder: Path) -> None:
    german = "Der Leuchtturm steht auf der nördlichen Mole und wird jeden Abend von seinem Wärter angezündet. " * 3
    (folder / "leuchtturm.txt").write_text(german)
    filled.sync([folder])
    hits = Retriever(filled, ShortestFirst()).search(QUESTION, top_k=2, per_language=1).hits
    assert {"de", "en"} <= {hit.language for hit in hits}
    assert [hit.rerank_score for hit in hits] == sorted((hit.rerank_score for hit in hits), reverse=True)


def test_what_the_abstention_depends_on_is_not_reranked(sample_folder: Path, tmp_path: Path, encoder) -> None:
    question = "Why does a ticket down the mountain by train cost less than one up?"

    class LastFirst:
        def scores(self, question: str, passages: Sequence[str]) -> npt.NDArray[np.float32]:
            return np.arange(len(passages), dtype=np.float32)

    with Collection.create(tmp_path / "sample", embedder=encoder) as collection:
        collection.sync(sorted(sample_folder.glob("en-*")) + sorted(sample_folder.glob("de-*")))
        plain = Retriever(collection).search(question)
        turned = Retriever(collection, LastFirst()).search(question)
    assert plain.answer_probability is not None
    assert turned.answer_probability == plain.answer_probability
    assert turned.hits[0].passage_id != plain.hits[0].passage_id


def test_without_hits_nothing_is_read(filled: Collection) -> None:
    reranker = ShortestFirst()
    assert Retriever(filled, reranker).search(QUESTION, languages=["th"]).hits == ()
    assert reranker.read == []


def test_without_a_reranker_no_hit_has_its_score(filled: Collection) -> None:
    assert {hit.rerank_score for hit in Retriever(filled).search(QUESTION).hits} == {None}


def test_a_reranker_that_cannot_be_reached_is_reported(filled: Collection) -> None:
    class Unreachable:
        def scores(self, question: str, passages: Sequence[str]) -> npt.NDArray[np.float32]:
            msg = "no server"
            raise EndpointUnavailableError(msg)

    with pytest.raises(EndpointUnavailableError):
        Retriever(filled, Unreachable()).search(QUESTION)


def test_it_is_opened_with_a_reranker(filled: Collection) -> None:
    reranker = ShortestFirst()
    with Retriever.open(filled.path, embedder=filled.embedder, reranker=reranker, rerank_depth=2) as opened:
        opened.search(QUESTION)
    assert len(reranker.read) == 2


def test_a_depth_below_one_is_refused(filled: Collection) -> None:
    with pytest.raises(QuestionError, match="rerank_depth is 0"):
        Retriever(filled, ShortestFirst(), rerank_depth=0)
