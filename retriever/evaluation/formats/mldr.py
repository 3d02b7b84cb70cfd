"""MLDR: `mldr-v1.0-<language>` with `<split>.jsonl.gz` and `corpus.jsonl.gz`.

Defined by Chen et al. 2024, "M3-Embedding", and the card of https://huggingface.co/datasets/Shitao/MLDR; folders named
by the language code alone are read as well. Ids become "<language>/<id>".
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Final

from embedder import LANGUAGES
from retriever.evaluation.formats.assemble import assemble, at_least_one
from retriever.evaluation.formats.language_folders import by_language, choose_languages
from retriever.evaluation.formats.layout import SetRequest
from retriever.evaluation.formats.lines import find_file, read_records, require_file
from retriever.evaluation.formats.qrels import Qrels
from retriever.evaluation.formats.records import Record
from retriever.evaluation.sets import EvaluationSet, EvaluationSetError, SetDocument, SetQuestion

CORPUS: Final = "corpus.jsonl"
_FOLDER: Final = re.compile(r"(?:mldr-v1\.0-)?([a-z]{2})")
_SPLITS: Final = ("train", "dev", "test")


def matches(path: Path) -> bool:
    """Whether a folder holds language folders with a corpus and questions by these names."""
    return any(
        find_file(folder, CORPUS) is not None and _splits(folder)
        for language, folder in _language_folders(path).items()
        if language in LANGUAGES
    )


def read(request: SetRequest) -> EvaluationSet:
    """Read the languages that are polyseek's, or the one that is asked for.

    Raises:
        EvaluationSetError: A folder or file is missing or malformed.
    """
    folders = _language_folders(request.path)
    questions: list[SetQuestion] = []
    qrels: Qrels = {}
    corpora: dict[str, Path] = {}
    for language in choose_languages(folders, request):
        corpora[language] = require_file(folders[language], CORPUS)
        for record in read_records(_questions_file(folders[language], request.split)):
            question, row = question_of(record, language)
            questions.append(question)
            qrels[question.id] = row
    return assemble(request.name, request.path, questions, qrels, lambda: _documents(corpora))


def question_of(record: Record, language: str) -> tuple[SetQuestion, dict[str, int]]:
    """Make a question of a line, with its relevant documents.

    The negative passages are meant for training and are not read.

    Raises:
        EvaluationSetError: A field is missing.
    """
    question = SetQuestion(id=f"{language}/{record.filled('query_id')}", text=record.filled("query"), language=language)
    return question, {f"{language}/{item.filled('docid')}": 1 for item in record.records("positive_passages")}


def document_of(record: Record, language: str) -> SetDocument:
    """Make a document of a line of the corpus; MLDR's have no titles.

    Raises:
        EvaluationSetError: A field is missing.
    """
    return SetDocument(id=f"{language}/{record.filled('docid')}", title="", text=record.text("text"), language=language)


def _documents(corpora: Mapping[str, Path]) -> Iterator[SetDocument]:
    return chain.from_iterable(
        at_least_one((document_of(record, language) for record in read_records(file)), file)
        for language, file in corpora.items()
    )


def _language_folders(path: Path) -> dict[str, Path]:
    return by_language(path.iterdir(), _FOLDER) if path.is_dir() else {}


def _splits(folder: Path) -> list[str]:
    return [split for split in _SPLITS if find_file(folder, f"{split}.jsonl")]


def _questions_file(folder: Path, split: str) -> Path:
    if path := find_file(folder, f"{split}.jsonl"):
        return path
    own = "|".join(_splits(folder))
    msg = f"{folder} has no split {split!r}; {f'choose one of its own: --split {own}' if own else 'download it again'}"
    raise EvaluationSetError(msg)
