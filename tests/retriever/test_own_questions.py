"""A collection measured with its owner's questions."""

import json
from pathlib import Path

import pytest

from embedder import Embedder
from indexer import Collection, TextDocument
from retriever import Retriever
from retriever.evaluation import EvaluationSet, EvaluationSetError, evaluate, read_set
from retriever.evaluation.rows import ALL_LANGUAGES
from retriever.own_questions import Step, measure_quality, measure_speed, questions_about, short_names


def write(path: Path, *lines: dict[str, object]) -> Path:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path


def ask_about(collection: Collection, path: Path) -> EvaluationSet:
    with collection.session() as session:
        return questions_about(session, path)


QUESTIONS = [
    {"question": "When was the lighthouse lit?", "documents": ["lighthouse.txt"], "answers": ["in autumn"]},
    {"question": "How often does the ferry cross?", "documents": ["ferry.md"]},
    {"question": "What does the moon cost?", "documents": []},
]


def test_documents_are_named_by_the_ends_of_their_paths(collection: Collection, folder: Path, tmp_path: Path) -> None:
    collection.sync([folder])
    asked = ask_about(collection, write(tmp_path / "questions.jsonl", *QUESTIONS))
    assert asked.qrels == {"1": {str(folder / "lighthouse.txt"): 1}, "2": {str(folder / "ferry.md"): 1}}
    assert [question.text for question in asked.questions] == [line["question"] for line in QUESTIONS]
    longer = {"question": "Why?", "documents": ["documents/ferry.md"]}
    assert ask_about(collection, write(tmp_path / "longer.jsonl", longer)).qrels == {"1": {str(folder / "ferry.md"): 1}}


def test_an_unknown_document_and_a_name_of_two_are_refused_with_what_to_do(
    collection: Collection, folder: Path, tmp_path: Path
) -> None:
    (folder / "old").mkdir()
    (folder / "old" / "ferry.md").write_text("# The old ferry\n\nIt crossed the river at noon only.\n")
    collection.sync([folder])
    unknown = write(tmp_path / "unknown.jsonl", {"question": "Why?", "documents": ["erry.md"]})
    with pytest.raises(EvaluationSetError, match=r"does not have: 'erry\.md'; correct the name, or add"):
        ask_about(collection, unknown)
    several = write(tmp_path / "several.jsonl", {"question": "Why?", "documents": ["ferry.md"]})
    with pytest.raises(EvaluationSetError, match=r"may be 2 documents .* write more of its path"):
        ask_about(collection, several)
    clear = write(tmp_path / "clear.jsonl", {"question": "Why?", "documents": ["old/ferry.md"]})
    assert ask_about(collection, clear).qrels == {"1": {str(folder / "old" / "ferry.md"): 1}}


def test_copies_of_a_document_are_one_document(collection: Collection, folder: Path, tmp_path: Path) -> None:
    (folder / "copy").mkdir()
    (folder / "copy" / "ferry.md").write_bytes((folder / "ferry.md").read_bytes())
    collection.sync([folder])
    path = write(
        tmp_path / "questions.jsonl", {"question": "How often does the ferry cross?", "documents": ["ferry.md"]}
    )
    report = measure_quality(collection, ask_about(collection, path))
    assert {row.measures["Recall@5"].mean for row in report.rows} == {1.0}


def test_a_short_name_is_as_much_of_a_path_as_tells_it_from_the_others(
    collection: Collection, folder: Path, tmp_path: Path
) -> None:
    (folder / "old").mkdir()
    (folder / "old" / "ferry.md").write_text("# The old ferry\n\nIt crossed the river at noon only.\n")
    collection.sync([folder])
    names = short_names([str(path) for path in folder.rglob("*.*")])
    assert sorted(names.values()) == ["documents/ferry.md", "lighthouse.txt", "mine.txt", "old/ferry.md"]
    lines = [{"question": "Why?", "documents": [name]} for name in names.values()]
    asked = ask_about(collection, write(tmp_path / "questions.jsonl", *lines))
    assert [list(row) for row in asked.qrels.values()] == [[path] for path in names]


def test_the_same_is_measured_as_in_a_collection_of_its_own(
    collection: Collection, folder: Path, tmp_path: Path, hashing_embedder: Embedder
) -> None:
    collection.sync([folder])
    path = write(tmp_path / "questions.jsonl", *QUESTIONS)
    here = measure_quality(collection, ask_about(collection, path))
    there = evaluate([read_set(path)], hashing_embedder)
    assert [row.measures for row in here.sorted_rows()] == [row.measures for row in there.sorted_rows()]
    assert [row.left_out for row in here.rows if row.language == ALL_LANGUAGES] == [1] * len(here.methods)
    assert [one.share for one in here.highlights] == [one.share for one in there.highlights]


def test_each_step_of_a_question_is_timed(collection: Collection, folder: Path, tmp_path: Path) -> None:
    collection.sync([folder])
    collection.rebuild_view()
    asked = ask_about(collection, write(tmp_path / "questions.jsonl", *QUESTIONS))
    told: list[tuple[str, int, int]] = []
    times = measure_speed(Retriever(collection), asked, progress=lambda *one: told.append(one))
    assert [one.step for one in times] == list(Step)
    assert [one.index for one in times] == ["", "exact", "", "", ""]
    assert all(0 < one.median_ms <= one.slow_ms and one.questions == 3 for one in times)
    assert told == [("times", 1, 3), ("times", 2, 3), ("times", 3, 3)]


def test_texts_without_files_can_be_named_too(collection: Collection, tmp_path: Path) -> None:
    collection.add([TextDocument(name="notes/1", text="The ferry crosses the river.", title="")])
    path = write(tmp_path / "questions.jsonl", {"question": "What crosses the river?", "documents": ["notes/1"]})
    assert ask_about(collection, path).qrels == {"1": {"notes/1": 1}}
