"""Measure words written back to front and signs without the letter they belong to."""

import re
import unicodedata
from typing import Final

from indexer.readers.pdf.tally import Tally

_FINALS: Final = "ךםןףץ"
_ONLY_LAST: Final = frozenset(f"{_FINALS}ةى")
_NEVER_FIRST: Final = frozenset(f"{_FINALS}ةىءئؤ")
_MOSTLY_FIRST: Final = frozenset("آإ")
_ARTICLE: Final = "ال"
_SHORTEST_WITH_ARTICLE: Final = 4
_FREQUENT: Final = frozenset(
    [
        "في", "على", "إلى", "التي", "الذي", "هذا", "ذلك", "بين", "كان", "أن", "أو", "عن", "مع",
        "که", "از", "این", "است", "برای", "های", "می", "آن", "یک", "شده", "باید", "دارد", "تا", "خود",
    ]
)  # fmt: skip
_BACKWARDS: Final = frozenset(word[::-1] for word in _FREQUENT)
_FEWEST_WORDS: Final = 8

_RIGHT_TO_LEFT: Final = re.compile("[\u05d0-\u05ea\u0621-\u06d3\ufb50-\ufdff\ufe70-\ufefc]")
_WORD: Final = re.compile("[\u05d0-\u05ea]{2,}|[\u0621-\u063a\u0641-\u064a\u066e-\u06d3]{2,}")
_POINTS: Final = re.compile("[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]")
_FORMS: Final = re.compile("[\ufb50-\ufd3d\ufd50-\ufdf1\ufe70-\ufefc]+")

_STOPS: Final = ",.;:،؛؟"
_LETTERS: Final = "[\u05d0-\u05ea\u0620-\u064a\u066e-\u06d3\ufb50-\ufdfb\ufe70-\ufefc]"
_STOP_AFTER: Final = re.compile(rf"{_LETTERS}[{_STOPS}](?!\S)")
_STOP_BEFORE: Final = re.compile(rf"(?<!\S)[{_STOPS}]{_LETTERS}")

_JOINERS: Final = "\u200c\u200d\u25cc\u00a0"  # what grammars of these scripts show a sign on


def _without(signs: str, before: str) -> str:
    """Make the pattern of signs that do not follow one of these characters; to look for the sign first is quicker."""
    return f"[{signs}](?<![{before}{_JOINERS}].)"


_THAI_VOWELS: Final = "\u0e31\u0e34-\u0e3a\u0e47"  # above and below a consonant
_STRAY_IN: Final = (
    # The signs of a script, and the patterns of those that are wrong where they stand.
    ("\u0300-\u036f", r"[\u0300-\u036f](?<=[\s\d!-/:-?].)|^[\u0300-\u036f]"),
    ("\u05b0-\u05c2", _without("\u05b0-\u05bd\u05bf\u05c1\u05c2", "\u05d0-\u05ea\u0591-\u05c7\ufb1d-\ufb4f")),
    ("\u064b-\u0652\u0670", _without("\u064b-\u0652\u0670", "\u0620-\u065f\u0670-\u06dc\ufb50-\ufdff\ufe70-\ufefc")),
    ("\u0900-\u0963", _without("\u0900-\u0903\u093a-\u093c\u093e-\u094f\u0962\u0963", "\u0900-\u097f\u1cd0-\u1cff")),
    ("\u0900-\u0963", "[\u093e-\u094c\u094e\u094f]{2,}"),
    ("\u0980-\u09e3", _without("\u0981-\u0983\u09bc\u09be-\u09cd\u09e2\u09e3", "\u0980-\u09ff")),
    ("\u0980-\u09e3", "[\u09be-\u09cc]{2,}"),
    ("\u0e31-\u0e4e", _without(_THAI_VOWELS, "\u0e01-\u0e2e")),
    ("\u0e31-\u0e4e", _without("\u0e48-\u0e4e", f"\u0e01-\u0e2e{_THAI_VOWELS}")),
    ("\u0e31-\u0e4e", _without("\u0e33", "\u0e01-\u0e2e\u0e48-\u0e4b")),
    ("\u0e31-\u0e4e", "[\u0e40-\u0e44](?![\u0e01-\u0e2e])"),
)
_STRAY: Final = tuple((re.compile(f"[{signs}]"), re.compile(wrong, re.DOTALL)) for signs, wrong in _STRAY_IN)


def reversed_words(page: Tally) -> float:
    """Say which share of Hebrew, Arabic and Persian words is written back to front.

    Judged by letters that only begin or only end a word, by the Arabic article and by the most frequent words.
    Presentation forms are judged as the letters they show.

    Returns:
        Between 0 and 1; 0 for too few words that tell.
    """
    if not page.has(_RIGHT_TO_LEFT):
        return 0.0
    forwards = backwards = 0
    for word in _WORD.findall(_POINTS.sub("", _FORMS.sub(_plain_letters, page.text))):
        right, wrong = _directions(word)
        forwards += right
        backwards += wrong
    told = forwards + backwards
    return backwards / told if told >= _FEWEST_WORDS else 0.0


def reversed_lines(page: Tally) -> float:
    """Say which share of commas and full stops in right-to-left text stands before a word rather than after one."""
    if not page.has(_RIGHT_TO_LEFT):
        return 0.0
    wrong = len(_STOP_BEFORE.findall(page.text))
    told = wrong + len(_STOP_AFTER.findall(page.text))
    return wrong / told if told >= _FEWEST_WORDS else 0.0


def stray_marks(page: Tally) -> float:
    """Say how many vowel signs, accents and tone marks stand on no letter of their script, for each letter."""
    stray = sum(len(wrong.findall(page.text)) for signs, wrong in _STRAY if page.has(signs))
    return stray / max(1, page.letters)


def _directions(word: str) -> tuple[bool, bool]:
    """Say whether a word shows signs of running forwards, and of running backwards."""
    if word in _FREQUENT:
        return True, False
    if word in _BACKWARDS:
        return False, True
    first, last = word[0], word[-1]
    has_article = word.startswith(_ARTICLE) and len(word) >= _SHORTEST_WITH_ARTICLE
    return (
        last in _ONLY_LAST or first in _MOSTLY_FIRST or has_article,
        first in _NEVER_FIRST or last in _MOSTLY_FIRST,
    )


def _plain_letters(forms: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", forms.group())
