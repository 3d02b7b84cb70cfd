"""What a search returns."""

from dataclasses import dataclass
from enum import StrEnum


class SearchMode(StrEnum):
    """How passages are found: by meaning and words, by meaning alone, or by words alone (BM25)."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """The part of a passage that answers best: characters start … end - 1 of the passage's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One passage that was found.

    Attributes:
        passage_id: The passage in its collection.
        text: Its text.
        highlight: Its sentence nearest to the question.
        path: The file it stands in.
        other_paths: Further files with the same content.
        title: The document's title.
        document_type: "pdf", "txt", "md" or "html".
        page: Number of the page, from 1.
        start: Where the passage begins on its page, in characters.
        language: Language code of the passage, "und" if unknown.
        score: Higher is better: BM25, above 0, in lexical mode; otherwise `dense` plus what the words add.
        dense: Cosine similarity with the question, in [-1, 1]: the mean of the passage's and its best sentence's.
        lexical: How much of the question's words it has: BM25 as a share of the highest possible, in [0, 1];
            0 in dense mode.
    """

    passage_id: int
    text: str
    highlight: Highlight
    path: str
    other_paths: tuple[str, ...]
    title: str
    document_type: str
    page: int
    start: int
    language: str
    score: float
    dense: float
    lexical: float

    @property
    def highlighted_text(self) -> str:
        """The sentence the highlight marks."""
        return self.text[self.highlight.start : self.highlight.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Milliseconds a search spent on each step."""

    embed_ms: float
    search_ms: float
    fetch_ms: float

    @property
    def total_ms(self) -> float:
        """Milliseconds of all steps together."""
        return self.embed_ms + self.search_ms + self.fetch_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """The answer to a question.

    Attributes:
        question: The question as it was asked.
        question_language: Its language code, "und" if it cannot be told.
        hits: The best passages, best first.
        answer_probability: How likely the first hit answers the question, in (0, 1); None where that has not been
            calibrated (other encoders, modes and neutral strengths; see retriever/abstention.py), or without hits.
        abstention_threshold: The search abstains below this probability.
        searched_passages: Number of passages that passed the filters.
        timings: Where the time went.
    """

    question: str
    question_language: str
    hits: tuple[Hit, ...]
    answer_probability: float | None
    abstention_threshold: float
    searched_passages: int
    timings: Timings

    @property
    def abstained(self) -> bool:
        """True if the collection probably does not answer the question; the hits are what comes nearest."""
        return self.answer_probability is not None and self.answer_probability < self.abstention_threshold
