"""MIRACL in its published layout."""

import gzip
import json
import logging
from pathlib import Path

import pytest

from retriever.evaluation import EvaluationSetError, SetDocument, SetQuestion, read_set

TEXTS = {"ar": "متى أضيء المصباح؟", "zh": "灯是什么时候点亮的？", "sw": "Taa iliwashwa lini?"}


def write_set(folder: Path, corpus_folder: Path | None = None) -> Path:
    for language, text in TEXTS.items():
        part = folder / f"miracl-v1.0-{language}"
        (part / "topics").mkdir(parents=True)
        (part / "qrels").mkdir()
        name = f"miracl-v1.0-{language}"
        (part / "topics" / f"topics.{name}-dev.tsv").write_bytes(f"0\t{text}\r\n7\tx{text}\r\n".encode())
        (part / "topics" / f"topics.{name}-testA.tsv").write_text(f"9\t{text}\n", encoding="utf-8")
        (part / "qrels" / f"qrels.{name}-dev.tsv").write_text(
            "0\tQ0\t5#0\t1\n0\tQ0\t5#1\t0\n7\tQ0\t9#3\t1\n", encoding="utf-8"
        )
        passages = (corpus_folder or folder) / f"miracl-corpus-v1.0-{language}"
        passages.mkdir(parents=True)
        for number, docid in {0: "5#0", 2: "5#1", 10: "9#3"}.items():
            row = json.dumps({"docid": docid, "title": "T", "text": text}) + "\n"
            (passages / f"docs-{number}.jsonl.gz").write_bytes(gzip.compress(row.encode()))
    return folder


def test_topics_judgements_and_passages_are_read_by_language(tmp_path: Path) -> None:
    found = read_set(write_set(tmp_path), split="dev", language="ar")
    assert found.questions == (
        SetQuestion(id="ar/0", text=TEXTS["ar"], language="ar"),
        SetQuestion(id="ar/7", text=f"x{TEXTS['ar']}", language="ar"),
    )
    assert found.qrels == {"ar/0": {"ar/5#0": 1, "ar/5#1": 0}, "ar/7": {"ar/9#3": 1}}
    assert list(found.documents()) == [
        SetDocument(id=f"ar/{docid}", title="T", text=TEXTS["ar"], language="ar") for docid in ("5#0", "5#1", "9#3")
    ]


def test_languages_that_are_not_polyseeks_are_left_out_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        found = read_set(write_set(tmp_path), split="dev")
    assert {question.language for question in found.questions} == {"ar", "zh"}
    assert {document.language for document in found.documents()} == {"ar", "zh"}
    assert "sw left out" in caplog.text


def test_the_two_repositories_may_be_side_by_side(tmp_path: Path) -> None:
    write_set(tmp_path / "miracl", tmp_path / "miracl-corpus")
    assert len(list(read_set(tmp_path, split="dev", language="zh").documents())) == 3


def test_passages_are_read_one_by_one(tmp_path: Path) -> None:
    write_set(tmp_path)
    (tmp_path / "miracl-corpus-v1.0-ar" / "docs-2.jsonl.gz").write_bytes(gzip.compress(b'{"title": "T"}\n'))
    documents = read_set(tmp_path, split="dev", language="ar").documents()
    assert next(documents).id == "ar/5#0"
    with pytest.raises(EvaluationSetError, match=r"docs-2\.jsonl\.gz, line 1: expected a field 'docid'"):
        next(documents)


def test_a_split_without_topics_names_those_with(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match=r"no qrels of the split 'test'; .* --split dev"):
        read_set(write_set(tmp_path))


def test_missing_passages_are_named_with_where_to_get_them(tmp_path: Path) -> None:
    write_set(tmp_path)
    for file in (tmp_path / "miracl-corpus-v1.0-zh").iterdir():
        file.unlink()
    with pytest.raises(
        EvaluationSetError, match=r"miracl-corpus-v1\.0-zh from https://huggingface\.co/datasets/miracl"
    ):
        read_set(tmp_path, split="dev")


def test_a_language_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match="does not hold the language fi; it holds ar sw zh"):
        read_set(write_set(tmp_path), split="dev", language="fi")


def test_a_topic_without_a_tab_is_an_error(tmp_path: Path) -> None:
    write_set(tmp_path)
    (tmp_path / "miracl-v1.0-ar" / "topics" / "topics.miracl-v1.0-ar-dev.tsv").write_text("0 x\n", encoding="utf-8")
    with pytest.raises(EvaluationSetError, match=r"dev\.tsv, line 1: expected an id, a tab and a question"):
        read_set(tmp_path, split="dev")
