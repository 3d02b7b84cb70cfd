"""A document as a reader sees it: what it is, its pages one by one, and where a passage stands on them."""

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.page_borders import join_pages
from indexer.readers import Page, PageKind
from indexer.session import Session, StoredPassage
from indexer.store import page_of_row


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeDocument:
    """A document of a collection.

    Attributes:
        id: Its number in the collection.
        title: What it calls itself.
        language: Its main language.
        document_type: Short name of its format, such as "pdf".
        page_kind: What its pages are.
        paths: The files that hold it.
        characters: Length of each page's text; page 1 first.
    """

    id: int
    title: str
    language: str
    document_type: str
    page_kind: PageKind
    paths: tuple[str, ...]
    characters: tuple[int, ...]


def find_document(session: Session, document_id: int) -> WholeDocument | None:
    """Look a document up; None if the collection has none of this number, or not any more."""
    database = session.database
    sql = "SELECT id, title, language, document_type, page_kind FROM documents WHERE id = ?"
    row = database.execute(sql, [document_id]).fetchone()
    if row is None:
        return None
    paths = database.execute("SELECT path FROM files WHERE document_id = ? ORDER BY path", [document_id])
    lengths = database.execute("SELECT length(text) FROM pages WHERE document_id = ? ORDER BY number", [document_id])
    fields = dict(row) | {"page_kind": PageKind(row["page_kind"])}
    return WholeDocument(
        **fields, paths=tuple(path for (path,) in paths), characters=tuple(length for (length,) in lengths)
    )


def find_document_of(session: Session, path: str) -> int | None:
    """The number of the document that a file holds; None if it holds none."""
    row = session.database.execute("SELECT document_id FROM files WHERE path = ?", [path]).fetchone()
    return None if row is None else row[0]


def read_page(session: Session, document_id: int, number: int) -> Page | None:
    """One page of a document; None if it has no such page."""
    sql = "SELECT * FROM pages WHERE document_id = ? AND number = ?"
    row = session.database.execute(sql, [document_id, number]).fetchone()
    return None if row is None else page_of_row(row)


def spans_on_page(
    session: Session, passage: StoredPassage, marks: Sequence[tuple[int, int]], number: int
) -> list[tuple[int, int]]:
    """Where stretches of a passage stand on a page.

    Args:
        session: The collection.
        passage: The passage.
        marks: (start, end) in the passage's text.
        number: The page.

    Returns:
        (start, end) in the page's text for each mark; empty ones for what stands on another page.
    """
    if number not in (passage.page, passage.end_page):
        return [(0, 0) for _ in marks]
    if passage.page == passage.end_page:
        return [(passage.start + start, passage.start + end) for start, end in marks]
    first, last = (read_page(session, passage.document_id, page) for page in (passage.page, passage.end_page))
    if first is None or last is None:
        return [(0, 0) for _ in marks]
    beginning = first.text[passage.start :]
    _, border = join_pages(beginning, last.text[: passage.end])
    if number == passage.page:
        length = len(beginning)
        return [(passage.start + min(start, length), passage.start + min(end, length)) for start, end in marks]
    return [(max(0, start - border), max(0, end - border)) for start, end in marks]
