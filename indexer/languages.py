"""Which of the 26 languages a text is written in."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from embedder.languages import LANGUAGES
from indexer.scripts import Script, script_shares

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNKNOWN: Final = "und"
"""The language of a text without letters, or in a script none of the 26 languages uses."""

SAMPLE_CHARACTERS: Final = 4000
"""More text than this does not change the answer."""

CLEAR_CHARACTERS: Final = 80
CLEAR_CONFIDENCE: Final = 0.95
"""A passage this long, recognised this surely, may differ from its document."""

CLEAR_SCRIPT_LETTERS: Final = 8
CLEAR_SCRIPT_SHARE: Final = 0.8
"""A passage with this many letters, this share of them in one script, may differ by its script."""

_ALIASES: Final = {"nb": "no", "nn": "no", "ms": "id"}

_SCRIPT_LANGUAGES: Final[dict[Script, tuple[str, ...]]] = {
    Script.THAI: ("th",),
    Script.HEBREW: ("he",),
    Script.HANGUL: ("ko",),
    Script.DEVANAGARI: ("hi",),
    Script.BENGALI: ("bn",),
    Script.JAPANESE: ("ja",),
    Script.HAN: ("zh",),
    Script.CYRILLIC: ("ru",),
    Script.ARABIC: ("ar", "fa"),
    Script.LATIN: ("en", "cs", "da", "nl", "fi", "fr", "de", "hu", "id", "it", "no", "pl", "pt", "es", "sv", "tr"),
    Script.OTHER: (),
}

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
        confidence: Between 0 (a toss-up) and 1 (certain); 0 when the language is unknown.
    """

    language: str
    confidence: float


def identify_language(text: str) -> LanguageGuess:
    """Say which language this text is written in.

    The script decides alone where only one of the 26 languages uses it; Latin and Arabic letters are
    settled by py3langid, restricted to our languages. Safe to call from several threads.

    Args:
        text: Any text; long ones are judged by samples from their beginning, middle and end.

    Returns:
        The language; `UNKNOWN` with confidence 0 for a text without letters of our scripts.
    """
    probabilities = language_probabilities(text)
    if not probabilities:
        return LanguageGuess(language=UNKNOWN, confidence=0.0)
    best = max(probabilities, key=lambda language: probabilities[language])
    return LanguageGuess(language=best, confidence=probabilities[best])


def language_probabilities(text: str) -> dict[str, float]:
    """Say how likely this text is in each language of its script; see `identify_language`.

    Returns:
        Probabilities by language code, together at most 1: less where other scripts are mixed in. Empty for a text
        without letters of our scripts.
    """
    sample = _sample(text)
    shares = script_shares(sample)
    if not shares:
        return {}
    script = max(shares, key=lambda candidate: shares[candidate])
    languages = _SCRIPT_LANGUAGES[script]
    if len(languages) <= 1:
        return dict.fromkeys(languages, shares[script])
    return _classify(sample, languages, share=shares[script])


def passage_languages(passages: Sequence[str]) -> list[LanguageGuess]:
    """Say which language each passage of one document is written in.

    Short passages mislead, so the document is judged as a whole and its passages inherit the answer;
    one differs only when it is long and clearly in another language, or in another script.

    Args:
        passages: The passages of one document, in order.

    Returns:
        One guess per passage, in the same order.
    """
    document = identify_language(_spread(passages))
    return [_differing(passage, document) or document for passage in passages]


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


def _spread(passages: Sequence[str]) -> str:
    """Take text from passages all over the document, up to the size of a sample."""
    step = max(1, len(passages) * 200 // SAMPLE_CHARACTERS)
    chosen = passages[::step]
    size = SAMPLE_CHARACTERS // max(1, len(chosen))
    return "\n".join(passage[: max(size, 200)] for passage in chosen)[:SAMPLE_CHARACTERS]


def _differing(passage: str, document: LanguageGuess) -> LanguageGuess | None:
    """Judge one passage alone; nothing if it does not clearly differ from its document."""
    guess = identify_language(passage)
    if guess.language in (UNKNOWN, document.language):
        return None
    if document.language == UNKNOWN:
        return guess
    same_script = _script_of(guess.language) is _script_of(document.language)
    if same_script or _script_of(guess.language) in (Script.LATIN, Script.ARABIC):
        clear = len(passage) >= CLEAR_CHARACTERS and guess.confidence >= CLEAR_CONFIDENCE
    else:
        letters = sum(character.isalpha() for character in passage)
        clear = letters >= CLEAR_SCRIPT_LETTERS and guess.confidence >= CLEAR_SCRIPT_SHARE
    return guess if clear else None


def _script_of(language: str) -> Script:
    return next(script for script, languages in _SCRIPT_LANGUAGES.items() if language in languages)


def _classify(sample: str, languages: tuple[str, ...], *, share: float) -> dict[str, float]:
    """Weigh the languages of one script, which has this share of the letters, against one another."""
    probabilities = dict.fromkeys(languages, 0.0)
    for label, probability in _model().rank(sample):
        language = _ALIASES.get(label, label)
        if language in probabilities:
            probabilities[language] += probability
    total = sum(probabilities.values())
    if total == 0:  # the classifier is sure of a language in another script: a mixture it cannot judge
        return {}
    return {language: min(1.0, share * probability / total) for language, probability in probabilities.items()}


@functools.cache
def _model() -> LanguageIdentifier:
    """Load the model once per process; classifying only reads it, so threads may share it."""
    from py3langid.langid import LanguageIdentifier

    model = LanguageIdentifier.from_model_file("data/model.npz.xz", norm_probs=True)
    known = set(model.labels)
    model.set_languages(known & {*LANGUAGES, *_ALIASES})
    return model
