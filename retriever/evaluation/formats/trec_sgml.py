"""TREC's SGML, which no XML parser reads: topics without closing tags, documents without a root."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from retriever.evaluation.formats.lines import Line, read_lines
from retriever.evaluation.formats.records import Place, malformed
from retriever.evaluation.sets import SetDocument, SetQuestion

_NUMBER: Final = re.compile(r"<num>\s*(?:Number\s*:)?\s*([^\s<]+)", re.IGNORECASE)
_TOPIC_TITLE: Final = re.compile(r"<title>\s*(?:Topic\s*:)?\s*([^<]*)", re.IGNORECASE)
_DOCUMENT_NUMBER: Final = re.compile(r"<DOCNO>\s*(.*?)\s*</DOCNO>", re.IGNORECASE | re.DOTALL)
_DOCUMENT_TITLE: Final = re.compile(r"<(TITLE|HEADLINE|HL|HEAD)>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_TEXT: Final = re.compile(r"<TEXT>(.*?)</TEXT>", re.IGNORECASE | re.DOTALL)
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]*>")


def read_topics(path: Path, language: str | None) -> Iterator[SetQuestion]:
    """Read topics; the question is the title.

    Raises:
        EvaluationSetError: A topic has no number or no title.
    """
    for place, text in _elements(path, "top"):
        number, title = _NUMBER.search(text), _TOPIC_TITLE.search(text)
        if number is None or title is None or not title[1].strip():
            raise malformed(place, "a topic with <num> and <title>", repr(text[:80]))
        yield SetQuestion(id=number[1], text=_plain(title[1]), language=language)


def read_documents(path: Path, language: str | None) -> Iterator[SetDocument]:
    """Read documents one by one; the text is what stands in `<TEXT>`, or all but number and title if there is none.

    Raises:
        EvaluationSetError: A document has no number or no end.
    """
    for place, element in _elements(path, "DOC"):
        number, title = _DOCUMENT_NUMBER.search(element), _DOCUMENT_TITLE.search(element)
        if number is None or not number[1]:
            raise malformed(place, "a document with <DOCNO>…</DOCNO>", repr(element[:80]))
        texts = _TEXT.findall(element) or [_DOCUMENT_TITLE.sub("", _DOCUMENT_NUMBER.sub("", element))]
        yield SetDocument(
            id=number[1],
            title=_plain(title[2]) if title else "",
            text="\n".join(html.unescape(_TAG.sub("", text)).strip() for text in texts),
            language=language,
        )


def _elements(path: Path, tag: str) -> Iterator[tuple[Place, str]]:
    """Cut a file into elements, each with the place where it begins."""
    begin, end = f"<{tag}>".lower(), f"</{tag}>".lower()
    started: Line | None = None
    parts: list[str] = []
    for line in read_lines(path):
        lowered = line.text.lower()
        if begin in lowered:
            if started is not None:
                raise malformed(started.place, f"</{tag}>", f"another <{tag}> in line {line.place.line}")
            started, parts = line, []
        if started is None:
            continue
        parts.append(line.text)
        if end in lowered:
            yield started.place, "\n".join(parts)
            started = None
    if started is not None:
        raise malformed(started.place, f"</{tag}>", "the end of the file")


def _plain(text: str) -> str:
    """Drop tags, resolve entities, and make one line."""
    return " ".join(html.unescape(_TAG.sub("", text)).split())
