"""Tell the gaps between words from those within."""

from itertools import pairwise
from typing import Final

import numpy as np

from indexer.readers.pdf.frame import Numbers

_USUAL: Final = 0.1  # of the size of the letters, where all gaps look alike
_NARROW: Final = 0.2
_WIDE: Final = 0.08
_CLEAR: Final = 0.04
_LARGE: Final = 0.6


def least_word_gap(gaps: Numbers) -> float:
    """Find the gap that parts words on a line without space characters.

    Args:
        gaps: Between its letters, in sizes of the letters.

    Returns:
        The middle of the widest jump between narrow gaps and wide ones.
    """
    widths = np.sort(np.maximum(gaps[gaps < _LARGE], 0)).tolist()
    limit, widest = _USUAL, _CLEAR
    for narrow, wide in pairwise(widths):
        if narrow < _NARROW and wide > _WIDE and wide - narrow > widest:
            limit, widest = (narrow + wide) / 2, wide - narrow
    return limit
