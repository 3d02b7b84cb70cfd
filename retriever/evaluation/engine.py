"""Puts the questions of a set to a real collection of its documents, in every way to rank that is compared."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from embedder import ModelCard, Vectors
from indexer import Collection, RowMask, Session, TextDocument
from indexer.languages import UNKNOWN, language_probabilities
from indexer.neutral import Space, move_query
from retriever.evaluation.matrix import LanguageMatrix
from retriever.evaluation.measures import Measure, Run, measure
from retriever.evaluation.rows import MeasuredRun
from retriever.evaluation.sets import EvaluationSet, SetQuestion
from retriever.ranking import Question, Ranker
from retriever.results import SearchMode

logger = logging.getLogger(__name__)

DEPTH = 100
"""Documents ranked for each question; mAP depends on it."""
QUESTIONS_AT_ONCE = 4096

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A way to rank, as it is named in tables.

    Attributes:
        name: "BM25", "dense 384", "neutral", "hybrid".
        mode: What to rank by.
        neutral: Neutral strength; None takes the collection's.
        dimension: Dimensions of the vectors that are compared; None takes the collection's.
    """

    name: str
    mode: SearchMode
    neutral: float | None = None
    dimension: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SetResult:
    """What was measured on one set.

    Attributes:
        runs: One for each method.
        matrix: Question language × passage language for the last method; None where there is one language only.
    """

    runs: tuple[MeasuredRun, ...]
    matrix: LanguageMatrix | None


def standard_methods(card: ModelCard) -> tuple[Method, ...]:
    """BM25, plain cosine at each dimension of the encoder, the neutral space, and the default, which is last."""
    dimensions = card.matryoshka_dimensions or (card.dimension,)
    return (
        Method(name="BM25", mode=SearchMode.LEXICAL),
        *(Method(name=f"dense {n}", mode=SearchMode.DENSE, neutral=0.0, dimension=n) for n in dimensions),
        Method(name="neutral", mode=SearchMode.DENSE),
        Method(name="hybrid", mode=SearchMode.HYBRID),
    )


def fill_collection(collection: Collection, evaluation_set: EvaluationSet) -> None:
    """Bring the documents of a set into a collection; what is there already is not embedded again."""
    if evaluation_set.folder is not None:
        collection.sync([evaluation_set.folder])
        return
    collection.add(
        TextDocument(name=document.id, text=document.text, title=document.title)
        for document in evaluation_set.documents()
    )


def evaluate_set(
    collection: Collection,
    evaluation_set: EvaluationSet,
    methods: Sequence[Method],
    *,
    progress: Progress = lambda _doing, _done, _total: None,
) -> SetResult:
    """Rank the documents of a set for each question, and measure.

    Args:
        collection: Holds the documents of the set and no others.
        evaluation_set: The set.
        methods: Ways to rank; the language matrix is measured for the last one.
        progress: Called after each question.

    Raises:
        EvaluationError: If no question has a relevant document.
        LexicalIndexError: If the collection's word index is missing or damaged.
    """
    asked = [question for question in evaluation_set.questions if evaluation_set.qrels.get(question.id)]
    vectors = _embed(collection, asked, progress)
    languages = {question.id: question.language or UNKNOWN for question in evaluation_set.questions}
    with collection.session() as session:
        documents = _Documents.of(session, evaluation_set)
        runs = []
        for method in methods:
            run = _rank(_Asking(collection, session, method, documents), asked, vectors, None, progress)
            runs.append((method, run))
        measured = tuple(
            MeasuredRun(
                method=method.name,
                set=evaluation_set.name,
                languages=languages,
                values=measure(evaluation_set.qrels, run),
            )
            for method, run in runs
        )
        matrix = None
        if len(documents.languages) > 1:
            last = _Asking(collection, session, methods[-1], documents)
            matrix = _matrix(last, evaluation_set, asked, vectors, runs[-1][1], progress)
    return SetResult(runs=measured, matrix=matrix)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Documents:
    """How the documents of a collection are called in a set, and their languages."""

    names: Mapping[int, tuple[str, ...]]
    language_of: Mapping[str, str]

    @classmethod
    def of(cls, session: Session, evaluation_set: EvaluationSet) -> "_Documents":
        names, language_of = {}, {}
        for document in session.documents():
            called = tuple(_name(path, evaluation_set.folder) for path in document.paths)
            names[document.id] = called
            language_of.update(dict.fromkeys(called, document.language))
        told = {document.id: document.language for document in evaluation_set.documents() if document.language}
        return cls(names=names, language_of=language_of | told)

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.language_of.values())))

    def ids_in(self, language: str) -> npt.NDArray[np.int64]:
        """The documents one of whose names is in a language."""
        found = [key for key, names in self.names.items() if any(self.language_of[name] == language for name in names)]
        return np.array(found, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Asking:
    """A way to rank, applied to one state of a collection."""

    collection: Collection
    session: Session
    method: Method
    documents: _Documents

    def space(self) -> Space:
        default = self.session.snapshot.space
        return Space(
            dimension=self.method.dimension or default.dimension,
            strength=default.strength if self.method.neutral is None else self.method.neutral,
        )

    def ranker(self) -> Ranker:
        words = None if self.method.mode is SearchMode.DENSE else self.collection.lexical_index()
        return Ranker(snapshot=self.session.snapshot, words=words, mode=self.method.mode, per_document=1)


def _name(path: str, folder: Path | None) -> str:
    return path if folder is None else Path(path).relative_to(folder.absolute()).as_posix()


def _embed(collection: Collection, asked: Sequence[SetQuestion], progress: Progress) -> Vectors:
    parts = [np.empty((0, collection.identity.dimension), dtype=np.float32)]
    for start in range(0, len(asked), QUESTIONS_AT_ONCE):
        some = asked[start : start + QUESTIONS_AT_ONCE]
        parts.append(collection.embedder.embed_queries([question.text for question in some]))
        progress("embedding questions", start + len(some), len(asked))
    return np.concatenate(parts)


def _rank(
    asking: _Asking,
    asked: Sequence[SetQuestion],
    vectors: Vectors,
    language: str | None,
    progress: Progress,
) -> dict[str, list[tuple[str, float]]]:
    """Rank documents for each question: all of them, or those in one language."""
    snapshot, space, ranker = asking.session.snapshot, asking.space(), asking.ranker()
    chosen = np.ones(len(snapshot.rows), dtype=np.bool_)
    if language is not None:
        chosen = np.isin(snapshot.document_ids, asking.documents.ids_in(language))
    allowed: RowMask = snapshot.allow(chosen)
    run = {}
    doing = asking.method.name if language is None else f"{asking.method.name}, passages in {language}"
    for number, question in enumerate(asked):
        probabilities = {question.language: 1.0} if question.language else language_probabilities(question.text)
        moved = move_query(vectors[number : number + 1], probabilities, snapshot.means, space)
        ranked = ranker.rank(Question(text=question.text, vector=moved, space=space), allowed, DEPTH)
        documents = snapshot.document_ids[np.searchsorted(snapshot.rows, ranked.rows)].tolist()
        run[question.id] = [
            (name, score)
            for document, score in zip(documents, ranked.scores.tolist(), strict=True)
            for name in asking.documents.names[document]
            if language in (None, asking.documents.language_of[name])
        ]
        progress(doing, number + 1, len(asked))
    return run


def _matrix(
    asking: _Asking,
    evaluation_set: EvaluationSet,
    asked: Sequence[SetQuestion],
    vectors: Vectors,
    pooled: Run,
    progress: Progress,
) -> LanguageMatrix:
    """Recall@5 by question language and passage language.

    Where questions have relevant documents in several languages, each language is searched alone: how well does a
    question find passages in that language? Otherwise all are searched together: does the one right passage come
    through, whatever its language?
    """
    language_of = asking.documents.language_of
    relevant = {
        question.id: {name: grade for name, grade in evaluation_set.qrels[question.id].items() if grade > 0}
        for question in asked
    }
    parallel = any(len({language_of.get(name) for name in names}) > 1 for names in relevant.values())
    values: dict[tuple[str, str], list[float]] = {}
    for language in asking.documents.languages:
        qrels = {
            question: {name: grade for name, grade in names.items() if language_of.get(name) == language}
            for question, names in relevant.items()
        }
        qrels = {question: names for question, names in qrels.items() if names}
        if not qrels:
            continue
        places = [number for number, question in enumerate(asked) if question.id in qrels]
        questions = [asked[place] for place in places]
        run = _rank(asking, questions, vectors[places], language, progress) if parallel else pooled
        recall = measure(qrels, run)[Measure.RECALL_5]
        for question in questions:
            values.setdefault((question.language or UNKNOWN, language), []).append(recall[question.id])
    return LanguageMatrix.from_values(values, method=asking.method.name, measure=Measure.RECALL_5)


def only(questions: Iterable[SetQuestion], evaluation_set: EvaluationSet) -> EvaluationSet:
    """The same set with some of its questions."""
    kept = tuple(questions)
    ids = {question.id for question in kept}
    return EvaluationSet(
        name=evaluation_set.name,
        questions=kept,
        qrels={question: grades for question, grades in evaluation_set.qrels.items() if question in ids},
        documents=evaluation_set.documents,
        folder=evaluation_set.folder,
    )
