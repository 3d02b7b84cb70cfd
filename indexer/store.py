"""Writes the collection's SQLite file: all SQL that changes it lives here.

Its tables are in `indexer/database.py`, what readers ask of it in `indexer/session.py`.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from indexer.database import DATABASE_NAME, TABLES
from indexer.readers import Heading, Page, PageCheck, PageKind, ReadDocument, Verdict
from indexer.vectors import Segment, VectorKind

SPAN_TYPE = np.dtype("<i4")
"""How the sentences of a passage are stored: start, end, start, end … in code points."""


class MeansName(StrEnum):
    """The encoder's own language means, and those the views are built with: moved towards the collection's."""

    CALIBRATION = "calibration"
    IN_USE = "in use"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """A file as the last sync left it.

    Attributes:
        path: Absolute path.
        content_hash: SHA-256 of the content that is searched, None if the file was never read.
        reader: Reader that read it, None if the file was never read.
        needs_ocr: Whether a page of it is an image that was not read.
        failure: Why the present content could not be read, None if it could.
    """

    path: str
    content_hash: str | None
    reader: str | None
    needs_ocr: bool
    failure: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassage:
    """A passage about to be stored: from character `start` of `page` up to character `end` of `end_page`.

    `sentences` are the (start, end) of its sentences, counted from the start of the passage.
    """

    page: int
    start: int
    end_page: int
    end: int
    heading: str
    fingerprint: int
    tokens: int
    language: str
    language_confidence: float
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A document about to be stored, with its passages in the order of their vectors.

    `cut` says how it was cut into passages; `context` stands before the text of each passage when it is embedded or
    its words are indexed, "" if nothing does.
    """

    read: ReadDocument
    cut: str
    language: str
    context: str
    passages: tuple[NewPassage, ...]


class Store:
    """The write side of `collection.sqlite`; only the holder of the writer lock may have one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        from sqlite_utils import Database  # it imports pandas where that is installed: only writers wait for that

        self.connection = connection
        self.database = Database(connection, execute_plugins=False)

    @classmethod
    @contextmanager
    def writing(cls, folder: Path) -> "Iterator[Store]":
        """Open the database for writing, creating the tables in an empty one."""
        connection = sqlite3.connect(folder / DATABASE_NAME, timeout=30)
        try:
            connection.execute("PRAGMA journal_mode = wal")
            connection.execute("PRAGMA synchronous = full")
            connection.execute("PRAGMA foreign_keys = on")
            connection.row_factory = sqlite3.Row
            yield cls(connection)
            # Merge the log, unless a reader still needs it: a copied or read-only collection is then one file.
            connection.execute("PRAGMA busy_timeout = 0")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    def create_tables(self, identity: str, language_means: bytes) -> None:
        """Make the tables and record the identity and the encoder's language means, all or nothing."""
        with self.database.atomic():
            for statement in TABLES.split(";\n"):
                if statement.strip():
                    self.database.execute(statement)
            self.database.table("language_means").insert_all(
                {"name": name.value, "content": language_means} for name in MeansName
            )
            self.database.table("meta").insert_all(
                [{"key": "identity", "value": identity}, {"key": "generation", "value": "0"}]
            )

    @contextmanager
    def change(self) -> Iterator[None]:
        """One transaction that readers will notice: all of it happens, or nothing."""
        with self.database.atomic():
            yield
            self.database.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")

    def identity(self) -> str:
        """What the collection was made with, as JSON."""
        return str(self.connection.execute("SELECT value FROM meta WHERE key = 'identity'").fetchone()[0])

    def set_identity(self, identity: str) -> None:
        """Record other passage sizes."""
        self.database.table("meta").update("identity", {"value": identity})

    def set_means(self, language_means: bytes) -> None:
        """Record the language means that the views are built with."""
        self.database.table("language_means").update(MeansName.IN_USE.value, {"content": language_means})

    def segments(self, kind: VectorKind) -> list[Segment]:
        """The committed vector segments of a kind, in order."""
        return committed_segments(self.connection, kind)

    def set_segment(self, kind: VectorKind, segment: Segment) -> None:
        """Record how many rows of a segment are committed."""
        self.database.table("segments").upsert({"kind": kind.value, **asdict(segment)}, pk=("kind", "number"))

    def document_id(self, content_hash: str, reader: str) -> int | None:
        """The stored document with this content, read this way."""
        sql = "SELECT id FROM documents WHERE content_hash = ? AND reader = ?"
        row = self.database.execute(sql, [content_hash, reader]).fetchone()
        return None if row is None else int(row[0])

    def add_document(self, document: NewDocument, first_row: int, first_sentence_row: int, vectors_sha256: str) -> int:
        """Store a document whose vectors lie in rows first_row … and first_sentence_row …, and return its id."""
        read = document.read
        columns = {
            "content_hash": read.content_hash,
            "reader": read.reader,
            "cut": document.cut,
            "title": read.title,
            "context": document.context,
            "document_type": read.document_type,
            "page_kind": read.page_kind.value,
            "language": document.language,
            "size_bytes": read.size_bytes,
            "vectors_sha256": vectors_sha256,
        }
        self.database.table("documents").insert(columns, pk="id")
        document_id = int(self.connection.execute("SELECT last_insert_rowid()").fetchone()[0])
        self.database.table("pages").insert_all(
            {"document_id": document_id, **_page_columns(page)} for page in read.pages
        )
        passages, sentence_row = [], first_sentence_row
        for row, passage in enumerate(document.passages, start=first_row):
            sentences = np.array(passage.sentences, dtype=SPAN_TYPE).tobytes()
            place = {"document_id": document_id, "row": row, "sentence_row": sentence_row, "sentences": sentences}
            passages.append(asdict(passage) | place)
            sentence_row += len(passage.sentences)
        self.database.table("passages").insert_all(passages)
        return document_id

    def other_cuts(self, cut: str) -> list[int]:
        """The documents that were cut into passages in another way."""
        sql = "SELECT id FROM documents WHERE cut <> ? ORDER BY id"
        return [row[0] for row in self.connection.execute(sql, [cut])]

    def a_file_of(self, document_id: int) -> str:
        """The path of one of the files that hold a document, the same one each time."""
        sql = "SELECT min(path) FROM files WHERE document_id = ?"
        return str(self.connection.execute(sql, [document_id]).fetchone()[0])

    def read_document(self, document_id: int) -> ReadDocument:
        """A stored document as its reader gave it."""
        sql = "SELECT title, document_type, page_kind, content_hash, size_bytes, reader FROM documents WHERE id = ?"
        fields = dict(self.connection.execute(sql, [document_id]).fetchone())
        sql = "SELECT * FROM pages WHERE document_id = ? ORDER BY number"
        pages = tuple(map(page_of_row, self.connection.execute(sql, [document_id])))
        return ReadDocument(**fields | {"page_kind": PageKind(fields["page_kind"]), "pages": pages})

    def replace_document(self, old: int, new: int) -> None:
        """Let the files that hold one document hold another one instead."""
        self.database.execute("UPDATE files SET document_id = ? WHERE document_id = ?", [new, old])
        self.database.execute("DELETE FROM documents WHERE id = ?", [old])

    def alike(self, fingerprint: int, documents: int) -> list[tuple[int, int, int]]:
        """Passages with this fingerprint, one from each of so many documents: (row, sentence row, sentences)."""
        sql = """SELECT row, sentence_row, length(sentences) FROM passages WHERE fingerprint = ?
                 GROUP BY document_id LIMIT ?"""
        size = 2 * SPAN_TYPE.itemsize
        found = self.connection.execute(sql, [fingerprint, documents])
        return [(row, sentence_row, length // size) for row, sentence_row, length in found]

    def link_file(self, path: str, modified_at: str, document_id: int) -> None:
        """Say that a file holds a stored document; what it held before may be dropped."""
        fields = {"document_id": document_id, "modified_at": modified_at, "failure": None, "failure_message": None}
        self.database.table("files").upsert({"path": path, **fields}, pk="path")

    def record_failure(self, path: str, modified_at: str, failure: str, message: str) -> None:
        """Say why a file could not be read; an earlier version of it stays searchable."""
        fields = {"modified_at": modified_at, "failure": failure, "failure_message": message}
        self.database.table("files").upsert({"path": path, **fields}, pk="path")

    def forget_files(self, paths: Iterable[str]) -> None:
        """Remove files from the collection."""
        for path in paths:
            self.database.execute("DELETE FROM files WHERE path = ?", [path])

    def drop_documents(self, document_ids: Iterable[int]) -> None:
        """Drop documents and forget their files, so that the next sync reads these again."""
        for document_id in document_ids:
            self.database.execute("DELETE FROM files WHERE document_id = ?", [document_id])
            self.database.execute("DELETE FROM documents WHERE id = ?", [document_id])

    def documents_of(self, paths: Iterable[str]) -> set[int]:
        """The documents that files hold now."""
        sql = "SELECT document_id FROM files WHERE path = ? AND document_id IS NOT NULL"
        return {row[0] for path in paths for row in self.connection.execute(sql, [path])}

    def drop_orphans_among(self, document_ids: Iterable[int]) -> None:
        """Drop those of some documents that no file holds any more."""
        sql = "DELETE FROM documents WHERE id = ? AND NOT EXISTS (SELECT 1 FROM files WHERE document_id = ?)"
        for document_id in document_ids:
            self.database.execute(sql, [document_id, document_id])

    def drop_orphans(self) -> None:
        """Drop the documents that no file holds any more, with their pages and passages."""
        self.database.execute(
            "DELETE FROM documents WHERE id NOT IN (SELECT document_id FROM files WHERE document_id IS NOT NULL)"
        )

    def record_run(self, *, started_at: str, finished_at: str, folders: str, counts: str) -> None:
        """Keep what a sync did, for `polyseek info`; folders and counts are JSON."""
        fields = {"started_at": started_at, "finished_at": finished_at, "folders": folders, "counts": counts}
        self.database.table("runs").insert(fields)


def _page_columns(page: Page) -> dict[str, str | int | None]:
    columns: dict[str, str | int | None] = {
        "number": page.number,
        "text": page.text,
        "label": page.label,
        "headings": json.dumps([[heading.start, heading.end, heading.level] for heading in page.headings]),
    }
    if page.check is None:
        return columns | {"verdict": None, "extractor": None, "signs": None}
    signs = json.dumps(dict(page.check.signs))
    return columns | {"verdict": page.check.verdict.value, "extractor": page.check.extractor, "signs": signs}


def page_of_row(row: sqlite3.Row) -> Page:
    """A page as it was stored."""
    check = None
    if row["verdict"] is not None:
        signs = json.loads(row["signs"])
        check = PageCheck(verdict=Verdict(row["verdict"]), extractor=row["extractor"], signs=signs)
    headings = tuple(Heading(start=start, end=end, level=level) for start, end, level in json.loads(row["headings"]))
    return Page(number=row["number"], text=row["text"], label=row["label"], headings=headings, check=check)


def committed_segments(database: sqlite3.Connection, kind: VectorKind) -> list[Segment]:
    """The committed vector segments of a kind, in order."""
    sql = "SELECT number, first_row, rows FROM segments WHERE kind = ? ORDER BY number"
    return [Segment(**row) for row in database.execute(sql, [kind.value])]


def known_files(database: sqlite3.Connection) -> dict[str, FileRecord]:
    """All files of the collection by path."""
    sql = """SELECT path, content_hash, reader, failure,
             EXISTS (SELECT 1 FROM pages WHERE pages.document_id = documents.id AND verdict = ?) AS needs_ocr
             FROM files LEFT JOIN documents ON documents.id = document_id"""
    rows = database.execute(sql, [Verdict.NEEDS_OCR.value])
    return {row["path"]: FileRecord(**dict(row) | {"needs_ocr": bool(row["needs_ocr"])}) for row in rows}
