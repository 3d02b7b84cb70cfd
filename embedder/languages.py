"""The languages polyseek is made for."""

from typing import Final

LANGUAGES: Final[tuple[str, ...]] = (
    "en", "ar", "bn", "zh", "cs", "da", "nl", "fi", "fr", "de", "he", "hi", "hu",
    "id", "it", "ja", "ko", "no", "fa", "pl", "pt", "ru", "es", "sv", "th", "tr",
)  # fmt: skip
"""ISO 639-1 codes, in the order they are listed everywhere."""
