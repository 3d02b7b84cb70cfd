"""Measure characters that text does not consist of: replacements, codes, controls, shapes and symbols."""

import re
import unicodedata
from typing import Final

from indexer.readers.pdf.tally import Tally

_REPLACEMENT: Final = re.compile("\ufffd")
_CODE: Final = re.compile(r"\(cid:\d+\)")
_PRIVATE_USE: Final = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_BULLET: Final = re.compile("^[ \t]*[\ue000-\uf8ff](?=[ \t]|$)", re.MULTILINE)
_CONTROLS: Final = re.compile("[\x00\x01\x03-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")  # pdfium marks hyphens by U+0002
_ARABIC: Final = re.compile("[\u0620-\u064a\u066e-\u06d3\ufb50-\ufdff\ufe70-\ufefc]")
_FORMS: Final = re.compile("[\ufb50-\ufd3d\ufd50-\ufdef\ufe70-\ufefc]")  # up to the honorifics, which are one character
_FEWEST_FORMS: Final = 10
_MOSTLY: Final = 0.5
_STRETCHED: Final = 0.15  # of the characters of a page of Arabic in narrow columns
_STROKE: Final = "\x01"  # as pdfium gives the stroke that lengthens an Arabic word
_REPEATED: Final = re.compile(r"([^\w\s])(?:\s*\1)+")
_FEW_SYMBOLS: Final = 0.3
_FEWEST_VISIBLE: Final = 60


def replacements(page: Tally) -> float:
    """Say which share of the characters is U+FFFD."""
    return page.share_of(_REPLACEMENT)


def codes(page: Tally) -> float:
    """Say which share of the characters belongs to codes such as `(cid:12)`."""
    return sum(map(len, _CODE.findall(page.text))) / page.visible if "(cid:" in page.text else 0.0


def private_use(page: Tally) -> float:
    """Say which share of the characters only its font knows; bullets at the beginning of lines are left out."""
    private = page.count_of(_PRIVATE_USE)
    return (private - len(_BULLET.findall(page.text))) / page.visible if private else 0.0


def controls(page: Tally) -> float:
    """Say which share of the characters controls a terminal."""
    strokes = page.counts[_STROKE] if _is_arabic(page) else 0
    return (page.count_of(_CONTROLS) - strokes) / page.visible


def map_errors(page: Tally, share: float) -> float:
    """Take off what is none: pdfium sees an error in each stroke that lengthens an Arabic word."""
    return 0.0 if share <= _STRETCHED and _is_arabic(page) else share


def presentation_forms(page: Tally) -> float:
    """Say which share of the Arabic letters is given as the shape it has in a word."""
    forms = page.count_of(_FORMS)
    return forms / page.count_of(_ARABIC) if forms >= _FEWEST_FORMS else 0.0


def symbols(page: Tally) -> float:
    """Say which share of the characters is neither letter nor digit; rows of dots and dashes count once."""
    if sum(count for character, count in page.counts.items() if _is_symbol(character)) <= _FEW_SYMBOLS * page.visible:
        return 0.0
    once = "".join(_REPEATED.sub(r"\1", page.text).split())
    return sum(map(_is_symbol, once)) / len(once) if len(once) >= _FEWEST_VISIBLE else 0.0


def _is_arabic(page: Tally) -> bool:
    return page.count_of(_ARABIC) > _MOSTLY * page.letters


def _is_symbol(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"
