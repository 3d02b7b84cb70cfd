"""Documents that are not files: texts a program hands over."""

import hashlib
from dataclasses import dataclass
from typing import Final

from indexer.readers import Page, PageKind, ReadDocument
from indexer.readers.clean import clean, one_line

TEXT_READER: Final = "text/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDocument:
    """A text to be searched under a name.

    Attributes:
        name: Stands where a file's path stands: hits show it, and a text added later under the same name replaces it.
        text: The text itself.
        title: Its title; where it has none, the name.
    """

    name: str
    text: str
    title: str = ""


def read_text(document: TextDocument) -> ReadDocument | None:
    """Make a text fit to be stored; None if nothing is left of it."""
    text = clean(document.text)
    if not text:
        return None
    title = one_line(document.title)
    content = f"{title}\n\n{text}".encode()
    return ReadDocument(
        title=title or document.name,
        document_type="txt",
        page_kind=PageKind.WHOLE,
        pages=(Page(number=1, text=text),),
        content_hash=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        reader=TEXT_READER,
    )
