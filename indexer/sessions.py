"""Hands out consistent reads of a collection to any number of threads."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from sqlite3 import Connection

from indexer.database import damage_reported, open_for_reading
from indexer.identity import Identity
from indexer.session import Session
from indexer.snapshot import Snapshot, load_snapshot, read_generation


class Sessions:
    """Keeps idle database connections and the newest state of the vectors.

    Args:
        path: The collection's directory.
        identity: What it was made with.
    """

    def __init__(self, path: Path, identity: Identity) -> None:
        self._path = path
        self._identity = identity
        self._idle: LifoQueue[Connection] = LifoQueue()
        self._snapshot: Snapshot | None = None
        self._loading = threading.Lock()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Read consistently; see `Collection.session`."""
        try:
            database = self._idle.get_nowait()
        except Empty:
            database = open_for_reading(self._path)
        try:
            with damage_reported(self._path):
                database.execute("BEGIN")
                yield Session(database, self._current_snapshot(database))
        finally:
            database.rollback()
            self._idle.put(database)

    def close(self) -> None:
        """Close the idle connections; sessions can still be had afterwards."""
        while not self._idle.empty():
            self._idle.get_nowait().close()

    def _current_snapshot(self, database: Connection) -> Snapshot:
        snapshot, generation = self._snapshot, read_generation(database)
        if snapshot is not None and snapshot.generation == generation:
            return snapshot
        with self._loading:
            if self._snapshot is None or self._snapshot.generation != generation:
                loaded = load_snapshot(
                    self._path,
                    database,
                    collection_id=self._identity.collection_id,
                    dimension=self._identity.dimension,
                    before=self._snapshot,
                )
                if self._snapshot is not None and self._snapshot.generation > generation:
                    return loaded  # another thread has seen a newer state meanwhile; keep that one
                self._snapshot = loaded
            return self._snapshot
