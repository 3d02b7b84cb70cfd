"""A user's own questions about files."""

import json
from pathlib import Path

import pytest

from embedder import LANGUAGES
from retriever.evaluation import EvaluationSetError, SetQuestion, read_set

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "questions.jsonl"


def write_set(path: Path, *lines: dict[str, object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8-sig")
    return path


def add_files(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("text", encoding="utf-8")
    return folder


def test_questions_name_the_files_that_answer_them(tmp_path: Path) -> None:
    add_files(tmp_path / "files", "a.md", "reports/b.txt")
    path = write_set(
        tmp_path / "questions.jsonl",
        {
            "id": "x",
            "question": "Why?",
            "documents": ["a.md", "./reports/b.txt"],
            "language": "en",
            "answers": ["so", ""],
        },
        {"question": "Nobody knows?", "documents": []},
    )
    found = read_set(path, language="de")
    assert found.questions == (
        SetQuestion(id="x", text="Why?", language="en", answers=("so",)),
        SetQuestion(id="2", text="Nobody knows?", language="de"),
    )
    assert found.qrels == {"x": {"a.md": 1, "reports/b.txt": 1}}
    assert found.folder == tmp_path / "files"
    assert list(found.documents()) == []


def test_a_question_in_several_languages_becomes_one_for_each(tmp_path: Path) -> None:
    add_files(tmp_path, "a.md")
    texts = {"en": "Why?", "th": "ทำไม"}
    line = {"id": "en-1", "document": "a.md", "language": "en", "answer": "so", "questions": texts}
    found = read_set(write_set(tmp_path / "questions.jsonl", line))
    assert found.questions == (
        SetQuestion(id="en-1/en", text="Why?", language="en", answers=("so",)),
        SetQuestion(id="en-1/th", text="ทำไม", language="th", answers=("so",)),
    )
    assert found.qrels == {"en-1/en": {"a.md": 1}, "en-1/th": {"a.md": 1}}
    assert found.folder == tmp_path


@pytest.mark.parametrize("path", [SAMPLE, SAMPLE.parent])
def test_polyseeks_own_sample_is_read(path: Path) -> None:
    found = read_set(path)
    assert found.folder == SAMPLE.parent / "sample"
    assert {question.language for question in found.questions} == set(LANGUAGES)
    assert set(found.qrels) == {question.id for question in found.questions}
    assert all(question.answers for question in found.questions)


def test_the_folder_of_documents_can_be_given(tmp_path: Path) -> None:
    documents = add_files(tmp_path / "elsewhere" / "files", "a.md")
    path = write_set(tmp_path / "set" / "questions.jsonl", {"question": "Why?", "documents": ["a.md"]})
    assert read_set(path, folder=documents).folder == documents


def test_a_document_that_the_given_folder_lacks_is_named(tmp_path: Path) -> None:
    path = write_set(tmp_path / "questions.jsonl", {"question": "Why?", "documents": ["b.md"]})
    with pytest.raises(EvaluationSetError, match=r"1 documents that are not in .*, such as 'b\.md'; .* --documents"):
        read_set(path, folder=add_files(tmp_path / "files", "a.md"))


@pytest.mark.parametrize(("folders", "found"), [([], "none does"), (["one", "two"], "2 folders do: one, two")])
def test_a_folder_that_cannot_be_told_asks_for_it(tmp_path: Path, folders: list[str], found: str) -> None:
    for folder in folders:
        add_files(tmp_path / folder, "a.md")
    path = write_set(tmp_path / "questions.jsonl", {"question": "Why?", "documents": ["a.md"]})
    with pytest.raises(EvaluationSetError, match=f"{found}; name it with --documents FOLDER"):
        read_set(path)


def test_the_files_own_folder_goes_before_those_in_it(tmp_path: Path) -> None:
    add_files(tmp_path, "a.md", "copy/a.md")
    path = write_set(tmp_path / "questions.jsonl", {"question": "Why?", "documents": ["a.md"]})
    assert read_set(path).folder == tmp_path


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"documents": ["a.md"]}, "expected a field 'question'"),
        ({"question": "Why?"}, "expected a field 'documents' or 'document'"),
        ({"question": "Why?", "documents": ["../a.md"]}, "expected paths within the folder of documents"),
        ({"question": "Why?", "documents": ["/a.md"]}, "expected paths within the folder of documents"),
        ({"question": "Why?", "documents": "a.md"}, "expected a list in the field 'documents'"),
        ({"question": "Why?", "documents": ["a.md"], "language": "xx"}, "expected a language code of en ar"),
        ({"questions": {"xx": "Why?"}, "document": "a.md"}, "expected a language code of en ar"),
        ({"questions": {}, "document": "a.md"}, "expected questions by language code"),
        ({"questions": {"en": ""}, "document": "a.md"}, "expected a field 'en' that is not blank"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: dict[str, object], message: str) -> None:
    add_files(tmp_path, "a.md")
    path = write_set(tmp_path / "questions.jsonl", {"question": "Sound?", "documents": ["a.md"]}, line)
    with pytest.raises(EvaluationSetError, match=rf"questions\.jsonl, line 2: {message}"):
        read_set(path)


def test_an_empty_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError):
        read_set(write_set(tmp_path / "questions.jsonl"))


def test_a_folder_without_questions_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match=r"holds no questions\.jsonl; name the file"):
        read_set(tmp_path, layout="questions")
