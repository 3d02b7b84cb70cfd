"""The lines that Tesseract has read, taken from what it writes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

_COLUMNS: Final = 12
_WORD: Final = "5"
"""The table of words: its columns, and the mark of a row that is a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """A line that was read.

    Attributes:
        text: Its words, with single spaces.
        confidence: Mean over its letters, between 0 and 1.
        middle: The row of pixels at half its height.
        words: Each word, or in scripts without spaces each sign, and how sure it is.
    """

    text: str
    confidence: float
    middle: float
    words: tuple[tuple[str, float], ...]


def lines_in(said: str) -> Iterator[ReadLine]:
    """Take the lines from what Tesseract writes: the table of words and the text, which have the same lines in order.

    Args:
        said: Both outputs, in either order.
    """
    table = [line.split("\t", _COLUMNS - 1) for line in said.split("\n") if line.count("\t") >= _COLUMNS - 1]
    rows = [row for row in table if row[0] == _WORD and row[-1].strip()]
    texts = [" ".join(line.split()) for line in said.split("\n") if "\t" not in line and line.strip(" \f")]
    groups = [list(group) for _, group in groupby(rows, key=lambda row: row[1:5])]
    if len(texts) != len(groups):  # a word of nothing but control characters: spaces are the lesser harm
        texts = [" ".join(row[-1] for row in group) for group in groups]
    for text, group in zip(texts, groups, strict=True):
        words = tuple((row[-1], float(row[10]) / 100) for row in group)
        letters = sum(len(word) for word, _ in words)
        sure = sum(confidence * len(word) for word, confidence in words) / letters
        middles = [int(row[7]) + int(row[9]) / 2 for row in group]
        yield ReadLine(text=text, confidence=sure, middle=sum(middles) / len(middles), words=words)


def text_of(lines: Sequence[ReadLine]) -> str:
    """Write lines one below the other."""
    return "\n".join(line.text for line in lines)


def confidence_of(lines: Sequence[ReadLine]) -> float:
    """Give the mean confidence of the letters of these lines, between 0 and 1; 0 if there are none."""
    letters = sum(len(line.text) for line in lines)
    return sum(line.confidence * len(line.text) for line in lines) / letters if letters else 0.0
