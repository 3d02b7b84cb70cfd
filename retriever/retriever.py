"""Asks a collection questions."""

import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from embedder import LANGUAGES, Embedder, cut
from indexer import Collection, PassageFilter, StoredPassage
from indexer.languages import UNKNOWN, identify_language
from retriever.errors import QuestionError
from retriever.highlight import highlight_sentences, whole_text
from retriever.results import Highlight, Hit, SearchResult, Timings


class Retriever:
    """Finds the passages of a collection that answer a question, in whatever language they are written.

    Safe to use from several threads. What another process adds to the collection, or removes from it,
    is seen by the next question; each question sees one consistent state.

    Args:
        collection: The collection to search.
    """

    def __init__(self, collection: Collection) -> None:
        self.collection = collection

    @classmethod
    def open(cls, path: Path | str, *, embedder: Embedder | None = None) -> "Retriever":
        """Open the collection at `path`.

        Args:
            path: The collection's directory.
            embedder: The encoder to use; None loads the one the collection was made with, at the first question.

        Raises:
            CollectionMissingError: If there is no collection.
            IdentityError: If the collection was made with another encoder.
        """
        return cls(Collection.open(path, embedder=embedder))

    def search(  # noqa: PLR0913  the filters are the vocabulary of a search
        self,
        question: str,
        *,
        top_k: int = 5,
        languages: Sequence[str] | None = None,
        folders: Sequence[Path | str] | None = None,
        document_types: Sequence[str] | None = None,
        after: date | None = None,
        before: date | None = None,
        dimension: int | None = None,
        highlight: bool = True,
    ) -> SearchResult:
        """Find the passages nearest to a question.

        Filters hold inside the search: with a filter, the best `top_k` of the passages that pass it are found.

        Args:
            question: The question, in any language.
            top_k: How many passages to return, at least 1.
            languages: Only passages in these languages (codes, "und" for unknown).
            folders: Only files in these folders, or these files.
            document_types: Only documents of these types ("pdf", "txt", "md", "html").
            after: Only files modified on this day or later.
            before: Only files modified before this day.
            dimension: Compare only the first n dimensions of the vectors, for encoders trained for it
                (Matryoshka); None compares all.
            highlight: Find the answering sentence of each passage; False marks whole passages, which is faster.

        Returns:
            The hits, best first, and what is known about the question.

        Raises:
            QuestionError: If the question is empty or an option is out of range.
            DimensionError: If the encoder has no such dimension.
            IdentityError: If the encoder at hand is not the collection's.
        """
        _check(question, top_k, languages)
        wanted = PassageFilter(
            languages=None if languages is None else tuple(languages),
            folders=None if folders is None else tuple(str(Path(folder).absolute()) for folder in folders),
            document_types=None if document_types is None else tuple(document_types),
            after=after,
            before=before,
        )
        embedder = self.collection.embedder
        clock = _Clock()
        query = embedder.embed_queries([question])
        shortened = query if dimension is None else cut(query, dimension, embedder.card)
        embed_ms = clock.lap_ms()
        with self.collection.session() as session:
            allowed = session.allowed_rows(wanted)
            rows, scores = session.snapshot.search(shortened, top_k, allowed)
            found = rows[0] >= 0
            search_ms = clock.lap_ms()
            passages = session.passages(session.snapshot.passages_of(rows[0][found]).tolist())
            fetch_ms = clock.lap_ms()
        texts = [passage.text for passage in passages]
        highlights = highlight_sentences(embedder, query, texts) if highlight else list(map(whole_text, texts))
        return SearchResult(
            question=question,
            question_language=identify_language(question).language,
            hits=tuple(
                _hit(passage, highlight, score, wanted.folders)
                for passage, highlight, score in zip(passages, highlights, scores[0][found].tolist(), strict=True)
            ),
            searched_passages=int(allowed.sum()),
            timings=Timings(embed_ms=embed_ms, search_ms=search_ms, fetch_ms=fetch_ms, highlight_ms=clock.lap_ms()),
        )

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


def _check(question: str, top_k: int, languages: Sequence[str] | None) -> None:
    if not question.strip():
        msg = 'the question is empty; ask something, e.g. "When was the harbour founded?"'
        raise QuestionError(msg)
    if top_k < 1:
        msg = f"top_k is {top_k}; it must be at least 1"
        raise QuestionError(msg)
    unknown = sorted(set(languages or ()) - {*LANGUAGES, UNKNOWN})
    if unknown:
        msg = f"unknown language {', '.join(map(repr, unknown))}; use codes of: {' '.join(LANGUAGES)}, or {UNKNOWN}"
        raise QuestionError(msg)


def _hit(passage: StoredPassage, highlight: Highlight, score: float, folders: tuple[str, ...] | None) -> Hit:
    # Of several files with this content, one that the folder filter asked for is shown first.
    paths = sorted(passage.paths, key=lambda path: not any(Path(path).is_relative_to(place) for place in folders or ()))
    return Hit(
        passage_id=passage.id,
        text=passage.text,
        highlight=highlight,
        path=paths[0],
        other_paths=tuple(paths[1:]),
        title=passage.title,
        document_type=passage.document_type,
        page=passage.page,
        start=passage.start,
        language=passage.language,
        score=score,
    )
