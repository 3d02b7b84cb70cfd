"""The read side of the lexical index: BM25 over the analysed words of passages."""

import logging
import math
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from indexer.analyzer import weigh_terms
from indexer.lexical.fields import cover
from indexer.lexical.files import LexicalIndexError, OpenIndex, check_index, commit_stamp, list_ids, open_index

if TYPE_CHECKING:
    from tantivy import Occur, Query

logger = logging.getLogger(__name__)

FIRST_HITS: Final = 2_000
"""Hits looked through before a broad filter is searched inside the index, which takes long where it is scattered."""

BM25_K1: Final = 1.2
"""tantivy's, which is not adjustable."""

LexicalFound: TypeAlias = tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]
"""(ids, scores), each (n,), best first; scores are BM25, above zero, higher is better; ties by ascending id."""


class LexicalIndex:
    """Finds passages by their words; each question sees what was committed last. Safe in several threads.

    Get one with `LexicalIndex.open`.
    """

    def __init__(self, folder: Path, opened: OpenIndex, stamp: tuple[int, int] | None) -> None:
        self._folder = folder
        self._opened = opened
        self._stamp = stamp
        self._refreshing = threading.Lock()

    @classmethod
    def open(cls, folder: Path, *, owner: str) -> "LexicalIndex":
        """Open the index after checking its files.

        Args:
            folder: Where a `LexicalWriter` keeps it; it need not be writable.
            owner: The collection's id.

        Raises:
            LexicalIndexError: If it is missing, damaged, of another collection, or of another analyser:
                search without it until a writer has built it anew.
        """
        stamp = commit_stamp(folder)
        try:
            return cls(folder, check_index(folder, owner=owner), stamp)
        except LexicalIndexError:
            if commit_stamp(folder) == stamp:
                raise
        return cls.open(folder, owner=owner)  # a writer has replaced files meanwhile

    @property
    def watermark(self) -> int | None:
        """The generation of the collection the index agrees with now; None while it is being filled."""
        return self._current().state.watermark

    def search(
        self,
        question: str,
        k: int,
        *,
        allowed: npt.NDArray[np.bool_] | None = None,
        languages: Sequence[str] | None = None,
    ) -> LexicalFound:
        """Find the passages that share most with the question's words.

        Args:
            question: Any text, in any language.
            k: How many passages to return at most.
            allowed: (n,) flags by passage id; a passage without a True flag, or with an id of n or more, is
                not found. None allows all.
            languages: Only passages of these languages; None allows all.

        Returns:
            (ids, scores); shorter than k where fewer passages share a word with the question.
        """
        opened = self._current()
        terms = _terms_query(opened, question)
        chosen = _language_filter(opened, languages)
        if allowed is None:
            return _run(opened, terms, chosen, k)
        share = np.count_nonzero(allowed) / max(1, len(allowed))
        if 0 < k <= share * FIRST_HITS:  # most are allowed: those among the first hits are the first of those allowed
            ids, scores = _run(opened, terms, chosen, FIRST_HITS)
            passing = _flags(allowed, ids)
            if np.count_nonzero(passing) >= k or len(ids) < FIRST_HITS:
                return ids[passing][:k], scores[passing][:k]
        return _run(opened, terms, [*chosen, *_allowed_filter(opened, allowed)], k)

    def scores_for(self, question: str, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Score given passages as `search` would.

        Args:
            question: Any text.
            ids: (n,) passage ids, in any order.

        Returns:
            (n,) float32 BM25, 0 where a passage shares no word with the question or is not in the index.
        """
        from tantivy import Occur, Query

        scores = np.zeros(len(ids), dtype=np.float32)
        if len(ids):
            opened = self._current()
            among = Query.term_set_query(opened.index.schema, "place", ids.tolist())
            found = _run(opened, _terms_query(opened, question), [(Occur.Must, among)], len(ids))
            by_id = dict(zip(found[0].tolist(), found[1].tolist(), strict=True))
            scores[:] = [by_id.get(passage_id, 0.0) for passage_id in ids.tolist()]
        return scores

    def highest_score(self, question: str) -> float:
        """The BM25 that no passage can reach: that of a passage full of each of the question's words.

        It says what a score is worth: the share of a question that a passage covers does not depend on the
        length of the question or the language, as BM25 does. 0 for a question without words.
        """
        opened = self._current()
        documents = opened.searcher.num_docs
        weights = weigh_terms(question)
        frequencies = [opened.searcher.doc_freq("body", term) for term in weights]
        return sum(
            weight * (1 + BM25_K1) * math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5))
            for weight, frequency in zip(weights.values(), frequencies, strict=True)
        )

    def ids(self) -> npt.NDArray[np.int64]:
        """The ids of all passages in the index, (n,) int64, ascending."""
        opened = self._current()
        return list_ids(opened.index, opened.highest)

    def _current(self) -> OpenIndex:
        """The last commit; where a writer is just replacing the index, the one before it."""
        with self._refreshing:
            stamp = commit_stamp(self._folder)
            if stamp not in (None, self._stamp):
                try:
                    opened = open_index(self._folder)
                except LexicalIndexError as error:
                    logger.info("%s; the index as it was before is searched", error)
                    return self._opened
                if _kind(opened) == _kind(self._opened):
                    self._opened, self._stamp = opened, stamp
            return self._opened


def _kind(opened: OpenIndex) -> tuple[str, int]:
    return opened.state.owner, opened.state.analyzer


def _flags(allowed: npt.NDArray[np.bool_], ids: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    known = ids < len(allowed)
    return known & allowed[np.where(known, ids, 0)]


def _terms_query(opened: OpenIndex, question: str) -> "Query":
    from tantivy import Occur, Query

    schema = opened.index.schema
    parts = [
        (Occur.Should, Query.boost_query(Query.term_query(schema, "body", term, index_option="freq"), weight))
        for term, weight in weigh_terms(question).items()
    ]
    return Query.boolean_query(parts) if parts else Query.empty_query()


def _allowed_filter(opened: OpenIndex, allowed: npt.NDArray[np.bool_]) -> "list[tuple[Occur, Query]]":
    from tantivy import FieldType, Occur, Query

    schema, filters = opened.index.schema, []
    inside, outside = cover(allowed), cover(~allowed)
    if len(inside) < len(outside):
        return [(Occur.Must, Query.term_set_query(schema, "place", inside.tolist()))]
    if len(outside):
        filters.append((Occur.MustNot, Query.term_set_query(schema, "place", outside.tolist())))
    if opened.highest >= len(allowed):
        below = Query.range_query(schema, "id", FieldType.Unsigned, 0, len(allowed), include_upper=False)
        filters.append((Occur.Must, below))
    return filters


def _language_filter(opened: OpenIndex, languages: Sequence[str] | None) -> "list[tuple[Occur, Query]]":
    from tantivy import Occur, Query

    if languages is None:
        return []
    return [(Occur.Must, Query.term_set_query(opened.index.schema, "language", list(languages)))]


def _run(opened: OpenIndex, terms: "Query", filters: "list[tuple[Occur, Query]]", k: int) -> LexicalFound:
    from tantivy import Occur, Query

    query = terms
    if filters:  # a filter adds nothing to the score
        chosen = [(occur, Query.const_score_query(part, 0.0)) for occur, part in filters]
        query = Query.boolean_query([(Occur.Must, terms), *chosen])
    hits = opened.searcher.search(query, k, count=False).hits if k > 0 else []
    ids = np.array(opened.searcher.fast_field_values("id", [address for _, address in hits]), dtype=np.int64)
    scores = np.array([score for score, _ in hits], dtype=np.float32)
    order = np.lexsort((ids, -scores))
    return ids[order], scores[order]
