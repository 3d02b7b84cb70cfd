"""The collection's SQLite file: documents, files, pages, passages, and which vector rows exist.

All SQL that writes lives here; what readers ask is in `indexer/session.py`.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from indexer.errors import CollectionDamagedError, CollectionMissingError
from indexer.readers import ReadDocument
from indexer.vectors import Segment, VectorKind

DATABASE_NAME = "collection.sqlite"
SPAN_TYPE = np.dtype("<i4")
"""How the sentences of a passage are stored: start, end, start, end … in code points."""

DATABASE_FILES = (DATABASE_NAME, f"{DATABASE_NAME}-wal", f"{DATABASE_NAME}-shm")

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE language_means (name TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT;
CREATE TABLE segments (
    kind TEXT NOT NULL,
    number INTEGER NOT NULL,
    first_row INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    PRIMARY KEY (kind, number)
) STRICT;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content_hash TEXT NOT NULL,
    recipe TEXT NOT NULL,
    title TEXT NOT NULL,
    context TEXT NOT NULL,
    document_type TEXT NOT NULL,
    language TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    vectors_sha256 TEXT NOT NULL,
    UNIQUE (content_hash, recipe)
) STRICT;
CREATE TABLE files (
    path TEXT PRIMARY KEY,
    document_id INTEGER REFERENCES documents (id),
    modified_at TEXT NOT NULL,
    failure TEXT,
    failure_message TEXT,
    CHECK (document_id IS NOT NULL OR failure IS NOT NULL)
) STRICT;
CREATE INDEX files_of_document ON files (document_id);
CREATE TABLE pages (
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (document_id, number)
) STRICT;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    page INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    language TEXT NOT NULL,
    language_confidence REAL NOT NULL,
    row INTEGER NOT NULL UNIQUE,
    sentence_row INTEGER NOT NULL UNIQUE,
    sentences BLOB NOT NULL
) STRICT;
CREATE INDEX passages_of_document ON passages (document_id);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    folders TEXT NOT NULL,
    counts TEXT NOT NULL
) STRICT;
"""


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
        recipe: Reader and cutter that made its passages, None if the file was never read.
        failure: Why the present content could not be read, None if it could.
    """

    path: str
    content_hash: str | None
    recipe: str | None
    failure: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassage:
    """A passage about to be stored: characters start … end - 1 of a page.

    `sentences` are the (start, end) of its sentences, counted from the start of the passage.
    """

    page: int
    start: int
    end: int
    tokens: int
    language: str
    language_confidence: float
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A document about to be stored, with its passages in the order of their vectors.

    `context` stands before the text of each passage when it is embedded or its words are indexed; "" if nothing does.
    """

    read: ReadDocument
    recipe: str
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

    def set_means(self, language_means: bytes) -> None:
        """Record the language means that the views are built with."""
        self.database.table("language_means").update(MeansName.IN_USE.value, {"content": language_means})

    def segments(self, kind: VectorKind) -> list[Segment]:
        """The committed vector segments of a kind, in order."""
        return committed_segments(self.connection, kind)

    def set_segment(self, kind: VectorKind, segment: Segment) -> None:
        """Record how many rows of a segment are committed."""
        self.database.table("segments").upsert({"kind": kind.value, **asdict(segment)}, pk=("kind", "number"))

    def document_id(self, content_hash: str, recipe: str) -> int | None:
        """The stored document with this content, read and cut this way."""
        sql = "SELECT id FROM documents WHERE content_hash = ? AND recipe = ?"
        row = self.database.execute(sql, [content_hash, recipe]).fetchone()
        return None if row is None else int(row[0])

    def add_document(self, document: NewDocument, first_row: int, first_sentence_row: int, vectors_sha256: str) -> int:
        """Store a document whose vectors lie in rows first_row … and first_sentence_row …, and return its id."""
        read = document.read
        columns = {
            "content_hash": read.content_hash,
            "recipe": document.recipe,
            "title": read.title,
            "context": document.context,
            "document_type": read.document_type,
            "language": document.language,
            "size_bytes": read.size_bytes,
            "vectors_sha256": vectors_sha256,
        }
        self.database.table("documents").insert(columns, pk="id")
        document_id = int(self.connection.execute("SELECT last_insert_rowid()").fetchone()[0])
        self.database.table("pages").insert_all(
            {"document_id": document_id, "number": page.number, "text": page.text} for page in read.pages
        )
        passages, sentence_row = [], first_sentence_row
        for row, passage in enumerate(document.passages, start=first_row):
            sentences = np.array(passage.sentences, dtype=SPAN_TYPE).tobytes()
            place = {"document_id": document_id, "row": row, "sentence_row": sentence_row, "sentences": sentences}
            passages.append(asdict(passage) | place)
            sentence_row += len(passage.sentences)
        self.database.table("passages").insert_all(passages)
        return document_id

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


def committed_segments(database: sqlite3.Connection, kind: VectorKind) -> list[Segment]:
    """The committed vector segments of a kind, in order."""
    sql = "SELECT number, first_row, rows FROM segments WHERE kind = ? ORDER BY number"
    return [Segment(**row) for row in database.execute(sql, [kind.value])]


def known_files(database: sqlite3.Connection) -> dict[str, FileRecord]:
    """All files of the collection by path."""
    sql = "SELECT path, content_hash, recipe, failure FROM files LEFT JOIN documents ON documents.id = document_id"
    return {row["path"]: FileRecord(**row) for row in database.execute(sql)}


def open_for_reading(folder: Path) -> sqlite3.Connection:
    """Open the database read-only, also where the disk cannot be written to.

    A database in WAL mode wants to write beside itself even to be read. Where it cannot, and no
    unfinished log lies there, it is opened as immutable; otherwise the database and its log are
    read into memory.

    Raises:
        CollectionMissingError: If there is no collection.
        CollectionDamagedError: If the file is not a database.
    """
    path = folder / DATABASE_NAME
    if not path.exists():
        msg = f"there is no collection at {folder}; make one with: polyseek ingest FOLDER"
        raise CollectionMissingError(msg)
    uri = path.resolve().as_uri()
    with damage_reported(folder):
        try:
            return _connect(f"{uri}?mode=ro")
        except sqlite3.OperationalError:
            log = path.with_name(path.name + "-wal")
            if log.exists() and log.stat().st_size:
                return _copy_to_memory(path, log)
            return _connect(f"{uri}?mode=ro&immutable=1")


@contextmanager
def damage_reported(folder: Path) -> Iterator[None]:
    """Turn SQLite's word for a damaged file into ours.

    Raises:
        CollectionDamagedError: If what runs inside finds the database damaged.
    """
    try:
        yield
    except sqlite3.OperationalError:
        raise  # busy, read-only, out of space: the file itself is sound
    except sqlite3.DatabaseError as error:
        msg = f"the database in {folder} is damaged ({error}); restore it from a backup, or ingest anew elsewhere"
        raise CollectionDamagedError(msg) from error


def _connect(uri: str) -> sqlite3.Connection:
    # Connections are handed from thread to thread by the session pool, never shared at one time.
    connection = sqlite3.connect(uri, uri=True, timeout=30, check_same_thread=False)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema")
    except sqlite3.Error:
        connection.close()
        raise
    connection.row_factory = sqlite3.Row
    return connection


def _copy_to_memory(path: Path, log: Path) -> sqlite3.Connection:
    with tempfile.TemporaryDirectory() as place:
        for source in (path, log):
            shutil.copyfile(source, Path(place) / source.name)
        copy = sqlite3.connect(Path(place) / path.name)
        memory = sqlite3.connect(":memory:", check_same_thread=False)
        try:
            copy.backup(memory)
        finally:
            copy.close()
    memory.row_factory = sqlite3.Row
    return memory
