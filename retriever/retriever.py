"""Asks a collection questions."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from embedder import LANGUAGES, Embedder, ModelCard, Reranker, check_dimension
from indexer import Collection, LexicalIndex, LexicalIndexError, PassageFilter, Space, StoredPassage
from indexer.languages import UNKNOWN, language_probabilities
from indexer.neutral import check_strength, move_query
from indexer.scan import place
from retriever.abstention import DEFAULT_THRESHOLD, load_calibration
from retriever.errors import QuestionError
from retriever.highlight import highlight
from retriever.ranking import Question, Ranked, Ranker
from retriever.reranking import RERANK_DEPTH, rerank
from retriever.results import Highlight, Hit, SearchMode, SearchResult, Timings

logger = logging.getLogger(__name__)


class Retriever:
    """Finds the passages of a collection that answer a question, in whatever language they are written.

    Safe to use from several threads. What another process adds to the collection, or removes from it,
    is seen by the next question; each question sees one consistent state.

    Args:
        collection: The collection to search.
        reranker: Puts what is found in its order; None leaves it as it is.
        rerank_depth: How many of the best passages the reranker reads, at least 1.
    """

    def __init__(
        self, collection: Collection, reranker: Reranker | None = None, rerank_depth: int = RERANK_DEPTH
    ) -> None:
        _check_numbers({"rerank_depth": rerank_depth})
        self.collection = collection
        self.reranker = reranker
        self._rerank_depth = rerank_depth

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        embedder: Embedder | None = None,
        reranker: Reranker | None = None,
        rerank_depth: int = RERANK_DEPTH,
    ) -> "Retriever":
        """Open the collection at `path`.

        Args:
            path: The collection's directory.
            embedder: The encoder to use; None loads the one the collection was made with, at the first question.
            One on a server has to be named.
            reranker: Puts what is found in its order (see `embedder.load_reranker`); None leaves it as it is.
            rerank_depth: How many of the best passages the reranker reads, at least 1.

        Raises:
            QuestionError: If `rerank_depth` is below 1.
            CollectionMissingError: If there is no collection.
            IdentityError: If the collection was made with another encoder.
        """
        return cls(Collection.open(path, embedder=embedder), reranker, rerank_depth)

    def search(  # noqa: PLR0913  the filters are the vocabulary of a search
        self,
        question: str,
        *,
        top_k: int = 5,
        mode: SearchMode = SearchMode.HYBRID,
        languages: Sequence[str] | None = None,
        folders: Sequence[Path | str] | None = None,
        document_types: Sequence[str] | None = None,
        after: date | None = None,
        before: date | None = None,
        per_language: int | None = None,
        per_document: int | None = None,
        neutral: float | None = None,
        question_language: str | None = None,
        dimension: int | None = None,
        abstain_below: float = DEFAULT_THRESHOLD,
    ) -> SearchResult:
        """Find the passages that answer a question best.

        Filters hold inside the search: with a filter, the best `top_k` of the passages that pass it are found.

        Args:
            question: The question, in any language.
            top_k: How many passages to return, at least 1.
            mode: By meaning and words; by meaning alone; or by words alone, in the question's language.
            languages: Only passages in these languages (codes, "und" for unknown).
            folders: Only files in these folders, or these files.
            document_types: Only documents of these types: short names of formats, such as "pdf".
            after: Only files modified on this day or later.
            before: Only files modified before this day.
            per_language: At least so many passages of each language that has any, also where that makes more
                than `top_k`.
            per_document: At most so many passages of each document; 1 ranks documents by their best passage.
            neutral: How little the language matters, 0 (my language first) … 1 (any language alike); None takes
                what the collection's view was built with. Another value than the view's is searched without it.
            question_language: Language code of the question; None has it identified.
            dimension: Compare only the first n dimensions of the vectors, for encoders trained for it
                (Matryoshka); None compares all. The view may propose by fewer, see `Collection.rebuild_view`.
            abstain_below: The result says that it abstained where the first hit answers the question with less than
                this probability; 0 never does.

        Returns:
            The hits, best first, and what is known about the question. With a reranker the hits stand in its order;
            the abstention still depends on the passage that was first before.

        Raises:
            EndpointError: If encoder or reranker are on a server that cannot be used.
            QuestionError: If the question is empty or an option is out of range.
            SettingsError: If `neutral` is not between 0 and 1.
            LexicalIndexError: If words alone are asked for and their index is missing or damaged; by meaning and
                words, meaning alone answers then.
            DimensionError: If the encoder has no such dimension.
            IdentityError: If the encoder at hand is not the collection's.
        """
        _check(
            question,
            {"top_k": top_k, "per_language": per_language, "per_document": per_document},
            abstain_below,
            [*(languages or ()), *([question_language] if question_language else [])],
        )
        probabilities = {question_language: 1.0} if question_language else language_probabilities(question)
        language = max(probabilities, key=lambda code: probabilities[code], default=UNKNOWN)
        wanted = PassageFilter(
            languages=None if languages is None else tuple(languages),
            folders=None if folders is None else tuple(str(place(folder)) for folder in folders),
            document_types=None if document_types is None else tuple(document_types),
            after=after,
            before=before,
        )
        embedder = self.collection.embedder
        clock = _Clock()
        query = embedder.embed_queries([question])
        embed_ms = clock.lap_ms()
        with self.collection.session() as session:
            snapshot = session.snapshot
            space = _space(snapshot.space, neutral, dimension, embedder.card)
            allowed = session.allowed_rows(wanted)
            asked = Question(text=question, vector=move_query(query, probabilities, snapshot.means, space), space=space)
            ranker = Ranker(snapshot=snapshot, words=self._words(mode), mode=mode, per_document=per_document)
            if per_language is None:
                ranked = ranker.rank(asked, allowed, max(top_k, self._rerank_depth) if self.reranker else top_k)
            else:
                ranked = ranker.rank_each_language(asked, allowed, top_k, per_language)
            search_ms = clock.lap_ms()
            passages = session.passages(snapshot.passages_of(ranked.rows).tolist())
            highlights = highlight(snapshot, asked, passages)
        hits = list(_hits(passages, ranked, highlights, wanted.folders))
        fetch_ms = clock.lap_ms()
        if self.reranker is not None and hits:  # after the session: a server may take its time
            hits = rerank(self.reranker, question, hits, self._rerank_depth)
            hits = hits[:top_k] if per_language is None else hits  # which hold some of each language
        return SearchResult(
            question=question,
            question_language=language,
            hits=tuple(hits),
            answer_probability=(
                _answer_probability(ranked, embedder.card, asked, int(allowed.sum()), language)
                if mode is SearchMode.HYBRID
                else None
            ),
            abstention_threshold=abstain_below,
            searched_passages=int(allowed.sum()),
            timings=Timings(embed_ms=embed_ms, search_ms=search_ms, fetch_ms=fetch_ms, rerank_ms=clock.lap_ms()),
        )

    def _words(self, mode: SearchMode) -> LexicalIndex | None:
        """The word index if the mode needs it; beside the meaning it may be missing."""
        if mode is SearchMode.DENSE:
            return None
        try:
            return self.collection.lexical_index()
        except LexicalIndexError as error:
            if mode is SearchMode.LEXICAL:
                raise
            logger.warning("%s; passages are found by meaning alone until then", error)
            return None

    def close(self) -> None:
        """Release the collection's files."""
        self.collection.close()

    def __enter__(self) -> "Retriever":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Clock:
    """Measures laps in milliseconds."""

    def __init__(self) -> None:
        self._last = time.perf_counter()

    def lap_ms(self) -> float:
        before, self._last = self._last, time.perf_counter()
        return (self._last - before) * 1000


def _space(default: Space, neutral: float | None, dimension: int | None, card: ModelCard) -> Space:
    strength = default.strength if neutral is None else check_strength(neutral)
    return Space(dimension=check_dimension(dimension or card.dimension, card), strength=strength)


def _check(question: str, numbers: Mapping[str, int | None], abstain_below: float, languages: Sequence[str]) -> None:
    if not question.strip():
        msg = 'the question is empty; ask something, e.g. "When was the harbour founded?"'
        raise QuestionError(msg)
    _check_numbers(numbers)
    if not 0 <= abstain_below <= 1:
        msg = f"abstain_below is {abstain_below}; use a probability, 0 (never) to 1"
        raise QuestionError(msg)
    unknown = sorted(set(languages) - {*LANGUAGES, UNKNOWN})
    if unknown:
        msg = f"unknown language {', '.join(map(repr, unknown))}; use codes of: {' '.join(LANGUAGES)}, or {UNKNOWN}"
        raise QuestionError(msg)


def _check_numbers(numbers: Mapping[str, int | None]) -> None:
    for name, number in numbers.items():
        if number is not None and number < 1:
            msg = f"{name} is {number}; it must be at least 1"
            raise QuestionError(msg)


def _answer_probability(ranked: Ranked, card: ModelCard, asked: Question, passages: int, language: str) -> float | None:
    calibration = load_calibration(card.id, asked.space.dimension, asked.space.strength)
    if calibration is None or not len(ranked.rows):
        return None
    return calibration.probability(float(ranked.dense[0]), float(ranked.lexical[0]), passages, language)


def _hits(
    passages: Sequence[StoredPassage],
    ranked: Ranked,
    highlights: Sequence[Highlight],
    folders: tuple[str, ...] | None,
) -> Iterator[Hit]:
    for number, passage in enumerate(passages):
        # Of several files with this content, one that the folder filter asked for is shown first.
        paths = sorted(
            passage.paths, key=lambda path: not any(Path(path).is_relative_to(folder) for folder in folders or ())
        )
        yield Hit(
            passage_id=passage.id,
            text=passage.text,
            highlight=highlights[number],
            path=paths[0],
            other_paths=tuple(paths[1:]),
            title=passage.title,
            document_type=passage.document_type,
            page=passage.page,
            end_page=passage.end_page,
            page_kind=passage.page_kind,
            label=passage.label,
            heading=passage.heading,
            start=passage.start,
            end=passage.end,
            language=passage.language,
            score=float(ranked.scores[number]),
            dense=float(ranked.dense[number]),
            lexical=float(ranked.lexical[number]),
        )
