"""The last step of every reader: check the parts against each other and make the set."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from embedder import LANGUAGES
from retriever.evaluation.sets import EvaluationSet, EvaluationSetError, SetDocument, SetQuestion

logger = logging.getLogger(__name__)


def known_language(code: str) -> str | None:
    """Keep a code that is one of polyseek's; None for any other."""
    return code if code in LANGUAGES else None


def judged(questions: Iterable[SetQuestion], qrels: Mapping[str, object]) -> list[SetQuestion]:
    """Keep the questions that have judgements, as the published measures of BEIR and TREC do.

    BEIR keeps the questions of all splits in one file; without this, those of the other splits would count as
    questions without an answer.
    """
    return [question for question in questions if question.id in qrels]


def assemble(
    request_name: str,
    source: Path,
    questions: Sequence[SetQuestion],
    qrels: Mapping[str, Mapping[str, int]],
    documents: Callable[[], Iterator[SetDocument]],
    *,
    folder: Path | None = None,
) -> EvaluationSet:
    """Make a set of its parts.

    Args:
        request_name: What reports call it.
        source: Where it comes from, for messages.
        questions: Its questions.
        qrels: Its judgements; those of unknown questions are dropped and counted in the log.
        documents: Reads its documents.
        folder: The folder of its documents, if they are files.

    Raises:
        EvaluationSetError: There is no question, two have the same id, or no judgement is about any of them.
    """
    ids = Counter(question.id for question in questions)
    unknown = [question for question in qrels if question not in ids]
    if unknown and len(unknown) == len(qrels):
        msg = (
            f"{source}: none of the {len(qrels)} questions of the judgements, such as {unknown[0]!r}, is among the "
            "questions; are both from the same split? Choose it with --split"
        )
        raise EvaluationSetError(msg)
    if not ids:
        msg = f"{source} holds no question; choose another --split, or download it again"
        raise EvaluationSetError(msg)
    repeated, count = ids.most_common(1)[0]
    if count > 1:
        msg = f"{source}: {count} questions have the id {repeated!r}; give each its own"
        raise EvaluationSetError(msg)
    if unknown:
        logger.warning(
            "%s: judgements of %d unknown questions, such as %r, are left out", source, len(unknown), unknown[0]
        )
    return EvaluationSet(
        name=request_name,
        questions=tuple(questions),
        qrels={question: dict(row) for question, row in qrels.items() if question in ids},
        documents=documents,
        folder=folder,
    )


def at_least_one(documents: Iterable[SetDocument], source: Path) -> Iterator[SetDocument]:
    """Pass the documents on.

    Raises:
        EvaluationSetError: There was none.
    """
    empty = True
    for document in documents:
        empty = False
        yield document
    if empty:
        msg = f"{source} holds no document; download it again"
        raise EvaluationSetError(msg)
