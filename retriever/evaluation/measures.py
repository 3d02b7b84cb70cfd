"""How good a ranking is, question by question; the measures are those of ir-measures (trec_eval and MS MARCO)."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias

from retriever.errors import RetrieverError

Run: TypeAlias = Mapping[str, Sequence[tuple[str, float]]]
"""Question id → (document id, score), best first."""

_QUESTIONS_AT_ONCE = 1000  # ir-measures copies what it gets: a whole run of a large set would be in memory three times


class EvaluationError(RetrieverError):
    """Rankings, results or limits of an evaluation cannot be used; the message says what was expected."""


class Measure(StrEnum):
    """What is measured, each in [0, 1], higher is better.

    Attributes:
        RECALL_5: Share of the relevant documents that are among the first five.
        NDCG_10: Gain of the first ten, discounted by rank, over the best possible one; knows grades of relevance.
        MRR_10: 1 / rank of the first relevant document, 0 if it is not among the first ten.
        MAP: Precision at the rank of each relevant document, averaged; one that the ranking does not reach counts 0.
        FIRST: 1 if the first document is relevant, else 0 (ir-measures: Success@1).
    """

    RECALL_5 = "Recall@5"
    NDCG_10 = "nDCG@10"
    MRR_10 = "MRR@10"
    MAP = "mAP"
    FIRST = "R@1"


def measure(qrels: Mapping[str, Mapping[str, int]], run: Run) -> dict[Measure, dict[str, float]]:
    """See how well each question was answered.

    The order of a ranking counts, not its scores: documents of equal score keep the places they were given.

    Args:
        qrels: Question id → document id → relevance, relevant if above 0.
        run: The rankings. A question that is missing was answered with nothing and counts 0; a question that is not
            in `qrels` is passed over.

    Returns:
        Measure → question id → value, for the questions with a relevant document, in the order of `qrels`; the
        others cannot be measured and are left out.

    Raises:
        EvaluationError: If no question has a relevant document, the run is about other questions, or a ranking has
            a document twice.
    """
    answerable = [question for question, grades in qrels.items() if any(grade > 0 for grade in grades.values())]
    if not answerable:
        msg = (
            f"none of {len(qrels):,} questions has a relevant document: nothing can be measured; check the set's qrels"
        )
        raise EvaluationError(msg)
    if run and not any(question in qrels for question in run):
        msg = (
            f"the run answers none of the {len(qrels):,} questions of the set: it begins with {next(iter(run))!r}, "
            f"the set with {next(iter(qrels))!r}; give a run of this set"
        )
        raise EvaluationError(msg)
    values: dict[Measure, dict[str, float]] = {name: dict.fromkeys(answerable, 0.0) for name in Measure}
    for first in range(0, len(answerable), _QUESTIONS_AT_ONCE):
        questions = answerable[first : first + _QUESTIONS_AT_ONCE]
        judged = {question: dict(qrels[question]) for question in questions}
        ranked = {question: _by_rank(question, run[question]) for question in questions if question in run}
        for question, name, value in _calculate(judged, ranked):
            values[name][question] = value
    return values


def _by_rank(question: str, ranking: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Document id → a score that falls from rank to rank: trec_eval and MS MARCO break ties in opposite ways."""
    scores = {document: float(-rank) for rank, (document, _) in enumerate(ranking)}
    if len(scores) < len(ranking):
        msg = f"question {question!r}: its {len(ranking)} ranked documents are only {len(scores)}; rank each one once"
        raise EvaluationError(msg)
    return scores


def _calculate(
    qrels: dict[str, dict[str, int]], run: dict[str, dict[str, float]]
) -> Iterator[tuple[str, Measure, float]]:
    try:
        import ir_measures
    except ImportError as error:
        msg = "ir-measures is not installed, which measures rankings: pip install 'polyseek[eval]'"
        raise EvaluationError(msg) from error
    names = {
        ir_measures.R @ 5: Measure.RECALL_5,
        ir_measures.nDCG @ 10: Measure.NDCG_10,
        ir_measures.RR @ 10: Measure.MRR_10,
        ir_measures.AP: Measure.MAP,
        ir_measures.Success @ 1: Measure.FIRST,
    }
    for metric in ir_measures.iter_calc(list(names), qrels, run):
        yield metric.query_id, names[metric.measure], float(metric.value)
