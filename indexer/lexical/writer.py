"""The write side of the lexical index; only the holder of the collection's writer lock may have one."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from indexer.analyzer import ANALYZER_VERSION, analyze
from indexer.lexical.fields import MARKER_PLACE, make_document, make_marker, make_schema
from indexer.lexical.files import LexicalIndexError, State, check_index, list_ids

if TYPE_CHECKING:
    from tantivy import Index, IndexWriter

logger = logging.getLogger(__name__)

BUFFER_BYTES: Final = 64_000_000
"""Memory for passages that are not written yet; a full buffer becomes a segment on disk."""
READ_PASSAGES: Final = 1_000
COMMIT_PASSAGES: Final = 100_000
"""While much is added: passages read at a time, and passages lost at most when the process is killed."""


class LexicalWriter:
    """Adds and removes passages; nothing is visible or safe before `commit`.

    Get one with `LexicalWriter.open`.
    """

    def __init__(self, index: "Index", writer: "IndexWriter", state: State, highest: int) -> None:
        self._index = index
        self._writer = writer
        self._state = state
        self._highest = highest

    @classmethod
    @contextmanager
    def open(cls, folder: Path, *, owner: str) -> "Iterator[LexicalWriter]":
        """Open the index for writing; one that is missing, damaged or foreign is started anew, empty.

        What was not committed when the block ends is forgotten.

        Args:
            folder: Its own directory; other files in it are deleted when it is started anew.
            owner: The collection's id: an index copied from another collection is not believed.

        Yields:
            The writer. Compare its `watermark` with the collection's generation: if they differ, `reconcile`.
        """
        try:
            opened = check_index(folder, owner=owner)
            index, state, highest = opened.index, opened.state, opened.highest
        except LexicalIndexError as error:
            logger.info("the lexical index is built anew: %s", error)
            state, highest = State(owner=owner, analyzer=ANALYZER_VERSION, watermark=None), -1
            index = _start_anew(folder, state)
        writer = index.writer(BUFFER_BYTES, 1)
        try:
            yield cls(index, writer, state, highest)
        finally:
            writer.rollback()
            writer.wait_merging_threads()

    @property
    def watermark(self) -> int | None:
        """The generation the committed index agrees with; None for a new one."""
        return self._state.watermark

    def add(self, ids: Sequence[int], texts: Sequence[str], languages: Sequence[str]) -> None:
        """Add passages; one that is there already is replaced, so that replaying does no harm."""
        self.remove([passage_id for passage_id in ids if passage_id <= self._highest])
        for passage_id, text, language in zip(ids, texts, languages, strict=True):
            self._writer.add_document(make_document(passage_id, analyze(text), language))
        self._highest = max(self._highest, *ids) if ids else self._highest

    def remove(self, ids: Sequence[int]) -> None:
        """Remove passages; ids that are not there do no harm."""
        from tantivy import Query

        if ids:
            # Not delete_documents_by_term: in tantivy-py 0.27 it takes numbers for signed ones and finds none.
            self._writer.delete_documents_by_query(Query.term_set_query(self._index.schema, "place", list(ids)))

    def commit(self, watermark: int) -> None:
        """Make what was added and removed visible and durable, and record the generation it belongs to."""
        self._commit(watermark)

    def ids(self) -> npt.NDArray[np.int64]:
        """The ids of all committed passages, (n,) int64, ascending."""
        self._index.reload()
        return list_ids(self._index, self._highest)

    def reconcile(
        self,
        live: npt.NDArray[np.int64],
        read: Callable[[list[int]], Iterable[tuple[str, str]]],
        watermark: int,
    ) -> None:
        """Make the index hold exactly these passages, whatever it holds now.

        Ids are never reused, so a passage whose id is there is the same passage. A large backlog is
        committed in parts; when the process is killed, the next call goes on.

        Args:
            live: (n,) ids of all passages of the collection.
            read: Gives the (text, language) of each of the ids it is given, in their order.
            watermark: The generation these passages belong to.
        """
        indexed = self.ids()
        self.remove(np.setdiff1d(indexed, live).tolist())
        missing = np.setdiff1d(live, indexed)
        waiting = 0
        for start in range(0, len(missing), READ_PASSAGES):
            ids = missing[start : start + READ_PASSAGES].tolist()
            texts, languages = zip(*read(ids), strict=True)
            self.add(ids, texts, languages)
            waiting += len(ids)
            if waiting >= COMMIT_PASSAGES:
                self._commit(None)
                waiting = 0
        self._commit(watermark)

    def _commit(self, watermark: int | None) -> None:
        self._state = State(owner=self._state.owner, analyzer=self._state.analyzer, watermark=watermark)
        self.remove([MARKER_PLACE])
        self._writer.add_document(make_marker(self._state.to_json()))
        self._writer.commit()


def _start_anew(folder: Path, state: State) -> "Index":
    from tantivy import Index

    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    index = Index(make_schema(), str(folder))
    index.config_reader("manual")
    writer = index.writer(BUFFER_BYTES, 1)
    writer.add_document(make_marker(state.to_json()))
    writer.commit()
    writer.wait_merging_threads()
    return index
