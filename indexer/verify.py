"""Checks everything in a collection against everything else, and rebuilds what can be rebuilt."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from sqlite3 import Connection, Row
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from indexer.collection import Collection
from indexer.database import open_for_reading
from indexer.errors import CollectionDamagedError
from indexer.lexical import LexicalIndex, LexicalIndexError
from indexer.lock import writer_lock
from indexer.snapshot import read_generation, read_means
from indexer.store import SPAN_TYPE, MeansName, Store, committed_segments
from indexer.sync import vectors_sha256
from indexer.upkeep import LEXICAL, VIEWS
from indexer.vectors import VECTORS, Segment, VectorKind, VectorReader, segment_path
from indexer.views.files import Owner, read_manifests, remove_views, view_fault

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
        sound = {}
        for kind in VectorKind:
            segments = committed_segments(database, kind)
            sound[kind] = [_sound_part(collection, kind, segment) for segment in segments]
            for segment, part in zip(segments, sound[kind], strict=True):
                if part != segment:
                    path = segment_path(collection.path / VECTORS / kind, segment.number)
                    message = f"{path} holds {part.rows:,} of its {segment.rows:,} vectors"
                    faults.append(Fault(kind=FaultKind.VECTORS, message=message))
        faults += _document_faults(database, collection, sound)
        faults += _view_faults(database, collection)
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
        for kind in VectorKind:
            for segment in store.segments(kind):
                store.set_segment(kind, _sound_part(collection, kind, segment))
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


def _sound_part(collection: Collection, kind: VectorKind, segment: Segment) -> Segment:
    path = segment_path(collection.path / VECTORS / kind, segment.number)
    whole_rows = path.stat().st_size // (collection.identity.dimension * 2) if path.exists() else 0
    return replace(segment, rows=min(segment.rows, whole_rows))


def _view_faults(database: Connection, collection: Collection) -> Iterator[Fault]:
    folder, owner = collection.path / VIEWS, collection.identity.collection_id
    segments = committed_segments(database, VectorKind.PASSAGES)
    rows = segments[-1].end_row if segments else 0
    for manifest in read_manifests(folder)[:1]:
        means = read_means(database, MeansName.IN_USE).sha256()
        fault = view_fault(folder, manifest, Owner(collection_id=owner, rows=rows, means_sha256=means))
        if fault is not None:
            yield Fault(kind=FaultKind.VIEW, message=fault)
    if not (folder / LEXICAL).exists():
        return  # the first sync has not come to it yet
    try:
        index = LexicalIndex.open(folder / LEXICAL, owner=owner)
    except LexicalIndexError as error:
        yield Fault(kind=FaultKind.VIEW, message=str(error))
        return
    if index.watermark != read_generation(database):
        return  # it says itself that it is behind: the next sync brings it up
    live = np.array([row[0] for row in database.execute("SELECT id FROM passages ORDER BY id")], dtype=np.int64)
    wrong = np.setxor1d(live, index.ids())
    if len(wrong):
        message = f"the lexical index in {folder / LEXICAL} misses, or has too many, {len(wrong):,} passages"
        yield Fault(kind=FaultKind.VIEW, message=message)


def _document_faults(
    database: Connection, collection: Collection, segments: dict[VectorKind, list[Segment]]
) -> Iterator[Fault]:
    stored = {
        kind: _Stored(
            VectorReader(collection.path / VECTORS / kind, segments[kind], collection.identity.dimension),
            segments[kind],
        )
        for kind in VectorKind
    }
    documents = database.execute(
        """SELECT id, title, vectors_sha256, (SELECT min(path) FROM files WHERE document_id = documents.id)
           FROM documents"""
    ).fetchall()
    for document_id, title, checksum, path in documents:
        name = path or title
        for message in _faults_of(database, document_id, checksum, stored):
            yield Fault(kind=FaultKind.DOCUMENT, message=f"{name}: {message}", document_id=document_id)
        if path is None:
            yield Fault(kind=FaultKind.DOCUMENT, message=f"{name}: no file holds it", document_id=document_id)


def _faults_of(
    database: Connection, document_id: int, checksum: str, stored: "dict[VectorKind, _Stored]"
) -> Iterator[str]:
    passages = database.execute(
        """SELECT row, page, start, end_page, "end", sentence_row, sentences, length(pages.text) AS page_length,
                  length(last_page.text) AS last_length
           FROM passages
           LEFT JOIN pages ON pages.document_id = passages.document_id AND pages.number = page
           LEFT JOIN pages AS last_page ON last_page.document_id = passages.document_id AND last_page.number = end_page
           WHERE passages.document_id = ? ORDER BY row""",
        [document_id],
    ).fetchall()
    if not passages:
        yield "it has no passages"
        return
    if not all(map(_lies_on_its_pages, passages)):
        yield "a passage lies outside its page"
    sentences = [np.frombuffer(passage["sentences"], SPAN_TYPE).reshape(-1, 2) for passage in passages]
    if any(
        len(spans) == 0 or spans.min() < 0 or spans.max() > _longest(passage)
        for spans, passage in zip(sentences, passages, strict=True)
    ):
        yield "a sentence lies outside its passage"
    rows = {
        VectorKind.PASSAGES: np.array([passage["row"] for passage in passages], dtype=np.int64),
        VectorKind.SENTENCES: np.concatenate(
            [
                passage["sentence_row"] + np.arange(len(spans))
                for spans, passage in zip(sentences, passages, strict=True)
            ]
        ),
    }
    if not all(stored[kind].has(rows[kind]) for kind in VectorKind):
        yield "some of its vectors are missing"
        return
    vectors = {kind: stored[kind].vectors.take(rows[kind]) for kind in VectorKind}
    if any((np.abs(np.linalg.norm(found, axis=1) - 1) >= UNIT_TOLERANCE).any() for found in vectors.values()):
        yield "some of its vectors are not unit vectors"
    if vectors_sha256(vectors[VectorKind.PASSAGES], vectors[VectorKind.SENTENCES]) != checksum:
        yield "its vectors do not match their checksum"


def _lies_on_its_pages(passage: Row) -> bool:
    length, last_length = passage["page_length"], passage["last_length"]
    if length is None or last_length is None or not 0 <= passage["start"] < length:
        return False
    first = passage["start"] if passage["page"] == passage["end_page"] else 0
    return passage["end_page"] - passage["page"] in (0, 1) and first < passage["end"] <= last_length


def _longest(passage: Row) -> int:
    """Characters of a passage, or one more where it goes on over a page border."""
    if passage["page"] == passage["end_page"]:
        return int(passage["end"] - passage["start"])
    return int(passage["page_length"] - passage["start"] + 1 + passage["end"])


class _Stored(NamedTuple):
    """The vectors of a kind, and which rows of them are there."""

    vectors: VectorReader
    segments: list[Segment]

    def has(self, rows: npt.NDArray[np.int64]) -> bool:
        there = np.zeros(len(rows), dtype=np.bool_)
        for segment in self.segments:
            there |= (rows >= segment.first_row) & (rows < segment.end_row)
        return bool(there.all())
