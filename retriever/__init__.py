"""Ask a collection of documents a question in any of 26 languages.

>>> from retriever import Retriever
>>> with Retriever.open("my-collection") as retriever:                       # doctest: +SKIP
...     for hit in retriever.search("When was the lighthouse lit?").hits:
...         print(hit.path, hit.page, hit.score, hit.highlighted_text)
"""

from embedder import DimensionError
from retriever.abstention import DEFAULT_THRESHOLD
from retriever.around import SimilarPassage, neighbouring_passages, similar_passages
from retriever.errors import PassageMissingError, QuestionError, RetrieverError
from retriever.reading import answer_in, plain_meaning, read_passage
from retriever.results import Highlight, Hit, SearchMode, SearchResult, Timings
from retriever.retriever import Retriever

__all__ = [
    "DEFAULT_THRESHOLD",
    "DimensionError",
    "Highlight",
    "Hit",
    "PassageMissingError",
    "QuestionError",
    "Retriever",
    "RetrieverError",
    "SearchMode",
    "SearchResult",
    "SimilarPassage",
    "Timings",
    "answer_in",
    "neighbouring_passages",
    "plain_meaning",
    "read_passage",
    "similar_passages",
]
