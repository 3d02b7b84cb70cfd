"""Turn the bytes of a text file into text, whatever encoding it was saved in."""

import codecs
import contextlib
import re
import unicodedata
from collections import Counter
from typing import Final

from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.legacy import legacy_encoding
from indexer.readers.signatures import kind_of

_MARKS: Final = (  # longer ones first: UTF-32's begins like UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ESCAPED_BYTE: Final = re.compile("[\udc80-\udcff]")
_NOT_ASCII: Final = re.compile("[^\x00-\x7f]")
_MOSTLY: Final = 4  # this many sound letters for each broken byte make a file UTF-8
_ESCAPES: Final = ((b"\x1b$)C", "iso2022_kr"), (b"\x1b$", "iso2022_jp_2"))
_SEVEN_BIT: Final = ("hz", "utf-7")  # ASCII that stands for other letters; only the file itself can say so
_NOT_IN_TEXT: Final = ("Cc", "Cn", "Co", "Cs")
_CHECKED: Final = 4096  # characters

_LARGEST: Final = {"cp932": "shift_jis_2004", "euc_jp": "euc_jis_2004", "big5": "big5hkscs"}
"""A superset to be tried on what is not in the encoding itself; it differs in a few symbols."""


_WIDER: Final = {  # what the web and old systems call an encoding, and the superset they really write
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "tis-620": "cp874",
    "iso8859-11": "cp874",
    "iso-8859-8-i": "cp1255",
    "windows-874": "cp874",
    "windows-31j": "cp932",
    "x-sjis": "cp932",
}


def decode(data: bytes, *, declared: str | None = None) -> str:
    """Decode a text file: by its byte order mark, as UTF-8, as declared, else by what its bytes look like.

    Args:
        data: The whole file.
        declared: The encoding the file itself names, if it does. Text that is valid UTF-8 is UTF-8 all the same.

    Returns:
        The text, as it is in the file.

    Raises:
        ReadError: `WRONG_TYPE` for what is not text, `ENCODING` for text that cannot be decoded; the message
            of broken UTF-8 names the byte and the line.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode_marked(data, len(mark), encoding)
    kind = kind_of(data)
    if kind is not None:
        raise ReadError(FailureReason.WRONG_TYPE, f"the file is {kind}, not text; give it the right file name")
    if b"\x00" in data:
        return _decode_without_mark(data)
    if data.isascii():
        return _decode_ascii(data, declared)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse_broken_utf8(data, error)
    return _decode_legacy(data, declared)


def _decode_ascii(data: bytes, declared: str | None) -> str:
    for escape, encoding in _ESCAPES:
        if escape in data:
            return data.decode(encoding, errors="replace")
    with contextlib.suppress(LookupError, ValueError):
        name = codecs.lookup(declared or "").name
        if name in _SEVEN_BIT:
            return data.decode(name)
    return data.decode("ascii")


def _decode_marked(data: bytes, skip: int, encoding: str) -> str:
    try:
        return data[skip:].decode(encoding)
    except UnicodeDecodeError as error:
        raise _invalid(data, error.start + skip, encoding.upper()) from error


def _decode_without_mark(data: bytes) -> str:
    """Decode UTF-16 or UTF-32 that lacks its mark."""
    for encoding in ("utf-32-le", "utf-32-be", _utf_16_order(data)):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(unicodedata.category(character) in _NOT_IN_TEXT for character in _without_space(text[:_CHECKED])):
            return text
    offset = data.index(b"\x00")
    raise ReadError(FailureReason.WRONG_TYPE, f"the file is not text: byte {offset} is 0; give it the right file name")


def _without_space(text: str) -> str:
    return "".join(text.split())


def _utf_16_order(data: bytes) -> str:
    """Tell the order of the bytes: a script lies in few rows of 256, so the first bytes of characters repeat more."""
    even, odd = (sum(count**2 for count in Counter(half).values()) for half in (data[0::2], data[1::2]))
    return "utf-16-be" if even > odd else "utf-16-le"


def _refuse_broken_utf8(data: bytes, error: UnicodeDecodeError) -> None:
    text = data.decode("utf-8", errors="surrogateescape")
    broken = len(_ESCAPED_BYTE.findall(text))
    sound = len(_NOT_ASCII.findall(text)) - broken
    if sound >= _MOSTLY * broken:
        raise _invalid(data, error.start, "UTF-8") from error


def _decode_legacy(data: bytes, declared: str | None) -> str:
    with contextlib.suppress(LookupError, ValueError):  # an unknown name, or one that does not fit
        return data.decode(_wider(declared))
    encoding = legacy_encoding(data)
    if encoding is None:
        message = "no known encoding fits the file; open it in an editor and save the file as UTF-8"
        raise ReadError(FailureReason.ENCODING, message)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode(_LARGEST.get(encoding, encoding))
        raise _invalid(data, error.start, encoding) from error


def _wider(declared: str | None) -> str:
    """Name the codec of what was declared.

    Raises:
        LookupError: Nothing was declared, or what nobody knows.
        ValueError: The name holds a null character.
    """
    label = (declared or "").lower()
    name = _WIDER.get(label) or codecs.lookup(label).name
    return _WIDER.get(name, name)


def _invalid(data: bytes, offset: int, encoding: str) -> ReadError:
    line = data.count(b"\n", 0, offset) + 1
    message = f"invalid {encoding} at byte {offset} (line {line}); save the file as UTF-8"
    return ReadError(FailureReason.ENCODING, message)
