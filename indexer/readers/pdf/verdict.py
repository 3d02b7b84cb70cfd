"""Judge a page's text by its signs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from indexer.readers.document import PageCheck, Verdict
from indexer.readers.pdf.signs import Sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """From which share on a sign speaks against a page.

    Attributes:
        suspect: The text is suspect from here on.
        undecodable: The fonts do not say which letters they draw from here on; 2, above any share, if the sign
            says nothing of fonts.
    """

    suspect: float
    undecodable: float = 2.0


LIMITS: Final[Mapping[Sign, Limit]] = {
    # One in a hundred is a torn word in every third sentence; good files have none. A fifth leaves no word whole.
    Sign.REPLACEMENT: Limit(suspect=0.01, undecodable=0.2),
    Sign.CID: Limit(suspect=0.02, undecodable=0.2),
    Sign.CONTROLS: Limit(suspect=0.01, undecodable=0.2),
    # Good fonts have none; bad ones 5% and more, those without any table 20 to 97%.
    Sign.MAP_ERRORS: Limit(suspect=0.03, undecodable=0.2),
    # Signs of a symbol font within the text are right, whole words in it are not.
    Sign.PRIVATE_USE: Limit(suspect=0.05, undecodable=0.2),
    # Short entries of a botanical dictionary come to 0.30, pages of prose to 0.10.
    Sign.SYMBOLS: Limit(suspect=0.45),
    # Text along a margin is a small part of its page.
    Sign.ONE_LETTER_LINES: Limit(suspect=0.2),
    # Hindi has most of them, up to 0.31; pages torn at their vowel signs begin at 0.46.
    Sign.ONE_LETTER_WORDS: Limit(suspect=0.42),
    # These do not occur but in lists and tables.
    Sign.DOUBLED_LETTERS: Limit(suspect=0.1),
    Sign.DOUBLED_WORDS: Limit(suspect=0.2),
    Sign.DOUBLED_LINES: Limit(suspect=0.4),
    # Good text has up to 0.05, a page with some lines reversed 0.4 and more.
    Sign.REVERSED_WORDS: Limit(suspect=0.15),
    Sign.REVERSED_LINES: Limit(suspect=0.3),
    # A quoted word of the Koran stays below; whole pages of shapes do not.
    Sign.PRESENTATION_FORMS: Limit(suspect=0.1),
    # Good text has up to 0.003: a slip of the typist.
    Sign.STRAY_MARKS: Limit(suspect=0.015),
    # Good text has none but at the end of a quotation in capitals; an Italian page misread as a whole has 0.01.
    Sign.MISREAD: Limit(suspect=0.006),
    # Czech has 0.23; a page in another script that was misread as Latin 0.7 and more.
    Sign.ACCENTED: Limit(suspect=0.45),
    # Phonetic script comes to 0.02.
    Sign.MIXED_ALPHABETS: Limit(suspect=0.04),
    # Good pages have up to 0.04; letters put for one another at random have 0.09 in 99 of 100 cases.
    Sign.UNLIKELY_PAIRS: Limit(suspect=0.09),
    # A list of fishes in Chinese comes to 0.10, characters taken at random to 0.6.
    Sign.RARE_CHARACTERS: Limit(suspect=0.2),
}


def verdict_of(signs: Mapping[str, float], *, repaired: bool, has_images: bool, extractor: str) -> PageCheck:
    """Say how far a page's text can be trusted.

    Args:
        signs: What `signs_of` measured.
        repaired: Whether the text was put right in a way that is proven.
        has_images: Whether the page shows something that may be text without being it: images, or drawn letters.
        extractor: What the text was taken with.

    Returns:
        The verdict and what it rests on. A page that shows nothing is `OK`: it needs no recognition (OCR).
    """
    return PageCheck(
        verdict=_verdict(signs, repaired=repaired, has_images=has_images), extractor=extractor, signs=signs
    )


def _verdict(signs: Mapping[str, float], *, repaired: bool, has_images: bool) -> Verdict:
    if Sign.EMPTY in signs:
        return Verdict.NO_TEXT if has_images else Verdict.OK
    if any(signs.get(sign, 0.0) >= limit.undecodable for sign, limit in LIMITS.items()):
        return Verdict.UNDECODABLE
    if any(signs.get(sign, 0.0) >= limit.suspect for sign, limit in LIMITS.items()):
        return Verdict.SUSPECT
    return Verdict.REPAIRED if repaired else Verdict.OK


def severity_of(signs: Mapping[str, float]) -> float:
    """Add up the signs, each in parts of what makes a page suspect: 0 is best."""
    return sum(signs.get(sign, 0.0) / limit.suspect for sign, limit in LIMITS.items())
