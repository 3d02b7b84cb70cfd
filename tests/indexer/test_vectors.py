from pathlib import Path

import numpy as np
import pytest

from indexer import CollectionDamagedError
from indexer import vectors as vectors_module
from indexer.vectors import Segment, VectorReader, append_vectors, cut_back_tails, segment_path


def unit_rows(count: int, dimension: int = 8, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_appended_rows_are_read_back_as_float16(tmp_path: Path) -> None:
    first, second = unit_rows(3), unit_rows(2, seed=1)
    segment = append_vectors(tmp_path, [], first)
    segment = append_vectors(tmp_path, [segment], second)
    reader = VectorReader(tmp_path, [segment], 8)
    expected = np.concatenate([first, second]).astype(np.float16).astype(np.float32)
    assert segment == Segment(number=0, first_row=0, rows=5)
    np.testing.assert_array_equal(reader.take(np.array([4, 0, 3])), expected[[4, 0, 3]])


def test_uncommitted_rows_are_overwritten_by_the_next_append(tmp_path: Path) -> None:
    committed = append_vectors(tmp_path, [], unit_rows(2))
    append_vectors(tmp_path, [committed], unit_rows(7, seed=1))  # never committed: the process was killed
    segment = append_vectors(tmp_path, [committed], unit_rows(1, seed=2))
    reader = VectorReader(tmp_path, [segment], 8)
    np.testing.assert_allclose(reader.take(np.array([2])), unit_rows(1, seed=2), atol=1e-3)
    assert segment_path(tmp_path, 0).stat().st_size == 3 * 8 * 2


def test_a_full_segment_is_followed_by_a_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors_module, "SEGMENT_BYTES", 4 * 8 * 2)
    segments: list[Segment] = []
    everything = unit_rows(11)
    for start in range(0, 11, 3):
        segment = append_vectors(tmp_path, segments, everything[start : start + 3])
        segments = [*(known for known in segments if known.number != segment.number), segment]
    assert [segment.rows for segment in segments] == [6, 5]
    reader = VectorReader(tmp_path, segments, 8)
    order = np.array([10, 2, 6, 5])
    np.testing.assert_allclose(reader.take(order), everything[order], atol=1e-3)
    blocks = list(reader.blocks(4, 9))
    assert [first for first, _ in blocks] == [4, 6]
    np.testing.assert_allclose(np.concatenate([block for _, block in blocks]), everything[4:9], atol=1e-3)


def test_a_torn_tail_and_a_stray_segment_are_cut_back(tmp_path: Path) -> None:
    segment = append_vectors(tmp_path, [], unit_rows(2))
    with segment_path(tmp_path, 0).open("ab") as file:
        file.write(b"torn")
    segment_path(tmp_path, 1).write_bytes(b"started")
    assert cut_back_tails(tmp_path, [segment], 8) == 11
    assert segment_path(tmp_path, 0).stat().st_size == 2 * 8 * 2
    assert not segment_path(tmp_path, 1).exists()


def test_missing_vectors_are_an_error_that_names_the_repair(tmp_path: Path) -> None:
    segment = append_vectors(tmp_path, [], unit_rows(2))
    segment_path(tmp_path, 0).write_bytes(b"x" * 8)
    with pytest.raises(CollectionDamagedError, match="polyseek verify --repair"):
        VectorReader(tmp_path, [segment], 8)
    with pytest.raises(CollectionDamagedError, match="8 bytes"):
        cut_back_tails(tmp_path, [segment], 8)
