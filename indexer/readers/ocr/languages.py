"""Find out which script and language a scanned page is in, from a few of its lines."""

import re
from dataclasses import dataclass
from typing import Final

from indexer.languages import identify_language
from indexer.readers.ocr.image import Pixels
from indexer.readers.ocr.packs import PACKS, PackChoice, packs_for
from indexer.readers.ocr.read_lines import confidence_of, text_of
from indexer.readers.ocr.tesseract import Tesseract
from indexer.scripts import Script, script_shares

RIGHT_TO_LEFT: Final = frozenset((Script.ARABIC, Script.HEBREW))

_ARABIC_ARTICLE: Final = re.compile(r"\b[وبفلك]?ال\w")
_WORD: Final = re.compile(r"\w+")
_ARTICLES: Final = 0.06
"""Of the words of an Arabic page this share and more has the article, whichever pack has read it; of a Persian
page hardly any (measured: .12 to .48 and .00 to .02). Its letters would tell less: packs read others for them."""

_SCRIPTS: Final = {
    "Latin": Script.LATIN,
    "Fraktur": Script.LATIN,
    "Cyrillic": Script.CYRILLIC,
    "Arabic": Script.ARABIC,
    "Hebrew": Script.HEBREW,
    "Devanagari": Script.DEVANAGARI,
    "Bengali": Script.BENGALI,
    "Thai": Script.THAI,
    "Hangul": Script.HANGUL,
    "Korean": Script.HANGUL,
    "Han": Script.HAN,
    "Japanese": Script.JAPANESE,
    "Hiragana": Script.JAPANESE,
    "Katakana": Script.JAPANESE,
}
"""By Tesseract's names."""


def script_named(name: str) -> Script | None:
    """Say which script Tesseract means by a name; none if none of our languages uses it."""
    return _SCRIPTS.get(name)


def script_seen(tesseract: Tesseract, sample: Pixels, deadline: float) -> Script | None:
    """Find the script of a sample by reading it with one pack of each together; none if it has no letters.

    It is right on two lines and more, but takes as long as a page: the last resort.

    Raises:
        ReadError: See `Tesseract.read`.
    """
    usable = [[pack for pack in packs.values() if pack in tesseract.packs][:1] for packs in PACKS.values()]
    packs = [pack for first in usable for pack in first]
    shares = script_shares(text_of(tesseract.read(sample, packs, deadline))) if packs else {}
    shares.pop(Script.OTHER, None)
    return max(shares, key=lambda script: shares[script]) if shares else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How well a sample could be read.

    Attributes:
        choice: With which packs.
        confidence: Of the letters, between 0 and 1.
    """

    choice: PackChoice
    confidence: float


def trial_of(
    tesseract: Tesseract, sample: Pixels, script: Script, deadline: float, *, language: str | None = None
) -> Trial:
    """Find the language of a sample in a known script, and how well it can be read.

    Args:
        tesseract: The program.
        sample: A few lines.
        script: Theirs.
        deadline: On `time.monotonic`.
        language: The likeliest one, if one is likely.

    Raises:
        OcrMissingError: Nothing installed reads the script.
        ReadError: See `Tesseract.read`.
    """
    languages = list(PACKS[script])
    if script is Script.HAN:
        choices = [packs_for(candidate, tesseract.packs) for candidate in languages]
        return max((_tried(tesseract, sample, choice, deadline)[0] for choice in choices), key=_confidence)
    first = language or languages[0]
    trial, text = _tried(tesseract, sample, packs_for(first, tesseract.packs), deadline)
    found = _language_of(text, script)
    if found == first:
        return trial
    return _tried(tesseract, sample, packs_for(found, tesseract.packs), deadline)[0]


def _language_of(text: str, script: Script) -> str:
    languages = list(PACKS[script])
    if script is Script.ARABIC:
        return "ar" if len(_ARABIC_ARTICLE.findall(text)) >= _ARTICLES * len(_WORD.findall(text)) else "fa"
    found = identify_language(text).language if len(languages) > 1 else languages[0]
    return found if found in languages else languages[0]


def _tried(tesseract: Tesseract, sample: Pixels, choice: PackChoice, deadline: float) -> tuple[Trial, str]:
    lines = tesseract.read(sample, choice.packs, deadline)
    return Trial(choice=choice, confidence=confidence_of(lines)), text_of(lines)


def _confidence(trial: Trial) -> float:
    return trial.confidence
