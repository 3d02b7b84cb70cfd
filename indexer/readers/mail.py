"""Read e-mail messages and the documents attached to them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.policy import Compat32
from email.utils import parsedate_to_datetime
from functools import partial
from itertools import groupby
from typing import Final

from indexer.readers.clean import one_line, with_plain_line_ends
from indexer.readers.decoding import decode
from indexer.readers.extracted import Block, Extracted, ExtractedPage, Source, page_of
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.html import visible_text
from indexer.readers.lines import TEXT_LINE_WIDTH, join_lines
from indexer.readers.members import can_be_read, member_pages, refuse_deep, room_of, unread_page
from indexer.readers.signatures import kind_of

_SHOWN: Final = ("From", "To", "Cc")
_EXPECTED: Final = ("From", "To", "Subject", "Date", "Received", "Message-ID", "MIME-Version")
_BODY_TYPES: Final = ("text/plain", "text/html")
_MESSAGE_TYPES: Final = ("message/rfc822", "message/global")
_QUOTE: Final = re.compile(r"(?:>[ \t]?)+")
_ENCODED_WORD: Final = r"=\?[^?\s]+\?[BbQq]\?[^?\s]*\?="
_ENCODED_WORDS: Final = re.compile(rf"{_ENCODED_WORD}(?:\s*{_ENCODED_WORD})*")
_UNNAMED: Final = "message"


class _AsWritten(Compat32):
    """Leaves headers as they are. The library's own policies lose what is neither ASCII nor UTF-8 in them."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


@dataclass(slots=True, kw_only=True)
class _Parts:
    """What a message consists of.

    Attributes:
        body: Its text, in order.
        attached: Documents of known formats: their names, and what gives their bytes.
    """

    body: list[Message] = field(default_factory=list)
    attached: list[tuple[str, Callable[[], bytes]]] = field(default_factory=list)


def extract(source: Source) -> Extracted:
    """Read a message: page 1 is the message itself, then come the pages of the attached documents.

    Of an attachment that cannot be read, a page without text tells the reason.

    Raises:
        ReadError: `WRONG_TYPE` if it is no message, `TOO_LARGE` if its parts are nested too deep or it lies in too
            many other messages or archives.
    """
    refuse_deep(source)
    kind = kind_of(source.data)
    if kind is not None:
        raise ReadError(FailureReason.WRONG_TYPE, f"the file is {kind}, not a message; give it the right file name")
    parts = _Parts()
    try:
        message = message_from_bytes(source.data, policy=_AsWritten())
        _sort(message, parts)
    except RecursionError as error:
        text = "the parts of the message are nested too deep; open it in a mail program and save what matters"
        raise ReadError(FailureReason.TOO_LARGE, text) from error
    if not any(name in message for name in _EXPECTED):
        text = "the file does not begin like a message (From: …, Subject: …); give it the right file name"
        raise ReadError(FailureReason.WRONG_TYPE, text)
    return Extracted(title=_header(message, "Subject"), pages=_pages(source, message, parts))


def _sort(part: Message, parts: _Parts, *, shown: bool = True) -> None:
    """Divide the parts into text and documents; of alternatives one is shown, but documents may lie in each."""
    content_type = part.get_content_type()
    children = _children(part)
    if content_type in _MESSAGE_TYPES and children:
        name = _header(children[0], "Subject") or _UNNAMED
        parts.attached.append((f"{name}.eml", children[0].as_bytes))
    elif children:
        chosen = _best(children) if content_type == "multipart/alternative" else None
        for child in children:
            _sort(child, parts, shown=shown and chosen in (None, child))
    else:
        _sort_leaf(part, parts, shown=shown)


def _sort_leaf(part: Message, parts: _Parts, *, shown: bool) -> None:
    name = _decoded(part.get_filename() or "")
    is_attached = part.get_content_disposition() == "attachment"
    if can_be_read(name):
        parts.attached.append((name, partial(_data, part)))
    elif shown and not is_attached and _is_body(part):
        parts.body.append(part)


def _is_body(part: Message) -> bool:
    """Tell whether a part without parts is text; one that announces parts and has none is."""
    return part.get_content_type() in _BODY_TYPES or part.get_content_maintype() == "multipart"


def _best(alternatives: list[Message]) -> Message | None:
    """Prefer plain text; else what is not the poorest, which comes first."""
    plain = [part for part in alternatives if part.get_content_type() == "text/plain" and _data(part).strip()]
    rich = [part for part in alternatives if part.is_multipart() or part.get_content_type() == "text/html"]
    return next(iter((*plain, *rich, *alternatives)), None)


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _pages(source: Source, message: Message, parts: _Parts) -> Iterator[ExtractedPage]:
    blocks = list(_head(message))
    unread = []
    for part in parts.body:
        try:
            blocks.append(Block(text=_body_text(part)))
        except ReadError as error:
            unread.append(unread_page(part.get_content_type(), "eml", error.failure.reason))
    yield page_of(blocks)
    yield from unread
    room = room_of(source)
    for name, load in parts.attached:
        yield from member_pages(source, name, load, room)


def _head(message: Message) -> Iterator[Block]:
    subject = _header(message, "Subject")
    if subject:
        yield Block(text=subject, level=1)
    for name in _SHOWN:
        value = _header(message, name)
        if value:
            yield Block(text=f"{name}: {value}", tight=name != _SHOWN[0])
    date = _header(message, "Date")
    if date:
        yield Block(text=f"Date: {_plain_date(date)}", tight=True)


def _plain_date(date: str) -> str:
    """Write a date so that it can be read in every language: 2024-06-03 09:12."""
    try:
        return f"{parsedate_to_datetime(date):%Y-%m-%d %H:%M}"
    except ValueError:  # it is not written as it should be
        return date


def _header(message: Message, name: str) -> str:
    return _decoded(message.get(name, ""))


def _decoded(value: str) -> str:
    """Read a header: encoded words (RFC 2047), and letters written as they are in whatever encoding."""
    try:
        return one_line(_ENCODED_WORDS.sub(_decoded_words, _with_letters(value)))
    except (HeaderParseError, ReadError):
        return one_line(value.encode(errors="surrogateescape").decode(errors="replace"))


def _decoded_words(words: re.Match[str]) -> str:
    """Decode encoded words in a row; a letter may be divided between two."""
    return "".join(decode(word, declared=charset) for word, charset in decode_header(words[0]))


def _with_letters(value: str) -> str:
    """Decode the bytes that the parser keeps as halves of characters."""
    try:
        return decode(value.encode("ascii", errors="surrogateescape"))
    except UnicodeEncodeError:  # it is decoded already, as file names are (RFC 2231)
        return value


def _body_text(part: Message) -> str:
    """Decode a text part.

    Raises:
        ReadError: `WRONG_TYPE` or `ENCODING`, see `decode`.
    """
    text = decode(_data(part), declared=part.get_content_charset())
    return visible_text(text) if part.get_content_type() == "text/html" else _joined(text)


def _joined(text: str) -> str:
    """Put broken lines together, those of each quotation by themselves."""
    lines = [
        (match[0] if (match := _QUOTE.match(line)) else "", line) for line in with_plain_line_ends(text).split("\n")
    ]
    runs = []
    for depth, run in groupby(lines, key=lambda item: item[0].count(">")):
        joined = join_lines("\n".join(line[len(mark) :] for mark, line in run), max_width=TEXT_LINE_WIDTH)
        runs += [f"{'> ' * bool(depth)}{line}" for line in joined.split("\n")]
    return "\n".join(runs)


def _data(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
