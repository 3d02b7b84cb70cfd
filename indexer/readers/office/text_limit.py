"""Stop reading a document that holds more text than it may."""

from collections.abc import Iterable, Iterator
from typing import Final

from indexer.readers.document import ReadLimits
from indexer.readers.extracted import Block
from indexer.readers.failure import FailureReason, ReadError

_MEGABYTE: Final = 1_000_000


class TextLimit:
    """Counts the text a reader makes, before it is put together.

    A small file can ask for the same text a million times over; who counts only finished pages counts too late.
    """

    def __init__(self, limits: ReadLimits) -> None:
        self._text_mb = limits.text_mb
        self._room = limits.text_mb * _MEGABYTE

    def take(self, text: str, *, times: int = 1) -> str:
        """Count a text, as often as it is repeated, and give it back.

        Raises:
            ReadError: `TOO_LARGE`.
        """
        self._room -= len(text) * times  # in characters: the bytes are counted when the page is finished
        if self._room < 0:
            message = f"the document holds more than {self._text_mb} MB of text; split it"
            raise ReadError(FailureReason.TOO_LARGE, message)
        return text

    def over(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Count blocks as they pass.

        Raises:
            ReadError: `TOO_LARGE`.
        """
        for block in blocks:
            self.take(block.text)
            yield block
