"""TechQA: `training_Q_A.json`, `dev_Q_A.json` and the technotes of both, `training_dev_technotes.json`.

Defined by Castelli et al. 2020, "The TechQA Dataset"; the names are those that https://github.com/IBM/techqa reads.
The archive at https://huggingface.co/datasets/PrimeQA/TechQA keeps them in `training_and_dev`. The splits are "train"
and "dev". The technotes are one JSON object, which is in memory while they are read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from retriever.evaluation.formats.assemble import assemble, at_least_one
from retriever.evaluation.formats.layout import SetRequest
from retriever.evaluation.formats.lines import find_file, read_json, require_file
from retriever.evaluation.formats.qrels import Qrels
from retriever.evaluation.formats.records import Place, Record, malformed
from retriever.evaluation.sets import EvaluationSet, EvaluationSetError, SetDocument, SetQuestion

_QUESTIONS: Final = {"train": "training_Q_A.json", "dev": "dev_Q_A.json"}
_TECHNOTES: Final = "training_dev_technotes.json"
_NONE: Final = "-"
"""Stands in the fields of a question that has no answer."""


def matches(path: Path) -> bool:
    """Whether a folder, or its `training_and_dev`, holds questions by these names."""
    return any(find_file(_folder(path), name) is not None for name in _QUESTIONS.values())


def read(request: SetRequest) -> EvaluationSet:
    """Read a folder in this layout; questions without an answer stay, without relevant documents.

    Raises:
        EvaluationSetError: A file is missing or malformed.
    """
    if request.split not in _QUESTIONS:
        msg = f"{request.path} has no split {request.split!r}; choose one of its own: --split {'|'.join(_QUESTIONS)}"
        raise EvaluationSetError(msg)
    folder = _folder(request.path)
    technotes = require_file(folder, _TECHNOTES)
    language = request.language or "en"
    questions: list[SetQuestion] = []
    qrels: Qrels = {}
    for record in read_json(require_file(folder, _QUESTIONS[request.split])).records("items"):
        question = question_of(record, language)
        questions.append(question)
        if (document := record.optional("DOCUMENT").strip()) not in {"", _NONE}:
            qrels[question.id] = {document: 1}
    return assemble(
        request.name,
        request.path,
        questions,
        qrels,
        lambda: at_least_one(_documents(technotes, language), technotes),
    )


def question_of(record: Record, language: str) -> SetQuestion:
    """Make a question of title and text, as the baseline of the publishers does.

    Raises:
        EvaluationSetError: A field is missing, or both are blank.
    """
    parts = (record.text("QUESTION_TITLE").strip(), record.text("QUESTION_TEXT").strip())
    if not any(parts):
        raise malformed(record.place, "a question", "a blank QUESTION_TITLE and QUESTION_TEXT")
    answer = record.optional("ANSWER")
    return SetQuestion(
        id=record.filled("QUESTION_ID"),
        text="\n".join(part for part in parts if part),
        language=language,
        answers=(answer,) if answer.strip() not in {"", _NONE} else (),
    )


def _documents(technotes: Path, language: str) -> Iterator[SetDocument]:
    for name, values in read_json(technotes).values.items():
        place = Place(f"{technotes}, technote {name}", None)
        if not isinstance(values, dict):
            raise malformed(place, "an object", repr(values)[:80])
        record = Record(values=values, place=place)
        yield SetDocument(id=name, title=record.optional("title"), text=record.text("text"), language=language)


def _folder(path: Path) -> Path:
    inner = path / "training_and_dev"
    return inner if inner.is_dir() else path
