"""Ranks the passages of a collection for one question: by meaning, by words, or by both.

Meaning is the cosine in the language-neutral space, half of the whole passage and half of its best sentence. Words are
BM25 as a share of the highest score that the question's words can give. They add to the meaning by their square:
a passage that shares most of a question's words is most likely right, one that shares some says little, and what
little it says would put the question's own language first. What was tried and measured stands in docs/ranking.md.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from embedder import Vectors
from indexer import LexicalIndex, RowMask, Snapshot, Space
from indexer.neutral import shorten
from retriever.results import SearchMode

CANDIDATES: Final = 200
"""Passages that each leg proposes and that are then scored in full."""
SENTENCE_SHARE: Final = 0.5
"""What the best sentence counts; the whole passage counts the rest."""
LEXICAL_WEIGHT: Final = 0.4
"""What a passage gains that shares all of the question's words; all three chosen by benchmarks/ranking.py."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question ready to be compared with passages.

    Attributes:
        text: As it was asked.
        vector: (1, space.dimension) float32 unit row in `space`.
        space: Where it is compared.
    """

    text: str
    vector: Vectors
    space: Space


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranked:
    """Passages, best first.

    Attributes:
        rows: (n,) int64, vector rows of the passages.
        scores: (n,) float32, higher is better: BM25 in lexical mode, otherwise `dense` plus what the words add.
        dense: (n,) float32, cosine of passage and best sentence, in [-1, 1].
        lexical: (n,) float32, BM25 as a share of the highest possible, in [0, 1]; 0 in dense mode.
    """

    rows: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]
    dense: npt.NDArray[np.float32]
    lexical: npt.NDArray[np.float32]

    def take(self, chosen: npt.NDArray[np.int64]) -> "Ranked":
        """These entries, in this order."""
        return Ranked(
            rows=self.rows[chosen],
            scores=self.scores[chosen],
            dense=self.dense[chosen],
            lexical=self.lexical[chosen],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranker:
    """Ranks the passages of one consistent state of a collection.

    Attributes:
        snapshot: That state.
        words: The word index; None ranks by meaning alone.
        mode: What to rank by.
        per_document: At most so many passages of each document; None sets no limit.
    """

    snapshot: Snapshot
    words: LexicalIndex | None
    mode: SearchMode
    per_document: int | None = None

    def rank(self, question: Question, allowed: RowMask, top_k: int) -> Ranked:
        """Find the best of the allowed passages.

        Args:
            question: The question.
            allowed: Flags over all vector rows.
            top_k: How many passages to return at most.
        """
        candidates = max(CANDIDATES, top_k)
        rows = np.empty(0, dtype=np.int64)
        if self.mode is not SearchMode.LEXICAL:
            rows = self._by_meaning(question, allowed, candidates)
        bm25 = np.zeros(len(rows), dtype=np.float32)
        if self.words is not None:
            rows, bm25 = self._add_words(self.words, question.text, rows, allowed, candidates)
        return self._score(question, rows, bm25, top_k)

    def rank_each_language(self, question: Question, allowed: RowMask, top_k: int, at_least: int) -> Ranked:
        """Find the best of the allowed passages, among them some of each language.

        Args:
            question: The question.
            allowed: Flags over all vector rows.
            top_k: How many passages to return at most, unless `at_least` of each language are more.
            at_least: Passages of each language that has any.
        """
        snapshot = self.snapshot
        best = self.rank(question, allowed, top_k)
        parts = [
            self.rank(question, allowed & snapshot.allow(snapshot.languages == language), at_least)
            for language in np.unique(snapshot.languages[allowed[snapshot.rows]])
        ]
        wanted = np.concatenate([part.rows for part in parts] or [best.rows[:0]])
        others = best.rows[~np.isin(best.rows, wanted)][: max(0, top_k - len(wanted))]
        everything = _join([best.take(np.flatnonzero(np.isin(best.rows, others))), *parts])
        return everything.take(_order(everything))

    def _by_meaning(self, question: Question, allowed: RowMask, candidates: int) -> npt.NDArray[np.int64]:
        """The nearest passages, by as many dimensions as the view has: it may hold fewer than are scored later."""
        near = replace(question.space, dimension=min(question.space.dimension, self.snapshot.space.dimension))
        found = self.snapshot.search(shorten(question.vector, near.dimension), candidates, allowed, near)[0][0]
        rows: npt.NDArray[np.int64] = found[found >= 0]
        return rows

    def _add_words(
        self, words: LexicalIndex, text: str, rows: npt.NDArray[np.int64], allowed: RowMask, candidates: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Add the passages that words find to those that meaning found; with the BM25 of all of them."""
        ids, found = words.search(text, candidates, allowed=self.snapshot.allow_passages(allowed))
        by_words = self.snapshot.rows_of(ids)
        rows = np.union1d(rows, by_words)
        bm25 = np.zeros(len(rows), dtype=np.float32)
        bm25[np.searchsorted(rows, by_words)] = found
        if len(ids) == candidates:  # otherwise no other passage has any of the words
            others = np.setdiff1d(rows, by_words)
            bm25[np.searchsorted(rows, others)] = words.scores_for(text, self.snapshot.passages_of(others))
        return rows, bm25

    def _score(
        self, question: Question, rows: npt.NDArray[np.int64], bm25: npt.NDArray[np.float32], top_k: int
    ) -> Ranked:
        snapshot, space = self.snapshot, question.space
        lexical = np.zeros(len(rows), dtype=np.float32)
        if self.words is not None:
            highest = self.words.highest_score(question.text)
            lexical = np.minimum(bm25 / np.float32(max(highest, 1e-6)), 1)
        cosines, begins = snapshot.sentence_similarities(question.vector, rows, space)
        best_sentences = np.maximum.reduceat(cosines, begins) if len(rows) else cosines
        passage_scores = snapshot.similarities(question.vector, rows, space)
        dense = (1 - SENTENCE_SHARE) * passage_scores + SENTENCE_SHARE * best_sentences
        scores = bm25 if self.mode is SearchMode.LEXICAL else dense + LEXICAL_WEIGHT * lexical**2
        ranked = Ranked(rows=rows, scores=scores, dense=dense, lexical=lexical)
        order = _order(ranked)
        if self.per_document is not None:
            documents = snapshot.document_ids[np.searchsorted(snapshot.rows, rows[order])]
            order = order[_rank_within(documents) < self.per_document]
        return ranked.take(order[:top_k])


def _order(ranked: Ranked) -> npt.NDArray[np.int64]:
    """Best first; equal ones in the order in which they were ingested."""
    order: npt.NDArray[np.int64] = np.lexsort((ranked.rows, -ranked.scores))
    return order


def _rank_within(groups: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How many members of its group stand before each member."""
    order = np.argsort(groups, kind="stable")
    first = np.searchsorted(groups[order], groups[order], side="left")
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - first
    return ranks


def _join(parts: list[Ranked]) -> Ranked:
    return Ranked(
        rows=np.concatenate([part.rows for part in parts]),
        scores=np.concatenate([part.scores for part in parts]),
        dense=np.concatenate([part.dense for part in parts]),
        lexical=np.concatenate([part.lexical for part in parts]),
    )
