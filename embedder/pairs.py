"""Question and passage to the token numbers of one text, as rerankers read them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tokenizers import Encoding

NEMOTRON_PROMPT: Final = "question:{question} \n \n passage:{passage}"
"""What llama-nemotron-rerank-1b-v2 was trained on: no space behind the colons, and these spaces around the lines."""


class PairTokenizer:
    """A `tokenizer.json` that joins a question and a passage.

    Args:
        content: Content of the `tokenizer.json`.
        prompt: What they are put into, with {question} and {passage}; "" joins them as the tokenizer joins two texts.
        max_tokens: Longest result, special tokens included.
        padding: Token number that fills up shorter results.

    Attributes:
        padding: Token number that fills up shorter results.
    """

    def __init__(self, content: bytes, *, prompt: str, max_tokens: int, padding: int) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_buffer(content)
        self._tokenizer.no_truncation()  # a file may switch these on; lengths and batches are ours
        self._tokenizer.no_padding()
        self._prompt = prompt
        self._max_tokens = max_tokens
        self.padding = padding

    def encode(self, question: str, passages: Sequence[str]) -> list[list[int]]:
        """Join a question with each passage.

        A passage loses its last tokens where both are too long, so that the question stays whole; only a question that
        fills more than half of what is read is cut there itself.

        Args:
            question: The question.
            passages: The passages.

        Returns:
            One list for each passage.
        """
        question = self._cut(_valid(question))
        pairs = [(question, _valid(passage)) for passage in passages]
        texts = [self._prompt.format(question=question, passage=passage) for _, passage in pairs]
        encodings = self._tokenizer.encode_batch_fast(texts if self._prompt else pairs, add_special_tokens=True)
        return [self._fit(encoding) for encoding in encodings]

    def _cut(self, question: str) -> str:
        encoding, limit = self._tokenizer.encode(question, add_special_tokens=False), self._max_tokens // 2
        return question if len(encoding) <= limit else question[: encoding.offsets[limit - 1][1]]

    def _fit(self, encoding: "Encoding") -> list[int]:
        numbers: list[int] = encoding.ids
        excess = len(numbers) - self._max_tokens
        if excess <= 0:
            return numbers
        # The passage comes last; behind it are special tokens only, which belong to no text.
        dropped = [place for place, text in enumerate(encoding.sequence_ids) if text is not None][-excess:]
        return numbers[: dropped[0]] + numbers[dropped[-1] + 1 :]


def separator(content: bytes) -> int | None:
    """The token number behind the first of two texts, if a tokenizer gives the second one another token type.

    Args:
        content: Content of the `tokenizer.json`.
    """
    from tokenizers import Tokenizer

    joined = Tokenizer.from_buffer(content).encode("a", "b")
    numbers: list[int] = joined.ids
    return numbers[joined.type_ids.index(1) - 1] if 1 in joined.type_ids else None


def _valid(text: str) -> str:
    """Replace what is no character, such as half of a surrogate pair from a damaged file name."""
    return text.encode("utf-8", "replace").decode("utf-8")
