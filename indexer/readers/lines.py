"""Put lines back together that a page width has broken."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from indexer.readers.clean import with_plain_line_ends
from indexer.readers.hangul import divided_words
from indexer.readers.hyphens import ends_in_hyphen, hyphens_of
from indexer.scripts import HAN, HANGUL, KANA, THAI

TEXT_LINE_WIDTH: Final = 120
"""A plain text file with longer lines breaks them at paragraphs, not at a width."""

_MIN_WIDTH: Final = 30  # below this, lines are verse, lists or tables
_RAGGED: Final = 0.9  # letters differ in width: a full line may have this share of the longest one's letters
_SHORT: Final = 0.5  # a line below this share may be a heading
_NEIGHBOURS: Final = 2
_LOCAL: Final = 0.6
_QUANTILE: Final = 0.95  # a title or a table may be wider than the column of text
_LONGEST_WORD: Final = 14
_WIDE_LETTER: Final = 2

_CJK: Final = f"\u2e80-\u303f{KANA}{HAN}\uff00-\uff65"
_WIDE: Final = re.compile(f"[{_CJK}{HANGUL}]")
_WIDE_RUN: Final = re.compile(f"[{_CJK}{HANGUL}]+")
_UNSPACED: Final = tuple(
    (re.compile(rf"[{letters}][,.;:!?)\]}}\"'%]?$"), re.compile(f"[{letters}]")) for letters in (_CJK, THAI)
)
_FROM_THAI_ON: Final = re.compile("[\u0e00-\u11ff\u2e80-\U0010ffff]")  # all that is set without spaces is here
_THAI_LETTER: Final = re.compile(f"[{THAI}]")
_LATIN_OR_DIGIT: Final = "A-Za-z0-9"
_TIGHT: Final = re.compile(f"[{_CJK}](?=[{_LATIN_OR_DIGIT}])")
_SPACED: Final = re.compile(f"[{_CJK}] (?=[{_LATIN_OR_DIGIT}])")
_MEETS_LATIN: Final = re.compile(f"[{_CJK}][{_LATIN_OR_DIGIT}]|[{_LATIN_OR_DIGIT}][{_CJK}]")
_ENDS_SENTENCE: Final = re.compile(r"[.!?。！？।؟۔][\"'”’»)\]」』）]*$")
_LONGEST_END: Final = 4
# pdfium marks a hyphen it removed by U+0002. What is rare comes first: it is looked for everywhere.
_SOFT_HYPHEN: Final = re.compile(r"[\x02\u00ad\ufffe](?<=[^\W\d_].)[ \t]*")
_BEGINS_ITSELF: Final = re.compile(  # an item of a list, or an indent
    r"[-*•·–—▪◦‣●○■□]\s|[(\[]?(?:\d{1,3}|\w|[ivxIVX]{1,5})[.)\]]\s|\t|  |\u3000"
)
_CELLS: Final = re.compile(rf"[^\s.!?:;{THAI}](?: {{2,}}|\t)\S")  # two spaces after a sentence, or in Thai, part none


def join_lines(text: str, *, max_width: int | None = None) -> str:
    """Join lines that were broken because the next word did not fit.

    A line end stays where the next word would have fitted (the end of a paragraph, a heading, verse), before
    an item of a list, before an indent and around a row of a table. Words divided by a hyphen at a line end are
    made whole. Chinese, Japanese and Thai lines are joined without a space, Korean ones without one where a word
    goes on.

    Args:
        text: The lines of one page or one file.
        max_width: Leave the text as it is if its lines are longer than this; no limit if omitted.

    Returns:
        The text with the line ends that mean something.
    """
    raw = with_plain_line_ends(text).split("\n")
    lines = [line.rstrip() for line in raw]
    has_unspaced = _FROM_THAI_ON.search(text) is not None
    has_wide = has_unspaced and _WIDE.search(text) is not None
    widths = list(map(_width if has_wide else len, lines))
    filled = sorted(width for width in widths if width)
    page = filled[int(len(filled) * _QUANTILE)] if filled else 0
    if max_width is not None and page > max_width:
        return text
    hyphens, divided = hyphens_of(lines), divided_words(raw) if has_wide else frozenset()
    tight = has_wide and len(_TIGHT.findall(text)) >= len(_SPACED.findall(text))
    broken = _broken_lines(lines, widths, page)
    parts = lines[:1]
    for index in range(1, len(lines)):
        line = lines[index]
        word = hyphens.join(parts[-1], line)
        if word is not None:
            parts[-1:] = word
            line = line.lstrip()
        elif index in broken:
            line = line.lstrip()
            if has_unspaced:
                parts.append(_between(raw[index - 1], line, divided=index in divided, tight=tight))
            else:
                parts.append("" if ends_in_hyphen(raw[index - 1]) else " ")
        else:
            parts.append("\n")
        parts.append(line)
    return _SOFT_HYPHEN.sub("", "".join(parts))


def _between(before: str, after: str, *, divided: bool, tight: bool) -> str:
    """Say what joins two lines, of which the first may end in a space that tells.

    Args:
        before: A line.
        after: The next one.
        divided: Whether a Korean word goes on.
        tight: Whether the text sets no spaces between ideographs and Latin letters or digits.
    """
    if divided or ends_in_hyphen(before) or (tight and _MEETS_LATIN.match(before.rstrip()[-1:] + after[:1])):
        return ""
    if before.endswith(" ") and _THAI_LETTER.match(after):
        return " "
    return glue(before.rstrip(), after)


def glue(before: str, after: str) -> str:
    """Say what joins two lines: nothing between letters of a script without spaces, else a space."""
    for end, start in _UNSPACED:
        if end.search(before, len(before) - 2) and start.match(after):
            return ""
    return " "


def _broken_lines(lines: Sequence[str], widths: Sequence[int], page: int) -> set[int]:
    """Find the lines that begin because the one before ended for want of room."""
    if page < _MIN_WIDTH:
        return set()
    rows = {index for index, line in enumerate(lines) if _is_row(line)}
    broken: set[int] = set()
    for index, (before, after) in enumerate(pairwise(lines), start=1):
        if not before or not after or index in rows or index - 1 in rows or _BEGINS_ITSELF.match(after):
            continue
        near = max(widths[max(0, index - 1 - _NEIGHBOURS) : index + 1 + _NEIGHBOURS])
        room = min(max(near, page * _LOCAL), page)
        # A line end too many does little harm between sentences.
        if _ENDS_SENTENCE.search(before, len(before) - _LONGEST_END):
            if widths[index] <= room * _SHORT:
                continue
        else:
            room *= _RAGGED
        if not _fits(after, room - widths[index - 1] - 1):
            broken.add(index)
    return broken


def _is_row(line: str) -> bool:
    return ("  " in line or "\t" in line) and bool(_CELLS.search(line))


def _width(line: str) -> int:
    """Measure a line in narrow letters; an ideograph is two wide."""
    return len(line) + (0 if line.isascii() else len(line) - len(_WIDE_RUN.sub("", line)))


def _fits(line: str, room: float) -> bool:
    """Tell whether the first word of a line, or as much of it as counts, has this room on the line before."""
    if room < 1 or room >= _LONGEST_WORD:  # no matter which word
        return room >= _LONGEST_WORD
    width = _WIDE_LETTER if _WIDE.match(line) else _width(line.split(maxsplit=1)[0])
    return width <= room
