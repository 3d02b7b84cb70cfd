"""The pieces passages are made of: sentences, and parts of sentences too long for a passage."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from icu4py.breakers import BaseBreaker

HEADING_CHARACTERS: Final = 120
"""A longer line is not taken for a heading."""

_LIST_ITEM: Final = re.compile(r"[-*•·–▪◦‣]\s|[(\[]?(?:\d{1,3}|\w)[.)]\s")
_ENDS_SENTENCE: Final = re.compile(r"[.!?…:;,。！？；，、।॥؟؛،۔][\"'”’»“)\]』」）]*$")

_CLAUSE_END: Final = re.compile(r"(?:[,;:!?،؛)\]»”—–।॥]+\s+|[、，；：。！？」』）]+\s*)(?=\S)")
_SPACE: Final = re.compile(r"\s+")
_WINDOW_MARGIN: Final = 64  # text past a cut that ICU sees, so that the last word or grapheme is whole
_FILL: Final = 0.85  # parts of a long sentence aim below the limit: tokens are not spread evenly


class Border(StrEnum):
    """What stands before a unit."""

    PARAGRAPH = "paragraph"
    LINE = "line"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A stretch of text that goes into a passage whole.

    Attributes:
        start: First character.
        end: One past the last character.
        tokens: Its own tokens, without what the encoder adds to every text.
        border: What stands before it.
        is_heading: Whether it is a line that titles what follows.
    """

    start: int
    end: int
    tokens: int
    border: Border
    is_heading: bool


class TokenCounter:
    """Counts as the encoder does, and knows how many tokens the encoder adds to every text."""

    def __init__(self, count_tokens: Callable[[Sequence[str]], list[int]]) -> None:
        self._count_tokens = count_tokens
        one, two = count_tokens(["a", "a a"])  # not an empty text: some tokenizers leave a piece for its missing word
        self.overhead = max(0, 2 * one - two)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Count whole texts, prefix and special tokens included if the encoder adds them."""
        return self._count_tokens(texts) if texts else []

    def count_own(self, texts: Sequence[str]) -> list[int]:
        """Count the texts alone, at least 1 for each."""
        return [max(1, tokens - self.overhead) for tokens in self.count(texts)]


def units_of(text: str, sentences: Sequence[tuple[int, int]], limit: int, counter: TokenCounter) -> list[Unit]:
    """Turn sentences into units none of which is above the limit.

    Args:
        text: The page.
        sentences: Ascending `(start, end)` offsets.
        limit: Most tokens of a passage, overhead included.
        counter: The encoder's counter.

    Returns:
        Units in order, covering what the sentences cover.
    """
    counts = counter.count_own([text[start:end] for start, end in sentences])
    room = limit - counter.overhead
    units: list[Unit] = []
    previous = 0
    for index, ((start, end), tokens) in enumerate(zip(sentences, counts, strict=True)):
        border = _border(text, previous, start) if units else Border.PARAGRAPH
        following = sentences[index + 1][0] if index + 1 < len(sentences) else None
        heading = border is not Border.SENTENCE and _is_heading(text, start, end, following)
        if tokens <= room:
            units.append(Unit(start=start, end=end, tokens=tokens, border=border, is_heading=heading))
        else:
            for part_start, part_end, part_tokens in _parts(text, (start, end), tokens, room, counter):
                units.append(Unit(start=part_start, end=part_end, tokens=part_tokens, border=border, is_heading=False))
                border = Border.SENTENCE
        previous = end
    return units


def _border(text: str, end: int, start: int) -> Border:
    lines = text.count("\n", end, start)
    return Border.PARAGRAPH if lines > 1 else Border.LINE if lines else Border.SENTENCE


def _is_heading(text: str, start: int, end: int, following: int | None) -> bool:
    """Tell a heading by its looks: a short line of its own, without a full stop, not an item of a list."""
    if following is None or end - start > HEADING_CHARACTERS or "\n" not in text[end:following]:
        return False
    line = text[start:end]
    is_item = _LIST_ITEM.match(line) and _LIST_ITEM.match(text, following)
    return not is_item and not _ENDS_SENTENCE.search(line) and any(character.isalpha() for character in line)


def _parts(
    text: str, span: tuple[int, int], tokens: int, room: int, counter: TokenCounter
) -> list[tuple[int, int, int]]:
    """Cut a sentence that does not fit into parts that do: `(start, end, tokens)` in order."""
    size = max(1, int((span[1] - span[0]) * room * _FILL / tokens))
    waiting = list(_windows(text, *span, size))
    done: list[tuple[int, int, int]] = []
    while waiting:
        counts = counter.count_own([text[start:end] for start, end in waiting])
        again: list[tuple[int, int]] = []
        for (start, end), count in zip(waiting, counts, strict=True):
            if count <= room or end - start == 1:
                done.append((start, end, count))
            else:
                again.extend(_windows(text, start, end, (end - start + 1) // 2))
        waiting = again
    return sorted(done)


def _windows(text: str, start: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    """Cut a stretch into windows of at most `size` characters, at the best border in each one's second half."""
    while end - start > size:
        cut = _best_cut(text, start, min(start + size, end), end)
        stop = cut
        while stop > start and text[stop - 1].isspace():
            stop -= 1
        if stop > start:
            yield start, stop
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end


def _best_cut(text: str, start: int, latest: int, end: int) -> int:
    """Choose where to cut: after a clause, else at a space, else between words, else between graphemes."""
    earliest = start + (latest - start) // 2
    for pattern in (_CLAUSE_END, _SPACE):
        cuts = [match.end() for match in pattern.finditer(text, earliest, latest) if not _extends(text[match.end()])]
        if cuts:
            return cuts[-1]
    return start + _cut_unbroken(text[start : min(latest + _WINDOW_MARGIN, end)], latest - start)


def _extends(character: str) -> bool:
    """Tell whether a character belongs to the one before it, even to a space."""
    return unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf")


def _cut_unbroken(window: str, latest: int) -> int:
    """Choose a cut in text without spaces: at most at `latest`, later only where a grapheme is that long."""
    from icu4py.breakers import CharacterBreaker, WordBreaker

    graphemes = _borders(CharacterBreaker(window, "en"))
    words = set(_borders(WordBreaker(window, "en"))).intersection(graphemes)
    for borders, earliest in ((words, latest // 2), (graphemes, 0)):
        fitting = [border for border in borders if earliest < border <= latest]
        if fitting:
            return max(fitting)
    return min(graphemes, default=latest)  # a grapheme longer than a passage holds nothing readable: cut it


def _borders(breaker: BaseBreaker) -> list[int]:
    """List the borders inside the breaker's text, in code points (its own offsets count UTF-16)."""
    lengths = [len(segment) for segment in breaker]
    return list(itertools.accumulate(lengths[:-1]))
