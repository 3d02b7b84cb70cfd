"""What to call a document."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from indexer.readers.clean import one_line
from indexer.readers.document import Page

MAX_CHARACTERS: Final = 200
"""A longer title is not one."""

FIRST_LINE_CHARACTERS: Final = 120
"""A longer first line is cut to serve as the title."""

_NONSENSE: Final = re.compile(
    r"untitled.*|unbenannt.*|sans titre.*|document\d*|title|microsoft \w+ - .*|powerpoint presentation|slide \d+"
    r"|.*\.(?:docx?|odt|rtf|tex|dvi|indd|qxd|pptx?|xlsx?|txt|pdf|html?|pages|md)",
    re.IGNORECASE,
)
_MIN_NARROW: Final = 3  # "en", "x1": codes rather than titles; two ideographs are a title
_WORD: Final = re.compile(r"[^\W\d_]")


def title_of(stated: str | None, pages: Sequence[Page], path: Path) -> str:
    """Choose a title: the one the document states, else its first line, else its file name.

    Args:
        stated: The title in the file's own fields; many programs leave nonsense there.
        pages: The document's text.
        path: Its file.

    Returns:
        One line, never empty.
    """
    title = one_line(stated or "")
    if _is_sensible(title):
        return title
    first = next((page.text for page in pages if page.text), "").split("\n", 1)[0]
    line = one_line(first[: 2 * FIRST_LINE_CHARACTERS])
    if _WORD.search(line):
        return line if len(line) <= FIRST_LINE_CHARACTERS else _cut(line)
    return one_line(path.stem) or path.suffix


def _is_sensible(title: str) -> bool:
    if not title or len(title) > MAX_CHARACTERS or _NONSENSE.fullmatch(title) or "\ufffd" in title:
        return False
    return bool(_WORD.search(title)) and (len(title) >= _MIN_NARROW or not title.isascii())


def _cut(line: str) -> str:
    """Cut at a space if one stands near the limit."""
    head, space, _ = line[:FIRST_LINE_CHARACTERS].rpartition(" ")
    return f"{head if space and len(head) > FIRST_LINE_CHARACTERS // 2 else line[:FIRST_LINE_CHARACTERS]}…"
