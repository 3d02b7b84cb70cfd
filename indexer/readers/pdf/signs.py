"""Measure what shows that a page's text is not what the page says."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from indexer.readers.pdf import letter_order, odd_characters, torn_text, wrong_letters
from indexer.readers.pdf.tally import Tally, tally_of


class Sign(StrEnum):
    """What can be wrong with a page's text; all are shares between 0 and 1."""

    EMPTY = "no text"
    """1 for a page without a visible character."""
    REPLACEMENT = "replacement characters"
    CID = "character codes"
    """Of characters within codes such as `(cid:12)`."""
    MAP_ERRORS = "map errors"
    """Of characters for which the font does not say what they are."""
    PRIVATE_USE = "private-use characters"
    """Bullets at the beginning of lines are not counted."""
    CONTROLS = "control characters"
    SYMBOLS = "symbols"
    """Of characters that are neither letters nor digits; repeated ones count once."""
    ONE_LETTER_LINES = "one-letter lines"
    ONE_LETTER_WORDS = "one-letter words"
    DOUBLED_LETTERS = "doubled letters"
    DOUBLED_WORDS = "doubled words"
    DOUBLED_LINES = "doubled lines"
    REVERSED_WORDS = "reversed words"
    REVERSED_LINES = "reversed lines"
    """Of commas and full stops that stand before a word of a script written from right to left."""
    PRESENTATION_FORMS = "presentation forms"
    """Of Arabic letters, those given as the shape they have in a word."""
    STRAY_MARKS = "stray marks"
    """Vowel signs and accents without a letter of their script, for each letter."""
    MISREAD = "misread letters"
    """Of characters, those that are UTF-8 decoded as something else."""
    ACCENTED = "accented letters"
    """Of Latin letters; nearly all have accents when another script was decoded as Latin."""
    MIXED_ALPHABETS = "mixed alphabets"
    """Changes of alphabet within words, for each letter."""
    UNLIKELY_PAIRS = "unlikely letter pairs"
    """Of Latin and Cyrillic letters, those that no language sets side by side."""
    RARE_CHARACTERS = "rare characters"
    """Of Chinese characters and Korean syllables, those hardly anyone uses."""


_NATURAL: Final[dict[Sign, float]] = {
    # What good text has of a sign, too, and is therefore no sign; measured on good pages in 26 languages.
    Sign.SYMBOLS: 0.3,
    Sign.ONE_LETTER_WORDS: 0.35,
    Sign.DOUBLED_WORDS: 0.05,
    Sign.DOUBLED_LINES: 0.1,
    Sign.REVERSED_WORDS: 0.1,
    Sign.REVERSED_LINES: 0.1,
    Sign.STRAY_MARKS: 0.003,
    Sign.ACCENTED: 0.35,
    Sign.MISREAD: 0.002,
    Sign.MIXED_ALPHABETS: 0.02,
    Sign.UNLIKELY_PAIRS: 0.06,
    Sign.RARE_CHARACTERS: 0.05,
}

_MEASURES: Final[dict[Sign, Callable[[Tally], float]]] = {
    Sign.REPLACEMENT: odd_characters.replacements,
    Sign.CID: odd_characters.codes,
    Sign.PRIVATE_USE: odd_characters.private_use,
    Sign.CONTROLS: odd_characters.controls,
    Sign.PRESENTATION_FORMS: odd_characters.presentation_forms,
    Sign.SYMBOLS: odd_characters.symbols,
    Sign.ONE_LETTER_LINES: torn_text.one_letter_lines,
    Sign.ONE_LETTER_WORDS: torn_text.one_letter_words,
    Sign.DOUBLED_LETTERS: torn_text.doubled_letters,
    Sign.DOUBLED_WORDS: torn_text.doubled_words,
    Sign.DOUBLED_LINES: torn_text.doubled_lines,
    Sign.REVERSED_WORDS: letter_order.reversed_words,
    Sign.REVERSED_LINES: letter_order.reversed_lines,
    Sign.STRAY_MARKS: letter_order.stray_marks,
    Sign.MISREAD: wrong_letters.misread_letters,
    Sign.ACCENTED: wrong_letters.accented_letters,
    Sign.MIXED_ALPHABETS: wrong_letters.mixed_alphabets,
    Sign.UNLIKELY_PAIRS: wrong_letters.unlikely_pairs,
    Sign.RARE_CHARACTERS: wrong_letters.rare_characters,
}


def signs_of(text: str, *, characters: int, map_errors: int) -> dict[str, float]:
    """Measure what is wrong with a page's text.

    Args:
        text: As the extractor gave it and after repairs, but not cleaned yet: cleaning takes control characters away.
        characters: How many characters the extractor saw on the page.
        map_errors: For how many of them the font does not say what they are.

    Returns:
        The share by the name of the sign (see `Sign`), only of signs that are present; empty for good text.
    """
    page = tally_of(text)
    if not page.visible:
        return {Sign.EMPTY.value: 1.0}
    found = {sign: measure(page) for sign, measure in _MEASURES.items()}
    found[Sign.MAP_ERRORS] = odd_characters.map_errors(page, map_errors / max(characters, map_errors, 1))
    return {sign.value: round(min(share, 1.0), 4) for sign, share in found.items() if share > _NATURAL.get(sign, 0.0)}
