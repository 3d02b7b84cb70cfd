"""Sets with one BEIR folder for each language."""

import json
from pathlib import Path

import pytest

from retriever.evaluation import EvaluationSetError, read_set

TEXTS = {"en": ("The lamp", "Which lamp?"), "de": ("Die Lampe", "Welche Lampe?"), "th": ("โคมไฟ", "โคมไฟไหน")}


def write_set(folder: Path) -> Path:
    for language, (text, question) in TEXTS.items():
        part = folder / language
        (part / "qrels").mkdir(parents=True)
        documents = [{"_id": "d1", "title": "", "text": text}]
        if language != "th":  # the Thai folder lacks the second document
            documents.append({"_id": "d2", "title": "", "text": text})
        (part / "corpus.jsonl").write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
        questions = [{"_id": "q1", "text": question}, {"_id": "q2", "text": question}]
        (part / "queries.jsonl").write_text("\n".join(map(json.dumps, questions)), encoding="utf-8")
        (part / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\n", "utf-8")
    (folder / "txt").mkdir()
    (folder / "txt" / "en.txt").write_text("no corpus", encoding="utf-8")
    return folder


def test_ids_and_languages_come_from_the_folders(tmp_path: Path) -> None:
    found = read_set(write_set(tmp_path))
    assert [(q.id, q.language) for q in found.questions][:3] == [("en/q1", "en"), ("en/q2", "en"), ("de/q1", "de")]
    assert [(d.id, d.language) for d in found.documents()] == [
        ("en/d1", "en"), ("en/d2", "en"), ("de/d1", "de"), ("de/d2", "de"), ("th/d1", "th"),
    ]  # fmt: skip


def test_a_question_is_relevant_within_its_language(tmp_path: Path) -> None:
    qrels = read_set(write_set(tmp_path)).qrels
    assert qrels["de/q1"] == {"de/d1": 1}
    assert qrels["de/q2"] == {"de/d2": 1}


def test_a_question_of_a_parallel_set_is_relevant_wherever_the_document_exists(tmp_path: Path) -> None:
    qrels = read_set(write_set(tmp_path), parallel=True).qrels
    assert qrels["de/q1"] == {"en/d1": 1, "de/d1": 1, "th/d1": 1}
    assert qrels["th/q2"] == {"en/d2": 1, "de/d2": 1}


def test_one_language_can_be_read_alone(tmp_path: Path) -> None:
    found = read_set(write_set(tmp_path), language="de")
    assert {question.language for question in found.questions} == {"de"}
    assert {document.language for document in found.documents()} == {"de"}


def test_a_language_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match="does not hold the language fr; it has de en th"):
        read_set(write_set(tmp_path), language="fr")


def test_a_folder_with_a_corpus_and_another_name_is_an_error(tmp_path: Path) -> None:
    (write_set(tmp_path) / "th").rename(tmp_path / "thai")
    with pytest.raises(EvaluationSetError, match="'thai' is not one of polyseek's languages; rename it"):
        read_set(tmp_path)


def test_a_parallel_set_cannot_be_read_in_one_language(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match="--parallel needs all languages"):
        read_set(write_set(tmp_path), parallel=True, language="de")


def test_xquad_has_one_relevant_passage_in_each_language(evaluation_data: Path) -> None:
    found = read_set(evaluation_data / "xquad", parallel=True)
    languages = {document.language for document in found.documents()}
    assert len(found.questions) == 1190 * len(languages)
    assert {len(row) for row in found.qrels.values()} == {len(languages)}
