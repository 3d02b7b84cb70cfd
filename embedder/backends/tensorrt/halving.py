"""Runs a batch in parts that fit into the GPU's memory."""

import logging
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from embedder.errors import BackendError

logger = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]


class DeviceMemoryError(BackendError):
    """The GPU has no memory left for a batch."""


def run_in_parts(texts: int, largest: int, run: Callable[[slice], Vectors]) -> Vectors:
    """Run a batch; where memory runs out, go on with parts of half the size.

    Args:
        texts: Of the batch.
        largest: Most texts of a part.
        run: Gives the vectors of some of the texts; raises `DeviceMemoryError` if memory runs out.

    Returns:
        Shape (texts, dimension), float32, in order.

    Raises:
        DeviceMemoryError: If there is not enough memory for one text.
    """
    vectors: list[Vectors] = []
    start, size = 0, min(largest, texts)
    while start < texts:
        part = slice(start, min(start + size, texts))
        try:
            vectors.append(run(part))
        except DeviceMemoryError as error:
            if part.stop - part.start == 1:
                msg = f"{error}, not even for one text; end other programs that use the GPU, or choose device='cpu'"
                raise DeviceMemoryError(msg) from error
            size = (part.stop - part.start) // 2
            logger.info("%s; going on with %d texts at a time", error, size)
        else:
            start = part.stop
    return vectors[0] if len(vectors) == 1 else np.concatenate(vectors)
