"""Texts to token numbers."""

from collections.abc import Sequence

from embedder.errors import ModelSourceError


class TextTokenizer:
    """A `tokenizer.json` that puts special tokens before and after a text.

    Args:
        content: Content of the `tokenizer.json`.
        padding: Token number that fills up shorter texts; None takes that of `<pad>`.

    Attributes:
        padding: Token number that fills up shorter texts.
        special_tokens: How many tokens are added to each text.
    """

    def __init__(self, content: bytes, *, padding: int | None = None) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_buffer(content)
        self._tokenizer.no_truncation()  # a file may switch these on; lengths and batches are ours
        self._tokenizer.no_padding()
        self.special_tokens: int = self._tokenizer.num_special_tokens_to_add(False)
        mask = self._tokenizer.encode("a").special_tokens_mask
        self._closing = len(mask) - max((place for place, special in enumerate(mask) if not special), default=-1) - 1
        padding = self._tokenizer.token_to_id("<pad>") if padding is None else padding
        if padding is None:
            msg = "the tokenizer has no token <pad>; it is not the one this encoder was trained with"
            raise ModelSourceError(msg)
        self.padding: int = padding

    def encode(self, texts: Sequence[str], max_tokens: int) -> list[list[int]]:
        """Turn texts into token numbers with the special tokens.

        A longer text is cut off at the end, and its closing special tokens kept.

        Args:
            texts: Texts with their prefix.
            max_tokens: Longest result, special tokens included.

        Returns:
            One list per text.
        """
        encodings = self._tokenizer.encode_batch_fast([_valid(text) for text in texts], add_special_tokens=True)
        return [self._shorten(encoding.ids, max_tokens) for encoding in encodings]

    def count(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text without special tokens."""
        encodings = self._tokenizer.encode_batch_fast([_valid(text) for text in texts], add_special_tokens=False)
        return [len(encoding) for encoding in encodings]

    def _shorten(self, numbers: list[int], max_tokens: int) -> list[int]:
        if len(numbers) <= max_tokens:
            return numbers
        return numbers[: max_tokens - self._closing] + numbers[len(numbers) - self._closing :]


def _valid(text: str) -> str:
    """Replace what is no character, such as half of a surrogate pair from a damaged file name."""
    return text.encode("utf-8", "replace").decode("utf-8")
