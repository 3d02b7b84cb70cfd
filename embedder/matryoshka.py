"""Shorter vectors from an encoder that was trained to give them."""

import numpy as np

from embedder.contract import Vectors
from embedder.errors import DimensionError
from embedder.model_card import ModelCard


def cut(vectors: Vectors, dimension: int, card: ModelCard) -> Vectors:
    """Keep the first numbers of each vector and give it length 1 again.

    Matryoshka Representation Learning (Kusupati et al. 2022).

    Args:
        vectors: Shape (n, card.dimension), float32, unit rows.
        dimension: One of `card.matryoshka_dimensions`, or the full dimension.
        card: The encoder that made the vectors.

    Returns:
        Shape (n, dimension), float32, C-order, unit rows; a row whose first numbers are all 0 stays 0.

    Raises:
        DimensionError: If the vectors are not this encoder's, or it was not trained for this dimension.
    """
    if vectors.ndim != 2 or vectors.shape[1] != card.dimension:  # noqa: PLR2004  rows and columns
        msg = f"vectors of shape {vectors.shape} are not {card.id}'s, which have shape (n, {card.dimension})"
        raise DimensionError(msg)
    check_dimension(dimension, card)
    kept = vectors[:, :dimension].astype(np.float32, order="C")
    lengths = np.linalg.norm(kept, axis=1, keepdims=True)
    kept /= np.where(lengths > 0, lengths, np.float32(1))
    return kept


def check_dimension(dimension: int, card: ModelCard) -> int:
    """Return a dimension that the encoder's vectors can be cut to.

    Raises:
        DimensionError: If the encoder was not trained for it.
    """
    if dimension != card.dimension and dimension not in card.matryoshka_dimensions:
        raise DimensionError(_refusal(dimension, card))
    return dimension


def _refusal(dimension: int, card: ModelCard) -> str:
    if not card.matryoshka_dimensions:
        return (
            f"{card.id} cannot be cut to {dimension} dimensions: it was not trained for Matryoshka dimensions; "
            f"use its full {card.dimension}"
        )
    choices = sorted({*card.matryoshka_dimensions, card.dimension})
    return f"{card.id} cannot be cut to {dimension} dimensions; choose one of {', '.join(map(str, choices))}"
