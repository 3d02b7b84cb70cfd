"""One consistent state of a collection, held in memory for searching."""

import logging
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection

import numpy as np
import numpy.typing as npt

from embedder import LanguageMeans, Vectors
from indexer.neutral import DEFAULT_STRENGTH, RowLanguages, Space, row_languages, shrunk_means
from indexer.store import SPAN_TYPE, MeansName, committed_segments
from indexer.vectors import VECTORS, VectorKind, VectorReader
from indexer.views import DenseView, Found, RowMask
from indexer.views.exact import Rows, best, nothing, scan
from indexer.views.files import Owner, ViewManifest, load_view, read_manifests, view_fault

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """The live passages of one generation, their vectors, and the view that finds them.

    Attributes:
        generation: Changes with every committed change of the collection.
        passage_ids: (n,) int64, in the order of their rows.
        rows: (n,) int64, the vector row of each passage, ascending.
        document_ids: (n,) int64, the document of each passage.
        languages: (n,) int16, index into `language_codes`.
        language_codes: The languages that occur, sorted.
        vectors: The stored vectors of passages.
        sentence_vectors: The stored vectors of their sentences.
        first_sentences: (n,) int64, the sentence row of each passage's first sentence.
        sentence_counts: (n,) int64, how many follow one another from there; at least 1.
        row_languages: The language of each vector row, for the neutral space.
        calibration: The encoder's language means.
        means: Those that are taken away: moved towards the collection's own passages.
        view: The dense view in use, or None.
        manifest: What describes that view, or None.
    """

    generation: int
    passage_ids: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    document_ids: npt.NDArray[np.int64]
    languages: npt.NDArray[np.int16]
    language_codes: tuple[str, ...]
    vectors: VectorReader
    sentence_vectors: VectorReader
    first_sentences: npt.NDArray[np.int64]
    sentence_counts: npt.NDArray[np.int64]
    row_languages: RowLanguages
    calibration: LanguageMeans
    means: LanguageMeans
    view: DenseView | None
    manifest: ViewManifest | None

    def allow(self, chosen: npt.NDArray[np.bool_]) -> RowMask:
        """Turn a choice among the live passages, (n,) flags, into flags over all rows."""
        covered = self.view.coverage if self.view else 0
        mask = np.zeros(max(self.vectors.rows, covered), dtype=np.bool_)
        mask[self.rows[chosen]] = True
        return mask

    def search(self, queries: Vectors, k: int, allowed: RowMask, space: Space) -> Found:
        """Find the k best allowed rows of each query: in the view, and exactly where it does not reach.

        Args:
            queries: (n, space.dimension) float32 unit rows in `space`.
            k: How many rows to return for each query.
            allowed: Flags from `allow`.
            space: Where vectors are compared; one other than the view's is searched exactly.

        Returns:
            Rows (n, k) and inner products (n, k), best first, padded with -1 and -inf.
        """
        found, covered = nothing(len(queries), k), 0
        if self.view is not None and self.manifest is not None and self.manifest.space == space:
            found, covered = self.view.search(queries, k, allowed=allowed), self.view.coverage
        return best(k, found, scan(self.rows_in(space), covered, queries, k, allowed))

    @property
    def space(self) -> Space:
        """The space of the view; without one, all dimensions at the default neutral strength."""
        if self.manifest is not None:
            return self.manifest.space
        return Space(dimension=self.vectors.dimension, strength=DEFAULT_STRENGTH)

    def rows_in(self, space: Space, means: LanguageMeans | None = None) -> Rows:
        """The stored vectors, to be compared in a space; with other means than those in use if they are given."""
        languages = self.row_languages if means is None else self.row_languages.with_means(means)
        return Rows(vectors=self.vectors, languages=languages, space=space)

    def shrunk_means(self) -> LanguageMeans:
        """The means as they would be today; see `indexer.neutral.shrunk_means`."""

        def rows(language: str) -> npt.NDArray[np.int64]:
            chosen: npt.NDArray[np.int64] = self.rows[self.languages == self.language_codes.index(language)]
            return chosen

        return shrunk_means(self.calibration, self.language_codes, rows, self.vectors.take)

    def allow_passages(self, allowed: RowMask) -> npt.NDArray[np.bool_]:
        """Turn flags over rows into flags over passage ids."""
        ids = self.passage_ids[allowed[self.rows]]
        mask = np.zeros(int(self.passage_ids.max(initial=-1)) + 1, dtype=np.bool_)
        mask[ids] = True
        return mask

    def passages_of(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The passage ids of live vector rows."""
        return self.passage_ids[np.searchsorted(self.rows, rows)]

    def rows_of(self, passage_ids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The vector rows of live passages."""
        # Ids and rows are both given in the order of commits, so that the ids ascend with the rows.
        return self.rows[np.searchsorted(self.passage_ids, passage_ids)]

    def similarities(self, query: Vectors, rows: npt.NDArray[np.int64], space: Space) -> npt.NDArray[np.float32]:
        """Cosines of a question, (1, space.dimension) in `space`, with live rows: (n,) float32."""
        found: npt.NDArray[np.float32] = self.row_languages.move(rows, self.vectors.take(rows), space) @ query[0]
        return found

    def sentence_similarities(
        self, query: Vectors, rows: npt.NDArray[np.int64], space: Space
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """Cosines of a question with each sentence of passages.

        Args:
            query: (1, space.dimension) float32 unit row in `space`.
            rows: (n,) live vector rows, each of a passage.
            space: Where vectors are compared.

        Returns:
            The cosines of all sentences, passage after passage, (s,) float32; and where those of each passage begin,
            (n,) int64.
        """
        places = np.searchsorted(self.rows, rows)
        counts = self.sentence_counts[places]
        begins: npt.NDArray[np.int64] = np.cumsum(counts) - counts
        offsets = np.arange(counts.sum()) - np.repeat(begins, counts)
        sentence_rows = np.repeat(self.first_sentences[places], counts) + offsets
        moved = self.row_languages.move(np.repeat(rows, counts), self.sentence_vectors.take(sentence_rows), space)
        cosines: npt.NDArray[np.float32] = moved @ query[0]
        return cosines, begins


def read_generation(database: Connection) -> int:
    """The generation the open transaction sees; the first read of a transaction fixes it."""
    return int(database.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])


def read_means(database: Connection, name: MeansName) -> LanguageMeans:
    """The language means that are kept under a name."""
    sql = "SELECT content FROM language_means WHERE name = ?"
    return LanguageMeans.from_bytes(database.execute(sql, [name.value]).fetchone()[0])


def load_snapshot(
    folder: Path, database: Connection, *, collection_id: str, dimension: int, before: Snapshot | None
) -> Snapshot:
    """Read the state that the open transaction sees.

    Args:
        folder: The collection.
        database: A connection with an open read transaction.
        collection_id: What a view must belong to.
        dimension: Full dimension of the stored vectors.
        before: An earlier snapshot, whose view is kept where no newer one has been published.

    Raises:
        CollectionDamagedError: If vectors are missing.
    """
    generation = read_generation(database)
    vectors, sentence_vectors = (
        VectorReader(folder / VECTORS / kind, committed_segments(database, kind), dimension) for kind in VectorKind
    )
    table = database.execute(
        "SELECT id, row, document_id, language, sentence_row, length(sentences) FROM passages ORDER BY row"
    ).fetchall()
    codes = sorted({row[3] for row in table})
    numbers = {code: number for number, code in enumerate(codes)}
    means = read_means(database, MeansName.IN_USE)
    rows = np.array([row[1] for row in table], dtype=np.int64)
    view, manifest = _newest_view(
        folder / "views", Owner(collection_id=collection_id, rows=vectors.rows, means_sha256=means.sha256()), before
    )
    return Snapshot(
        generation=generation,
        passage_ids=np.array([row[0] for row in table], dtype=np.int64),
        rows=rows,
        document_ids=np.array([row[2] for row in table], dtype=np.int64),
        languages=np.array([numbers[row[3]] for row in table], dtype=np.int16),
        language_codes=tuple(codes),
        vectors=vectors,
        sentence_vectors=sentence_vectors,
        first_sentences=np.array([row[4] for row in table], dtype=np.int64),
        sentence_counts=np.array([row[5] for row in table], dtype=np.int64) // (2 * SPAN_TYPE.itemsize),
        row_languages=row_languages(rows, [row[3] for row in table], vectors.rows, means),
        calibration=read_means(database, MeansName.CALIBRATION),
        means=means,
        view=view,
        manifest=manifest,
    )


def _newest_view(folder: Path, owner: Owner, before: Snapshot | None) -> tuple[DenseView | None, ViewManifest | None]:
    manifests = read_manifests(folder)
    for manifest in manifests:
        if objection := owner.objection(manifest):  # a writer is just replacing it, or it was copied here
            logger.info("view %d %s; its rows are searched exactly", manifest.generation, objection)
            continue
        if before is not None and before.view is not None and before.manifest == manifest:
            return before.view, manifest
        fault = view_fault(folder, manifest, owner)
        if fault is None:
            try:
                return load_view(folder, manifest), manifest
            except RuntimeError as error:  # what FAISS raises for a file that is gone
                fault = f"view {manifest.generation} cannot be loaded ({error})"
        if read_manifests(folder) != manifests:  # a writer has replaced it meanwhile
            return _newest_view(folder, owner, before)
        logger.warning("%s; its rows are searched exactly until it is rebuilt: polyseek verify --repair", fault)
    return None, None
