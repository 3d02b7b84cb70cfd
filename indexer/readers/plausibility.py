"""Judge whether a decoded text is one: how many bits it takes to write it down in a language."""

import functools
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import log2
from typing import Final, Self

from indexer.languages import language_probabilities
from indexer.readers.alphabets import IDEOGRAPHIC_PUNCTUATION, PUNCTUATION, Alphabet, CharacterSet
from indexer.scripts import Script

# Bits: minus the logarithm of how likely something is. Of the numbers, only the order of size matters.
_ASCII: Final = {" ": 2.5, "\n": 4.0, "\r": 4.0, "\t": 6.0, ",": 6.0, ".": 6.0}
_ASCII_LETTER: Final = 4.5
_ASCII_MARK: Final = 7.0
_MARK: Final = 7.0
_LETTER: Final = 2.0  # and the logarithm of its rank: Zipf's law
_ACCENTED: Final = 4.0  # in Latin script most letters are ASCII
_CAPITAL: Final = 1.5
_FREQUENT: Final = 7.0
_SYMBOL_ROW: Final = 10.0
_FIRST_LEVEL: Final = 11.0
_SECOND_LEVEL: Final = 17.0
_FOREIGN: Final = 26.0
_STRANGE: Final = 14.0
_IMPOSSIBLE: Final = 25.0
_MIXED_WORD: Final = 8.0  # letters of two scripts side by side
_SWITCH: Final = 4.0  # a word in another script than the one before it
_ODD_CASE: Final = 6.0  # a capital after a small letter
_ODD_PLACE: Final = 6.0  # an opening mark after a letter or before a space
_MARK_INSIDE: Final = 10.0  # of a word
_LEAST_LIKELY: Final = 2.0**-20  # a language: of a few words the classifier cannot be surer
_TRUST: Final = 0.5  # it takes the letters of a word for independent of one another, so it is twice too sure

_FIRST_LETTER_ROW: Final = 0xA4  # of the national standards; rows before it hold marks and symbols
_OPENING: Final = frozenset("„‚¿¡‹")
_NO_BREAK_BESIDE_SPACE: Final = frozenset({" \u00a0", "\u00a0 "})
_VOWELS: Final = "\u064b-\u0652\u05b0-\u05c2\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"  # written above or below letters
_WORD: Final = re.compile(rf"(?:[^\W\d_]|[{_VOWELS}])+")
_INSIDE: Final = re.compile(rf"(?<=[^\W\d_])(?:[^\w\s\x00-\x7f’‐‑·—–{_VOWELS}]|[¼½¾¹²³])(?=[^\W\d_])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What bytes say in one encoding, counted.

    Attributes:
        characters: How often each occurs; a replacement character for what says nothing.
        neighbours: How often two stand beside each other, one of them at least beyond ASCII.
        marks_inside: Number of marks beyond ASCII between letters.
        switches: Number of words in ASCII beside words beyond ASCII.
        languages: Probabilities by code.
    """

    characters: Mapping[str, int]
    neighbours: Mapping[tuple[str, str], int]
    marks_inside: int
    switches: int
    languages: Mapping[str, float]

    @classmethod
    def of(cls, data: bytes, encoding: str) -> Self:
        """Decode and count."""
        text = data.decode(encoding, errors="replace")
        ascii_words = [word.isascii() for word in _WORD.findall(text)]
        return cls(
            characters=Counter(text),
            neighbours=Counter(pair for pair in pairwise(text) if not (pair[0] + pair[1]).isascii()),
            marks_inside=len(_INSIDE.findall(text)),
            switches=sum(before != after for before, after in pairwise(ascii_words)),
            languages=language_probabilities(text),
        )


def alphabet_cost(reading: Reading, alphabet: Alphabet) -> float:
    """Say how many bits a text takes in a language with an alphabet; fewer are better."""
    known = _bits_of_alphabet(alphabet)
    cost = sum(count * _alphabet_bits(character, known) for character, count in reading.characters.items())
    return cost + _context_cost(reading, alphabet.language, latin=alphabet.script is Script.LATIN)


def character_set_cost(reading: Reading, characters: CharacterSet) -> float:
    """Say how many bits a text takes in a language of thousands of characters; fewer are better."""
    cost = sum(count * _character_bits(character, characters) for character, count in reading.characters.items())
    return cost + _context_cost(reading, characters.language, latin=False)


def _context_cost(reading: Reading, language: str, *, latin: bool) -> float:
    """Say how many bits the language itself takes, and what stands in odd places."""
    cost = -_TRUST * log2(max(_LEAST_LIKELY, reading.languages.get(language, 0.0)))
    cost += sum(count * _neighbour_bits(*pair, latin=latin) for pair, count in reading.neighbours.items())
    return cost + _MARK_INSIDE * reading.marks_inside + (0.0 if latin else _SWITCH * reading.switches)


@functools.cache
def _bits_of_alphabet(alphabet: Alphabet) -> Mapping[str, float]:
    """Weigh the characters beyond ASCII."""
    bits = {mark: _MARK + log2(rank + 2) / 2 for rank, mark in enumerate(PUNCTUATION)}
    rare = _ACCENTED if alphabet.script is Script.LATIN else 0.0
    for rank, letter in enumerate(alphabet.letters):
        bits[letter] = _LETTER + log2(rank + 2) + rare
        bits.setdefault(letter.upper(), bits[letter] + _CAPITAL)
    return bits


def _alphabet_bits(character: str, known: Mapping[str, float]) -> float:
    if character.isascii():
        return _ascii_bits(character)
    bits = known.get(character)
    if bits is not None:
        return bits
    return _STRANGE if character.isprintable() and character != "\ufffd" else _IMPOSSIBLE


@functools.lru_cache(maxsize=50_000)
def _character_bits(character: str, characters: CharacterSet) -> float:
    if character.isascii():
        return _ascii_bits(character)
    if character in characters.frequent or character in IDEOGRAPHIC_PUNCTUATION:
        return _FREQUENT
    if not character.isprintable():
        return _IMPOSSIBLE
    try:
        row = character.encode(characters.order)[0]
    except UnicodeEncodeError:
        return _FOREIGN
    if row < _FIRST_LETTER_ROW:
        return _SYMBOL_ROW
    first, last = characters.first_level
    return _FIRST_LEVEL if first <= row <= last else _SECOND_LEVEL


def _ascii_bits(character: str) -> float:
    if character.isalnum():
        return _ASCII_LETTER
    return _ASCII.get(character) or (_ASCII_MARK if character.isprintable() else _IMPOSSIBLE)


def _neighbour_bits(before: str, after: str, *, latin: bool) -> float:
    if after in _OPENING or before in _OPENING:
        return _ODD_PLACE if before.isalpha() or after.isspace() else 0.0
    if before + after in _NO_BREAK_BESIDE_SPACE:
        return _ODD_PLACE
    if not (_WORD.fullmatch(before) and _WORD.fullmatch(after)):
        return 0.0
    if before.islower() and after.isupper():
        return _ODD_CASE
    return _MIXED_WORD if not latin and (before.isascii() or after.isascii()) else 0.0
