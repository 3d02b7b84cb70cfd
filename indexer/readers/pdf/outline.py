"""What a PDF says about its pages: what they are called, and where its headings are."""

from __future__ import annotations

import io
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from indexer.readers.clean import one_line
from indexer.readers.document import Heading
from indexer.readers.pdf.opening import OpenedPdf

if TYPE_CHECKING:
    from pikepdf import Dictionary
    from pypdfium2 import PdfBookmark, PdfDocument

_LONGEST_LABEL: Final = 40  # characters; the formats of labels allow thousands
_MOST_LABEL_NODES: Final = 100_000
_DEEPEST_LABEL_NODE: Final = 30
_MOST_ENTRIES: Final = 20_000
_MOST_HEADINGS: Final = 200  # of one page
_MOST_LINES: Final = 4  # a long heading takes on a page
_NUMBER: Final = re.compile(r"(?:\d+|[A-Z](?=\.)|[IVXLC]+(?=[.)\s]))(?:\.\d+)*[.):\]]?\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineEntry:
    """An entry of a PDF's own table of contents.

    Attributes:
        level: 1 is the highest.
        title: On one line.
        page: The index of the page it leads to, from 0.
    """

    level: int
    title: str
    page: int


def labels(opened: OpenedPdf) -> list[str]:
    """List what the document calls its pages, such as `"iv"` or `"A-3"`; empty if that is just the number."""
    if not _has_sound_labels(opened):
        return [""] * opened.pages
    return [_label(opened.document, index) for index in range(opened.pages)]


def _label(document: PdfDocument, index: int) -> str:
    try:
        label = one_line(document.get_page_label(index))
    except UnicodeDecodeError:  # half of a character
        return ""
    return "" if label == str(index + 1) or len(label) > _LONGEST_LABEL else label


def _has_sound_labels(opened: OpenedPdf) -> bool:
    """Tell whether the document has page labels, and their tree ends everywhere: else pdfium would crash."""
    if b"/PageLabels" not in opened.data and b"/ObjStm" not in opened.data:
        return False  # the names of packed objects are compressed
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(opened.data), password=opened.password) as pdf:
            root = pdf.Root.get("/PageLabels")
            return isinstance(root, pikepdf.Dictionary) and _ends(root)
    except (pikepdf.PikepdfError, RuntimeError, ValueError):
        return False


def _ends(root: Dictionary) -> bool:
    from pikepdf import Array, Dictionary

    waiting = [(root, 0)]
    for _ in range(_MOST_LABEL_NODES):
        if not waiting:
            return True
        node, depth = waiting.pop()
        if depth > _DEEPEST_LABEL_NODE:
            return False
        kids = node.get("/Kids")
        if isinstance(kids, Array):
            waiting += [(kid, depth + 1) for kid in kids if isinstance(kid, Dictionary)]
    return False


def outline_entries(document: PdfDocument) -> tuple[OutlineEntry, ...]:
    """List the entries of the document's outline that lead to one of its pages, in order."""
    found = (_entry(bookmark) for bookmark in itertools.islice(document.get_toc(), _MOST_ENTRIES))
    return tuple(entry for entry in found if entry is not None)


def _entry(bookmark: PdfBookmark) -> OutlineEntry | None:
    target = bookmark.get_dest()
    page = None if target is None else target.get_index()
    try:
        title = one_line(bookmark.get_title())
    except UnicodeDecodeError:  # half of a character
        title = ""
    if page is None or not title:
        return None
    return OutlineEntry(level=bookmark.level + 1, title=title, page=page)


def headings_in(page_text: str, entries: Sequence[OutlineEntry]) -> tuple[Heading, ...]:
    """Find the headings of a page that the outline names.

    White space, letter case and the forms of letters do not matter, nor does a number ("1.2") that only the page,
    or only the outline, has. A title may go over several lines.

    Args:
        page_text: The page's final text.
        entries: The entries that lead to this page, in order.

    Returns:
        The headings found, in order of the text; they are whole lines and do not overlap.
    """
    if not entries:
        return ()
    runs = list(_runs(page_text))
    exact = _by_key((_key(page_text[start:end]), (start, end)) for start, end in runs)
    unnumbered = _by_key((_key(_without_number(page_text[start:end])), (start, end)) for start, end in runs)
    found: list[Heading] = []
    for entry in entries[:_MOST_HEADINGS]:
        places = exact.get(_key(entry.title)) or unnumbered.get(_key(_without_number(entry.title))) or []
        free = [place for place in places if not any(_overlap(place, heading) for heading in found)]
        if free:
            after = found[-1].end if found else 0
            start, end = next((place for place in free if place[0] >= after), free[0])
            found.append(Heading(start=start, end=end, level=entry.level))
    return tuple(sorted(found, key=lambda heading: heading.start))


def _overlap(place: tuple[int, int], heading: Heading) -> bool:
    return place[0] < heading.end and heading.start < place[1]


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Give the start and end of each run of up to `_MOST_LINES` lines without an empty one between them."""
    lines = [match.span() for match in re.finditer(r"[^\n]+", text)]
    for first, (start, _) in enumerate(lines):
        last = start - 1
        for line_start, line_end in lines[first : first + _MOST_LINES]:
            if line_start != last + 1:
                break
            yield start, line_end
            last = line_end


def _key(text: str) -> str:
    """Leave of a text what makes two headings the same."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _without_number(text: str) -> str:
    text = text.lstrip()
    number = _NUMBER.match(text)
    return text[number.end() :] if number else text


def _by_key(places: Iterable[tuple[str, tuple[int, int]]]) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for key, place in places:
        found.setdefault(key, []).append(place)
    return found
