"""What pdfium knows about the characters of a page."""

from __future__ import annotations

import ctypes
import re
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

Boxes = npt.NDArray[np.float32]
"""(n, 4): left, bottom, right and top in points."""

Numbers = npt.NDArray[np.float64]

HYPHEN: Final = "\x02"
"""What pdfium calls a hyphen at the end of a line; it gives no line end after it."""

LINE: Final = re.compile(f"[^\r\n{HYPHEN}]+{HYPHEN}?|{HYPHEN}")
"""A line in pdfium's text."""

NO_LETTER: Final = "\x00"

_UNCLEAR: Final = re.compile("\ufffe")  # in a whole text, both of these

_LEADS: Final = range(0xD800, 0xDC00)
_TRAILS: Final = range(0xDC00, 0xE000)
_SAMPLE: Final = 128
_PDFIUM_ORDER: Final = [0, 3, 2, 1]  # left, top, right, bottom


def read_text(textpage: PdfTextPage) -> str:
    """Take the characters of a page in pdfium's order, with those it made up, such as line ends.

    Returns:
        A character for each that pdfium counts, `NO_LETTER` for one without a letter.
    """
    count = textpage.count_chars()
    text: str = textpage.get_text_range() if count else ""
    if len(text) == count:
        unclear = [match.start() for match in _UNCLEAR.finditer(text)]
        if not unclear:
            return text
        letters = list(text)
        for index, code in zip(unclear, _ask(textpage, "FPDFText_GetUnicode", ctypes.c_uint, unclear), strict=True):
            letters[index] = chr(code)
        return "".join(letters)
    codes = _ask(textpage, "FPDFText_GetUnicode", ctypes.c_uint, range(count))
    letters = list(map(chr, codes))
    for index in range(1, count):
        lead, trail = codes[index - 1 : index + 1]
        if trail in _TRAILS and lead in _LEADS:
            letters[index - 1] = chr(0x10000 + (lead - _LEADS.start) * 0x400 + trail - _TRAILS.start)
            letters[index] = NO_LETTER
    return "".join(letters)


def read_cells(textpage: PdfTextPage, indices: Sequence[int]) -> Boxes:
    """Take the cells of some characters: their advance and the height of their line, or what is drawn of them.

    Returns:
        (len(indices), 4) float32: left, bottom, right, top; what the font does not tell is what is drawn.
    """
    boxes = np.zeros((len(indices), 4), np.float32)
    _fill(textpage, "FPDFText_GetLooseCharBox", indices, [boxes])
    return boxes[:, _PDFIUM_ORDER]


def read_ink(textpage: PdfTextPage, indices: Sequence[int]) -> Boxes:
    """Take the boxes of what is drawn of some characters: (len(indices), 4) float32, left, bottom, right, top."""
    boxes = np.zeros((len(indices), 4), np.float64)
    left, bottom, right, top = (boxes[:, column:] for column in range(4))
    _fill(textpage, "FPDFText_GetCharBox", indices, [left, right, bottom, top])
    return boxes.astype(np.float32)


def read_origins(textpage: PdfTextPage, indices: Sequence[int]) -> Numbers:
    """Take the points on their lines where some characters stand: (len(indices), 2) float64."""
    origins = np.zeros((len(indices), 2), np.float64)
    _fill(textpage, "FPDFText_GetCharOrigin", indices, [origins, origins[:, 1:]])
    return origins


def read_sizes(textpage: PdfTextPage, indices: Sequence[int]) -> Numbers:
    """Take the sizes of the fonts of some characters: (len(indices),) float64, before what a matrix makes of them."""
    return np.array(_ask(textpage, "FPDFText_GetFontSize", ctypes.c_double, indices), np.float64)


def read_matrices(textpage: PdfTextPage, indices: Sequence[int]) -> npt.NDArray[np.float32]:
    """Take the matrices of the text objects of some characters: (len(indices), 6) float32."""
    matrices = np.zeros((len(indices), 6), np.float32)
    _fill(textpage, "FPDFText_GetMatrix", indices, [matrices])
    return matrices


def read_objects(textpage: PdfTextPage, indices: Sequence[int]) -> list[int]:
    """Take the addresses of the text objects that draw some characters, 0 where none does."""
    return [address or 0 for address in _ask(textpage, "FPDFText_GetTextObject", ctypes.c_void_p, indices)]


def are_made_up(textpage: PdfTextPage, indices: Sequence[int]) -> list[bool]:
    """Tell which of some characters pdfium made up, such as a space where it sees a gap."""
    answers = _ask(textpage, "FPDFText_IsGenerated", ctypes.c_int, indices)
    # In lines from right to left it does not say so, but nothing draws what it made up.
    return [
        answer == 1 or not address for answer, address in zip(answers, read_objects(textpage, indices), strict=True)
    ]


def count_map_errors(textpage: PdfTextPage) -> int:
    """Count the characters of which the font does not say which letters they are.

    Only a hundred or two, spread over the page, are looked at where all of these are in order.
    """
    count = textpage.count_chars()
    errors = 0
    for indices in (range(0, count, count // _SAMPLE + 1), range(count)):
        errors = _ask(textpage, "FPDFText_HasUnicodeMapError", ctypes.c_int, indices).count(1)
        if not errors:
            break
    return errors


# A page is asked thousands of times. pdfium's functions cost half as much when they take addresses as plain numbers
# and are called by `map`.


def _ask(textpage: PdfTextPage, function: str, answer: Any, indices: Sequence[int]) -> list[Any]:
    """Ask a function of a text page and an index about each of some characters."""
    return list(map(plain(function, answer, ctypes.c_void_p, ctypes.c_int), repeat(_address(textpage)), indices))


def _fill(textpage: PdfTextPage, function: str, indices: Sequence[int], columns: Sequence[npt.NDArray[Any]]) -> None:
    """Let a function of a text page, an index and addresses write into the rows of these columns."""
    if not indices:
        return
    call = plain(function, ctypes.c_int, ctypes.c_void_p, ctypes.c_int, *[ctypes.c_void_p] * len(columns))
    step = columns[0].strides[0]
    firsts = [address_of(column) for column in columns]
    places = [range(first, first + step * len(indices), step) for first in firsts]
    deque(map(call, repeat(_address(textpage)), indices, *places), maxlen=0)


def _address(textpage: PdfTextPage) -> int:
    return ctypes.cast(textpage.raw, ctypes.c_void_p).value or 0


def address_of(array: npt.NDArray[Any]) -> int:
    """Say where the first number of an array lies in memory."""
    address: int = array.__array_interface__["data"][0]
    return address


@cache
def plain(function: str, answer: Any, *arguments: Any) -> Callable[..., Any]:
    """Make a function of pdfium, by its name, take and give addresses as plain numbers."""
    from pypdfium2 import raw

    # PYFUNCTYPE does not let other threads run meanwhile: that would cost more than most of these calls.
    return ctypes.PYFUNCTYPE(answer, *arguments)(ctypes.cast(getattr(raw, function), ctypes.c_void_p).value or 0)
