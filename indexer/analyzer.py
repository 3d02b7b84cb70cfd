"""Text as search terms, for word search in any of the 26 languages without knowing which one it is."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from indexer.scripts import HAN, HANGUL, KANA, THAI

ANALYZER_VERSION: Final = 1
"""Raise it with every change that makes other terms of the same text: lexical indexes are then built anew."""

GRAM: Final = 4
ABJAD_GRAM: Final = 3
HANGUL_GRAM: Final = 2
PART_WEIGHT: Final = 2 / 3
"""Lengths of the parts of words, and what a part counts in a question; chosen by measurement (docs/lexical.md)."""
MAX_TERM_CHARACTERS: Final = 64
"""Longer words are cut; they are not words, and a term must not fill an index."""

_FOLDED: Final = str.maketrans(
    {
        # Arabic and Persian write the same letter with different code points.
        "ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ٱ": "ا",
        # Letters that do not decompose, as they are typed on a keyboard without them.
        "ı": "i", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th",
        # One apostrophe, one quotation mark, one hyphen.
        "’": "'", "ʼ": "'", "‘": "'", "׳": "'", "״": '"', "‐": "-", "−": "-",
        # The Arabic thousands and decimal signs.
        "٬": ",", "٫": ".",
        # Invisible: tatweel, soft hyphen, joiners, direction marks.
        **dict.fromkeys("\u0640\u00ad\u200c\u200d\u200e\u200f\u2060\ufeff"),
        "\u200b": " ",  # marks a word border in Thai
        **{chr(zero + digit): str(digit) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50) for digit in range(10)},
    }
)  # fmt: skip

_ARABIC_NON_JOINER: Final = re.compile("(?<=[\u0620-\u06ff])\u200c")  # stands between the parts of a Persian word
_MARKS: Final = re.compile("[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670]+")
"""Accents and vowel points, which questions leave out; the vowel signs of Indic scripts and Thai are letters."""
_HEBREW_ACRONYM: Final = re.compile("(?<=[\u05d0-\u05ea])[\"'](?=[\u05d0-\u05ea])")

_SCRIPT_BORDER: Final = re.compile(
    rf"(?<=[a-z0-9])(?=[\u05d0-\u05ea\u0620-\u06ff\u0900-\u09ff{HANGUL}])"
    rf"|(?<=[\u05d0-\u05ea\u0620-\u06ff\u0900-\u09ff{HANGUL}])(?=[a-z0-9])"
)
"""A name or a number and the particle written onto it: GPT는, 2024년에."""

_SIGNS: Final = "\u0900-\u0903\u093a-\u0963\u0981-\u0983\u09bc-\u09e3"  # of Devanagari and Bengali, not \w for Python
_RUNS: Final = re.compile(
    rf"(?P<ideographs>[{HAN}{KANA}]+)|(?P<thai>[{THAI}]+)|(?P<word>(?:[^\W_{HAN}{KANA}{THAI}]|[{_SIGNS}])+)"
)
_THAI_CLUSTER: Final = re.compile("[\u0e40-\u0e44]?[\u0e01-\u0e2e][\u0e30-\u0e3a\u0e45-\u0e4e]*")
_HANGUL: Final = re.compile(f"[{HANGUL}]")
_ABJAD: Final = re.compile("[\u05d0-\u05ea\u0620-\u06ff]")

_LETTER: Final = rf"[^\W_{HAN}{KANA}{THAI}]"
_JOINED: Final = re.compile(rf"(?<!{_LETTER}){_LETTER}++(?:(?:[-._@/:]|,(?=\d)){_LETTER}++)+")
_THOUSANDS: Final = re.compile(r"(?<![\d.,])\d{1,3}([ .,'])\d{3}(?:\1\d{3})*(?!\d)")
_NUMERIC: Final = re.compile(r"[\d\W]+")
_SIGNED_NAME: Final = re.compile(r"(?<![^\W_])[a-z](?:\+\+|#)(?![^\W_])")  # C++, C#, F#


def analyze(text: str) -> list[str]:
    """Turn a passage into the terms it is found by.

    Passages and questions are treated alike, and without knowing their language:

    - case, width, accents, vowel points, digits of other scripts and Arabic letter variants are folded;
    - a word is a term, and so are its overlapping parts: inflected forms and compounds share most of them;
    - scripts without spaces give single characters (in Thai: clusters) and pairs of them;
    - a code, date, address or hyphenated word is one term beside its parts; words with digits have no parts.

    Args:
        text: Any text.

    Returns:
        Terms, repeated as often as they occur. None contains white space, none is longer than
        `MAX_TERM_CHARACTERS`. Empty for a text without letters and digits.
    """
    wholes, parts = _split(text)
    return wholes + parts


def weigh_terms(question: str) -> dict[str, float]:
    """Turn a question into terms and how much each of them counts.

    Args:
        question: Any text.

    Returns:
        The terms of `analyze`, each with the number of times it occurs; parts of words count for less.
    """
    wholes, parts = _split(question)
    weights: dict[str, float] = {}
    for terms, weight in ((wholes, 1.0), (parts, PART_WEIGHT)):
        for term in terms:
            weights[term] = weights.get(term, 0.0) + weight
    return weights


def _split(text: str) -> tuple[list[str], list[str]]:
    """Whole words, codes and characters; and parts of words."""
    folded = _fold(text)
    wholes, parts = _whole_terms(folded), []
    for run in _RUNS.finditer(folded):
        if run.lastgroup == "ideographs":
            wholes += _singles_and_pairs(run[0])
        elif run.lastgroup == "thai":
            wholes += _singles_and_pairs(_THAI_CLUSTER.findall(run[0]))
        else:
            word = run[0][:MAX_TERM_CHARACTERS]
            wholes.append(word)
            parts += _parts(word)
    return wholes, parts


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    text = _ARABIC_NON_JOINER.sub(" ", text)
    text = _MARKS.sub("", unicodedata.normalize("NFD", text))
    text = unicodedata.normalize("NFC", text).translate(_FOLDED)
    text = text.replace("\u0e4d\u0e32", "\u0e33")  # NFKC takes the Thai vowel am apart
    return _SCRIPT_BORDER.sub(" ", _HEBREW_ACRONYM.sub("", text))


def _whole_terms(text: str) -> list[str]:
    """Codes, dates, addresses, hyphenated words and grouped numbers, each as one term."""
    terms = [match[0] for match in _SIGNED_NAME.finditer(text)]
    terms += [re.sub(r"\D", "", match[0])[:MAX_TERM_CHARACTERS] for match in _THOUSANDS.finditer(text)]
    for match in _JOINED.finditer(text):
        joined = match[0]
        if len(joined) > MAX_TERM_CHARACTERS:
            continue
        # Numbers keep their signs (12:30 is not 1230); in words they vary (AB-12, AB12; e-mail, email).
        terms.append(joined.replace(",", ".") if _NUMERIC.fullmatch(joined) else re.sub(r"[\W_]", "", joined))
    return terms


def _singles_and_pairs(characters: Sequence[str]) -> list[str]:
    return [*characters, *(first + second for first, second in pairwise(characters))]


def _parts(word: str) -> list[str]:
    """The overlapping parts of a word; none of a short one, and none of a code."""
    if any(character.isdigit() for character in word):
        return []
    if not word.isascii() and _HANGUL.search(word):
        return _grams(word, HANGUL_GRAM)
    if not word.isascii() and _ABJAD.search(word):
        return _grams(word, ABJAD_GRAM)
    return _grams(f"_{word}", GRAM)


def _grams(word: str, size: int) -> list[str]:
    return [word[start : start + size] for start in range(len(word) - size + 1)] if len(word) > size else []
