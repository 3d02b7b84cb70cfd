"""Relevance judgements: which documents answer which question."""

from collections.abc import Iterable
from pathlib import Path

from retriever.evaluation.formats.lines import Line, columns_of, read_lines
from retriever.evaluation.formats.records import Place, malformed
from retriever.evaluation.sets import EvaluationSetError

Qrels = dict[str, dict[str, int]]
"""Question id → document id → relevance."""


def read_beir_qrels(path: Path) -> Qrels:
    """Read judgements in BEIR's table: question, document, relevance, with a header.

    Raises:
        EvaluationSetError: A row is malformed, or there is none.
    """
    qrels: Qrels = {}
    for place, (question, document, score) in columns_of(read_lines(path), (3,)):
        if place.line == 1 and not _is_whole(score):
            continue  # "query-id  corpus-id  score"; copies without the header are about
        qrels.setdefault(question, {})[document] = relevance(score, place)
    return not_empty(qrels, str(path))


def trec_qrels(lines: Iterable[Line], source: str) -> Qrels:
    """Read judgements in TREC's four columns: question, iteration (not used), document, relevance.

    Args:
        lines: The lines.
        source: Where they come from, for messages.

    Raises:
        EvaluationSetError: A row is malformed, or there is none.
    """
    qrels: Qrels = {}
    for place, (question, _, document, score) in columns_of(lines, (4,), separator=None):
        qrels.setdefault(question, {})[document] = relevance(score, place)
    return not_empty(qrels, source)


def not_empty(qrels: Qrels, source: str) -> Qrels:
    """Pass judgements on.

    Raises:
        EvaluationSetError: There is none.
    """
    if not qrels:
        msg = f"{source} holds no judgement; download it again, or choose another --split"
        raise EvaluationSetError(msg)
    return qrels


def relevance(score: str, place: Place) -> int:
    """Read a relevance.

    Raises:
        EvaluationSetError: It is not a whole number.
    """
    if not _is_whole(score):
        raise malformed(place, "a whole number as relevance", repr(score))
    return int(score)


def _is_whole(score: str) -> bool:
    return score.strip().removeprefix("-").isdecimal()
