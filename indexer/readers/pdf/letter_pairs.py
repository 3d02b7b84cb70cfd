"""Which letters follow one another in languages written in Latin or Cyrillic letters.

Counted in the calibration sentences of the embedder, our own texts. A Latin pair is listed if one of the languages uses
it twice or more and for one pair in a thousand; a Cyrillic pair, counted in Russian alone, if it occurs.
"""

import functools
import unicodedata
from typing import Final

import numpy as np
import numpy.typing as npt

_LATIN: Final = (
    "aabcdfghijklmnoprstuvwyz babeilnoruy cacehiklnoqstuyz dadeiklnoprstuvwyz eabcdefghijklmnpqrstuvwxyz "
    "faefijlortu gadeghijklorstuy hadeijklmnortuvy iabcdefghijklmnoprstuvxyz jadeiknostu kadeijklmnorstuvy "
    "labcdeghijklmnostuvy mabeilmnopuy nacdefghijklmnorstuvyz oabcdefghijklmnoprstuvwyz paefiloprsuy qu "
    "rabcdefghijklmnopqrstuvwyz sacehijklmnopstuvwyz taehijklmnorstuvwyz uabcdefghijklmnoprstuvwxyz "
    "vaceilnoruyz wacehinorsuy yabcdeghijklmnopstuvwyz zabcdegiklnopstuwyz"
)
"""Each word is a letter and all that follow it."""

_CYRILLIC: Final = (
    "абвгдежзиклмнпрстухцчшщюя баежилморсущыя ваеилнопрстухчшыья гадеиклнору давдеиклнорсуцшыья "
    "ебвгдежзиклмнопрстфхцчшщюя жабдеикнчь забвдеикмноруыя иабвгдежзиклмнопрстфхцчшщя кавеиклнорсту "
    "лаежикносуыьюя маеиклмнопсуыья надеикнотуцыьюя оабвгдежзиклмнопрстхчшэя паеиклопруцчья "
    "рабвгдежиклмнопстухчыья савеиклмнопрстухшъыьюя тавдеиклнопрсуфчыья убвгдежзиклмнпрстхчшю фаеот хаилнорсу "
    "цавеиуы чавеикнтушь шаеиклноуь щаеиу ъе ыбвгеиклмнпрсхчшя ьезикмнстцшюя эклнт юдтщ ябгдезлмнстхцщю"
)

_USUAL: Final = 1
_UNUSUAL: Final = 2
_UNFOLDED: Final = {"æ": "a", "ø": "o", "œ": "o", "ß": "s", "ı": "i", "ł": "l", "đ": "d", "ð": "d", "þ": "t"}
_ENCODING: Final = "cp1251"  # Latin letters without accents and Cyrillic ones, a byte each
_LATIN_LETTERS: Final = b"abcdefghijklmnopqrstuvwxyz"
_CYRILLIC_LETTERS: Final = "абвгдежзийклмнопрстуфхцчшщъыьэюя".encode(_ENCODING)


def count_pairs(text: str) -> tuple[int, int]:
    """Count the neighbouring letters of words in Latin and Cyrillic letters; accents and capitals don't matter.

    Returns:
        The number of pairs, and how many of them are in none of the languages.
    """
    small = text.lower()
    if not small.isascii():
        for letter, plain in _UNFOLDED.items():
            small = small.replace(letter, plain)
        small = unicodedata.normalize("NFD", small)
    codes = np.frombuffer(small.encode(_ENCODING, errors="ignore"), np.uint8)
    kinds = _pair_kinds()[codes[:-1], codes[1:]]
    usual, unusual = (int(np.count_nonzero(kinds == kind)) for kind in (_USUAL, _UNUSUAL))
    return usual + unusual, unusual


@functools.cache
def _pair_kinds() -> npt.NDArray[np.uint8]:
    """Shape (256, 256), uint8: `_USUAL`, `_UNUSUAL` or 0, by the codes of two characters; to be read only."""
    kinds = np.zeros((256, 256), np.uint8)
    for letters in (_LATIN_LETTERS, _CYRILLIC_LETTERS):
        codes = np.frombuffer(letters, np.uint8)
        kinds[np.ix_(codes, codes)] = _UNUSUAL
    for row in f"{_LATIN} {_CYRILLIC}".split():
        first, *following = row.encode(_ENCODING)
        kinds[first, following] = _USUAL
    return kinds
