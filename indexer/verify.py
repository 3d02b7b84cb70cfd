"""Checks everything in a collection against everything else, and rebuilds what can be rebuilt."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from sqlite3 import Connection

import numpy as np
import numpy.typing as npt

from indexer.collection import VECTORS, VIEWS, Collection
from indexer.errors import CollectionDamagedError
from indexer.lock import writer_lock
from indexer.store import Store, committed_segments, open_for_reading
from indexer.sync import vectors_sha256
from indexer.vectors import Segment, VectorReader, segment_path
from indexer.views.files import read_manifests, remove_views, view_fault

UNIT_TOLERANCE = 0.01
"""Stored rows are unit vectors rounded to float16: their norms differ from 1 by less than this."""


class FaultKind(StrEnum):
    """Which part of a collection is wrong."""

    DATABASE = "database"
    VECTORS = "vectors"
    DOCUMENT = "document"
    VIEW = "view"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something in a collection that contradicts the rest.

    Attributes:
        kind: Which part is wrong.
        message: What is wrong, with values.
        document_id: The document concerned, if it is one.
    """

    kind: FaultKind
    message: str
    document_id: int | None = None


def find_faults(collection: Collection) -> list[Fault]:
    """Check the database, the vectors, each document and the views; an empty list means all is well."""
    database = open_for_reading(collection.path)
    try:
        faults = list(_database_faults(database))
        if faults:
            return faults  # nothing it says can be relied on
        database.execute("BEGIN")
        segments = committed_segments(database)
        sound = [_sound_part(collection, segment) for segment in segments]
        for segment, part in zip(segments, sound, strict=True):
            if part != segment:
                path = segment_path(collection.path / VECTORS, segment.number)
                message = f"{path} holds {part.rows:,} of its {segment.rows:,} vectors"
                faults.append(Fault(kind=FaultKind.VECTORS, message=message))
        faults += _document_faults(database, collection, sound)
        rows = segments[-1].end_row if segments else 0
        for manifest in read_manifests(collection.path / VIEWS)[:1]:
            fault = view_fault(
                collection.path / VIEWS, manifest, collection_id=collection.identity.collection_id, rows=rows
            )
            if fault is not None:
                faults.append(Fault(kind=FaultKind.VIEW, message=fault))
    finally:
        database.close()
    return faults


def repair(collection: Collection) -> list[Fault]:
    """Mend what `find_faults` finds and return what was found.

    Views are rebuilt. Damaged documents are taken out of the collection, so that the next sync reads
    their files again.

    Raises:
        CollectionDamagedError: If the database itself is damaged.
        CollectionLockedError: If another process is writing.
    """
    faults = find_faults(collection)
    if any(fault.kind is FaultKind.DATABASE for fault in faults):
        msg = f"{faults[0].message}; it cannot be repaired. Restore {collection.path} from a backup, or ingest anew"
        raise CollectionDamagedError(msg)
    if not faults:
        return []
    damaged = sorted({fault.document_id for fault in faults if fault.document_id is not None})
    with writer_lock(collection.path), Store.writing(collection.path) as store, store.change():
        remove_views(collection.path / VIEWS)
        store.drop_documents(damaged)
        for segment in store.segments():
            store.set_segment(_sound_part(collection, segment))
    collection.rebuild_view()
    return faults


def _database_faults(database: Connection) -> Iterator[Fault]:
    try:
        findings = [row[0] for row in database.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]
        findings += [
            f"table {row[0]} refers to a missing row of {row[2]}"
            for row in database.execute("PRAGMA foreign_key_check")
        ]
    except sqlite3.DatabaseError as error:
        findings = [str(error)]
    for finding in findings:
        yield Fault(kind=FaultKind.DATABASE, message=f"the database is damaged: {finding}")


def _sound_part(collection: Collection, segment: Segment) -> Segment:
    path = segment_path(collection.path / VECTORS, segment.number)
    whole_rows = path.stat().st_size // (collection.identity.dimension * 2) if path.exists() else 0
    return replace(segment, rows=min(segment.rows, whole_rows))


def _document_faults(database: Connection, collection: Collection, segments: list[Segment]) -> Iterator[Fault]:
    vectors = VectorReader(collection.path / VECTORS, segments, collection.identity.dimension)
    documents = database.execute(
        """SELECT id, title, vectors_sha256, (SELECT min(path) FROM files WHERE document_id = documents.id)
           FROM documents"""
    ).fetchall()
    for document_id, title, checksum, path in documents:
        name = path or title
        for message in _faults_of(database, document_id, checksum, vectors, segments):
            yield Fault(kind=FaultKind.DOCUMENT, message=f"{name}: {message}", document_id=document_id)
        if path is None:
            yield Fault(kind=FaultKind.DOCUMENT, message=f"{name}: no file holds it", document_id=document_id)


def _faults_of(
    database: Connection, document_id: int, checksum: str, vectors: VectorReader, segments: list[Segment]
) -> Iterator[str]:
    passages = database.execute(
        """SELECT row, start, "end", length(pages.text) FROM passages
           LEFT JOIN pages ON pages.document_id = passages.document_id AND number = page
           WHERE passages.document_id = ? ORDER BY row""",
        [document_id],
    ).fetchall()
    if not passages:
        yield "it has no passages"
        return
    if any(length is None or not 0 <= start < end <= length for _, start, end, length in passages):
        yield "a passage lies outside its page"
    rows = np.array([passage[0] for passage in passages], dtype=np.int64)
    if not _stored(rows, segments).all():
        yield "some of its vectors are missing"
        return
    stored = vectors.take(rows)
    if not (np.abs(np.linalg.norm(stored, axis=1) - 1) < UNIT_TOLERANCE).all():
        yield "some of its vectors are not unit vectors"
    if vectors_sha256(stored) != checksum:
        yield "its vectors do not match their checksum"


def _stored(rows: npt.NDArray[np.int64], segments: list[Segment]) -> npt.NDArray[np.bool_]:
    stored = np.zeros(len(rows), dtype=np.bool_)
    for segment in segments:
        stored |= (rows >= segment.first_row) & (rows < segment.end_row)
    return stored
