"""The collection's SQLite file: its tables, and how it is opened for reading."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import CollectionDamagedError, CollectionMissingError

DATABASE_NAME = "collection.sqlite"
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
    reader TEXT NOT NULL,
    cut TEXT NOT NULL,
    title TEXT NOT NULL,
    context TEXT NOT NULL,
    document_type TEXT NOT NULL,
    page_kind TEXT NOT NULL,
    language TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    vectors_sha256 TEXT NOT NULL,
    UNIQUE (content_hash, reader, cut)
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
    label TEXT NOT NULL,
    headings TEXT NOT NULL,
    verdict TEXT,
    extractor TEXT,
    signs TEXT,
    PRIMARY KEY (document_id, number)
) STRICT;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    page INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end_page INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    heading TEXT NOT NULL,
    fingerprint INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    language TEXT NOT NULL,
    language_confidence REAL NOT NULL,
    row INTEGER NOT NULL UNIQUE,
    sentence_row INTEGER NOT NULL UNIQUE,
    sentences BLOB NOT NULL
) STRICT;
CREATE INDEX passages_of_document ON passages (document_id);
CREATE INDEX passages_alike ON passages (fingerprint);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    folders TEXT NOT NULL,
    counts TEXT NOT NULL
) STRICT;
"""


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
