"""What can go wrong in `retriever`.

RetrieverError
├── QuestionError          the question or a search option cannot be used
└── PassageMissingError    a passage is not in the collection, or not any more

A dimension that the encoder cannot give is an `embedder.DimensionError`.
"""


class RetrieverError(Exception):
    """Anything a search refuses; the message says what to change."""


class QuestionError(RetrieverError):
    """The question is empty, or an option of the search is out of its range."""


class PassageMissingError(RetrieverError):
    """The collection has no such passage: its document was removed, or read again since.

    Attributes:
        passage_id: The passage.
    """

    def __init__(self, passage_id: int) -> None:
        super().__init__(f"there is no passage {passage_id} in this collection any more; ask the question again")
        self.passage_id = passage_id
