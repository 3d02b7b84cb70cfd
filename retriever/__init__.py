"""Ask a collection of documents a question in any of 26 languages.

>>> from retriever import Retriever
>>> with Retriever.open("my-collection") as retriever:                       # doctest: +SKIP
...     for hit in retriever.search("When was the lighthouse lit?").hits:
...         print(hit.path, hit.page, hit.score, hit.highlighted_text)
"""

from embedder import DimensionError
from retriever.abstention import DEFAULT_THRESHOLD
from retriever.errors import QuestionError, RetrieverError
from retriever.results import Highlight, Hit, SearchMode, SearchResult, Timings
from retriever.retriever import Retriever

__all__ = [
    "DEFAULT_THRESHOLD",
    "DimensionError",
    "Highlight",
    "Hit",
    "QuestionError",
    "Retriever",
    "RetrieverError",
    "SearchMode",
    "SearchResult",
    "Timings",
]
