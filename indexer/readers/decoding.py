"""Turn the bytes of a text file into text, whatever encoding it was saved in."""

import codecs
import re
from collections.abc import Iterator
from typing import Final

from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.legacy import legacy_encodings
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
_JAPANESE_ESCAPE: Final = b"\x1b$"

_WIDER: Final = {  # what the web and old systems call an encoding, and the superset they really write
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "tis-620": "cp874",
    "iso8859-11": "cp874",
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
    if _JAPANESE_ESCAPE in data and data.isascii():
        return data.decode("iso2022_jp_2", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse_broken_utf8(data, error)
    return _decode_legacy(data, declared)


def _decode_marked(data: bytes, skip: int, encoding: str) -> str:
    try:
        return data[skip:].decode(encoding)
    except UnicodeDecodeError as error:
        raise _invalid(data, error.start + skip, encoding.upper()) from error


def _decode_without_mark(data: bytes) -> str:
    """Decode UTF-16 that lacks its mark: in most scripts every second byte of spaces and line ends is 0."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    if len(data) % 2 == 0 and 0 in (even, odd):
        try:
            text = data.decode("utf-16-be" if even else "utf-16-le")
        except UnicodeDecodeError:
            text = ""
        if text and all(character.isprintable() or character.isspace() for character in text[:4096]):
            return text
    offset = data.index(b"\x00")
    raise ReadError(FailureReason.WRONG_TYPE, f"the file is not text: byte {offset} is 0; give it the right file name")


def _refuse_broken_utf8(data: bytes, error: UnicodeDecodeError) -> None:
    text = data.decode("utf-8", errors="surrogateescape")
    broken = len(_ESCAPED_BYTE.findall(text))
    sound = len(_NOT_ASCII.findall(text)) - broken
    if sound >= _MOSTLY * broken:
        raise _invalid(data, error.start, "UTF-8") from error


def _decode_legacy(data: bytes, declared: str | None) -> str:
    for encoding in _candidates(data, declared):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ReadError(
        FailureReason.ENCODING, "no known encoding fits the file; open it in an editor and save the file as UTF-8"
    )


def _candidates(data: bytes, declared: str | None) -> Iterator[str]:
    if declared is not None:
        try:
            name = codecs.lookup(declared).name
        except LookupError:
            name = "utf-8"
        if name != "utf-8":
            yield _WIDER.get(name, name)
    yield from legacy_encodings(data)


def _invalid(data: bytes, offset: int, encoding: str) -> ReadError:
    line = data.count(b"\n", 0, offset) + 1
    message = f"invalid {encoding} at byte {offset} (line {line}); save the file as UTF-8"
    return ReadError(FailureReason.ENCODING, message)
