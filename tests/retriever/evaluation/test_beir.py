"""Sets in BEIR's layout."""

import gzip
import json
import logging
from pathlib import Path

import pytest

from retriever.evaluation import EvaluationSetError, SetDocument, SetQuestion, read_set

CORPUS = [
    {"_id": "d1", "title": "Lighthouse", "text": "The lamp was lit in 1874."},
    {"_id": "d2", "title": "", "text": "The ferry sails at dawn.", "metadata": {}},
]
QUERIES = [
    {"_id": "q1", "text": "When was the lamp lit?", "lang": "en"},
    {"_id": "q2", "text": "Wann fährt die Fähre?", "lang": "de"},
    {"_id": "q3", "text": "A question of another split?"},
]
QRELS = ["query-id\tcorpus-id\tscore", "q1\td1\t2", "q1\td2\t0", "q2\td2\t1"]


def write_lines(path: Path, lines: list[str], *, end: str = "\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = "".join(line + end for line in lines).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def write_set(folder: Path, *, packed: str = "", qrels: list[str] = QRELS) -> Path:
    write_lines(folder / f"corpus.jsonl{packed}", [json.dumps(row) for row in CORPUS])
    write_lines(folder / f"queries.jsonl{packed}", [json.dumps(row) for row in QUERIES], end="\r\n")
    write_lines(folder / "qrels" / f"test.tsv{packed}", qrels, end="\r\n")
    return folder


@pytest.mark.parametrize("packed", ["", ".gz"])
def test_a_set_is_read_plain_or_packed(tmp_path: Path, packed: str) -> None:
    found = read_set(write_set(tmp_path / "harbour", packed=packed))
    assert found.name == "harbour"
    assert found.folder is None
    assert found.questions == (
        SetQuestion(id="q1", text="When was the lamp lit?", language="en"),
        SetQuestion(id="q2", text="Wann fährt die Fähre?", language="de"),
    )
    assert found.qrels == {"q1": {"d1": 2, "d2": 0}, "q2": {"d2": 1}}
    expected = [
        SetDocument(id="d1", title="Lighthouse", text="The lamp was lit in 1874.", language=None),
        SetDocument(id="d2", title="", text="The ferry sails at dawn.", language=None),
    ]
    assert list(found.documents()) == expected
    assert list(found.documents()) == expected  # a second time


def test_the_language_given_is_used_where_the_set_says_none(tmp_path: Path) -> None:
    write_set(tmp_path, qrels=["query-id\tcorpus-id\tscore", "q2\td2\t1", "q3\td2\t1"])
    found = read_set(tmp_path, language="fr")
    assert [question.language for question in found.questions] == ["de", "fr"]
    assert {document.language for document in found.documents()} == {"fr"}


def test_a_language_that_is_not_polyseeks_is_none(tmp_path: Path) -> None:
    write_set(tmp_path)
    write_lines(tmp_path / "queries.jsonl", [json.dumps({"_id": "q1", "text": "Khi nào?", "lang": "vi"})])
    assert read_set(tmp_path).questions[0].language is None


def test_documents_are_read_one_by_one(tmp_path: Path) -> None:
    write_set(tmp_path)
    write_lines(tmp_path / "corpus.jsonl", [json.dumps(CORPUS[0]), "{broken"])
    documents = read_set(tmp_path).documents()
    assert next(documents).id == "d1"
    with pytest.raises(EvaluationSetError, match=r"corpus\.jsonl, line 2: expected one JSON object"):
        next(documents)


def test_judgements_without_a_header_keep_their_first_row(tmp_path: Path) -> None:
    assert read_set(write_set(tmp_path, qrels=QRELS[1:])).qrels["q1"] == {"d1": 2, "d2": 0}


def test_a_relevance_that_is_not_whole_is_an_error(tmp_path: Path) -> None:
    write_set(tmp_path, qrels=[*QRELS, "q2\td1\t0.5"])
    with pytest.raises(EvaluationSetError, match=r"test\.tsv, line 5: expected a whole number as relevance, .*'0\.5'"):
        read_set(tmp_path)


def test_a_row_of_judgements_with_another_number_of_columns_is_an_error(tmp_path: Path) -> None:
    write_set(tmp_path, qrels=[*QRELS, "q2 d1 1"])
    with pytest.raises(EvaluationSetError, match="line 5: expected 3 columns with tabs between them, found 1"):
        read_set(tmp_path)


def test_judgements_of_some_unknown_questions_are_counted_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_set(tmp_path, qrels=[*QRELS, "q8\td1\t1", "q9\td1\t1"])
    with caplog.at_level(logging.WARNING):
        found = read_set(tmp_path)
    assert set(found.qrels) == {"q1", "q2"}
    assert "judgements of 2 unknown questions, such as 'q8', are left out" in caplog.text


def test_judgements_of_unknown_questions_only_are_an_error(tmp_path: Path) -> None:
    write_set(tmp_path, qrels=[QRELS[0], "q8\td1\t1"])
    with pytest.raises(EvaluationSetError, match="none of the 1 questions of the judgements, such as 'q8'"):
        read_set(tmp_path)


def test_a_split_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    write_lines(write_set(tmp_path) / "qrels" / "dev.tsv.gz", QRELS)
    with pytest.raises(EvaluationSetError, match=r"no split 'train'; choose one of its own: --split dev\|test"):
        read_set(tmp_path, split="train")


def test_a_set_without_judgements_is_an_error(tmp_path: Path) -> None:
    (write_set(tmp_path) / "qrels" / "test.tsv").unlink()
    with pytest.raises(EvaluationSetError, match="holds no judgements"):
        read_set(tmp_path)


def test_an_empty_file_of_judgements_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match=r"test\.tsv holds no judgement"):
        read_set(write_set(tmp_path, qrels=QRELS[:1]))


def test_an_empty_corpus_is_an_error(tmp_path: Path) -> None:
    (write_set(tmp_path) / "corpus.jsonl").write_bytes(b"")
    with pytest.raises(EvaluationSetError, match=r"corpus\.jsonl holds no document"):
        list(read_set(tmp_path).documents())


def test_two_questions_with_one_id_are_an_error(tmp_path: Path) -> None:
    write_set(tmp_path)
    write_lines(tmp_path / "queries.jsonl", [json.dumps(QUERIES[0])] * 2)
    with pytest.raises(EvaluationSetError, match="2 questions have the id 'q1'"):
        read_set(tmp_path)


def test_a_question_without_text_is_an_error(tmp_path: Path) -> None:
    write_set(tmp_path)
    write_lines(tmp_path / "queries.jsonl", [json.dumps({"_id": "q1", "text": " "})])
    with pytest.raises(EvaluationSetError, match=r"queries\.jsonl, line 1: .*'text' that is not blank"):
        read_set(tmp_path)
