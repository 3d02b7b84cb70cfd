"""TechQA in its published layout."""

import json
from pathlib import Path

import pytest

from retriever.evaluation import EvaluationSetError, SetDocument, SetQuestion, read_set

QUESTIONS = [
    {
        "QUESTION_ID": "DEV_Q001",
        "QUESTION_TITLE": "Crane stops at start",
        "QUESTION_TEXT": "After an update the crane does not start.\n",
        "DOCUMENT": "note1",
        "ANSWERABLE": "Y",
        "ANSWER": "Charge the battery.",
        "START_OFFSET": "10",
        "END_OFFSET": "29",
        "DOC_IDS": ["note1", "note2"],
    },
    {
        "QUESTION_ID": "DEV_Q002",
        "QUESTION_TITLE": "Colour of the crane",
        "QUESTION_TEXT": "",
        "DOCUMENT": "-",
        "ANSWERABLE": "N",
        "ANSWER": "-",
        "START_OFFSET": "-",
        "END_OFFSET": "-",
        "DOC_IDS": ["note2"],
    },
]
TECHNOTES = {
    "note1": {"_id": "note1", "title": "Crane", "text": "Solution: Charge the battery.", "metadata": {}},
    "note2": {"_id": "note2", "title": "Ferry", "text": "The ferry sails at dawn."},
}


def write_set(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "dev_Q_A.json").write_text(json.dumps(QUESTIONS), encoding="utf-8")
    (folder / "training_dev_technotes.json").write_text(json.dumps(TECHNOTES), encoding="utf-8")
    return folder


@pytest.mark.parametrize("inner", ["", "training_and_dev"])
def test_the_published_files_are_read(tmp_path: Path, inner: str) -> None:
    write_set(tmp_path / inner)
    found = read_set(tmp_path, split="dev")
    assert found.questions == (
        SetQuestion(
            id="DEV_Q001",
            text="Crane stops at start\nAfter an update the crane does not start.",
            language="en",
            answers=("Charge the battery.",),
        ),
        SetQuestion(id="DEV_Q002", text="Colour of the crane", language="en"),
    )
    assert found.qrels == {"DEV_Q001": {"note1": 1}}
    assert list(found.documents()) == [
        SetDocument(id="note1", title="Crane", text="Solution: Charge the battery.", language="en"),
        SetDocument(id="note2", title="Ferry", text="The ferry sails at dawn.", language="en"),
    ]


def test_a_split_that_techqa_does_not_have_names_those_it_has(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match=r"no split 'test'; choose one of its own: --split train\|dev"):
        read_set(write_set(tmp_path))


def test_missing_questions_are_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match=r"training_Q_A\.json is missing"):
        read_set(write_set(tmp_path), split="train")


def test_a_malformed_technote_is_named(tmp_path: Path) -> None:
    write_set(tmp_path)
    (tmp_path / "training_dev_technotes.json").write_text('{"note1": {"text": "x"}, "note2": "y"}', encoding="utf-8")
    documents = read_set(tmp_path, split="dev").documents()
    assert next(documents).id == "note1"
    with pytest.raises(EvaluationSetError, match="technote note2: expected an object"):
        next(documents)


def test_a_question_without_title_and_text_is_an_error(tmp_path: Path) -> None:
    write_set(tmp_path)
    blank = QUESTIONS[0] | {"QUESTION_TITLE": "", "QUESTION_TEXT": " "}
    (tmp_path / "dev_Q_A.json").write_text(json.dumps([blank]), encoding="utf-8")
    with pytest.raises(EvaluationSetError, match="items 1: expected a question"):
        read_set(tmp_path, split="dev")
