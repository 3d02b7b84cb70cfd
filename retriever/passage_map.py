"""A picture of the passages of a collection: as the encoder sees them, and without what their language adds.

Both pictures show the same passages, each by the two directions in which they differ most (principal components;
Pearson 1901) in its own space: the encoder's, where passages of one language lie together, and the neutral one.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from embedder import Vectors
from indexer import Collection, Session, Snapshot, Space
from indexer.languages import language_probabilities
from indexer.neutral import DEFAULT_STRENGTH, move_query

MOST_POINTS: Final = 20_000
"""Passages that are drawn; of larger collections a sample."""
LEAST_OF_LANGUAGE: Final = 50
"""Passages that a sample has of each language, if there are so many."""
MEASURED_PASSAGES: Final = 3_000
"""Passages whose neighbours are counted."""
NEIGHBOURS: Final = 10
BEGINNING_CHARACTERS: Final = 80
SEED: Final = 1

Points = npt.NDArray[np.float32]
"""(n, 2) float32: places on a plane, in the unit of the cosine space: the longest vector has length 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """Passages on a plane.

    Attributes:
        space: Where their vectors were compared.
        points: The passages' places.
        middle: (dimension,) float32, what lies in the middle.
        axes: (dimension, 2) float32, orthonormal columns: the directions that are drawn.
        share: Share of the passages' differences, as variance, that lie in these directions, in [0, 1].
        own_language: Of the nearest passages of other documents, the share in a passage's own language, a mean over
            passages, counted with whole vectors; None where no passage can be counted.
    """

    space: Space
    points: Points
    middle: Vectors
    axes: Vectors
    share: float
    own_language: float | None

    def place(self, vectors: Vectors) -> Points:
        """Where other vectors fall, (n, dimension) float32 unit rows in `space`."""
        return np.asarray((vectors - self.middle) @ self.axes, dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PassageMap:
    """The passages of a collection, or a sample of them, in two pictures.

    Attributes:
        total: Passages of the collection.
        passage_ids: (n,) int64, the passages that are drawn.
        languages: The language code of each.
        titles: The title of its document.
        beginnings: Its first words.
        paths: The first of the files that hold it.
        document_types: Short name of its document's format.
        plain: In the encoder's own space.
        neutral: In the language-neutral space, turned so that it can be compared with the plain one.
        measured: Over how many passages `own_language` is a mean: those of which another document has the language.
    """

    total: int
    passage_ids: npt.NDArray[np.int64]
    languages: tuple[str, ...]
    titles: tuple[str, ...]
    beginnings: tuple[str, ...]
    paths: tuple[str, ...]
    document_types: tuple[str, ...]
    plain: Picture
    neutral: Picture
    measured: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Landing:
    """Where a question falls in a picture.

    Attributes:
        point: (1, 2) float32, its place.
        nearest: The ids of the passages of the whole collection that are nearest to it in that space, nearest first.
        points: (len(nearest), 2) float32, their places.
    """

    point: Points
    nearest: tuple[int, ...]
    points: Points


def draw_map(session: Session, *, most: int = MOST_POINTS) -> PassageMap:
    """Draw the passages of a collection.

    Args:
        session: A read of the collection; it has at least one passage.
        most: Passages to draw. Of more, a sample is drawn in which each language has its share, small languages a
            little more; the same collection gives the same sample.
    """
    snapshot = session.snapshot
    chosen = _sample(snapshot.languages, most)
    rows = snapshot.rows[chosen]
    labels = _Labels.of(snapshot, chosen)
    plain_space, neutral_space = _spaces(snapshot)
    stored = snapshot.vectors.take(rows)
    plain = _picture(snapshot.row_languages.move(rows, stored, plain_space), plain_space, labels)
    neutral = _picture(snapshot.row_languages.move(rows, stored, neutral_space), neutral_space, labels)
    ids = snapshot.passage_ids[chosen]
    described = _describe(session, ids)
    return PassageMap(
        total=len(snapshot.rows),
        passage_ids=ids,
        languages=tuple(snapshot.language_codes[number] for number in snapshot.languages[chosen]),
        titles=tuple(one[0] for one in described),
        beginnings=tuple(one[1] for one in described),
        paths=tuple(one[2] for one in described),
        document_types=tuple(one[3] for one in described),
        plain=plain,
        neutral=_turned(neutral, plain.points),
        measured=int(labels.counted.sum()),
    )


def land(collection: Collection, drawn: PassageMap, question: str, *, top_k: int = 5) -> tuple[Landing, Landing]:
    """See where a question falls in the plain and in the neutral picture, and what is nearest to it there.

    Args:
        collection: The collection.
        drawn: Its map.
        question: The question, in any language.
        top_k: How many of the nearest passages to find in each space.
    """
    query = collection.embedder.embed_queries([question])
    probabilities = language_probabilities(question)
    with collection.session() as session:
        plain, neutral = (
            _landing(session.snapshot, picture, query, probabilities, top_k) for picture in (drawn.plain, drawn.neutral)
        )
    return plain, neutral


def _landing(
    snapshot: Snapshot, picture: Picture, query: Vectors, probabilities: Mapping[str, float], top_k: int
) -> Landing:
    moved = move_query(query, probabilities, snapshot.means, picture.space)
    everything = snapshot.allow(np.ones(len(snapshot.rows), dtype=np.bool_))
    found = snapshot.search(moved, top_k, everything, picture.space)[0][0]
    rows = found[found >= 0]
    vectors = snapshot.row_languages.move(rows, snapshot.vectors.take(rows), picture.space)
    return Landing(
        point=picture.place(moved),
        nearest=tuple(snapshot.passages_of(rows).tolist()),
        points=picture.place(vectors),
    )


def _spaces(snapshot: Snapshot) -> tuple[Space, Space]:
    """The encoder's own space and the neutral one, both with all dimensions."""
    dimension = snapshot.vectors.dimension
    # A collection may have been cut with strength 0; then the usual strength shows what it would do.
    strength = snapshot.space.strength or DEFAULT_STRENGTH
    return Space(dimension=dimension, strength=0.0), Space(dimension=dimension, strength=strength)


def _sample(languages: npt.NDArray[np.int16], most: int) -> npt.NDArray[np.int64]:
    """Choose at most `most` places, ascending: of each language its share, and a few of each small one."""
    if len(languages) <= most:
        return np.arange(len(languages), dtype=np.int64)
    codes, counts = np.unique(languages, return_counts=True)
    least = min(LEAST_OF_LANGUAGE, most // len(codes))
    shares = least + (counts * (most - least * len(codes)) // len(languages))
    generator = np.random.default_rng(SEED)
    chosen = [
        generator.choice(np.flatnonzero(languages == code), size=min(int(count), int(share)), replace=False)
        for code, count, share in zip(codes, counts, shares, strict=True)
    ]
    return np.sort(np.concatenate(chosen)).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Labels:
    """The passages whose neighbours are looked for.

    Attributes:
        places: (m,) int64, which of the drawn passages they are.
        languages: (m,) int16, their languages.
        documents: (m,) int64, their documents.
        counted: (m,) flags: those for which another document of the same language is among them. Of the others,
            no neighbour could be in their own language.
    """

    places: npt.NDArray[np.int64]
    languages: npt.NDArray[np.int16]
    documents: npt.NDArray[np.int64]
    counted: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, snapshot: Snapshot, chosen: npt.NDArray[np.int64]) -> "_Labels":
        places = np.sort(np.random.default_rng(SEED).permutation(len(chosen))[:MEASURED_PASSAGES])
        languages, documents = snapshot.languages[chosen[places]], snapshot.document_ids[chosen[places]]
        others = [(languages == one) & (documents != other) for one, other in zip(languages, documents, strict=True)]
        enough = len(places) - np.unique(documents, return_counts=True)[1].max() >= NEIGHBOURS
        counted = np.array([bool(enough) and bool(flags.any()) for flags in others])
        # In one language only, every neighbour is in a passage's own.
        counted &= len(np.unique(languages)) > 1
        return cls(places=places, languages=languages, documents=documents, counted=counted)


def _picture(vectors: Vectors, space: Space, labels: _Labels) -> Picture:
    """Lay vectors on the plane of the two directions in which they differ most."""
    middle = vectors.mean(axis=0)
    centred = vectors - middle
    variances, directions = np.linalg.eigh(centred.T @ centred)  # ascending
    axes = np.ascontiguousarray(directions[:, :-3:-1], dtype=np.float32)
    axes *= np.where(axes[np.abs(axes).argmax(axis=0), [0, 1]] < 0, -1, 1)  # a direction and its opposite are one
    return Picture(
        space=space,
        points=centred @ axes,
        middle=middle,
        axes=axes,
        share=float(variances[-2:].sum() / max(variances.sum(), np.finfo(np.float32).tiny)),
        own_language=_own_language(vectors[labels.places], labels),
    )


def _own_language(vectors: Vectors, labels: _Labels) -> float | None:
    """The share of the nearest passages of other documents that are in a passage's own language.

    Those of its own document are left out: they are near in any space, since they are about the same.
    """
    if not labels.counted.any():
        return None
    cosines = vectors[labels.counted] @ vectors.T
    cosines[labels.documents[labels.counted][:, None] == labels.documents] = -np.inf
    nearest = np.argpartition(-cosines, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
    return float((labels.languages[nearest] == labels.languages[labels.counted][:, None]).mean())


def _turned(picture: Picture, towards: Points) -> Picture:
    """Turn or mirror a picture so that its points lie as near as they can to others (Procrustes; Schönemann 1966)."""
    left, _, right = np.linalg.svd(picture.points.T @ towards)
    turn = (left @ right).astype(np.float32)
    return Picture(
        space=picture.space,
        points=picture.points @ turn,
        middle=picture.middle,
        axes=picture.axes @ turn,
        share=picture.share,
        own_language=picture.own_language,
    )


def _describe(session: Session, passage_ids: npt.NDArray[np.int64]) -> Sequence[tuple[str, str, str, str]]:
    """Title, first words, path and format of passages, in their order."""
    sql = """
        SELECT passages.id, title,
               substr(pages.text, start + 1, CASE page WHEN end_page THEN min(?1, "end" - start) ELSE ?1 END),
               (SELECT min(path) FROM files WHERE files.document_id = passages.document_id), document_type
        FROM json_each(?2) AS wanted
        JOIN passages ON passages.id = wanted.value
        JOIN documents ON documents.id = passages.document_id
        JOIN pages ON pages.document_id = passages.document_id AND pages.number = page"""
    values = [BEGINNING_CHARACTERS, json.dumps(passage_ids.tolist())]
    found = {
        row[0]: (row[1], " ".join(row[2].split()), row[3], row[4]) for row in session.database.execute(sql, values)
    }
    return [found[passage] for passage in passage_ids.tolist()]
