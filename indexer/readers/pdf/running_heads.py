"""Find running heads and page numbers: lines that the neighbouring pages show at the same place."""

import itertools
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.readers.pdf.edge_lines import EdgeLine, edge_lines, plain_key

NEIGHBOURS: Final = 6
"""So many pages before and after a page are compared with it: three left and three right ones on either side."""

_FEWEST_OTHERS: Final = 2  # pages that must show the same line
_SHIFT: Final = 1  # lines; the line above it may be missing on some pages
_FEWEST_LETTERS: Final = 3  # of a line that repeats; a cell of a table may be shorter
_LONGEST_NUMBERING: Final = 24  # letters around a page number; a head on the same line has more
_HEAD_WORDS: Final = 2
_HEAD_LETTERS: Final = 4
_NUMBER_ALONE: Final = ("#", "#/#", "# / #")

_PAGE_WORDS: Final = frozenset(
    (
        "page", "pages", "pg", "p", "pag", "pág", "pp", "página", "páginas", "pagina", "pagine", "seite", "seiten", "s",
        "strana", "str", "strona", "side", "sida", "sid", "sivu", "sivut", "oldal", "halaman", "hal", "blz",
        "bladzijde", "sayfa", "страница", "стр", "с", "صفحة", "صفحه", "ص", "עמוד", "עמ", "पृष्ठ", "पेज", "পৃষ্ঠা",
        "পাতা", "หน้า", "หน้าที่", "页", "頁", "ページ", "쪽", "페이지", "면",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What is compared of a page.

    Attributes:
        number: Counted from 0.
        label: What the document calls it; its number, counted from 1, if it has no other name.
        edges: Its lines near the top and the bottom, by their key.
        filled: How many lines it has in all, empty ones left out.
    """

    number: int
    label: str
    edges: dict[str, list[EdgeLine]]
    filled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """A line that neighbouring pages have, too.

    Attributes:
        line: The line.
        page_number: The number in it that moves on with the pages; none in a line that stays the same.
    """

    line: EdgeLine
    page_number: int | None


def running_lines(pages: Iterable[Sequence[str]], labels: Sequence[str] = ()) -> Iterator[frozenset[int]]:
    """Find the lines of each page that are running heads or page numbers.

    A line is one if at least two of the six pages before and after have it at the same place, with the same numbers
    or with numbers that move on with the pages. The first page that has a head keeps it; page numbers go from all.
    A number alone that is the page's own needs no other page. A page that shows nothing else keeps its lines.

    Args:
        pages: The lines of each page, before any are joined. Six pages are taken in advance: with one iterator of
            `itertools.tee` for this and one for the caller, pages and answers come side by side.
        labels: What the document calls its pages, in order; empty for a page that only has its number.

    Yields:
        For each page the indices of the lines to leave out.
    """
    names = itertools.chain(labels, itertools.repeat(""))
    compared = (_page(number, lines, label) for number, (lines, label) in enumerate(zip(pages, names, strict=False)))
    kept: set[str] = set()
    for page, others in _with_neighbours(compared):
        running = [found for line in _lines(page) if (found := _running(line, page, others)) is not None]
        heads, left_out = _sorted_out(page, running)
        left_out |= {index for key, index in heads if key in kept}
        kept |= {key for key, _ in heads}
        yield frozenset(left_out) if len(left_out) < page.filled else frozenset()


def _page(number: int, lines: Sequence[str], label: str) -> _Page:
    edges: dict[str, list[EdgeLine]] = {}
    for line in edge_lines(lines):
        edges.setdefault(line.key, []).append(line)
    filled = sum(1 for line in lines if line.strip())
    return _Page(number=number, label=plain_key(label) or str(number + 1), edges=edges, filled=filled)


def _lines(page: _Page) -> Iterator[EdgeLine]:
    return itertools.chain.from_iterable(page.edges.values())


def _with_neighbours(pages: Iterable[_Page]) -> Iterator[tuple[_Page, list[_Page]]]:
    """Give each page with those before and after it."""
    window: deque[_Page] = deque(maxlen=2 * NEIGHBOURS + 1)
    place = 0  # of the next page to give, in the window
    for page in pages:
        if len(window) == window.maxlen:
            place -= 1
        window.append(page)
        if len(window) - place > NEIGHBOURS:
            yield window[place], [other for other in window if other is not window[place]]
            place += 1
    last = list(window)
    for index in range(place, len(last)):
        yield last[index], [*last[max(0, index - NEIGHBOURS) : index], *last[index + 1 :]]


def _running(line: EdgeLine, page: _Page, others: Iterable[_Page]) -> _Running | None:
    """Compare a line with those of other pages."""
    unmoved = 0
    moved: Counter[int] = Counter()  # by the place of the number in the line
    for other in others:
        moves = _moves(line, other, other.number - page.number)
        if moves is not None:
            unmoved += not moves
            moved.update(moves)
    place, times = max(moved.items(), key=lambda item: item[1], default=(0, 0))
    if times >= _FEWEST_OTHERS:
        return _Running(line=line, page_number=line.numbers[place])
    if line.depth == 0 and _is_own_number(line, page):
        return _Running(line=line, page_number=page.number + 1)
    if unmoved >= _FEWEST_OTHERS and line.letters >= _FEWEST_LETTERS:
        return _Running(line=line, page_number=None)
    return None


def _moves(line: EdgeLine, other: _Page, distance: int) -> list[int] | None:
    """Say which numbers of a line move on by this distance on the other page; none if it does not have the line."""
    for match in other.edges.get(line.key, ()):
        if match.side is line.side and abs(match.depth - line.depth) <= _SHIFT:
            steps = [after - before for before, after in zip(line.numbers, match.numbers, strict=True)]
            if all(step in (0, distance) for step in steps):
                return [place for place, step in enumerate(steps) if step]
    return None


def _is_own_number(line: EdgeLine, page: _Page) -> bool:
    if line.text == page.label:
        return True
    if line.bare not in _NUMBER_ALONE or line.text.isalpha():  # a Roman number alone may be that of a chapter
        return False
    return str(line.numbers[0]) == page.label


def _sorted_out(page: _Page, running: Sequence[_Running]) -> tuple[list[tuple[str, int]], set[int]]:
    """Tell heads from page numbers: a page has one number, and the barest line with a number tells which it is.

    Returns:
        Key and index of each head, and the indices of the lines that only number the page.
    """
    numbered = [(found.line, found.page_number) for found in running if found.page_number is not None]
    heads = [found.line for found in running if found.page_number is None]
    numberings: set[int] = set()
    if numbered:
        _, own = min(numbered, key=lambda found: (found[0].letters, abs(found[1] - page.number - 1)))
        for line, number in numbered:
            if number == own and (line.text == page.label or _only_numbers(line)):
                numberings.add(line.index)
            elif number == own and _is_head(line):
                heads.append(line)
    return [(line.key, line.index) for line in heads if line.index not in numberings], numberings


def _only_numbers(line: EdgeLine) -> bool:
    """Tell "12", "- 12 -" and "Page 12 of 300" from a head that stands beside a number."""
    return not line.letters or (line.letters <= _LONGEST_NUMBERING and not _PAGE_WORDS.isdisjoint(line.words))


def _is_head(line: EdgeLine) -> bool:
    """Tell "128 The great storm" from "Lesson 128", which is the title of its page."""
    if line.letters < _HEAD_LETTERS:
        return False
    return len(line.words) >= _HEAD_WORDS or line.is_without_spaces
