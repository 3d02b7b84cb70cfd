"""Your own questions about your own documents: `questions.jsonl` and a folder of files.

polyseek's own layout. A line is

    {"id": "7", "question": "…", "documents": ["reports/2024.pdf"], "language": "en", "answers": ["…"]}

of which only `question` and `documents` must be there; `[]` says that no document answers. A question in several
languages about one document, as in polyseek's sample:

    {"id": "en-1", "document": "en-harbour-report.md", "answer": "…", "questions": {"en": "…", "ar": "…"}}

becomes one question for each language, "<id>/<language>".
"""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from embedder import LANGUAGES
from retriever.evaluation.formats.assemble import assemble
from retriever.evaluation.formats.layout import SetRequest
from retriever.evaluation.formats.lines import find_file, read_records
from retriever.evaluation.formats.qrels import Qrels
from retriever.evaluation.formats.records import Record, malformed
from retriever.evaluation.sets import EvaluationSet, EvaluationSetError, SetDocument, SetQuestion

_NAME: Final = "questions.jsonl"
_ENDINGS: Final = (".jsonl", ".jsonl.gz")


def matches(path: Path) -> bool:
    """Whether it is a file with JSON lines, or a folder with `questions.jsonl`."""
    return (path.is_file() and path.name.endswith(_ENDINGS)) or find_file(path, _NAME) is not None


def read(request: SetRequest) -> EvaluationSet:
    """Read a file of questions, and find the folder of their documents.

    Raises:
        EvaluationSetError: The file is missing or malformed, or the documents are not where they should be.
    """
    path = request.path if request.path.is_file() else find_file(request.path, _NAME)
    if path is None:
        msg = f"{request.path} holds no {_NAME}; name the file with the questions"
        raise EvaluationSetError(msg)
    questions, qrels = read_questions(path, request.language)
    named = {document for row in qrels.values() for document in row}
    folder = _checked(request.folder, named, path) if request.folder else _find_folder(named, path)
    return assemble(request.name, path, questions, qrels, _no_documents, folder=folder)


def read_questions(path: Path, language: str | None) -> tuple[list[SetQuestion], Qrels]:
    """Read a file of questions without their documents; `language` is used where a line names none.

    Raises:
        EvaluationSetError: The file cannot be read, or is malformed.
    """
    questions: list[SetQuestion] = []
    qrels: Qrels = {}
    for record in read_records(path):
        documents = _documents_of(record)
        for question in questions_of(record, language):
            questions.append(question)
            if documents:
                qrels[question.id] = dict.fromkeys(documents, 1)
    return questions, qrels


def questions_of(record: Record, language: str | None) -> Iterator[SetQuestion]:
    """Make the questions of a line; `language` is used if the line names none.

    Raises:
        EvaluationSetError: A field is missing or malformed, or a language is not one of polyseek's.
    """
    name = record.optional("id") or str(record.place.line)
    if "questions" not in record.values:
        stated = record.optional("language")
        yield SetQuestion(
            id=name,
            text=record.filled("question"),
            language=_checked_language(stated, record) if stated else language,
            answers=record.texts("answers"),
        )
        return
    answer = record.optional("answer")
    texts = record.values["questions"]
    if not isinstance(texts, dict) or not texts:
        raise malformed(record.place, "questions by language code", repr(texts)[:80])
    by_code = Record(values=texts, place=record.place)
    for code in texts:
        yield SetQuestion(
            id=f"{name}/{code}",
            text=by_code.filled(code),
            language=_checked_language(code, record),
            answers=(answer,) if answer.strip() else (),
        )


def _documents_of(record: Record) -> list[str]:
    if "document" in record.values:
        paths: tuple[str, ...] = (record.filled("document"),)
    elif "documents" in record.values:
        paths = record.texts("documents")
    else:
        raise malformed(record.place, "a field 'documents' or 'document'", f"the fields {sorted(record.values)}")
    for path in map(PurePosixPath, paths):
        if path.is_absolute() or ".." in path.parts:
            raise malformed(record.place, "paths within the folder of documents", repr(str(path)))
    return [str(PurePosixPath(path)) for path in paths]


def _checked_language(code: str, record: Record) -> str:
    if code not in LANGUAGES:
        raise malformed(record.place, f"a language code of {' '.join(LANGUAGES)}", repr(code))
    return code


def _checked(folder: Path, named: set[str], path: Path) -> Path:
    if missing := sorted(name for name in named if not (folder / name).is_file()):
        msg = (
            f"{path} names {len(missing)} documents that are not in {folder}, such as {missing[0]!r}; correct the "
            "paths, or choose another folder with --documents FOLDER"
        )
        raise EvaluationSetError(msg)
    return folder


def _find_folder(named: set[str], path: Path) -> Path:
    """Find the folder that holds all documents: the one of the file, or just one in it."""
    own = path.parent
    inner = sorted(folder for folder in own.iterdir() if folder.is_dir())
    holders = [folder for folder in (own, *inner) if named and all((folder / name).is_file() for name in named)]
    if holders and holders[0] == own:
        return own
    if len(holders) == 1:
        return holders[0]
    found = f"{len(holders)} folders do: {', '.join(folder.name for folder in holders)}" if holders else "none does"
    msg = (
        f"cannot tell which folder holds the {len(named)} documents that {path} names: of {own} and the folders in "
        f"it, {found}; name it with --documents FOLDER"
    )
    raise EvaluationSetError(msg)


def _no_documents() -> Iterator[SetDocument]:
    return iter(())
