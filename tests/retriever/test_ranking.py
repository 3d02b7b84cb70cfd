from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from indexer import Collection, PassageSettings, TextDocument
from retriever import Retriever, SearchMode
from retriever.ranking import LEXICAL_WEIGHT

TEXTS = {
    "ferry": "The ferry crosses the river every hour. Tickets are sold on board. Dogs travel free.",
    "ferry-prices": "The ferry ticket costs four crowns. Children pay two crowns.",
    "mine": "The salt mine has seven levels. Visitors reach the underground lake by boat.",
    "order": "Order part KX-4711 from the store. It takes nine days.",
    "bahn": "Die Bergbahn fährt bis Mitternacht. Der letzte Zug wartet auf die Fähre und auf alle Gäste aus dem Dorf.",
    "see": "Der See unter dem Salzbergwerk ist klein. Man fährt mit dem Boot darüber und hört das Wasser tropfen.",
    "phare": "Le phare a été allumé en automne. Son gardien cultive des choux derrière la maison du port.",
}


@pytest.fixture
def retriever(collection: Collection) -> Iterator[Retriever]:
    collection.add(TextDocument(name=name, text=text) for name, text in TEXTS.items())
    with Retriever(collection) as opened:
        yield opened


def test_a_hybrid_score_is_the_meaning_plus_the_square_of_the_shared_words(retriever: Retriever) -> None:
    hits = retriever.search("How much is a ferry ticket?", top_k=20).hits
    for hit in hits:
        assert hit.score == pytest.approx(hit.dense + LEXICAL_WEIGHT * hit.lexical**2, abs=1e-6)
        assert 0 <= hit.lexical <= 1
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].path == "ferry-prices"
    assert {hit.path for hit in hits} == set(TEXTS), "words add evidence, they do not filter"


def test_a_code_that_means_nothing_is_found_by_hybrid_search(retriever: Retriever) -> None:
    hit = retriever.search("KX-4711").hits[0]
    assert (hit.path, hit.highlighted_text) == ("order", "Order part KX-4711 from the store.")
    assert hit.lexical > 0.5


def test_the_highest_score_is_an_upper_bound_that_does_not_depend_on_the_length_of_the_question(
    retriever: Retriever,
) -> None:
    index = retriever.collection.lexical_index()
    for text in TEXTS.values():
        highest = index.highest_score(text)
        assert 0 < float(index.search(text, 1)[1][0]) < highest
    twice = index.highest_score("ferry ferry")
    assert twice == pytest.approx(2 * index.highest_score("ferry"))
    assert index.highest_score("?!") == 0


def test_a_question_without_a_known_word_is_ranked_by_meaning_alone(retriever: Retriever) -> None:
    hybrid, dense = (retriever.search("zzzz qqqq", mode=mode).hits for mode in (SearchMode.HYBRID, SearchMode.DENSE))
    assert [hit.path for hit in hybrid] == [hit.path for hit in dense]
    assert [hit.score for hit in hybrid] == pytest.approx([hit.score for hit in dense])


def test_a_missing_word_index_is_not_fatal_for_hybrid_search(
    retriever: Retriever, caplog: pytest.LogCaptureFixture
) -> None:
    expected = [hit.path for hit in retriever.search("ferry ticket", mode=SearchMode.DENSE).hits]
    for path in (retriever.collection.path / "views" / "lexical").iterdir():
        path.unlink()
    with Retriever.open(retriever.collection.path, embedder=retriever.collection.embedder) as again:
        assert [hit.path for hit in again.search("ferry ticket").hits] == expected
    assert "by meaning alone" in caplog.text


@pytest.mark.parametrize("mode", list(SearchMode))
def test_per_language_gives_some_of_each_language_and_the_best_of_the_rest(
    retriever: Retriever, mode: SearchMode
) -> None:
    question = "The ferry and the salt mine: die Fähre, le phare"
    plain = retriever.search(question, top_k=4, mode=mode).hits
    hits = retriever.search(question, top_k=4, mode=mode, per_language=1).hits
    languages = Counter(hit.language for hit in hits)
    assert set(languages) == {"en", "de", "fr"}
    assert len(hits) == 4
    assert len({hit.passage_id for hit in hits}) == 4
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].path == plain[0].path, "the best passage stays the best"
    more = Counter(hit.language for hit in retriever.search(question, top_k=1, mode=mode, per_language=2).hits)
    assert more == {"en": 2, "de": 2, "fr": 1}
    only = retriever.search(question, top_k=3, mode=mode, per_language=1, languages=["de"]).hits
    assert {hit.language for hit in only} == {"de"}


def test_per_document_ranks_documents_by_their_best_passages(collection: Collection, tmp_path: Path) -> None:
    long = " ".join(f"The ferry number {number} sails at {number} o'clock from the harbour." for number in range(90))
    collection.add([TextDocument(name="long", text=long), TextDocument(name="short", text="A ferry sails at noon.")])
    with Retriever(collection) as retriever:
        everything = retriever.search("When does the ferry sail from the harbour?", top_k=20).hits
        assert Counter(hit.path for hit in everything)["long"] > 2
        for limit in (1, 2):
            hits = retriever.search("When does the ferry sail from the harbour?", per_document=limit).hits
            assert Counter(hit.path for hit in hits) == {"long": limit, "short": 1}
            assert hits[0].passage_id == everything[0].passage_id


def test_dense_candidates_of_a_view_are_scored_as_all_passages_would_be(retriever: Retriever) -> None:
    with retriever.collection.session() as session:
        snapshot = session.snapshot
        question = retriever.collection.embedder.embed_queries(["salt lake boat"])
        cosines = snapshot.similarities(question, snapshot.rows, snapshot.space)
        found, scores = snapshot.search(
            question, len(snapshot.rows), snapshot.allow(np.ones(len(snapshot.rows), dtype=bool)), snapshot.space
        )
    np.testing.assert_allclose(cosines[np.searchsorted(snapshot.rows, found[0])], scores[0], atol=2e-3)


def test_a_passage_is_found_by_the_title_of_its_document(collection: Collection) -> None:
    collection.add(
        [
            TextDocument(name="1", title="The salt mine of Brinna", text="It has seven levels and a lake."),
            TextDocument(name="2", title="The glassworks of Brinna", text="It has seven furnaces and a lake."),
        ]
    )
    with Retriever(collection) as retriever:
        for mode in SearchMode:
            hit = retriever.search("How many has the salt mine?", mode=mode).hits[0]
            assert (hit.path, hit.text) == ("1", "It has seven levels and a lake."), "the title is not in the text"


def test_a_title_that_would_cut_the_end_of_a_passage_off_is_left_out(hashing_embedder, tmp_path: Path) -> None:
    settings = PassageSettings(max_tokens=hashing_embedder.card.max_passage_tokens, overlap_tokens=0)
    text = " ".join(f"word{number}" for number in range(settings.max_tokens))
    with Collection.create(tmp_path / "c", embedder=hashing_embedder, passages=settings) as collection:
        collection.add([TextDocument(name="1", title="The salt mine", text=text)])
        with collection.session() as session:
            (passage,) = session.passages(session.snapshot.passage_ids.tolist())
    assert passage.text_in_context == text
