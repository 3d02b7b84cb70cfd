"""Puts the questions of a set to a real collection of its documents, in every way to rank that is compared."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from embedder import ModelCard, Vectors
from indexer import ChangeKind, Collection, RowMask, Session, TextDocument
from indexer.languages import UNKNOWN, language_probabilities
from indexer.neutral import Space, move_query
from indexer.scan import place
from retriever.evaluation.highlights import FIRST_DOCUMENTS, holds_answer
from retriever.evaluation.matrix import LanguageMatrix
from retriever.evaluation.measures import EvaluationError, Measure, Run, measure
from retriever.evaluation.rows import MeasuredRun
from retriever.evaluation.sets import EvaluationSet, SetDocument, SetQuestion
from retriever.highlight import highlight
from retriever.ranking import Question, Ranked, Ranker
from retriever.results import SearchMode

logger = logging.getLogger(__name__)

DEPTH = 100
"""Documents ranked for each question; mAP depends on it."""
QUESTIONS_AT_ONCE = 4096

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much; 0 if that is not known."""


def no_progress(_doing: str, _done: int, _total: int) -> None:
    """Tell nobody."""


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


BM25 = "BM25"
DEFAULT_METHOD = "hybrid"
"""What users get."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SetResult:
    """What was measured on one set.

    Attributes:
        runs: One for each method.
        matrix: Question language × passage language for the last method; None where there is one language only.
        highlights: Of the last method: question id → 1 if the sentence marked in the best relevant hit holds an
            answer, else 0; for the questions with known answers and a relevant document among the first five.
        neutral: The collection's neutral strength.
    """

    runs: tuple[MeasuredRun, ...]
    matrix: LanguageMatrix | None
    highlights: Mapping[str, float]
    neutral: float


def standard_methods(card: ModelCard) -> tuple[Method, ...]:
    """BM25, plain cosine at each dimension of the encoder, the neutral space, and the default, which is last."""
    dimensions = card.matryoshka_dimensions or (card.dimension,)
    return (
        Method(name=BM25, mode=SearchMode.LEXICAL),
        *(Method(name=f"dense {n}", mode=SearchMode.DENSE, neutral=0.0, dimension=n) for n in dimensions),
        Method(name="neutral", mode=SearchMode.DENSE),
        Method(name=DEFAULT_METHOD, mode=SearchMode.HYBRID),
    )


def choose_methods(card: ModelCard, names: Sequence[str]) -> tuple[Method, ...]:
    """The standard methods with these names, in the standard order; all of them if none is named.

    Raises:
        EvaluationError: If a name is not known.
    """
    methods = standard_methods(card)
    wanted = {name.casefold() for name in names}
    if unknown := sorted(wanted - {method.name.casefold() for method in methods}):
        known = ", ".join(repr(method.name) for method in methods)
        msg = f"{card.id} has no method {unknown[0]!r}; choose from {known}"
        raise EvaluationError(msg)
    return tuple(method for method in methods if not wanted or method.name.casefold() in wanted)


def fill_collection(collection: Collection, evaluation_set: EvaluationSet, *, progress: Progress = no_progress) -> None:
    """Make a collection hold the documents of a set and no others; what is there already is not embedded again."""
    wanted = _sync(collection, evaluation_set.folder, progress) if evaluation_set.folder else None
    if wanted is None:
        names: set[str] = set()
        collection.add(_texts(evaluation_set.documents(), names, progress))
        wanted = names.__contains__
    with collection.session() as session:
        stale = [path for document in session.documents() for path in document.paths if not wanted(path)]
    if stale:
        collection.remove(stale)


def _sync(collection: Collection, folder: Path, progress: Progress) -> Callable[[str], bool]:
    report = collection.sync([folder], progress=lambda told: progress("reading files", told.done, told.total))
    if failed := report.of(ChangeKind.FAILED):
        logger.warning(
            "%d files of %s could not be read and will not be found, first: %s", len(failed), folder, failed[0].message
        )
    return lambda path: Path(path).is_relative_to(place(folder))


def _texts(documents: Iterable[SetDocument], names: set[str], progress: Progress) -> Iterator[TextDocument]:
    """Pass documents on as texts, and note their names."""
    for document in documents:
        names.add(document.id)
        progress("embedding documents", len(names), 0)
        yield TextDocument(name=document.id, text=document.text, title=document.title)


def evaluate_set(
    collection: Collection,
    evaluation_set: EvaluationSet,
    methods: Sequence[Method],
    *,
    progress: Progress = no_progress,
) -> SetResult:
    """Rank the documents of a set for each question, and measure.

    Args:
        collection: Holds the documents of the set and no others.
        evaluation_set: The set.
        methods: Ways to rank, at least one; the language matrix and the highlights are measured for the last one.
        progress: Called after each question.

    Raises:
        EvaluationError: If no question has a relevant document.
        LexicalIndexError: If the collection's word index is missing or damaged.
    """
    relevant = {
        question: {name: grade for name, grade in grades.items() if grade > 0}
        for question, grades in evaluation_set.qrels.items()
    }
    questions = [question for question in evaluation_set.questions if relevant.get(question.id)]
    asked = _Asked(questions=questions, vectors=_embed(collection, questions, progress))
    languages = {question.id: question.language or UNKNOWN for question in evaluation_set.questions}
    measured = []
    with collection.session() as session:
        documents = _Documents.of(session, evaluation_set)
        for method in methods:
            asking = _Asking(collection, session, method, documents)
            run, highlights = _run(asking, asked, relevant, progress)
            values = measure(evaluation_set.qrels, run)
            measured.append(
                MeasuredRun(method=method.name, set=evaluation_set.name, languages=languages, values=values)
            )
        matrix = _matrix(asking, asked, relevant, run, progress)
        neutral = session.snapshot.space.strength
    return SetResult(runs=tuple(measured), matrix=matrix, highlights=highlights, neutral=neutral)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Documents:
    """How the documents of a collection are called in a set, and their languages."""

    names: Mapping[int, tuple[str, ...]]
    language_of: Mapping[str, str]

    @classmethod
    def of(cls, session: Session, evaluation_set: EvaluationSet) -> "_Documents":
        names = document_names(session, evaluation_set)
        language_of = {name: document.language for document in session.documents() for name in names[document.id]}
        told = {document.id: document.language for document in evaluation_set.documents() if document.language}
        return cls(names=names, language_of=language_of | told)

    def ids_in(self, language: str) -> npt.NDArray[np.int64]:
        """The documents one of whose names is in a language."""
        found = [key for key, names in self.names.items() if any(self.language_of[name] == language for name in names)]
        return np.array(found, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Asked:
    """Questions that have a relevant document, with their vectors, (n, dimension) float32."""

    questions: Sequence[SetQuestion]
    vectors: Vectors

    def about(self, relevant: Mapping[str, object]) -> "_Asked":
        """Those that have a relevant document here."""
        places = [number for number, question in enumerate(self.questions) if question.id in relevant]
        return _Asked(questions=[self.questions[number] for number in places], vectors=self.vectors[places])


@dataclass(frozen=True, slots=True)
class _Asking:
    """A way to rank, applied to one state of a collection."""

    collection: Collection
    session: Session
    method: Method
    documents: _Documents

    def space(self) -> Space:
        snapshot = self.session.snapshot
        return Space(
            dimension=self.method.dimension or snapshot.vectors.dimension,
            strength=snapshot.space.strength if self.method.neutral is None else self.method.neutral,
        )

    def ranker(self) -> Ranker:
        words = None if self.method.mode is SearchMode.DENSE else self.collection.lexical_index()
        return Ranker(snapshot=self.session.snapshot, words=words, mode=self.method.mode, per_document=1)

    def documents_of(self, ranked: Ranked) -> list[int]:
        snapshot = self.session.snapshot
        found: list[int] = snapshot.document_ids[np.searchsorted(snapshot.rows, ranked.rows)].tolist()
        return found

    def ranking(self, ranked: Ranked, language: str | None) -> list[tuple[str, float]]:
        """The names of what was found, best first; only those in a language if it is given."""
        return [
            (name, score)
            for document, score in zip(self.documents_of(ranked), ranked.scores.tolist(), strict=True)
            for name in self.documents.names[document]
            if language in {None, self.documents.language_of[name]}
        ]


def document_names(session: Session, evaluation_set: EvaluationSet) -> dict[int, tuple[str, ...]]:
    """What the set calls each document of its collection; several names where documents have the same content."""
    folder = evaluation_set.folder
    return {
        document.id: tuple(
            path if folder is None else Path(path).relative_to(place(folder)).as_posix() for path in document.paths
        )
        for document in session.documents()
    }


def _embed(collection: Collection, asked: Sequence[SetQuestion], progress: Progress) -> Vectors:
    parts = [np.empty((0, collection.identity.dimension), dtype=np.float32)]
    for start in range(0, len(asked), QUESTIONS_AT_ONCE):
        some = asked[start : start + QUESTIONS_AT_ONCE]
        parts.append(collection.embedder.embed_queries([question.text for question in some]))
        progress("embedding questions", start + len(some), len(asked))
    return np.concatenate(parts)


def _run(
    asking: _Asking, asked: _Asked, relevant: Mapping[str, Mapping[str, int]], progress: Progress
) -> tuple[dict[str, list[tuple[str, float]]], dict[str, float]]:
    """Rank all documents for each question; also tell whether the marked sentences hold the answers."""
    run: dict[str, list[tuple[str, float]]] = {}
    highlights: dict[str, float] = {}
    for question, put, ranked in _rank(asking, asked, None, progress):
        run[question.id] = asking.ranking(ranked, None)
        first = {name for name, _ in run[question.id][:FIRST_DOCUMENTS]}
        right = first & relevant[question.id].keys()
        if right and question.answers:
            highlights[question.id] = float(
                holds_answer(_marked_sentence(asking, put, ranked, right), question.answers)
            )
    return run, highlights


def _marked_sentence(asking: _Asking, put: Question, ranked: Ranked, right: set[str]) -> str:
    """The sentence marked in the best passage of the first document that has one of these names."""
    names = asking.documents.names
    documents = asking.documents_of(ranked)
    number = next(number for number, document in enumerate(documents) if right.intersection(names[document]))
    passage_ids = asking.session.snapshot.passages_of(ranked.rows[number : number + 1])
    (passage,) = asking.session.passages(passage_ids.tolist())
    (marked,) = highlight(asking.session.snapshot, put, [passage])
    return passage.text[marked.start : marked.end]


def _rank(
    asking: _Asking, asked: _Asked, language: str | None, progress: Progress
) -> Iterator[tuple[SetQuestion, Question, Ranked]]:
    """Rank documents for each question, as it is put: all of them, or those in one language."""
    snapshot, space, ranker = asking.session.snapshot, asking.space(), asking.ranker()
    chosen = np.ones(len(snapshot.rows), dtype=np.bool_)
    if language is not None:
        chosen = np.isin(snapshot.document_ids, asking.documents.ids_in(language))
    allowed: RowMask = snapshot.allow(chosen)
    doing = asking.method.name if language is None else f"{asking.method.name}, passages in {language}"
    for number, question in enumerate(asked.questions):
        probabilities = {question.language: 1.0} if question.language else language_probabilities(question.text)
        moved = move_query(asked.vectors[number : number + 1], probabilities, snapshot.means, space)
        put = Question(text=question.text, vector=moved, space=space)
        yield question, put, ranker.rank(put, allowed, DEPTH)
        progress(doing, number + 1, len(asked.questions))


def _matrix(
    asking: _Asking,
    asked: _Asked,
    relevant: Mapping[str, Mapping[str, int]],
    pooled: Run,
    progress: Progress,
) -> LanguageMatrix | None:
    """Recall@5 by question language and passage language; None if the relevant documents are in one language.

    Where most questions have relevant documents in several languages, each language is searched alone: how well does
    a question find passages in that language? Otherwise all are searched together: does the one right passage come
    through, whatever its language?
    """
    language_of = asking.documents.language_of
    languages_of = {
        question.id: {language_of[name] for name in relevant[question.id] if name in language_of}
        for question in asked.questions
    }
    languages = sorted({language for several in languages_of.values() for language in several})
    if len(languages) < 2:  # noqa: PLR2004  one language is no matrix
        return None
    # Most, since the language of a document may have been recognised wrongly.
    parallel = 2 * sum(len(several) > 1 for several in languages_of.values()) > len(languages_of)
    values: dict[tuple[str, str], list[float]] = {}
    for language in languages:
        qrels = {
            question.id: {
                name: grade for name, grade in relevant[question.id].items() if language_of.get(name) == language
            }
            for question in asked.questions
            if language in languages_of[question.id]
        }
        there = asked.about(qrels)
        run: Run = pooled
        if parallel:
            run = {
                question.id: asking.ranking(ranked, language)
                for question, _, ranked in _rank(asking, there, language, progress)
            }
        recall = measure(qrels, run)[Measure.RECALL_5]
        for question in there.questions:
            values.setdefault((question.language or UNKNOWN, language), []).append(recall[question.id])
    return LanguageMatrix.from_values(values, method=asking.method.name, measure=Measure.RECALL_5)


def only(questions: Iterable[SetQuestion], evaluation_set: EvaluationSet) -> EvaluationSet:
    """The same set with some of its questions."""
    kept = tuple(questions)
    ids = {question.id for question in kept}
    qrels = {question: grades for question, grades in evaluation_set.qrels.items() if question in ids}
    return replace(evaluation_set, questions=kept, qrels=qrels)
