"""What lies around a passage: those that say something similar, in any language, and its neighbours in its document."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer import Collection, StoredPassage
from indexer.session import PassageFilter, Session
from retriever.errors import PassageMissingError


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarPassage:
    """A passage, and how near it is to another: the cosine in the neutral space, higher is nearer."""

    passage: StoredPassage
    score: float


def similar_passages(collection: Collection, passage_id: int, *, top_k: int = 5) -> list[SimilarPassage]:
    """Find the passages that are nearest to one, whatever their language; nothing is embedded.

    Args:
        collection: The collection.
        passage_id: The passage, such as `Hit.passage_id`.
        top_k: How many to return.

    Returns:
        Other passages, nearest first; of those with the same text only the first.

    Raises:
        PassageMissingError: If there is no such passage.
    """
    with collection.session() as session:
        row = _row_of(session, passage_id)
        snapshot = session.snapshot
        query = snapshot.row_languages.move(row, snapshot.vectors.take(row), snapshot.space)
        allowed = session.allowed_rows(PassageFilter())
        allowed[row] = False
        rows, scores = snapshot.search(query, 2 * top_k, allowed, snapshot.space)
        found = rows[0][rows[0] >= 0]
        passages = session.passages([passage_id, *snapshot.passages_of(found).tolist()])
    texts = {passages[0].text}
    similar = []
    for passage, score in zip(passages[1:], scores[0].tolist(), strict=False):
        if passage.text not in texts:
            texts.add(passage.text)
            similar.append(SimilarPassage(passage=passage, score=score))
    return similar[:top_k]


def neighbouring_passages(collection: Collection, passage_id: int) -> tuple[StoredPassage | None, StoredPassage | None]:
    """The passages right before and right after one in its document; None where there is none.

    Raises:
        PassageMissingError: If there is no such passage.
    """
    with collection.session() as session:
        snapshot = session.snapshot
        place = int(np.searchsorted(snapshot.rows, _row_of(session, passage_id)[0]))
        wanted = [
            int(snapshot.passage_ids[other])
            for other in (place - 1, place + 1)
            if 0 <= other < len(snapshot.rows) and snapshot.document_ids[other] == snapshot.document_ids[place]
        ]
        found = {passage.id: passage for passage in session.passages(wanted)}
    before = next((passage for key, passage in found.items() if key < passage_id), None)
    after = next((passage for key, passage in found.items() if key > passage_id), None)
    return before, after


def _row_of(session: Session, passage_id: int) -> npt.NDArray[np.int64]:
    snapshot = session.snapshot
    if passage_id not in snapshot.passage_ids:
        raise PassageMissingError(passage_id)
    return snapshot.rows_of(np.array([passage_id], dtype=np.int64))
