"""Keeps the views of a collection in step with its passages."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from embedder import LanguageMeans
from indexer.lexical import LexicalWriter
from indexer.neutral import MAX_DRIFT, Space, drift
from indexer.session import Session
from indexer.snapshot import Snapshot
from indexer.store import Store
from indexer.views.files import publish_view

VIEWS = "views"
LEXICAL = "lexical"
"""Folder of the views, and in it of the word index."""
MAX_UNCOVERED = 0.10
"""A view is rebuilt when it does not cover more than this share of the live passages."""
MAX_DEAD = 0.20
"""A view is rebuilt when more than this share of its rows belong to removed documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """Rebuilds and refreshes views; only the holder of the collection's writer lock may use it.

    Attributes:
        folder: The collection's views.
        owner: The collection's id.
        session: Opens a session of the collection.
    """

    folder: Path
    owner: str
    session: Callable[[], AbstractContextManager[Session]]

    def refresh(self, store: Store) -> None:
        """Bring the views up to what is committed; after a kill, the next call catches up."""
        with self.session() as session:
            snapshot = session.snapshot
        live, covered = snapshot.rows, snapshot.view.coverage if snapshot.view else 0
        missing = int((live >= covered).sum())
        dead = covered - (len(live) - missing)
        if missing or dead:
            means = snapshot.shrunk_means()
            moved = drift(snapshot.means, means)
            if missing > MAX_UNCOVERED * len(live) or dead > MAX_DEAD * covered or moved > MAX_DRIFT:
                self._publish(store, snapshot, snapshot.space, means)
        self._refresh_words()

    def rebuild(self, store: Store, *, strength: float | None, dimension: int | None) -> None:
        """Build the dense view anew; with another neutral strength or dimension if one is given."""
        with self.session() as session:
            snapshot = session.snapshot
        space = Space(
            dimension=snapshot.space.dimension if dimension is None else dimension,
            strength=snapshot.space.strength if strength is None else strength,
        )
        self._publish(store, snapshot, space, snapshot.shrunk_means())
        self._refresh_words()

    def _publish(self, store: Store, snapshot: Snapshot, space: Space, means: LanguageMeans) -> None:
        publish_view(
            self.folder,
            snapshot.rows_in(space, means),
            kind="exact",
            collection_id=self.owner,
            means_sha256=means.sha256(),
        )
        with store.change():  # until then, readers find that the new view's means are not theirs, and search exactly
            store.set_means(means.to_bytes())

    def _refresh_words(self) -> None:
        with self.session() as session:
            ids, generation = session.snapshot.passage_ids, session.snapshot.generation

            def read(wanted: list[int]) -> list[tuple[str, str]]:
                return [(passage.text_in_context, passage.language) for passage in session.passages(wanted)]

            with LexicalWriter.open(self.folder / LEXICAL, owner=self.owner) as writer:
                if writer.watermark != generation:
                    writer.reconcile(ids, read, generation)
