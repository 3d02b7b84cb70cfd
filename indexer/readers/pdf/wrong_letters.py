"""Measure letters that are not those the page shows: wrongly decoded, of mixed alphabets, or in no language's order."""

import functools
import itertools
import re
from typing import Final

from indexer.readers.pdf.letter_pairs import count_pairs
from indexer.readers.pdf.tally import Tally
from indexer.scripts import HAN

_FEWEST_PAIRS: Final = 300  # a caption full of abbreviations is shorter
_FEWEST_LATIN: Final = 40
_FEWEST_CHARACTERS: Final = 30
_ENOUGH: Final = 0.3  # of all letters; the few Latin letters on a Chinese page are names of standards

_UTF8_NEXT: Final = bytes(range(0x80, 0xC0))
_AS_LATIN: Final = re.escape(_UTF8_NEXT.decode("cp1252", errors="ignore") + _UTF8_NEXT.decode("latin-1"))
_AS_CYRILLIC: Final = re.escape(_UTF8_NEXT.decode("cp1251", errors="ignore"))
_MISREAD: Final = tuple(
    (re.compile(f"[{first}]"), re.compile(f"[{first}]{following}"))
    for first, following in (
        ("Â-Ô×-Û", f"[{_AS_LATIN}]"),
        ("à-ï", f"[{_AS_LATIN}]{{2}}"),
        # Once, it may be the end of a word in capitals before a dash.
        ("РС", f"[{_AS_CYRILLIC}](?:[РС][{_AS_CYRILLIC}])+"),
    )
)

_LATIN: Final = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
_LATIN_LETTERS: Final = re.compile(f"[{_LATIN}]")
_ACCENTED: Final = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]")
_ALPHABETS: Final = (
    _LATIN,
    "\u0386-\u03ff",
    "\u0400-\u052f",
    "\u0531-\u0587",
    "\u05d0-\u05ea",
    "\u0620-\u064a\u066e-\u06d3",
    "\u0900-\u0963\u0971-\u097f",
    "\u0980-\u09e3",
    "\u0e01-\u0e4e",
)
_ALPHABET_LETTERS: Final = tuple(re.compile(f"[{letters}]") for letters in _ALPHABETS)
_OTHER_ALPHABET: Final = 0.01  # of the letters; a foreign name now and then is less
_CHANGES: Final = re.compile(
    "|".join(
        f"[{letters}](?=[{''.join(other for other in _ALPHABETS if other is not letters)}])" for letters in _ALPHABETS
    )
)

_CHARACTERS: Final = re.compile(f"[{HAN}\uac00-\ud7a3]")
_COMMON_ROWS: Final = (
    # The first level of each national standard holds the characters in daily use, the second one the rest.
    ("gb2312", range(0xB0, 0xD8)),
    ("big5", range(0xA4, 0xC7)),
    ("shift_jis", range(0x88, 0x99)),
    ("euc_kr", range(0xB0, 0xC9)),
)


def misread_letters(page: Tally) -> float:
    """Say which share of the characters is UTF-8 that was decoded as a Windows code page, as in "Ã¤"."""
    found = (pattern.findall(page.text) for first, pattern in _MISREAD if page.has(first))
    return sum(map(len, itertools.chain.from_iterable(found))) / page.visible


def accented_letters(page: Tally) -> float:
    """Say which share of Latin letters has an accent: nearly all when a text in another script was misread."""
    latin = page.count_of(_LATIN_LETTERS)
    if latin < max(_FEWEST_LATIN, _ENOUGH * page.letters):
        return 0.0
    return page.count_of(_ACCENTED) / latin


def mixed_alphabets(page: Tally) -> float:
    """Say how often, for each letter, the alphabet changes within a word."""
    *_, second, _ = sorted(map(page.count_of, _ALPHABET_LETTERS))
    if second < _OTHER_ALPHABET * page.letters:
        return 0.0
    return len(_CHANGES.findall(page.text)) / page.letters if page.letters else 0.0


def unlikely_pairs(page: Tally) -> float:
    """Say which share of neighbouring Latin and Cyrillic letters follow one another in hardly any language."""
    total, unlikely = count_pairs(page.text)
    return unlikely / total if total >= max(_FEWEST_PAIRS, _ENOUGH * page.letters) else 0.0


def rare_characters(page: Tally) -> float:
    """Say which share of Chinese characters and Korean syllables are not among the common ones of any standard."""
    total = page.count_of(_CHARACTERS)
    if total < _FEWEST_CHARACTERS:
        return 0.0
    common = _common_characters()
    return sum(page.counts[one] for one in _CHARACTERS.findall(page.distinct) if one not in common) / total


@functools.cache
def _common_characters() -> frozenset[str]:
    return frozenset(
        bytes((first, second)).decode(encoding, errors="ignore")
        for encoding, rows in _COMMON_ROWS
        for first in rows
        for second in range(0x40, 0xFF)
    )
