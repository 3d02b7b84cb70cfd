"""mteb itself evaluates polyseek on a small task of our own, without a network."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedder import LANGUAGES, DimensionError, Embedder, cut
from embedder.environment import environment_variable
from indexer import Collection, IdentityError, SettingsError
from retriever import SearchMode
from retriever.adapters.mteb_meta import MTEB_LANGUAGES, MtebError
from retriever.adapters.mteb_models import MtebEncoder, MtebSearch

pytestmark = pytest.mark.parity

DOCUMENTS = [
    ("baker", "", "Der Bäcker am Marktplatz öffnet schon um vier Uhr morgens und verkauft Brot aus Roggenmehl."),
    ("library", "", "La bibliothèque municipale prête des livres pendant trois semaines et ferme le lundi."),
    ("volcano", "", "El volcán de la isla entró en erupción en 1909 y cubrió de ceniza los viñedos."),
    ("tram", "", "Трамвай номер семь идёт от вокзала до ботанического сада двадцать минут."),
    ("tea", "", "山あいの茶畑では、五月の初めに新茶を摘みます。"),
    ("well", "", "حفر أهل القرية بئرا عميقة بعد ثلاث سنوات من الجفاف."),
    ("weaving", "", "गाँव की औरतें सर्दियों में ऊनी शॉल बुनती हैं और उन्हें मेले में बेचती हैं।"),
    ("swimming", "Opening hours", "The outdoor swimming pool is heated to 24 degrees and closes in September."),
    ("carpet", "", "Usta dokumacılar bir ipek halıyı ancak iki yılda bitirir."),
    ("bees", "", "Pszczelarz zbiera miód lipowy w lipcu i przechowuje go w szklanych słoikach."),
    ("bridge/old.stone", "", "Il vecchio ponte di pietra è stato ricostruito dopo l'alluvione del 1966."),
    ("bridge", "", "The railway museum shows forty steam locomotives in a round engine shed."),
]
QUESTIONS = [
    ("q-baker", "When does the bakery open in the morning?", "baker"),
    ("q-library", "Wie lange darf man Bücher ausleihen?", "library"),
    ("q-volcano", "When did the volcano erupt?", "volcano"),
    ("q-tram", "Quel tramway va au jardin botanique ?", "tram"),
    ("q-tea", "When are the tea leaves picked?", "tea"),
    ("q-well", "Why did the villagers dig a well?", "well"),
    ("q-weaving", "What do the women weave in winter?", "weaving"),
    ("q-swimming", "¿A qué temperatura está el agua de la piscina?", "swimming"),
    ("q-carpet", "How long does it take to weave a silk carpet?", "carpet"),
    ("q-bees", "Kdy se sbírá lipový med?", "bees"),
    ("q-bridge", "Hvornår blev den gamle stenbro genopbygget?", "bridge/old.stone"),
    ("q-museum", "Where can I see steam engines?", "bridge"),
]
CORPUS = [{"id": id_, "title": title, "text": text} for id_, title, text in DOCUMENTS]
QUERIES = [{"id": id_, "text": text} for id_, text, _ in QUESTIONS]
QRELS = {id_: {document: 1} for id_, _, document in QUESTIONS}
WRONG_ONES = {"q-baker": ["bridge", "tram"], "q-bridge": ["bridge", "tea"]}


@pytest.fixture(scope="module")
def mteb() -> Iterator[Any]:
    # mteb's libraries read these when they are imported: whoever asks the hub for something fails instead of waiting.
    with environment_variable("HF_HUB_OFFLINE", "1"), environment_variable("HF_DATASETS_OFFLINE", "1"):
        yield pytest.importorskip("mteb")


@pytest.fixture
def task(mteb: Any) -> Any:
    """A retrieval task of twelve documents in eleven languages, with questions in other languages."""
    return make_task(None)


def make_task(top_ranked: dict[str, list[str]] | None) -> Any:
    from datasets import Dataset
    from mteb.abstasks import AbsTaskRetrieval
    from mteb.abstasks.task_metadata import TaskMetadata

    class VillageRetrieval(AbsTaskRetrieval):
        metadata = TaskMetadata(
            name="VillageRetrieval",
            description="Questions about a village",
            reference="https://example.org",
            dataset={"path": "none", "revision": "1"},
            type="Retrieval",
            category="t2t",
            eval_splits=["test"],
            eval_langs=["eng-Latn"],
            main_score="ndcg_at_10",
            date=("2026-01-01", "2026-01-01"),
            domains=[],
            task_subtypes=[],
            license="cc0-1.0",
            annotations_creators="human-annotated",
            dialect=[],
            modalities=["text"],
            sample_creation="created",
            bibtex_citation="",
        )

        def load_data(self, **_: Any) -> None:
            self.dataset = {
                "default": {
                    "test": {
                        "corpus": Dataset.from_list(CORPUS),
                        "queries": Dataset.from_list(QUERIES),
                        "relevant_docs": QRELS,
                        "top_ranked": top_ranked,
                    }
                }
            }
            self.data_loaded = True

    return VillageRetrieval()


def measured(mteb: Any, model: MtebEncoder | MtebSearch, task: Any) -> dict[str, float]:
    results = mteb.evaluate(model, task, cache=None, show_progress_bar=False, co2_tracker=False)
    (scores,) = results.task_results[0].scores["test"]
    return dict(scores)


def index(search: MtebSearch, task: Any, corpus: list[dict[str, str]], subset: str = "default") -> None:
    search.index(corpus, task_metadata=task.metadata, hf_split="test", hf_subset=subset)


def answers(search: MtebSearch, *questions: str, **options: Any) -> list[dict[str, float]]:
    rows = [{"id": question, "text": question} for question in questions]
    return list(search.search(rows, **{"top_k": 10, **options}).values())


@pytest.fixture
def word_search(mteb: Any, hashing_embedder: Embedder) -> Iterator[MtebSearch]:
    """Ranks by words alone, so that what a document and a question are made of shows."""
    with MtebSearch(hashing_embedder, mode=SearchMode.LEXICAL) as search:
        yield search


def test_mteb_finds_the_right_documents_with_the_encoder(mteb: Any, encoder: Embedder, task: Any) -> None:
    scores = measured(mteb, MtebEncoder(encoder), task)
    assert scores["ndcg_at_10"] > 0.85
    assert scores["recall_at_10"] == 1


@pytest.mark.parametrize("mode", [SearchMode.HYBRID, SearchMode.DENSE])
def test_mteb_finds_the_right_documents_with_the_whole_search(
    mteb: Any, encoder: Embedder, task: Any, mode: SearchMode
) -> None:
    with MtebSearch(encoder, mode=mode) as search:
        scores = measured(mteb, search, task)
    assert scores["ndcg_at_10"] > 0.85
    assert scores["recall_at_100"] == 1


def test_mteb_takes_each_for_what_it_is(mteb: Any, hashing_embedder: Embedder) -> None:
    from mteb.models import CrossEncoderProtocol, EncoderProtocol, SearchProtocol

    encoder, search = MtebEncoder(hashing_embedder), MtebSearch(hashing_embedder)
    protocols = (EncoderProtocol, SearchProtocol, CrossEncoderProtocol)
    assert [isinstance(encoder, protocol) for protocol in protocols] == [True, False, False]
    assert [isinstance(search, protocol) for protocol in protocols] == [False, True, False]


def test_questions_documents_and_other_texts_get_their_prefixes(mteb: Any, encoder: Embedder) -> None:
    from mteb.types import PromptType

    texts = ["Where is the lighthouse?", "The lighthouse stands on the pier.", "Deniz feneri iskelede."]
    batches = [{"text": texts[:2]}, {"text": texts[2:]}]
    model = MtebEncoder(encoder)
    queries = model.encode(batches, prompt_type=PromptType.query)
    documents = model.encode(batches, prompt_type=PromptType.document)
    np.testing.assert_allclose(queries, encoder.embed_queries(texts), atol=1e-4)
    np.testing.assert_allclose(documents, encoder.embed_passages(texts), atol=1e-4)
    np.testing.assert_allclose(model.encode(batches), queries, atol=1e-4)
    assert (queries * documents).sum(axis=1).max() < 0.99


def test_mteb_hands_the_documents_to_the_passage_side(mteb: Any, hashing_embedder: Any, task: Any) -> None:
    measured(mteb, MtebEncoder(hashing_embedder), task)
    assert hashing_embedder.embedded_passages == len(CORPUS)


def test_similarities_are_cosines(mteb: Any, hashing_embedder: Embedder) -> None:
    model = MtebEncoder(hashing_embedder)
    some, others = (hashing_embedder.embed_passages(texts) for texts in (["a b", "c d"], ["a c", "d e"]))
    np.testing.assert_allclose(model.similarity(some, others), some @ others.T, atol=1e-6)
    np.testing.assert_allclose(model.similarity_pairwise(some, others), (some * others).sum(axis=1), atol=1e-6)


def test_a_shorter_dimension_is_cut_and_told(mteb: Any, hashing_embedder: Embedder, task: Any) -> None:
    model = MtebEncoder(hashing_embedder, dimension=32)
    whole = hashing_embedder.embed_queries(["the old harbour"])
    np.testing.assert_array_equal(model.encode([{"text": ["the old harbour"]}]), cut(whole, 32, hashing_embedder.card))
    assert model.mteb_model_meta.embed_dim == 32
    with pytest.raises(DimensionError, match="cannot be cut to 33"):
        MtebEncoder(hashing_embedder, dimension=33)


def test_another_precision_than_float32_is_refused(mteb: Any, hashing_embedder: Embedder, task: Any) -> None:
    with pytest.raises(MtebError, match="precision 'int8' was asked for"):
        mteb.evaluate(MtebEncoder(hashing_embedder), task, cache=None, encode_kwargs={"precision": "int8"})


def test_the_model_card_reaches_mteb(mteb: Any, encoder: Embedder) -> None:
    meta = MtebEncoder(encoder).mteb_model_meta
    assert (meta.name, meta.revision) == ("polyseek/e5-small", encoder.card.revision)
    assert (meta.embed_dim, meta.max_tokens, meta.license) == (384, 512, "mit")
    assert meta.use_instructions
    assert len(meta.languages) == 26


def test_every_language_has_mtebs_own_code(mteb: Any) -> None:
    from mteb.languages import iso_mappings

    codes = {code: iso_mappings._get_iso1_to_iso3()[code] for code in LANGUAGES} | {"no": "nob"}
    scripts = iso_mappings._get_iso3_to_default_script()
    assert {code: f"{codes[code]}-{scripts[codes[code]]}" for code in LANGUAGES} == MTEB_LANGUAGES


def test_mteb_keeps_the_results_of_different_options_apart(mteb: Any, hashing_embedder: Embedder) -> None:
    models = [
        MtebEncoder(hashing_embedder),
        MtebEncoder(hashing_embedder, dimension=32),
        *(MtebSearch(hashing_embedder, mode=mode) for mode in SearchMode),
        MtebSearch(hashing_embedder, neutral=0.0),
        MtebSearch(hashing_embedder, neutral=0.5),
    ]
    cache = mteb.ResultCache()
    places = {cache.get_task_result_path("VillageRetrieval", model.mteb_model_meta) for model in models}
    assert len(places) == len(models)


def test_the_neutral_strength_reaches_the_search(mteb: Any, encoder: Embedder, task: Any) -> None:
    question, found = "Where can I see steam engines?", []
    for neutral in (0.0, 1.0):
        with MtebSearch(encoder, mode=SearchMode.DENSE, neutral=neutral) as search:
            index(search, task, CORPUS)
            found += answers(search, question)
    assert found[0]["bridge"] != found[1]["bridge"]
    with pytest.raises(SettingsError, match=r"neutral strength is 1\.5"):
        MtebSearch(encoder, neutral=1.5)


def test_best_documents_come_with_their_scores(word_search: MtebSearch, task: Any) -> None:
    index(word_search, task, CORPUS)
    (found,) = answers(word_search, "The pool closes in September")
    assert max(found, key=lambda id_: found[id_]) == "swimming"
    assert all(score > 0 for score in found.values())
    assert answers(word_search, "The pool closes in September", top_k=1) == [{"swimming": found["swimming"]}]


def test_a_title_is_part_of_its_document(word_search: MtebSearch, task: Any) -> None:
    index(word_search, task, CORPUS)
    assert [set(found) for found in answers(word_search, "opening")] == [{"swimming"}]


def test_a_document_that_is_only_a_title_is_found(word_search: MtebSearch, task: Any) -> None:
    index(word_search, task, [{"id": "1", "title": "Harbour rules", "text": ""}, {"id": "2", "text": "Tram rides"}])
    assert [set(found) for found in answers(word_search, "harbour", "tram")] == [{"1"}, {"2"}]


def test_an_instruction_is_part_of_its_question(word_search: MtebSearch, task: Any) -> None:
    index(word_search, task, CORPUS)
    row = {"id": "q", "text": "steam", "instruction": "Also find what closes in September."}
    assert set(word_search.search([row], top_k=10)["q"]) == {"bridge", "swimming"}


def test_documents_of_one_content_share_their_score(word_search: MtebSearch, task: Any) -> None:
    twins = [{"id": name, "text": "The ferry crosses the river every hour."} for name in ("one", "two")]
    index(word_search, task, [*CORPUS, *twins])
    (found,) = answers(word_search, "river crossing")
    assert found.keys() == {"one", "two"}
    assert found["one"] == found["two"]
    row = {"id": "q", "text": "river crossing"}
    assert word_search.search([row], top_k=10, top_ranked={"q": ["two", "tea"]})["q"].keys() == {"two"}


def test_mteb_reranks_only_the_documents_it_names(mteb: Any, encoder: Embedder) -> None:
    named = {id_: ["bridge/old.stone", "baker", "tea"] for id_ in QRELS} | WRONG_ONES
    with MtebSearch(encoder) as search:
        scores = measured(mteb, search, make_task(named))
    assert scores["recall_at_10"] == pytest.approx(1 / len(QUESTIONS), abs=1e-4)  # only the tea is among what was named


def test_a_document_named_for_a_question_lets_no_other_through(mteb: Any, encoder: Embedder, task: Any) -> None:
    with MtebSearch(encoder) as search:
        index(search, task, CORPUS)
        found = search.search(QUERIES, top_k=10, top_ranked=WRONG_ONES)
    assert {id_: set(scores) for id_, scores in found.items() if scores} == {
        id_: set(names) for id_, names in WRONG_ONES.items()
    }


@pytest.mark.parametrize("document_id", ["..", "a/b", "C:\\x.txt", "%41", "Übung 1?", "https://example.org/#2"])
def test_a_document_keeps_its_id_whatever_it_is_made_of(word_search: MtebSearch, task: Any, document_id: str) -> None:
    index(word_search, task, [*CORPUS, {"id": document_id, "text": "The ferry crosses the river."}])
    row = {"id": "q", "text": "river crossing"}
    assert word_search.search([row], top_k=10)["q"].keys() == {document_id}
    assert word_search.search([row], top_k=10, top_ranked={"q": [document_id]})["q"].keys() == {document_id}


def test_more_documents_can_be_named_than_sqlite_takes_conditions(word_search: MtebSearch, task: Any) -> None:
    corpus = [{"id": f"d{number}", "text": f"Ferry number {number}."} for number in range(1_100)]
    index(word_search, task, corpus)
    named = [row["id"] for row in corpus[5:]]
    row = {"id": "q", "text": "ferry"}
    assert word_search.search([row], top_k=2_000, top_ranked={"q": named})["q"].keys() == set(named)
    assert len(word_search.search([row], top_k=7, top_ranked={"q": named})["q"]) == 7


def test_an_empty_question_finds_nothing(word_search: MtebSearch, task: Any) -> None:
    index(word_search, task, CORPUS)
    assert answers(word_search, " ") == [{}]


def test_a_conversation_is_refused_with_its_id(word_search: MtebSearch, task: Any) -> None:
    index(word_search, task, CORPUS)
    row = {"id": "q7", "text": [{"role": "user", "content": "Hello"}]}
    with pytest.raises(MtebError, match="question 'q7' is a conversation"):
        word_search.search([row], top_k=10)


def test_searching_before_indexing_is_refused(word_search: MtebSearch) -> None:
    with pytest.raises(MtebError, match="call index"):
        answers(word_search, "ferry")


def test_temporary_collections_are_deleted(
    mteb: Any, hashing_embedder: Embedder, task: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with MtebSearch(hashing_embedder) as search:
        index(search, task, CORPUS[:3])
        first = list(tmp_path.glob("polyseek-mteb-*"))
        index(search, task, CORPUS[3:6])
        second = list(tmp_path.glob("polyseek-mteb-*"))
        assert answers(search, "volcano")[0].keys() == {row["id"] for row in CORPUS[3:6]}
    assert (len(first), len(second)) == (1, 1)
    assert first != second
    assert not list(tmp_path.glob("polyseek-mteb-*"))


def test_kept_collections_are_used_again(mteb: Any, hashing_embedder: Any, task: Any, tmp_path: Path) -> None:
    found, embedded = [], []
    for mode in (SearchMode.DENSE, SearchMode.DENSE, SearchMode.LEXICAL):
        with MtebSearch(hashing_embedder, mode=mode, folder=tmp_path) as search:
            index(search, task, CORPUS, subset="en/de")
            found += answers(search, "steam locomotives")
        embedded.append(hashing_embedder.embedded_passages)
    assert embedded[0] == embedded[1] == embedded[2]
    assert found[0] == found[1] != found[2]
    (kept,) = tmp_path.iterdir()
    assert Collection.exists(kept)


def test_a_kept_collection_of_another_encoder_is_refused(
    mteb: Any, hashing_embedder: Any, task: Any, tmp_path: Path
) -> None:
    with MtebSearch(hashing_embedder, folder=tmp_path) as search:
        index(search, task, CORPUS)
    other = type(hashing_embedder)(name="another")
    with MtebSearch(other, folder=tmp_path) as search, pytest.raises(IdentityError, match="another"):
        index(search, task, CORPUS)
