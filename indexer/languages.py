"""Which of the 26 languages a text is written in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from embedder.languages import LANGUAGES
from indexer.language_evidence import SCRIPT_LANGUAGES, UNKNOWN, log_likelihoods, weighted_scripts
from indexer.language_runs import STATES, evidence_of, smooth
from indexer.scripts import Script

__all__ = [
    "UNKNOWN",
    "LanguageGuess",
    "identify_language",
    "language_name",
    "language_probabilities",
    "native_language_name",
    "passage_languages",
]

SAMPLE_CHARACTERS: Final = 4000
"""More text than this does not change the answer."""

_NAMES: Final[dict[str, tuple[str, str]]] = {
    "en": ("English", "English"),
    "ar": ("Arabic", "العربية"),
    "bn": ("Bengali", "বাংলা"),
    "zh": ("Chinese", "中文"),
    "cs": ("Czech", "čeština"),
    "da": ("Danish", "dansk"),
    "nl": ("Dutch", "Nederlands"),
    "fi": ("Finnish", "suomi"),
    "fr": ("French", "français"),
    "de": ("German", "Deutsch"),
    "he": ("Hebrew", "עברית"),
    "hi": ("Hindi", "हिन्दी"),
    "hu": ("Hungarian", "magyar"),
    "id": ("Indonesian", "Bahasa Indonesia"),
    "it": ("Italian", "italiano"),
    "ja": ("Japanese", "日本語"),
    "ko": ("Korean", "한국어"),
    "no": ("Norwegian", "norsk"),
    "fa": ("Persian", "فارسی"),
    "pl": ("Polish", "polski"),
    "pt": ("Portuguese", "português"),
    "ru": ("Russian", "русский"),
    "es": ("Spanish", "español"),
    "sv": ("Swedish", "svenska"),
    "th": ("Thai", "ไทย"),
    "tr": ("Turkish", "Türkçe"),
    UNKNOWN: ("Unknown", "Unknown"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageGuess:
    """The language of a text, and how sure that is.

    Attributes:
        language: One of the 26 codes, or `UNKNOWN`.
        confidence: How likely that is right, 0 to 1, as measured: of the guesses with 0.9, at least nine in ten are.
            0 when the language is unknown.
    """

    language: str
    confidence: float


def identify_language(text: str) -> LanguageGuess:
    """Say which language this text is written in.

    The script narrows the choice; py3langid, frequent small words and telling letters decide. Other languages of the
    script take part, so that Ukrainian is unknown rather than Russian. Safe to call from several threads.

    Args:
        text: Any text; long ones are judged by samples from their beginning, middle and end.

    Returns:
        The language; `UNKNOWN` with confidence 0 for a text without letters or likelier in a language that is not
        one of the 26.
    """
    probabilities = language_probabilities(text)
    best = max(probabilities, key=lambda language: probabilities[language], default=UNKNOWN)
    return LanguageGuess(language=best, confidence=0.0 if best == UNKNOWN else probabilities[best])


def language_probabilities(text: str) -> dict[str, float]:
    """Say how likely this text is in each language of its script; see `identify_language`.

    Returns:
        Probabilities by language code, `UNKNOWN` for all other languages among them, together at most 1: less where
        other scripts are mixed in. Empty for a text without letters of our scripts.
    """
    sample = _sample(text)
    script, share = next(iter(weighted_scripts(sample).items()), (Script.OTHER, 0.0))
    if not SCRIPT_LANGUAGES[script]:
        return {}
    weighed = log_likelihoods(sample, script)
    return {language: min(1.0, share * math.exp(value)) for language, value in weighed.items()}


def passage_languages(passages: Sequence[str]) -> list[LanguageGuess]:
    """Say which language each passage of one document is written in.

    Short passages mislead, so all are judged together: a passage follows its neighbours and the languages of the
    document unless it speaks clearly for another. Documents in several languages get each passage's own.

    Args:
        passages: The passages of one document, in order.

    Returns:
        One guess per passage, in the same order.
    """
    evidence = [evidence_of(_sample(passage)) for passage in passages]
    if not any(passage.letters for passage in evidence):
        return [LanguageGuess(language=UNKNOWN, confidence=0.0) for _ in passages]
    return [
        LanguageGuess(language=STATES[best], confidence=0.0 if STATES[best] == UNKNOWN else float(row[best]))
        for row, best in ((row, int(row.argmax())) for row in smooth(evidence))
    ]


def language_name(code: str) -> str:
    """Name a language in English: `"fa"` is Persian.

    Raises:
        ValueError: The code is neither one of the 26 nor `UNKNOWN`.
    """
    return _names(code)[0]


def native_language_name(code: str) -> str:
    """Name a language as its speakers do: `"fa"` is فارسی.

    Raises:
        ValueError: The code is neither one of the 26 nor `UNKNOWN`.
    """
    return _names(code)[1]


def _names(code: str) -> tuple[str, str]:
    if code not in _NAMES:
        raise ValueError(f"Unknown language code {code!r}; use one of {', '.join((*LANGUAGES, UNKNOWN))}.")
    return _NAMES[code]


def _sample(text: str) -> str:
    if len(text) <= SAMPLE_CHARACTERS:
        return text
    size = SAMPLE_CHARACTERS // 3
    starts = (0, (len(text) - size) // 2, len(text) - size)
    return " ".join(text[start : start + size] for start in starts)
