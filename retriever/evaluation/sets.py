"""What an evaluation set is: questions, the documents they are put to, and which documents answer them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from retriever.errors import RetrieverError


class EvaluationSetError(RetrieverError):
    """An evaluation set is missing or not as its layout says; the message names the file, the line and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDocument:
    """One document of a set.

    Attributes:
        id: What `qrels` call it.
        title: Its title, "" if it has none.
        text: Its text.
        language: One of polyseek's language codes, None if the set does not say or it is another language.
    """

    id: str
    title: str
    text: str
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetQuestion:
    """One question of a set.

    Attributes:
        id: What `qrels` call it.
        text: The question.
        language: One of polyseek's language codes, None if the set does not say or it is another language.
        answers: Words of a relevant document that answer the question; () if the set does not say.
    """

    id: str
    text: str
    language: str | None
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSet:
    """Questions with the documents that answer them.

    Attributes:
        name: What reports call the set.
        questions: The questions, in the set's order; ids are unique.
        qrels: Question id → document id → relevance; relevant if above 0. Names only questions of `questions`;
            a question that is missing here has no answer in the documents.
        documents: Reads the documents one by one, from the start at each call, since millions of them would not
            fit into memory; raises EvaluationSetError at a malformed one. Yields nothing if `folder` is set.
        folder: The folder of real documents to ingest, if the set is about files; a document's id is then its path
            in this folder, with "/" between the parts.
    """

    name: str
    questions: tuple[SetQuestion, ...]
    qrels: Mapping[str, Mapping[str, int]]
    documents: Callable[[], Iterator[SetDocument]]
    folder: Path | None = None
