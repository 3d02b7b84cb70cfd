from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.neutral import RowLanguages, Space, shorten
from indexer.vectors import Segment, VectorReader, append_vectors
from indexer.views import VIEW_KINDS
from indexer.views.exact import Rows, best, scan
from indexer.views.files import Owner, load_view, publish_view, read_manifests, view_fault

DIMENSION = 48
ROWS = 500


@pytest.fixture
def vectors(tmp_path: Path) -> VectorReader:
    rows = np.random.default_rng(0).standard_normal((ROWS, DIMENSION)).astype(np.float32)
    folder = tmp_path / "vectors"
    folder.mkdir()
    segment = append_vectors(folder, [], rows / np.linalg.norm(rows, axis=1, keepdims=True))
    return VectorReader(folder, [Segment(number=0, first_row=0, rows=segment.rows)], DIMENSION)


OWNER = Owner(collection_id="c", rows=ROWS, means_sha256="m")


def rows_in(vectors: VectorReader, dimension: int = DIMENSION, strength: float = 0.0) -> Rows:
    """The vectors in a space; two languages take turns."""
    means = np.random.default_rng(3).standard_normal((3, DIMENSION)).astype(np.float32) * np.float32(0.2)
    means[0] = 0
    languages = RowLanguages(codes=(np.arange(ROWS) % 3).astype(np.int16), means=means)
    return Rows(vectors=vectors, languages=languages, space=Space(dimension=dimension, strength=strength))


@pytest.fixture
def queries() -> np.ndarray:
    rows = np.random.default_rng(1).standard_normal((7, DIMENSION)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("kind", sorted(VIEW_KINDS))
@pytest.mark.parametrize("dimension", [DIMENSION, 16])
@pytest.mark.parametrize("share", [1.0, 0.1, 0.004])
@pytest.mark.parametrize("strength", [0.0, 0.7])
def test_a_view_finds_what_an_exact_scan_finds(
    vectors: VectorReader, queries: np.ndarray, kind: str, dimension: int, share: float, strength: float
) -> None:
    allowed = np.random.default_rng(2).random(ROWS) < share
    source = rows_in(vectors, dimension, strength)
    view = VIEW_KINDS[kind]().build(source.blocks(), dimension)
    shortened = shorten(queries, dimension)
    rows, scores = view.search(shortened, 10, allowed=allowed)
    _, expected = scan(source, 0, shortened, 10, allowed)
    np.testing.assert_allclose(scores, expected, atol=2e-3)
    assert rows.dtype == np.int64
    assert scores.dtype == np.float32
    assert allowed[rows[rows >= 0]].all()
    for number, query in enumerate(shortened):  # rounding may swap neighbours, so the true scores are compared
        found = rows[number][rows[number] >= 0]
        true_scores = source.languages.move(found, vectors.take(found), source.space) @ query
        np.testing.assert_allclose(true_scores, expected[number][: len(found)], atol=2e-3)


def test_too_few_allowed_rows_are_padded(vectors: VectorReader, queries: np.ndarray) -> None:
    allowed = np.zeros(ROWS, dtype=np.bool_)
    allowed[[3, 77]] = True
    for rows, scores in (
        VIEW_KINDS["exact"]().build(rows_in(vectors).blocks(), DIMENSION).search(queries, 4, allowed=allowed),
        scan(rows_in(vectors), 0, queries, 4, allowed),
    ):
        assert set(rows[0].tolist()) == {3, 77, -1}
        assert np.isneginf(scores[:, 2:]).all()


def test_an_exact_scan_agrees_with_a_plain_matrix_product(vectors: VectorReader, queries: np.ndarray) -> None:
    everything = vectors.take(np.arange(ROWS))
    similarity = queries @ (everything / np.linalg.norm(everything, axis=1, keepdims=True)).T
    rows, scores = scan(rows_in(vectors), 0, queries, 5, np.ones(ROWS, dtype=np.bool_))
    np.testing.assert_array_equal(rows, np.argsort(-similarity, axis=1)[:, :5])
    np.testing.assert_allclose(scores, np.sort(similarity, axis=1)[:, ::-1][:, :5], atol=1e-6)


def test_merging_keeps_the_best_of_all_parts() -> None:
    left = (np.array([[1, 2]]), np.array([[0.9, 0.1]], dtype=np.float32))
    right = (np.array([[7, -1]]), np.array([[0.5, -np.inf]], dtype=np.float32))
    rows, scores = best(3, left, right)
    assert rows.tolist() == [[1, 7, 2]]
    np.testing.assert_allclose(scores, [[0.9, 0.5, 0.1]])


def test_a_published_view_loads_and_older_ones_are_gone(
    tmp_path: Path, vectors: VectorReader, queries: np.ndarray
) -> None:
    folder = tmp_path / "views"
    for _ in range(2):
        publish_view(folder, rows_in(vectors, strength=0.7), kind="exact", collection_id="c", means_sha256="m")
    (manifest,) = read_manifests(folder)
    assert manifest.generation == 2
    assert manifest.coverage == ROWS
    assert manifest.space == Space(dimension=DIMENSION, strength=0.7)
    assert view_fault(folder, manifest, OWNER) is None
    _, scores = load_view(folder, manifest).search(queries, 3, allowed=np.ones(ROWS, dtype=np.bool_))
    np.testing.assert_allclose(
        scores, scan(rows_in(vectors, strength=0.7), 0, queries, 3, np.ones(ROWS, dtype=np.bool_))[1], atol=2e-3
    )
    assert sorted(path.name for path in folder.iterdir()) == ["dense-000002.faiss", "dense-000002.json"]


def test_a_view_that_does_not_belong_is_not_believed(tmp_path: Path, vectors: VectorReader) -> None:
    folder = tmp_path / "views"
    manifest = publish_view(folder, rows_in(vectors), kind="exact", collection_id="c", means_sha256="m")
    assert "another collection" in str(view_fault(folder, manifest, replace(OWNER, collection_id="other")))
    assert "other language means" in str(view_fault(folder, manifest, replace(OWNER, means_sha256="n")))
    assert "covers 500 rows" in str(view_fault(folder, manifest, replace(OWNER, rows=ROWS - 1)))
    path = folder / "dense-000001.faiss"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    assert "checksum" in str(view_fault(folder, manifest, OWNER))
    path.unlink()
    assert "cannot be read" in str(view_fault(folder, manifest, OWNER))
