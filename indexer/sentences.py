"""Where the sentences of a text begin and end, in any of the 26 languages."""

import re
from collections.abc import Iterator
from typing import Final

from indexer.scripts import THAI

# Only what hardly ever ends a sentence: titles, and what stands before a name or a number.
_ABBREVIATIONS: Final = frozenset({
    "mr", "mrs", "dr", "prof", "rev", "capt", "lt", "sgt", "st", "messrs", "vs", "fig", "figs", "vol", "pp", "approx",
    "dipl", "ing", "bzw", "nr", "abs", "z.b", "d.h", "u.a", "s.o", "vgl", "geb", "bspw",
    "mme", "mlle", "mgr", "sr", "sra", "srta", "dña", "ud", "uds", "núm", "pág", "págs", "ej",
    "sig", "sigg", "dott", "dott.ssa", "avv", "geom", "pag", "pagg", "dra", "exmo", "exma", "profa", "séc",
    "dhr", "mevr", "mw", "drs", "blz", "bijv", "d.w.z", "resp", "hr", "fru", "kl", "ca", "f.eks", "bl.a", "t.ex",
    "s.k", "dvs", "jf", "jfr", "esim", "ns", "np", "tzw", "m.in", "ul", "prof.dr", "inż", "płk", "ks", "św", "kb",
    "např", "tj", "tzv", "str", "čl", "sv", "mudr", "judr", "dr.habil", "ún", "örn", "bkz", "yrd", "doç", "alb",
    "г-н", "г-жа", "т.е", "т.д", "т.п", "т.к", "им", "ул", "рис", "стр", "проф", "акад", "гг",
})  # fmt: skip
_BEFORE_NUMBER: Final = frozenset({
    "no", "nr", "nro", "núm", "pág", "art", "abs", "str", "čl", "čís", "č", "p", "pp", "s", "vol", "fig", "kap", "ch",
    "ст", "п", "рис", "стр", "jan", "feb", "mar", "apr", "aug", "sep", "sept", "oct", "okt", "nov", "dec", "dez",
})  # fmt: skip
_GERMAN_AFTER_ORDINAL: Final = (
    "Januar", "Jänner", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
    "November", "Dezember", "Jahrhundert",
)  # fmt: skip

_LIST_MARK: Final = re.compile(r"[(\[]?(?:\d{1,3}|[^\W\d_]|[ivxlcIVXLC]{1,5})[.)]\s*")
_LAST_WORD: Final = re.compile(r"(?:^|[\s(\[\"'„“«’‘-])((?:[^\W\d_]+[.-])*[^\W\d_]+|\d{1,2})\.[^\S\n]+$")
_LETTER_AND_STOP: Final = re.compile(r"[^\W\d_]\.")
_OPENING: Final = "“‘「『（《【〈［｛〔〖"

THAI_CHARACTERS: Final = 160
"""Thai marks no sentence end; a stretch longer than this is divided at its spaces."""

_THAI_SPACE: Final = re.compile(rf"(?<=[{THAI}])(?<![ฯๆ])[ \u00a0]+(?=[{THAI}])")
_TAIL: Final = 48  # characters before and after a border that can matter to it
_LOOK_AHEAD: Final = 12


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Find the sentences of this text.

    Borders are ICU's (Unicode UAX 29), which know the full stops of all our scripts, corrected where the
    full stop only ends an abbreviation or a list number. A line end is always a border. Thai has no full
    stop: a long Thai stretch is divided at the spaces between its phrases.

    Args:
        text: Any text without lone surrogates, of any length: the time taken grows linearly.

    Returns:
        `(start, end)` offsets in code points, ascending, not overlapping. Together they cover every
        character that is not white space; no sentence begins or ends with white space.
    """
    spans: list[tuple[int, int]] = []
    for start, end in _rough_spans(text):
        trimmed = _trim(text, start, end)
        if trimmed[0] < trimmed[1]:
            spans.extend(_divide_thai(text, *trimmed))
    return spans


def _rough_spans(text: str) -> Iterator[tuple[int, int]]:
    from icu4py.breakers import SentenceBreaker

    start = end = 0
    for segment in SentenceBreaker(text, "en"):  # its offsets count UTF-16, so the lengths of its strings are added up
        end += len(segment)
        if end == len(text) or not _is_false_border(text, start, end):
            border = _before_opening_quote(text, start, end)
            yield start, border
            start = border
    if start < len(text):
        yield start, len(text)


def _is_false_border(text: str, start: int, border: int) -> bool:
    """Tell whether the full stop before the border belongs to an abbreviation, an initial or a list number."""
    if text[border - 1] == "\n":
        return False
    if _LIST_MARK.fullmatch(text, start, border):
        return True
    tail = _LAST_WORD.search(text, max(start, border - _TAIL), border)
    return tail is not None and _goes_on(tail[1], text[border : border + _LOOK_AHEAD])


def _goes_on(word: str, following: str) -> bool:
    """Tell whether a sentence goes on after this word and its full stop."""
    if word.isdigit():
        return following.startswith(_GERMAN_AFTER_ORDINAL)
    if len(word) == 1 and (word.isupper() or _LETTER_AND_STOP.match(following)):  # J. R. Smith, z. B.
        return following[:1].isalpha() and not following[:1].islower()
    folded = word.casefold()
    return folded in _ABBREVIATIONS or (folded in _BEFORE_NUMBER and following[:1].isdigit())


def _before_opening_quote(text: str, start: int, border: int) -> int:
    """Move the border before an opening quote, which ICU leaves at the end of the sentence before.

    “ also closes German quotations; there a space follows it.
    """
    moved = border
    while moved - 1 > start and text[moved - 1] in _OPENING and border < len(text):
        moved -= 1
    return moved


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _divide_thai(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Divide a long Thai stretch at its spaces, into parts of at least half the usual length."""
    if end - start > THAI_CHARACTERS:
        for space in _THAI_SPACE.finditer(text, start, end):
            if space.start() - start >= THAI_CHARACTERS // 2 and end - space.end() >= THAI_CHARACTERS // 4:
                yield start, space.start()
                start = space.end()
    yield start, end
