"""MLDR in its published layout."""

import gzip
import json
from pathlib import Path

import pytest

from retriever.evaluation import EvaluationSetError, SetDocument, SetQuestion, read_set

QUESTION = {
    "query_id": "q-1",
    "query": "When was it lit?",
    "positive_passages": [{"docid": "doc-1", "text": "It was lit in 1874."}],
    "negative_passages": [{"docid": "doc-2", "text": "The ferry."}],
}
CORPUS = [{"docid": "doc-1", "text": "It was lit in 1874."}, {"docid": "doc-2", "text": "The ferry."}]


def write_set(folder: Path, name: str = "mldr-v1.0-{}", packed: str = ".gz") -> Path:
    for language in ("de", "th"):
        part = folder / name.format(language)
        part.mkdir(parents=True)
        for file, rows in {"test": [QUESTION], "dev": [QUESTION | {"query_id": "q-2"}], "corpus": CORPUS}.items():
            data = "\r\n".join(map(json.dumps, rows)).encode("utf-8-sig")
            (part / f"{file}.jsonl{packed}").write_bytes(gzip.compress(data) if packed else data)
    return folder


@pytest.mark.parametrize(("name", "packed"), [("mldr-v1.0-{}", ".gz"), ("{}", "")])
def test_questions_and_documents_are_read_by_language(tmp_path: Path, name: str, packed: str) -> None:
    found = read_set(write_set(tmp_path, name, packed))
    assert found.questions == (
        SetQuestion(id="de/q-1", text="When was it lit?", language="de"),
        SetQuestion(id="th/q-1", text="When was it lit?", language="th"),
    )
    assert found.qrels == {"de/q-1": {"de/doc-1": 1}, "th/q-1": {"th/doc-1": 1}}
    assert list(found.documents())[2:] == [
        SetDocument(id="th/doc-1", title="", text="It was lit in 1874.", language="th"),
        SetDocument(id="th/doc-2", title="", text="The ferry.", language="th"),
    ]


def test_another_split_and_one_language_can_be_read(tmp_path: Path) -> None:
    found = read_set(write_set(tmp_path), split="dev", language="th")
    assert [question.id for question in found.questions] == ["th/q-2"]


def test_documents_are_read_one_by_one(tmp_path: Path) -> None:
    write_set(tmp_path)
    broken = json.dumps(CORPUS[0]) + '\n{"docid": "doc-2"}\n'
    (tmp_path / "mldr-v1.0-de" / "corpus.jsonl.gz").write_bytes(gzip.compress(broken.encode()))
    documents = read_set(tmp_path).documents()
    assert next(documents).id == "de/doc-1"
    with pytest.raises(EvaluationSetError, match=r"corpus\.jsonl\.gz, line 2: expected a field 'text'"):
        next(documents)


def test_a_split_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match=r"no split 'train'; choose one of its own: --split dev\|test"):
        read_set(write_set(tmp_path), split="train")


def test_a_question_without_relevant_passages_field_is_an_error(tmp_path: Path) -> None:
    write_set(tmp_path)
    data = json.dumps({"query_id": "q", "query": "What?"}).encode()
    (tmp_path / "mldr-v1.0-de" / "test.jsonl.gz").write_bytes(gzip.compress(data))
    with pytest.raises(EvaluationSetError, match=r"test\.jsonl\.gz, line 1: expected a list 'positive_passages'"):
        read_set(tmp_path)


def test_an_empty_corpus_is_an_error(tmp_path: Path) -> None:
    write_set(tmp_path)
    (tmp_path / "mldr-v1.0-de" / "corpus.jsonl.gz").write_bytes(gzip.compress(b""))
    with pytest.raises(EvaluationSetError, match="holds no document"):
        list(read_set(tmp_path).documents())
