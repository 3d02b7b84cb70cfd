"""Measure text whose letters, words or lines are torn apart or there twice."""

import re
from operator import eq
from typing import Final

from indexer.readers.pdf.tally import Tally

_MARKS: Final = (  # signs that belong to the letter before them; `\w` leaves them out
    "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u0900-\u0903\u093a-\u093c\u093e-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc\u09be-\u09cd\u09d7\u09e2\u09e3"
    "\u0e31\u0e33-\u0e3a\u0e47-\u0e4e\u3099\u309a"
)
_LETTER: Final = rf"[^\W\d_][{_MARKS}]*"
_ONE_LETTER: Final = re.compile(_LETTER)
_ONE_LETTER_LINE: Final = re.compile(rf"^[ \t]*{_LETTER}[ \t]*$", re.MULTILINE)
_FEWEST_LINES: Final = 8  # a column of a table may hold one letter a line
_FEWEST_WORDS: Final = 20  # a title may be spaced out for its looks
_LONGEST_LETTER: Final = 4  # with its marks
_FEWEST_PAIRS: Final = 3  # of letters in a doubled word, of words in a doubled stretch, of lines on a page
_SHORTEST_LINE: Final = 10  # letters


def one_letter_lines(page: Tally) -> float:
    """Say which share of the letters stand alone on a line, as text set downwards or torn apart does."""
    alone = len(_ONE_LETTER_LINE.findall(page.text))
    return alone / max(alone, page.letters) if alone >= _FEWEST_LINES else 0.0


def one_letter_words(page: Tally) -> float:
    """Say which share of the words is a single letter, as in "H e l l o"."""
    # Nearly all short words end here: their second character is a letter, too.
    short = [word for word in page.words if len(word) <= _LONGEST_LETTER and not word[1:2].isalnum()]
    alone = sum(1 for word in short if _ONE_LETTER.fullmatch(word))
    if alone < _FEWEST_WORDS:
        return 0.0
    return alone / max(alone, sum(1 for word in page.words if word.isalpha() or any(map(str.isalpha, word))))


def doubled_letters(page: Tally) -> float:
    """Say which share of the letters is in words all of whose letters are there twice, as in "HHeelllloo"."""
    doubled = 0
    for word in page.words:
        if word[:1] == word[1:2] and word[::2] == word[1::2] and len(set(word)) >= _FEWEST_PAIRS:
            doubled += _letters(word)
    return doubled / page.letters if doubled else 0.0


def doubled_words(page: Tally) -> float:
    """Say which share of the words comes in a stretch where each word is there twice: "the the harbour harbour"."""
    words = page.words
    if sum(map(eq, words, words[1:])) < _FEWEST_PAIRS:
        return 0.0
    doubled = 0
    index = 0
    while index < len(words):
        end = index
        while end + 1 < len(words) and words[end] == words[end + 1]:
            end += 2
        if len({word for word in words[index:end] if _letters(word)}) >= _FEWEST_PAIRS:
            doubled += end - index
        index = max(end, index + 1)
    return doubled / len(words)


def doubled_lines(page: Tally) -> float:
    """Say which share of the longer lines is the same as the line before or after."""
    lines = page.text.split("\n")
    if not any(map(eq, lines, lines[1:])):
        return 0.0
    lines = [line for line in lines if _letters(line) >= _SHORTEST_LINE]
    doubled = 0
    index = 0
    while index + 1 < len(lines):
        same = lines[index] == lines[index + 1]
        doubled += 2 * same
        index += 1 + same
    return doubled / len(lines) if doubled >= 2 * _FEWEST_PAIRS else 0.0


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))
