"""What a passage is told of the document it stands in.

A passage in the middle of a document often does not name what it is about. With the document's title before it, the
encoder knows, and so does the word index; the text that is shown stays without. Measured in docs/ranking.md.
"""

from pathlib import Path
from typing import Final

MAX_CHARACTERS: Final = 120
"""A longer title is too much beside a passage; its beginning is enough."""


def context_of(title: str, path: str) -> str:
    """What a passage is told of its document: the title, unless that is only the name of the file."""
    return "" if title in (path, Path(path).stem) else title[:MAX_CHARACTERS].rstrip()


def in_context(context: str, text: str) -> str:
    """A passage as it is embedded and as its words are indexed: after its document's title, if that is not in it."""
    return text if not context or text.startswith(context) else f"{context}\n{text}"
