"""Sets made here, ranked by the real engine with the small encoder, which knows words and no meaning."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from embedder import Embedder
from indexer import Collection
from retriever import Retriever, SearchMode
from retriever.evaluation.engine import (
    Method,
    SetResult,
    choose_methods,
    evaluate_set,
    fill_collection,
    only,
    standard_methods,
)
from retriever.evaluation.measures import EvaluationError, Measure
from retriever.evaluation.sets import EvaluationSet, SetDocument, SetQuestion

HYBRID = (Method(name="hybrid", mode=SearchMode.HYBRID),)

DOCUMENTS = {
    "en/lamp": "The lamp of the lighthouse was lit in autumn. Its keeper grows cabbages. The cabbages are sold in May.",
    "en/mine": "The salt mine has seven levels and an underground lake. Visitors come by train.",
    "en/ferry": "The ferry crosses the river every hour until midnight. It does not run at Christmas.",
    "de/lamp": "Die Lampe des Leuchtturms wurde im Herbst entzündet. Sein Wärter pflanzt Kohl und Rüben an.",
    "de/mine": "Das Salzbergwerk hat sieben Sohlen und einen See unter der Erde. Die Besucher kommen mit der Bahn.",
}
QUESTIONS = {
    "en/1": "When was the lamp of the lighthouse lit?",
    "en/2": "How many levels does the salt mine have?",
    "de/1": "Wann wurde die Lampe des Leuchtturms entzündet?",
    "de/2": "Wie viele Sohlen hat das Salzbergwerk?",
}


def make_set(
    qrels: Mapping[str, Mapping[str, int]],
    documents: Mapping[str, str] = DOCUMENTS,
    *,
    answers: Mapping[str, tuple[str, ...]] | None = None,
    name: str = "harbour",
) -> EvaluationSet:
    known = answers or {}
    return EvaluationSet(
        name=name,
        questions=tuple(
            SetQuestion(id=key, text=text, language=key[:2], answers=known.get(key, ()))
            for key, text in QUESTIONS.items()
        ),
        qrels=qrels,
        documents=lambda: (
            SetDocument(id=key, title="", text=text, language=key[:2]) for key, text in documents.items()
        ),
    )


OWN_LANGUAGE = {
    "en/1": {"en/lamp": 1},
    "en/2": {"en/mine": 1},
    "de/1": {"de/lamp": 1},
    "de/2": {"de/mine": 1},
}
PARALLEL = {
    f"{language}/{number}": {f"en/{name}": 1, f"de/{name}": 1}
    for language in ("en", "de")
    for number, name in ((1, "lamp"), (2, "mine"))
}


def evaluated(collection: Collection, one: EvaluationSet, methods: tuple[Method, ...] = HYBRID) -> SetResult:
    fill_collection(collection, one)
    return evaluate_set(collection, one, methods)


def test_each_method_is_measured_on_each_question(collection: Collection, hashing_embedder: Embedder) -> None:
    methods = standard_methods(hashing_embedder.card)
    assert [method.name for method in methods] == ["BM25", "dense 32", "dense 64", "neutral", "hybrid"]
    result = evaluated(collection, make_set(OWN_LANGUAGE), methods)
    assert [run.method for run in result.runs] == [method.name for method in methods]
    assert {run.set for run in result.runs} == {"harbour"}
    assert all(run.values[Measure.FIRST].keys() == QUESTIONS.keys() for run in result.runs)
    assert result.runs[0].values[Measure.FIRST] == dict.fromkeys(QUESTIONS, 1.0)  # the words are all there
    assert result.neutral == 0.7


def test_the_ranking_is_the_one_that_users_see(collection: Collection) -> None:
    one = make_set({key: dict.fromkeys(DOCUMENTS, 1) for key in QUESTIONS})
    fill_collection(collection, one)
    mixed = make_set({**OWN_LANGUAGE, "en/1": {"de/mine": 1}})
    values = evaluate_set(collection, mixed, HYBRID).runs[0].values
    hits = Retriever(collection).search(QUESTIONS["en/1"], top_k=5, per_document=1, question_language="en").hits
    assert values[Measure.MRR_10]["en/1"] == 1 / ([hit.path for hit in hits].index("de/mine") + 1)


def test_a_question_that_no_document_answers_is_left_out_but_known(collection: Collection) -> None:
    (run,) = evaluated(collection, make_set({"en/1": {"en/lamp": 1}, "en/2": {"en/mine": 0}})).runs
    assert list(run.values[Measure.RECALL_5]) == ["en/1"]
    assert run.languages == {key: key[:2] for key in QUESTIONS}


def test_a_set_without_any_answer_is_an_error(collection: Collection) -> None:
    with pytest.raises(EvaluationError, match="none of 1 questions has a relevant document"):
        evaluated(collection, make_set({"en/1": {"en/lamp": 0}}))


def test_a_relevant_document_that_is_empty_cannot_be_found(collection: Collection) -> None:
    (run,) = evaluated(collection, make_set({"en/1": {"en/lamp": 1}}, {**DOCUMENTS, "en/lamp": " "})).runs
    assert run.values[Measure.RECALL_5] == {"en/1": 0.0}


def test_documents_of_the_same_text_are_ranked_under_each_of_their_names(collection: Collection) -> None:
    twins = {**DOCUMENTS, "en/twin": DOCUMENTS["en/lamp"]}
    (run,) = evaluated(collection, make_set({"en/1": {"en/lamp": 1, "en/twin": 1}}, twins)).runs
    assert run.values[Measure.MAP]["en/1"] == 1.0


def test_of_a_parallel_set_each_language_is_searched_alone(collection: Collection) -> None:
    told: list[str] = []
    one = make_set(PARALLEL)
    fill_collection(collection, one)
    result = evaluate_set(collection, one, HYBRID, progress=lambda doing, _done, _total: told.append(doing))
    matrix = result.matrix
    assert matrix is not None
    assert (matrix.question_languages, matrix.passage_languages) == (("de", "en"), ("de", "en"))
    assert matrix.counts.tolist() == [[2, 2], [2, 2]]
    # Each language has at most three documents: searched alone, the right one is always among the first five.
    assert matrix.values.tolist() == [[1, 1], [1, 1]]
    assert {"hybrid, passages in de", "hybrid, passages in en"} <= set(told)


def test_of_another_set_all_languages_are_searched_together(collection: Collection) -> None:
    told: list[str] = []
    one = make_set({**OWN_LANGUAGE, "en/1": {"de/lamp": 1}})
    fill_collection(collection, one)
    result = evaluate_set(collection, one, HYBRID, progress=lambda doing, _done, _total: told.append(doing))
    assert result.matrix is not None
    assert result.matrix.counts.tolist() == [[2, 0], [1, 1]]
    assert result.matrix.rows()[1][2] == "–"
    assert set(told) == {"embedding questions", "hybrid"}


def test_one_document_in_two_languages_does_not_make_a_set_parallel(collection: Collection) -> None:
    told: list[str] = []
    one = make_set({**OWN_LANGUAGE, "en/1": {"en/lamp": 1, "de/lamp": 1}})
    fill_collection(collection, one)
    evaluate_set(collection, one, HYBRID, progress=lambda doing, _done, _total: told.append(doing))
    assert set(told) == {"embedding questions", "hybrid"}


def test_a_set_whose_answers_are_in_one_language_has_no_matrix(collection: Collection) -> None:
    assert evaluated(collection, make_set({"en/1": {"en/lamp": 1}, "de/2": {"en/mine": 1}})).matrix is None


def test_the_marked_sentence_is_looked_at_where_the_right_document_is_among_the_first_five(
    collection: Collection,
) -> None:
    answers = {
        "en/1": ("lit in  AUTUMN",),  # in the sentence that has the question's words
        "en/2": ("by train",),  # in another sentence of the right document
        "de/1": ("im Herbst",),
    }
    result = evaluated(collection, make_set(OWN_LANGUAGE, answers=answers))
    assert result.highlights == {"en/1": 1.0, "en/2": 0.0, "de/1": 1.0}


def test_a_right_document_beyond_the_first_five_has_no_marked_sentence(collection: Collection) -> None:
    others = {f"en/{number}": f"When was the lamp of the lighthouse lit? {number}." for number in range(6)}
    one = make_set(OWN_LANGUAGE, DOCUMENTS | others, answers={"en/1": ("in autumn",)})
    result = evaluated(collection, one)
    assert result.runs[0].values[Measure.RECALL_5]["en/1"] == 0
    assert result.highlights == {}


def test_files_are_named_by_their_path_in_the_folder_however_it_is_written(
    collection: Collection, folder: Path
) -> None:
    inner = folder / "mines"
    inner.mkdir()
    (folder / "mine.txt").rename(inner / "mine.txt")
    one = EvaluationSet(
        name="files",
        questions=(SetQuestion(id="1", text=QUESTIONS["en/2"], language="en", answers=("seven levels",)),),
        qrels={"1": {"mines/mine.txt": 1}},
        documents=lambda: iter(()),
        folder=inner / ".." / ".." / folder.name,
    )
    result = evaluated(collection, one)
    assert result.runs[0].values[Measure.FIRST] == {"1": 1.0}
    assert result.highlights == {"1": 1.0}


def test_a_second_fill_embeds_only_what_is_new_and_takes_out_what_is_gone(collection: Collection) -> None:
    embedder = collection.embedder
    fill_collection(collection, make_set(OWN_LANGUAGE))
    before = embedder.embedded_passages
    changed = {key: text for key, text in DOCUMENTS.items() if key != "en/ferry"}
    fill_collection(collection, make_set(OWN_LANGUAGE, changed))
    assert embedder.embedded_passages == before
    fill_collection(collection, make_set(OWN_LANGUAGE, {**changed, "en/new": "A new text."}))
    assert embedder.embedded_passages > before
    with collection.session() as session:
        names = {path for document in session.documents() for path in document.paths}
    assert names == {*changed, "en/new"}


def test_files_of_another_folder_are_taken_out_too(collection: Collection, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "note.txt").write_text("Only this note stays.")
    for place in (folder, other):
        one = EvaluationSet(name="files", questions=(), qrels={}, documents=lambda: iter(()), folder=place)
        fill_collection(collection, one)
    with collection.session() as session:
        assert [document.paths for document in session.documents()] == [(str(other / "note.txt"),)]


def test_a_file_that_cannot_be_read_is_told(
    collection: Collection, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing else")
    fill_collection(
        collection, EvaluationSet(name="files", questions=(), qrels={}, documents=lambda: iter(()), folder=folder)
    )
    assert "1 files of" in caplog.text


def test_progress_tells_of_documents_questions_and_methods(collection: Collection) -> None:
    told: list[tuple[str, int, int]] = []
    one = make_set({"en/1": {"en/lamp": 1}, "en/2": {"en/mine": 1}})
    fill_collection(collection, one, progress=lambda *step: told.append(step))
    evaluate_set(collection, one, HYBRID, progress=lambda *step: told.append(step))
    assert told[len(DOCUMENTS) - 1] == ("embedding documents", len(DOCUMENTS), 0)
    assert told[len(DOCUMENTS) :] == [("embedding questions", 2, 2), ("hybrid", 1, 2), ("hybrid", 2, 2)]


def test_methods_are_chosen_by_name_in_the_standard_order(hashing_embedder: Embedder) -> None:
    card = hashing_embedder.card
    assert [method.name for method in choose_methods(card, ["Hybrid", "bm25"])] == ["BM25", "hybrid"]
    assert choose_methods(card, []) == standard_methods(card)
    with pytest.raises(EvaluationError, match="hashing has no method 'dense 99'; choose from 'BM25', 'dense 32',"):
        choose_methods(card, ["dense 99"])


def test_a_part_of_a_set_keeps_the_judgements_of_its_questions() -> None:
    one = make_set(OWN_LANGUAGE)
    part = only(one.questions[:2], one)
    assert part.qrels == {"en/1": {"en/lamp": 1}, "en/2": {"en/mine": 1}}
    assert (part.name, part.documents) == (one.name, one.documents)
