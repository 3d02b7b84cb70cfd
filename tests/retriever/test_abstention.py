import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedder import LANGUAGES, Embedder
from indexer import Collection
from retriever import Retriever, SearchMode
from retriever.abstention import DEFAULT_THRESHOLD, load_calibration

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def retriever(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory, encoder: Embedder) -> Iterator[Retriever]:
    place = tmp_path_factory.mktemp("abstention") / "collection"
    with Collection.create(place, embedder=encoder) as collection:
        collection.sync([sample_folder])
        yield Retriever(collection)


def test_a_search_abstains_more_often_where_the_answer_is_not_in_the_collection(retriever: Retriever) -> None:
    lines = (REPOSITORY / "data" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    answerable, unanswerable = [], []
    for item in map(json.loads, lines[::3]):
        question = item["questions"][item["language"]]
        # A fact stands in one document, the only one in its language.
        others = [language for language in LANGUAGES if language != item["language"]]
        answerable.append(retriever.search(question))
        unanswerable.append(retriever.search(question, languages=others))
    assert len(answerable) > 50
    for result in (*answerable, *unanswerable):
        assert result.answer_probability is not None
        assert result.abstention_threshold == DEFAULT_THRESHOLD
        assert result.abstained == (result.answer_probability < DEFAULT_THRESHOLD)
    kept = sum(not result.abstained for result in answerable) / len(answerable)
    refused = sum(result.abstained for result in unanswerable) / len(unanswerable)
    assert kept >= 0.8
    assert refused >= 0.5


def test_the_threshold_is_the_callers(retriever: Retriever) -> None:
    question = "How tall is the tallest giraffe in the zoo of Nairobi?"
    probability = retriever.search(question).answer_probability
    assert probability is not None
    assert 0 < probability < 0.5
    assert not retriever.search(question, abstain_below=0).abstained
    assert retriever.search(question, abstain_below=1).abstained
    assert retriever.search(question, abstain_below=1).hits, "the nearest passages are shown all the same"


@pytest.mark.parametrize(
    "settings", [{"mode": SearchMode.DENSE}, {"mode": SearchMode.LEXICAL}, {"neutral": 0.0}, {"languages": []}]
)
def test_nothing_is_said_where_nothing_was_calibrated(retriever: Retriever, settings: dict) -> None:
    result = retriever.search("Who keeps the lighthouse?", **settings)
    assert (result.answer_probability, result.abstained) == (None, False)


def test_the_probability_rises_with_the_meaning_and_with_the_words() -> None:
    calibration = load_calibration("e5-small", 384, 0.7)
    assert calibration is not None
    for language in (*LANGUAGES, "und"):
        low = calibration.probability(0.3, 0.1, 1000, language)
        assert 0 < low < calibration.probability(0.5, 0.1, 1000, language) < 1
        assert low < calibration.probability(0.3, 0.6, 1000, language) < 1
        assert low < calibration.probability(0.3, 0.1, 100, language), "the best of many is good by chance"
        assert calibration.probability(0.3, 0.1, 10**6, language) == calibration.probability(0.3, 0.1, 3000, language)
        assert calibration.probability(0.3, 0.1, 1, language) == calibration.probability(0.3, 0.1, 100, language)
    assert set(calibration.languages) == set(LANGUAGES)


@pytest.mark.parametrize(
    ("encoder", "dimension", "strength"), [("x", 384, 0.7), ("e5-small", 64, 0.7), ("e5-small", 384, 0.2)]
)
def test_other_settings_have_no_calibration(encoder: str, dimension: int, strength: float) -> None:
    assert load_calibration(encoder, dimension, strength) is None
