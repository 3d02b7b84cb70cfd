"""Cut the text of a page into passages the encoder can take."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.errors import SettingsError
from indexer.sentences import sentence_spans
from indexer.units import Border, TokenCounter, Unit, units_of

CUTTER_VERSION: Final = "3"
"""Passages of another version are cut again by the next sync."""

MIN_TOKENS: Final = 32
"""No smaller passage is cut: prefix and special tokens would fill it."""

_TINY: Final = 0.1  # a last passage below this share of the maximum is not left alone
_HEADINGS_IN_A_ROW: Final = 3  # more short lines than this are a list
_HALF_FULL: Final = 0.5
_NEARLY_FULL: Final = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageSettings:
    """How long passages are and how much they share with their neighbours.

    Attributes:
        max_tokens: No passage has more tokens, as the encoder counts them.
        overlap_tokens: Whole sentences of up to this size are repeated at the start of the next passage.

    Raises:
        SettingsError: The maximum is below 32, or the overlap is negative or above half the maximum.
    """

    max_tokens: int = 256
    overlap_tokens: int = 40

    def __post_init__(self) -> None:
        if self.max_tokens < MIN_TOKENS:
            raise SettingsError(f"max_tokens is {self.max_tokens}; use {MIN_TOKENS} or more.")
        if not 0 <= self.overlap_tokens <= self.max_tokens // 2:
            raise SettingsError(
                f"overlap_tokens is {self.overlap_tokens}; with max_tokens {self.max_tokens} "
                f"use 0 to {self.max_tokens // 2}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageSpan:
    """One passage of a page: `page_text[start:end]`, offsets in code points.

    Attributes:
        start: First character.
        end: One past the last character.
        tokens: Its size as the encoder counts it, prefix and special tokens included if the encoder counts them.
    """

    start: int
    end: int
    tokens: int


def cut_passages(
    text: str, settings: PassageSettings, count_tokens: Callable[[Sequence[str]], list[int]]
) -> list[PassageSpan]:
    """Cut a page into passages of whole sentences that the encoder can take.

    Sentences are packed until the next would not fit; a passage at least half full ends at a paragraph, and
    a heading stays with what follows it. A sentence longer than a passage is cut between clauses, else
    between words, else between graphemes.

    Args:
        text: The text of one page; line ends are taken as borders.
        settings: Sizes.
        count_tokens: The encoder's counter: one number per text. It is called a few times with many texts.

    Returns:
        Passages in order of the text. Together they cover every character that is not white space; none is
        empty or above `settings.max_tokens`, and none begins or ends with white space.

    Raises:
        SettingsError: What the encoder adds to every text fills half a passage or more.
    """
    sentences = sentence_spans(text)
    if not sentences:
        return []
    counter = TokenCounter(count_tokens)
    if counter.overhead > settings.max_tokens // 2:
        raise SettingsError(
            f"max_tokens is {settings.max_tokens}, but the encoder adds {counter.overhead} tokens to every text; "
            f"use {2 * counter.overhead} or more."
        )
    units = units_of(text, sentences, settings.max_tokens, counter)
    packer = _Packer(units=units, settings=settings, overhead=counter.overhead)
    return _checked(text, units, packer.pack(), settings.max_tokens, counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Packer:
    """Packs units into passages, each given as `(first, one past the last)` unit."""

    units: Sequence[Unit]
    settings: PassageSettings
    overhead: int

    def pack(self) -> list[tuple[int, int]]:
        passages: list[tuple[int, int]] = []
        begin = fresh = 0  # units from begin on are in the passage; those before fresh are overlap
        while fresh < len(self.units):
            end = self._end(begin, fresh)
            passages.append((begin, end))
            fresh = end
            if fresh < len(self.units):
                begin = self._with_overlap(fresh, self.settings.overlap_tokens, self.settings.max_tokens)
        return self._without_tiny_end(passages)

    def _tokens(self, begin: int, end: int) -> int:
        return self.overhead + sum(unit.tokens for unit in self.units[begin:end])

    def _end(self, begin: int, fresh: int) -> int:
        """Take units while they fit, and stop at a paragraph when the passage is full enough."""
        limit = self.settings.max_tokens
        tokens = self._tokens(begin, fresh + 1)
        end = fresh + 1
        while end < len(self.units) and tokens + self.units[end].tokens <= limit:
            enough = _HALF_FULL if self.units[end].border is Border.PARAGRAPH else _NEARLY_FULL
            if self.units[end].border is not Border.SENTENCE and tokens >= enough * limit:
                break
            tokens += self.units[end].tokens
            end += 1
        return self._before_headings(fresh, end)

    def _before_headings(self, fresh: int, end: int) -> int:
        """Leave headings at the end of a passage to the next one, if they fit there with what follows."""
        if end == len(self.units):
            return end
        moved = end
        while moved - 1 > fresh and self.units[moved - 1].is_heading:
            moved -= 1
        if end - moved > _HEADINGS_IN_A_ROW or self._tokens(moved, end + 1) > self.settings.max_tokens:
            return end
        return moved

    def _with_overlap(self, fresh: int, overlap: int, limit: int) -> int:
        """Step back over whole sentences; a section's first passage shares nothing with the one before."""
        if self.units[fresh].is_heading:
            return fresh
        begin, shared, tokens = fresh, 0, self._tokens(fresh, fresh + 1)
        while begin > 0 and shared + (size := self.units[begin - 1].tokens) <= overlap and tokens + size <= limit:
            shared, tokens, begin = shared + size, tokens + size, begin - 1
            if self.units[begin].is_heading:
                break
        return begin

    def _without_tiny_end(self, passages: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Merge a tiny last passage with the one before, or let it share half a passage with it."""
        limit = self.settings.max_tokens
        if len(passages) == 1 or self._tokens(*passages[-1]) - self.overhead >= _TINY * limit:
            return passages
        (before, fresh), (_, end) = passages[-2:]
        if self._tokens(before, end) <= limit:
            return [*passages[:-2], (before, end)]
        begin = fresh
        while begin - 1 > before and self._tokens(begin - 1, end) <= limit * _HALF_FULL:
            begin -= 1
        return [*passages[:-1], (begin, end)]


def _checked(
    text: str, units: Sequence[Unit], passages: Sequence[tuple[int, int]], limit: int, counter: TokenCounter
) -> list[PassageSpan]:
    """Count whole passages and halve those above the limit: a sum of sentences is only an estimate."""
    done: list[PassageSpan] = []
    waiting = list(passages)
    while waiting:
        spans = [(units[begin].start, units[end - 1].end) for begin, end in waiting]
        counts = counter.count([text[start:end] for start, end in spans])
        again: list[tuple[int, int]] = []
        for (begin, end), (start, stop), tokens in zip(waiting, spans, counts, strict=True):
            if tokens <= limit or end - begin == 1:
                done.append(PassageSpan(start=start, end=stop, tokens=tokens))
            else:
                middle = (begin + end) // 2
                again.extend([(begin, middle), (middle, end)])
        waiting = again
    return sorted(done, key=lambda span: (span.start, span.end))
