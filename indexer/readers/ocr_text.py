"""Put right how Tesseract writes some scripts."""

import re
from typing import Final

from indexer.scripts import HAN, KANA

_CJK: Final = f"\u2e80-\u303f{KANA}{HAN}\uff00-\uff65"
_POINT: Final = r",.;:!?)\]"
_SPACE: Final = re.compile(rf"(?<=[{_CJK}])[ ]+(?=[{_CJK}{_POINT}0-9])|(?<=[0-9])[ ]+(?=[{_CJK}])")
_SPACE_AFTER_POINT: Final = re.compile(rf"(?<=[{_CJK}][{_POINT}])[ ]+(?=[{_CJK}])")
_SARA_AM: Final = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32")


def as_written(text: str) -> str:
    """Write Chinese and Japanese without spaces, also around digits, and the Thai vowel am as one sign.

    Spaces in Thai stay: they part phrases, and Tesseract sees them where they are.
    """
    text = _SPACE_AFTER_POINT.sub("", _SPACE.sub("", text))
    return _SARA_AM.sub("\\1\u0e33", text)
