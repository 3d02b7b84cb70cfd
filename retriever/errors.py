"""What can go wrong in `retriever`.

RetrieverError
└── QuestionError    the question or a search option cannot be used

A dimension that the encoder cannot give is an `embedder.DimensionError`.
"""


class RetrieverError(Exception):
    """Anything a search refuses; the message says what to change."""


class QuestionError(RetrieverError):
    """The question is empty, or an option of the search is out of its range."""
