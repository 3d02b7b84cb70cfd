"""BEIR: `corpus.jsonl`, `queries.jsonl`, `qrels/<split>.tsv`.

Defined by Thakur et al. 2021, "BEIR: A Heterogeneous Benchmark for Zero-shot Evaluation of Information Retrieval
Models", and the wiki of https://github.com/beir-cellar/beir ("Load your custom dataset"). NQ, HotpotQA and FiQA are
published so. A question or document may also have a field `lang`, its language code.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from retriever.evaluation.formats.assemble import assemble, at_least_one, judged, known_language
from retriever.evaluation.formats.layout import SetRequest
from retriever.evaluation.formats.lines import GZIP, find_file, read_records, require_file
from retriever.evaluation.formats.qrels import Qrels, read_beir_qrels
from retriever.evaluation.formats.records import Record
from retriever.evaluation.sets import EvaluationSet, EvaluationSetError, SetDocument, SetQuestion

CORPUS: Final = "corpus.jsonl"
QUERIES: Final = "queries.jsonl"
_QRELS: Final = "qrels"


def matches(path: Path) -> bool:
    """Whether a folder holds a corpus and questions by these names."""
    return find_file(path, CORPUS) is not None and find_file(path, QUERIES) is not None


def read(request: SetRequest) -> EvaluationSet:
    """Read a folder in this layout; the questions are those that the split judges.

    Raises:
        EvaluationSetError: A file is missing or malformed.
    """
    questions, qrels = read_questions(request.path, request.split, request.language)
    corpus = require_file(request.path, CORPUS)
    return assemble(request.name, request.path, questions, qrels, lambda: read_documents(corpus, request.language))


def read_questions(folder: Path, split: str, language: str | None) -> tuple[list[SetQuestion], Qrels]:
    """Read the questions that a split judges, and all its judgements.

    Raises:
        EvaluationSetError: A file is missing or malformed.
    """
    qrels = read_beir_qrels(_qrels_file(folder, split))
    queries = require_file(folder, QUERIES)
    return judged((question_of(record, language) for record in read_records(queries)), qrels), qrels


def read_documents(corpus: Path, language: str | None) -> Iterator[SetDocument]:
    """Read the documents of a corpus file one by one.

    Raises:
        EvaluationSetError: A line is malformed, or the file is empty.
    """
    return at_least_one((document_of(record, language) for record in read_records(corpus)), corpus)


def question_of(record: Record, language: str | None) -> SetQuestion:
    """Make a question of a line of `queries.jsonl`; `language` is used if the line names none.

    Raises:
        EvaluationSetError: A field is missing or blank.
    """
    return SetQuestion(id=record.filled("_id"), text=record.filled("text"), language=_language_of(record, language))


def document_of(record: Record, language: str | None) -> SetDocument:
    """Make a document of a line of `corpus.jsonl`; `language` is used if the line names none.

    Raises:
        EvaluationSetError: A field is missing.
    """
    return SetDocument(
        id=record.filled("_id"),
        title=record.optional("title"),
        text=record.text("text"),
        language=_language_of(record, language),
    )


def _language_of(record: Record, language: str | None) -> str | None:
    stated = record.optional("lang")
    return known_language(stated) if stated else language


def _qrels_file(folder: Path, split: str) -> Path:
    if path := find_file(folder / _QRELS, f"{split}.tsv"):
        return path
    splits = sorted({file.name.split(".tsv")[0] for file in (folder / _QRELS).glob("*.tsv*")})
    if not splits:
        msg = f"{folder / _QRELS} holds no judgements ({split}.tsv, plain or {GZIP}); download the set again"
        raise EvaluationSetError(msg)
    msg = f"{folder} has no split {split!r}; choose one of its own: --split {'|'.join(splits)}"
    raise EvaluationSetError(msg)
