"""Which packs Tesseract needs for each language, and how to install them on this system."""

import shutil
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.languages import language_name
from indexer.readers.failure import FailureReason, ReadError
from indexer.scripts import Script

ORIENTATION: Final = "osd"
"""The pack that tells how a page lies and in which script it is."""

ENGLISH: Final = "eng"

TRADITIONAL: Final = "zh-Hant"
"""Chinese in traditional characters: for Tesseract a language of its own."""

PACKS: Final[dict[Script, dict[str, str]]] = {
    Script.LATIN: {
        "en": ENGLISH, "cs": "ces", "da": "dan", "nl": "nld", "fi": "fin", "fr": "fra", "de": "deu", "hu": "hun",
        "id": "ind", "it": "ita", "no": "nor", "pl": "pol", "pt": "por", "es": "spa", "sv": "swe", "tr": "tur",
    },
    Script.CYRILLIC: {"ru": "rus"},
    Script.ARABIC: {"ar": "ara", "fa": "fas"},
    Script.HEBREW: {"he": "heb"},
    Script.DEVANAGARI: {"hi": "hin"},
    Script.BENGALI: {"bn": "ben"},
    Script.THAI: {"th": "tha"},
    Script.HANGUL: {"ko": "kor"},
    Script.HAN: {"zh": "chi_sim", TRADITIONAL: "chi_tra"},
    Script.JAPANESE: {"ja": "jpn"},
}  # fmt: skip
"""The pack of each language, by script; the first language is tried first."""

_OF_SCRIPTS: Final[dict[Script, tuple[str, ...]]] = {
    Script.LATIN: ("Latin",),
    Script.CYRILLIC: ("Cyrillic",),
    Script.ARABIC: ("Arabic",),
    Script.HEBREW: ("Hebrew",),
    Script.DEVANAGARI: ("Devanagari",),
    Script.BENGALI: ("Bengali",),
    Script.THAI: ("Thai",),
    Script.HANGUL: ("Hangul",),
    Script.HAN: ("HanS", "HanT"),
    Script.JAPANESE: ("Japanese",),
}
"""Packs of whole scripts: slower, or a little less exact, than those of languages."""

_TRAINED_DATA: Final = "https://github.com/tesseract-ocr/tessdata_fast"


class OcrMissingError(ReadError):
    """Tesseract, or every pack that could read this page, is not installed. The message says what to type."""

    def __init__(self, message: str) -> None:
        super().__init__(FailureReason.NO_TEXT, message)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackChoice:
    """What a language is read with.

    Attributes:
        language: Its code.
        packs: Installed packs, the main one first.
        missing: The pack that would read it better, if that is not installed.
    """

    language: str
    packs: tuple[str, ...]
    missing: tuple[str, ...] = ()


def script_of(language: str) -> Script:
    """Say which script a language is written in.

    Raises:
        ValueError: It is none of ours.
    """
    for script, packs in PACKS.items():
        if language in packs:
            return script
    known = [language for packs in PACKS.values() for language in packs]
    raise ValueError(f"Unknown language code {language!r}; use one of {', '.join(known)}.")


def needed_packs() -> tuple[str, ...]:
    """List the packs that our languages are read best with."""
    return tuple(pack for packs in PACKS.values() for pack in packs.values())


def packs_for(language: str, installed: Collection[str]) -> PackChoice:
    """Choose what to read a language with: its own pack, else the nearest one that is installed.

    Raises:
        OcrMissingError: Nothing installed reads its script.
        ValueError: The language is none of ours.
    """
    script = script_of(language)
    own = PACKS[script][language]
    for pack in (own, *_OF_SCRIPTS[script], *PACKS[script].values()):
        if pack in installed:
            # Russian pages have Latin names and words in them; the pack of English costs them nothing.
            extra = (ENGLISH,) if script is Script.CYRILLIC and ENGLISH in installed else ()
            return PackChoice(language=language, packs=(pack, *extra), missing=() if pack == own else (own,))
    name = "Traditional Chinese" if language == TRADITIONAL else language_name(language)
    message = f"reading images of {name} needs Tesseract's pack {own}; install it with: {install_line([own])}"
    raise OcrMissingError(message)


def install_line(packs: Sequence[str]) -> str:
    """Say what to type on this system to install Tesseract with these packs."""
    if sys.platform == "darwin":
        return "brew install tesseract" + (" tesseract-lang" if {*packs} - {ENGLISH, ORIENTATION} else "")
    if sys.platform == "win32":
        files = ", ".join(f"{pack}.traineddata" for pack in packs if pack not in (ENGLISH, ORIENTATION))
        then = f", then put {files} from {_TRAINED_DATA} into its tessdata folder" if files else ""
        return f"choco install tesseract{then}"
    if shutil.which("dnf"):
        names = (f"tesseract-{pack}" if pack == ORIENTATION else f"tesseract-langpack-{pack}" for pack in packs)
        return " ".join(("dnf install tesseract", *names))
    names = (f"tesseract-ocr-{pack.replace('_', '-')}" for pack in packs)
    return " ".join(("apt install tesseract-ocr", *names))
