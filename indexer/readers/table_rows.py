"""Write the rows of tables."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from indexer.readers.extracted import Block

CELL_GAP: Final = "  "
"""Stands between the cells of a row."""


def row_text(cells: Iterable[str]) -> str:
    """Write a row on one line; cells without text are left out."""
    return CELL_GAP.join(" ".join(cell.strip().split("\n")) for cell in cells if cell.strip())


def table_blocks(rows: Iterable[Sequence[Sequence[Block]]]) -> Iterator[Block]:
    """Write a table row by row; a row of one cell is a frame around text, which stays as it is.

    Args:
        rows: The cells of each row, each with its paragraphs.

    Yields:
        Each row as a block.
    """
    tight = False
    for cells in rows:
        if len(cells) == 1:
            yield from cells[0]
            tight = False
            continue
        line = row_text(" ".join(block.text for block in blocks) for blocks in cells)
        if line:
            yield Block(text=line, tight=tight)
            tight = True
