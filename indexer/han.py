"""Whether a text in Han characters alone is Chinese or Japanese."""

import functools
import math
from enum import Enum
from typing import Final

_CHARACTER: Final = 3.0
_MIXTURE: Final = 2.5
_WORD: Final = 1.0
_BIAS: Final = -0.8
"""Log odds of a character or a pair of the tables below, of a Chinese word, and of a text in which nothing tells:
without kana it is rather Chinese."""
_MOST: Final = 12.0

_CHINESE_WORDS: Final = frozenset("是我他她你也都很就被把這們")
"""Words of every Chinese sentence; Japanese writes the same with kana."""

_SECOND_LEVEL: Final = b"\x98\x9f"
"""Where JIS X 0208 goes on with the characters that Japanese hardly uses, in Shift-JIS."""


class _Use(Enum):
    """Which of the three ways of writing a character belongs to."""

    JAPANESE = "Japanese alone"
    CHINESE = "Chinese alone"
    WITH_SIMPLIFIED = "Japanese and simplified Chinese"
    WITH_TRADITIONAL = "Japanese and traditional Chinese"
    ALL = "all three"


def japanese_probability(text: str) -> float:
    """Say how likely a text without kana is Japanese.

    The national character sets decide. 気 and 駅 stand only in the Japanese one, 们 only in the Chinese ones. And who
    writes 国 as in Beijing and 際 as in Taipei is neither here nor there but in Tokyo. 東京 alone tells nothing.

    Args:
        text: Text whose letters are mostly Han characters, simplified or traditional.

    Returns:
        Between 0 (Chinese) and 1 (Japanese), both excluded.
    """
    uses = [_use(character) for character in text if not character.isascii()]
    evidence = _CHARACTER * (uses.count(_Use.JAPANESE) - uses.count(_Use.CHINESE))
    evidence += _MIXTURE * min(uses.count(_Use.WITH_SIMPLIFIED), uses.count(_Use.WITH_TRADITIONAL))
    evidence -= _WORD * sum(character in _CHINESE_WORDS for character in text)
    return 1 / (1 + math.exp(-_BIAS - max(-_MOST, min(_MOST, evidence))))


@functools.lru_cache(maxsize=8192)
def _use(character: str) -> _Use:
    if character == "々":
        return _Use.JAPANESE
    if not character.isalpha():
        return _Use.ALL
    japanese = _encoded(character, "shift_jis")
    simplified, traditional = _encoded(character, "gb2312"), _encoded(character, "big5")
    if not japanese or japanese >= _SECOND_LEVEL:
        return _Use.CHINESE if simplified or traditional else _Use.ALL
    if simplified and traditional:
        return _Use.ALL
    if simplified or traditional:
        return _Use.WITH_SIMPLIFIED if simplified else _Use.WITH_TRADITIONAL
    return _Use.JAPANESE


def _encoded(character: str, encoding: str) -> bytes:
    """The character in a character set; empty where it has none."""
    try:
        return character.encode(encoding)
    except UnicodeEncodeError:
        return b""
