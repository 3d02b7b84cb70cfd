"""Parts of a set's questions that depend on their ids alone: the same ones on every machine and in every order."""

import hashlib
from enum import StrEnum

from embedder import LANGUAGES
from retriever.evaluation.engine import only
from retriever.evaluation.measures import EvaluationError
from retriever.evaluation.sets import EvaluationSet


class Half(StrEnum):
    """One half of a set's questions: choose settings on the one, report on the other."""

    EVEN = "even"
    ODD = "odd"


def half_of(question_id: str) -> Half:
    """Tell in which half a question is: by whether the SHA-256 of its id is even.

    A language code before the first "/" or after the last one is no part of the id here ("de/7", "7/de"), so that
    the translations of a question are in the same half.
    """
    parts = question_id.split("/")
    if len(parts) > 1 and parts[0] in LANGUAGES:
        parts = parts[1:]
    elif len(parts) > 1 and parts[-1] in LANGUAGES:
        parts = parts[:-1]
    return Half.ODD if hashlib.sha256("/".join(parts).encode()).digest()[-1] % 2 else Half.EVEN


def choose_questions(evaluation_set: EvaluationSet, *, half: Half | None, limit: int | None) -> EvaluationSet:
    """Keep some of a set's questions; its documents stay as they are.

    Args:
        evaluation_set: The set.
        half: Which half of the questions; None keeps both.
        limit: How many of them, those whose ids have the smallest SHA-256; None keeps all.

    Raises:
        EvaluationError: If the limit is below 1, or no question is left.
    """
    if limit is not None and limit < 1:
        msg = f"the limit is {limit} questions; it must be at least 1"
        raise EvaluationError(msg)
    if half is None and (limit is None or limit >= len(evaluation_set.questions)):
        return evaluation_set
    kept = [question for question in evaluation_set.questions if half in {None, half_of(question.id)}]
    by_hash = sorted(kept, key=lambda question: hashlib.sha256(question.id.encode()).digest())
    chosen = {question.id for question in by_hash[:limit]}
    if not chosen:
        msg = f"none of the {len(evaluation_set.questions):,} questions of {evaluation_set.name} is in the {half} half"
        raise EvaluationError(msg)
    return only((question for question in kept if question.id in chosen), evaluation_set)
