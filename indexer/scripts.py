"""Which writing system the letters of a text belong to."""

import re
from enum import StrEnum
from typing import Final


class Script(StrEnum):
    """The writing systems of the 26 languages."""

    LATIN = "latin"
    CYRILLIC = "cyrillic"
    ARABIC = "arabic"
    HEBREW = "hebrew"
    DEVANAGARI = "devanagari"
    BENGALI = "bengali"
    THAI = "thai"
    HANGUL = "hangul"
    HAN = "han"
    JAPANESE = "japanese"
    OTHER = "other"


KANA: Final = "\u3041-\u3096\u3099-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"
HAN: Final = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
HANGUL: Final = "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc"
THAI: Final = "\u0e01-\u0e3a\u0e40-\u0e4e"
"""Ranges for a regular expression's character class."""

_RANGES: Final = {
    Script.LATIN: (
        "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\ufb00-\ufb06\uff21-\uff3a\uff41-\uff5a"
    ),
    Script.CYRILLIC: "\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f",
    Script.ARABIC: (
        "\u0620-\u065f\u066e-\u06d3\u06d5-\u06dc\u06ee\u06ef\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc"
    ),
    Script.HEBREW: "\u05b0-\u05bd\u05d0-\u05ea\u05ef-\u05f2\ufb1d-\ufb4f",
    Script.DEVANAGARI: "\u0900-\u0963\u0971-\u097f",
    Script.BENGALI: "\u0980-\u09e3\u09f0\u09f1",
    Script.THAI: THAI,
    Script.HANGUL: HANGUL,
    Script.HAN: HAN,
    Script.JAPANESE: KANA,
}
_DENSE: Final = {Script.HAN, Script.JAPANESE, Script.HANGUL}
_DENSITY: Final = 2.5  # an ideograph or a syllable block says about as much as two to three letters
_KANA_SHARE: Final = 0.05  # Chinese quotes a kana word now and then; Japanese prose has a third or more

_RUNS: Final = re.compile(
    "|".join(f"(?P<{script.value}>[{ranges}]+)" for script, ranges in _RANGES.items()) + r"|(?P<other>[^\W\d_]+?)"
)


def script_shares(text: str) -> dict[Script, float]:
    """Measure how much of a text's letters each writing system has.

    Han characters count as Japanese when kana stand among them.

    Args:
        text: Any text.

    Returns:
        Shares that sum to 1, only scripts that occur; empty for a text without letters.
    """
    letters: dict[Script, float] = {}
    for match in _RUNS.finditer(text):
        script = Script(match.lastgroup or Script.OTHER)
        weight = _DENSITY if script in _DENSE else 1.0
        letters[script] = letters.get(script, 0.0) + weight * (match.end() - match.start())
    kana, han = letters.get(Script.JAPANESE, 0.0), letters.get(Script.HAN, 0.0)
    if kana and han and kana / (kana + han) >= _KANA_SHARE:
        letters[Script.JAPANESE] = kana + letters.pop(Script.HAN)
    total = sum(letters.values())
    return {script: amount / total for script, amount in letters.items()}
