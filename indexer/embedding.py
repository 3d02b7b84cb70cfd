"""Gets the vectors of documents: embedded once for each text, or copied where many documents hold a passage."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from embedder import Embedder, Vectors
from indexer.boilerplate import MANY_DOCUMENTS
from indexer.cutting import CutDocument, CutPassage
from indexer.store import Store
from indexer.vectors import VectorKind, VectorReader


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentVectors:
    """A document's vectors, (n, dimension) float32 unit rows: of its passages, and of their sentences in order."""

    passages: Vectors
    sentences: Vectors


class StoredVectors:
    """Vectors that the collection has already.

    Args:
        store: The collection's database.
        folder: Where its vector segments lie.
        dimension: Of the vectors.
    """

    def __init__(self, store: Store, folder: Path, dimension: int) -> None:
        self._store = store
        self._reader = cache(lambda kind: VectorReader(folder / kind, store.segments(kind), dimension))

    def of_boilerplate(self, cut: CutPassage) -> tuple[Vectors, Vectors] | None:
        """The vectors of a passage that many documents hold; None if this one is not such a passage.

        Returns:
            (1, dimension) float32 of the passage, (sentences, dimension) float32 of its sentences.
        """
        found = self._store.alike(cut.passage.fingerprint, MANY_DOCUMENTS)
        if len(found) < MANY_DOCUMENTS:
            return None
        for row, sentence_row, sentences in found:
            if sentences == len(cut.sentences):
                rows = np.arange(sentence_row, sentence_row + sentences, dtype=np.int64)
                passage = self._reader(VectorKind.PASSAGES).take(np.array([row], dtype=np.int64))
                return passage, self._reader(VectorKind.SENTENCES).take(rows)
        return None


def embed_documents(
    documents: Sequence[CutDocument], embedder: Embedder, stored: StoredVectors
) -> list[DocumentVectors]:
    """Embed the passages and sentences of documents together, equal texts once.

    Args:
        documents: Documents with at least one passage each.
        embedder: Embeds what has to be.
        stored: Where the vectors of boilerplate are copied from.

    Returns:
        The vectors of each document.
    """
    copies = [[stored.of_boilerplate(cut) for cut in document.passages] for document in documents]
    rows: dict[str, int] = {}
    for document, copied in zip(documents, copies, strict=True):
        for cut, copy in zip(document.passages, copied, strict=True):
            if copy is None:
                for text in (cut.embedded, *cut.sentences):
                    rows.setdefault(text, len(rows))
    fresh = embedder.embed_passages(list(rows)) if rows else np.empty((0, embedder.card.dimension), dtype=np.float32)

    def vectors(texts: Iterable[str]) -> Vectors:
        return fresh[[rows[text] for text in texts]]

    done: list[DocumentVectors] = []
    for document, copied in zip(documents, copies, strict=True):
        pairs = [
            (vectors([cut.embedded]), vectors(cut.sentences)) if copy is None else copy
            for cut, copy in zip(document.passages, copied, strict=True)
        ]
        passages, sentences = (np.concatenate(part) for part in zip(*pairs, strict=True))
        done.append(DocumentVectors(passages=passages, sentences=sentences))
    return done
