"""A page turned so that its lines run from left to right on the level."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from indexer.readers.pdf.characters import (
    LINE,
    Boxes,
    read_cells,
    read_matrices,
    read_origins,
    read_sizes,
)
from indexer.readers.pdf.right_to_left import direction_of

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

Numbers = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

_QUARTERS: Final = np.array([[[1, 0], [0, 1]], [[0, 1], [-1, 0]], [[-1, 0], [0, -1]], [[0, -1], [1, 0]]], np.float32)
"""What turns a point back by 0 to 3 quarters."""

_SPACE: Final = 1 << 8
_SIGN: Final = 1 << 9
_TO_LEFT: Final = 1 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The n characters of a page, the page turned so that most of its text runs to the right.

    Attributes:
        codes: (n + 2,) uint32, the code point of each; at the end what is found at the indices `NON_JOINER` and
            `MADE_UP`, too.
        directions: (n + 2,) uint8, which way each runs, the code of what `direction_of` says.
        lines: Where in the text the lines are, as pdfium has them.
        turn: By how many quarters the page was turned back.
        cells: (n, 4) float32, of the page as it was.
        starts, baselines: (n,) float32, the point each stands on.
        left, right, bottom, top: (n,) float32, of the cells.
        sizes: (n,) float32, of the letters of their line.
        visible: Whether it is more than a space.
        made_up: Whether it is a space without width: pdfium makes these up where it sees a gap.
        level: Whether its line runs like most of the text.
        to_left: Whether it is a letter of a script that runs to the left.
        signs: Whether it is drawn over or under another one.
        crowded: Whether others stand on the same point, such as the other letters of a ligature.
    """

    codes: npt.NDArray[np.uint32]
    directions: npt.NDArray[np.uint8]
    lines: list[range]
    turn: int
    cells: Boxes
    starts: Numbers
    baselines: Numbers
    left: Numbers
    right: Numbers
    bottom: Numbers
    top: Numbers
    sizes: Numbers
    visible: Flags
    made_up: Flags
    level: Flags
    to_left: Flags
    signs: Flags
    crowded: Flags

    def read(self, indices: Indices) -> str:
        """Write these characters one after another."""
        return self.codes[indices].tobytes().decode("utf-32-le", "surrogatepass")

    def directions_of(self, indices: Indices) -> str:
        """Say which way each of these characters runs."""
        return self.directions[indices].tobytes().decode("ascii")


def frame_of(textpage: PdfTextPage, text: str) -> Frame:
    """Take what is known about the characters of a page and turn them upright.

    Args:
        textpage: The page's text.
        text: Its characters.
    """
    count = len(text)
    lines = [range(*match.span()) for match in LINE.finditer(text)]
    turns, sizes = _turns_and_sizes(textpage, text, lines)
    lengths = [len(line) for line in lines]
    turn = int(np.bincount(turns, weights=lengths).argmax()) if lines else 0
    cells = read_cells(textpage, range(count))
    left, bottom, right, top = turned(cells, turn).T
    codes = np.frombuffer((text + "\u200c ").encode("utf-32-le", "surrogatepass"), "<u4")
    properties = _properties_of(codes)
    spaces = (properties[:count] & _SPACE).astype(bool)
    origins = np.zeros((count, 2), np.float32)
    visible = np.flatnonzero(~spaces)
    origins[visible] = read_origins(textpage, visible.tolist())
    origins = origins @ _QUARTERS[turn].T
    origins[spaces, 0] = left[spaces]
    return Frame(
        codes=codes,
        directions=properties.astype(np.uint8),
        lines=lines,
        turn=turn,
        cells=cells,
        starts=origins[:, 0],
        baselines=origins[:, 1],
        left=left,
        right=right,
        bottom=bottom,
        top=top,
        sizes=_for_each(lines, sizes, count).astype(np.float32),
        visible=~spaces,
        made_up=spaces & (left == right),
        level=_for_each(lines, turns == turn, count).astype(bool),
        to_left=(properties[:count] & _TO_LEFT).astype(bool),
        crowded=_crowded(origins, visible),
        signs=(properties[:count] & _SIGN).astype(bool),
    )


def turned(boxes: Boxes, turn: int) -> Boxes:
    """Turn boxes back by quarters: (n, 4) left, bottom, right, top before and after."""
    if turn == 0:
        return boxes
    corners = boxes.reshape(-1, 2, 2) @ _QUARTERS[turn].T
    result: Boxes = np.concatenate((corners.min(axis=1), corners.max(axis=1)), axis=1)
    return result


def same_points(across: Numbers, upwards: Numbers) -> npt.NDArray[np.int64]:
    """Give points numbers, the same to the same point: (n,) float32 each."""
    return np.stack((across, upwards), axis=1, dtype=np.float32).view(np.int64).ravel()


def _turns_and_sizes(
    textpage: PdfTextPage, text: str, lines: list[range]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Take the direction of each line, in quarters, and the size of its letters from its first letter."""
    firsts = [next((index for index in line if not text[index].isspace()), line.start) for line in lines]
    matrices = read_matrices(textpage, firsts)
    turns = np.round(np.arctan2(matrices[:, 1], matrices[:, 0]) / (np.pi / 2)).astype(np.intp) % 4
    return turns, read_sizes(textpage, firsts) * np.hypot(matrices[:, 2], matrices[:, 3])


def _for_each(lines: list[range], values: npt.NDArray[np.generic], count: int) -> npt.NDArray[np.generic]:
    """Give each character what its line has."""
    spread = np.zeros(count, values.dtype)
    for line, value in zip(lines, values, strict=True):
        spread[line.start : line.stop] = value
    return spread


def _crowded(origins: Numbers, visible: Indices) -> Flags:
    points = same_points(origins[visible, 0], origins[visible, 1])
    order = np.argsort(points)
    again = points[order[1:]] == points[order[:-1]]
    crowded = np.zeros(len(origins), bool)
    crowded[visible[order[1:][again]]] = True
    crowded[visible[order[:-1][again]]] = True
    return crowded


def _properties_of(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint16]:
    """Look up what is known of these letters: what `_properties` says of each."""
    table = np.zeros(int(codes.max()) + 1, np.uint16)
    for code in set(codes.tolist()):
        table[code] = _properties(chr(code))
    return table[codes]


def _properties(letter: str) -> int:
    """Say which way a letter runs, in the lower 8 bits, whether it is a space, and whether a sign on another letter."""
    direction = direction_of(letter)
    properties = ord(direction)
    if direction in "RA":
        properties |= _TO_LEFT
    if letter.isspace():
        properties |= _SPACE
    if unicodedata.category(letter) in ("Mn", "Me"):
        properties |= _SIGN
    return properties
