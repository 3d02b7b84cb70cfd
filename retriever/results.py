"""What a search returns."""

from dataclasses import dataclass
from enum import StrEnum

from indexer import PageKind


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
        document_type: Short name of its format, such as "pdf".
        page: Number of the page the passage begins on, from 1.
        end_page: Number of the page it ends on: the same one, or the next.
        page_kind: What the document's pages are: pages of paper, slides, sheets, chapters …
        label: What the document calls the page, such as "iv", a sheet's name or a time code; "" if only its number.
        heading: The headings the passage stands under, the nearest last; "" if none.
        start: Where the passage begins on its page, in characters.
        end: Where it ends on `end_page`, in characters.
        language: Language code of the passage, "und" if unknown.
        score: Higher is better: BM25, above 0, in lexical mode; otherwise `dense` plus what the words add.
        dense: Cosine similarity with the question, in [-1, 1]: the mean of the passage's and its best sentence's.
        lexical: How much of the question's words it has: BM25 as a share of the highest possible, in [0, 1];
            0 in dense mode.
        rerank_score: What the reranker says, a logit, higher is better; hits that have one stand in its order, not
            in that of `score`. None where no reranker read the passage.
    """

    passage_id: int
    text: str
    highlight: Highlight
    path: str
    other_paths: tuple[str, ...]
    title: str
    document_type: str
    page: int
    end_page: int
    page_kind: PageKind
    label: str
    heading: str
    start: int
    end: int
    language: str
    score: float
    dense: float
    lexical: float
    rerank_score: float | None = None

    @property
    def location(self) -> str:
        """Where in the document the passage stands: "pages 3–4", "slide 2", "sheet 1: Costs"; "" if it has no parts."""
        return _location(self.page_kind, self.page, self.end_page, self.label)

    @property
    def highlighted_text(self) -> str:
        """The sentence the highlight marks."""
        return self.text[self.highlight.start : self.highlight.end]


def _location(kind: PageKind, page: int, end_page: int, label: str) -> str:
    if kind is PageKind.WHOLE:
        return ""
    if kind in (PageKind.TIME, PageKind.PART):
        return label
    if kind is PageKind.PAGE:
        if label:
            return f"page {label} ({page})"
        return f"page {page}" if page == end_page else f"pages {page}–{end_page}"
    return f"{kind.value} {page}: {label}" if label else f"{kind.value} {page}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Milliseconds a search spent on each step."""

    embed_ms: float
    search_ms: float
    fetch_ms: float
    rerank_ms: float = 0.0

    @property
    def total_ms(self) -> float:
        """Milliseconds of all steps together."""
        return self.embed_ms + self.search_ms + self.fetch_ms + self.rerank_ms


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
