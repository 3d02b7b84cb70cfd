"""Texts to token numbers."""

from collections.abc import Sequence

from embedder.errors import ModelSourceError


class TextTokenizer:
    """A `tokenizer.json` that puts one special token before and one after a text.

    Args:
        content: Content of the `tokenizer.json`.

    Attributes:
        special_tokens: How many tokens are added to each text.
    """

    def __init__(self, content: bytes) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_buffer(content)
        self.special_tokens: int = self._tokenizer.num_special_tokens_to_add(False)
        padding = self._tokenizer.token_to_id("<pad>")
        if padding is None:
            msg = "the tokenizer has no token <pad>; it is not the one this encoder was trained with"
            raise ModelSourceError(msg)
        self.padding: int = padding

    def encode(self, texts: Sequence[str], max_tokens: int) -> list[list[int]]:
        """Turn texts into token numbers with the special tokens.

        A longer text is cut off at the end, and its closing special token kept.

        Args:
            texts: Texts with their prefix.
            max_tokens: Longest result, special tokens included.

        Returns:
            One list per text.
        """
        encodings = self._tokenizer.encode_batch_fast([_valid(text) for text in texts], add_special_tokens=True)
        return [_shorten(encoding.ids, max_tokens) for encoding in encodings]

    def count(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text without special tokens."""
        encodings = self._tokenizer.encode_batch_fast([_valid(text) for text in texts], add_special_tokens=False)
        return [len(encoding) for encoding in encodings]


def _shorten(numbers: list[int], max_tokens: int) -> list[int]:
    return numbers if len(numbers) <= max_tokens else [*numbers[: max_tokens - 1], numbers[-1]]


def _valid(text: str) -> str:
    """Replace what is no character, such as half of a surrogate pair from a damaged file name."""
    return text.encode("utf-8", "replace").decode("utf-8")
