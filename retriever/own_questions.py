"""Measures a collection as it is with its owner's questions: how well they find their documents, and how fast.

`polyseek eval` makes a collection of its own from a folder; here the documents are those that the collection has, with
everything else that is in it, and nothing is read or embedded again.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from pathlib import Path, PurePath
from typing import Final

import numpy as np

from indexer import Collection, Session
from indexer.languages import language_probabilities
from indexer.neutral import Space, move_query
from retriever.evaluation import EvaluationReport, EvaluationSet, EvaluationSetError, EvaluationSettings
from retriever.evaluation.end_to_end import make_report
from retriever.evaluation.engine import Progress, evaluate_set, no_progress, standard_methods
from retriever.evaluation.formats.assemble import assemble
from retriever.evaluation.formats.questions import read_questions
from retriever.evaluation.sampling import choose_questions
from retriever.evaluation.sets import SetDocument
from retriever.ranking import Question, Ranker
from retriever.results import SearchMode
from retriever.retriever import Retriever

NAME: Final = "questions"
"""What reports call the set."""
TIMED_QUESTIONS: Final = 100
HITS: Final = 5


class Step(StrEnum):
    """What takes time when a question is asked."""

    ENCODER = "encoder"
    MEANING = "meaning"
    MEANING_WITHOUT_INDEX = "meaning without index"
    WORDS = "words"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTime:
    """How long a step takes, measured with one question after the other.

    Attributes:
        step: The step.
        index: The kind of index that it uses, "" if none.
        median_ms: Half of the questions take longer.
        slow_ms: One in twenty takes longer.
        questions: With how many questions it was measured.
    """

    step: Step
    index: str
    median_ms: float
    slow_ms: float
    questions: int


def questions_about(session: Session, path: Path) -> EvaluationSet:
    """Read a file of questions, and find their documents in a collection.

    A document is named by the end of its path, as much of it as no other document has.

    Args:
        session: A read of the collection.
        path: The file, see docs/evaluation.md.

    Raises:
        EvaluationSetError: The file is malformed, or a name is that of no document, or of several.
    """
    questions, qrels = read_questions(path, None)
    documents = {stored: document.id for document in session.documents() for stored in document.paths}
    by_name: dict[str, list[str]] = {}
    for stored in documents:
        by_name.setdefault(PurePath(stored).name, []).append(stored)
    named = {name for row in qrels.values() for name in row}
    found = {name: _find(name, by_name.get(PurePath(name).name, ()), documents, path) for name in sorted(named)}
    relevant = {question: {found[name]: 1 for name in row} for question, row in qrels.items()}
    return assemble(NAME, path, questions, relevant, _no_documents)


def short_names(paths: Sequence[str]) -> dict[str, str]:
    """For each path as much of its end as tells it from the others, as `questions_about` understands it."""
    parts = {path: PurePath(path).parts for path in paths}
    names: dict[str, str] = {}
    depth, left = 1, set(paths)
    while left:
        ends: dict[tuple[str, ...], list[str]] = {}
        for path in paths:
            ends.setdefault(parts[path][-depth:], []).append(path)
        clear = {several[0]: "/".join(end) for end, several in ends.items() if len(several) == 1}
        names |= {path: clear[path] for path in left if path in clear}
        left -= names.keys() | {path for path in left if len(parts[path]) <= depth}
        depth += 1
    return {path: names[path] for path in paths if path in names}


def measure_quality(
    collection: Collection, asked: EvaluationSet, *, progress: Progress = no_progress
) -> EvaluationReport:
    """Measure how well questions find their documents among all of a collection.

    Args:
        collection: The collection.
        asked: What `questions_about` gave.
        progress: Called after each question.

    Raises:
        EvaluationError: If no question has a document, or ir-measures is not installed.
    """
    card = collection.embedder.card
    methods = standard_methods(card)
    result = evaluate_set(collection, asked, methods, progress=progress)
    return make_report({asked.name: result}, methods, card, EvaluationSettings(methods=methods))


def measure_speed(
    retriever: Retriever, asked: EvaluationSet, *, progress: Progress = no_progress
) -> tuple[StepTime, ...]:
    """Measure how long the steps of a question take, one question at a time, with at most `TIMED_QUESTIONS` of a set.

    Args:
        retriever: The open collection.
        asked: The questions.
        progress: Called after each question.
    """
    texts = [question.text for question in choose_questions(asked, half=None, limit=TIMED_QUESTIONS).questions]
    with retriever.collection.session() as session:
        steps = list(_steps(retriever, session, texts))
        for step in steps:
            step.calls[0]()  # once for what is loaded at first use
        for done in range(len(texts)):
            # Step after step for each question, so that what else the machine does disturbs all of them alike.
            for step in steps:
                step.time(done)
            progress("times", done + 1, len(texts))
    return tuple(step.summed_up() for step in steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timed:
    """A step, what to call for each question, and how many milliseconds each call took."""

    step: Step
    calls: Sequence[Callable[[], object]]
    index: str = ""
    took_ms: list[float] = field(default_factory=list)

    def time(self, place: int) -> None:
        start = time.perf_counter()
        self.calls[place]()
        self.took_ms.append((time.perf_counter() - start) * 1000)

    def summed_up(self) -> StepTime:
        median, slow = np.quantile(self.took_ms, [0.5, 0.95]).tolist()
        return StepTime(step=self.step, index=self.index, median_ms=median, slow_ms=slow, questions=len(self.took_ms))


def _steps(retriever: Retriever, session: Session, texts: Sequence[str]) -> Iterator[_Timed]:
    collection, snapshot = retriever.collection, session.snapshot
    vectors = collection.embedder.embed_queries(texts)
    space = Space(dimension=vectors.shape[1], strength=snapshot.space.strength)
    everything = snapshot.allow(np.ones(len(snapshot.rows), dtype=np.bool_))
    questions = [
        Question(
            text=text,
            vector=move_query(vectors[place : place + 1], language_probabilities(text), snapshot.means, space),
            space=space,
        )
        for place, text in enumerate(texts)
    ]
    meaning = Ranker(snapshot=snapshot, words=None, mode=SearchMode.DENSE)
    words = Ranker(snapshot=snapshot, words=collection.lexical_index(), mode=SearchMode.LEXICAL)
    without = replace(meaning, snapshot=replace(snapshot, view=None, manifest=None))

    def ranking(ranker: Ranker) -> list[Callable[[], object]]:
        return [partial(ranker.rank, question, everything, HITS) for question in questions]

    yield _Timed(step=Step.ENCODER, calls=[partial(collection.embedder.embed_queries, [text]) for text in texts])
    if snapshot.manifest is not None:
        yield _Timed(step=Step.MEANING, calls=ranking(meaning), index=snapshot.manifest.kind)
    yield _Timed(step=Step.MEANING_WITHOUT_INDEX, calls=ranking(without))
    yield _Timed(step=Step.WORDS, calls=ranking(words))
    yield _Timed(step=Step.WHOLE, calls=[partial(retriever.search, text, top_k=HITS) for text in texts])


def _find(name: str, candidates: Sequence[str], documents: Mapping[str, int], source: Path) -> str:
    """The path, of those that end alike, of the document that a name means."""
    wanted = PurePath(name).parts
    found = [path for path in candidates if PurePath(path).parts[-len(wanted) :] == wanted]
    if not found:
        msg = (
            f"{source} names a document that the collection does not have: {name!r}; correct the name, or add the "
            "document to the collection"
        )
        raise EvaluationSetError(msg)
    if len({documents[path] for path in found}) > 1:
        msg = (
            f"{source} names {name!r}, which may be {len(found)} documents of the collection: {found[0]} or "
            f"{found[1]}; write more of its path, with / between the folders"
        )
        raise EvaluationSetError(msg)
    return found[0]


def _no_documents() -> Iterator[SetDocument]:
    return iter(())
