"""What every encoder offers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from embedder.model_card import ModelCard

if TYPE_CHECKING:
    from embedder.language_means import LanguageMeans

Vectors: TypeAlias = npt.NDArray[np.float32]
"""Shape (n, dimension), float32, C-order; every row has length 1, so that a dot product is a cosine."""


class Embedder(Protocol):
    """Turns questions and passages into unit vectors; may be used from several threads at once."""

    @property
    def card(self) -> ModelCard:
        """The description of this encoder."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Turn questions into vectors.

        Args:
            texts: Questions, without prefix. What is longer than the encoder reads is cut off at the end.

        Returns:
            Shape (len(texts), card.dimension), float32, unit rows, in the order of `texts`.
        """

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Turn passages into vectors.

        Args:
            texts: Passages, without prefix, of at most `card.max_passage_tokens` tokens each; what is longer is cut
                off at the end.

        Returns:
            Shape (len(texts), card.dimension), float32, unit rows, in the order of `texts`.
        """

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text alone, without prefix and special tokens.

        Returns:
            One count per text, in the order of `texts`; 0 for an empty text.
        """

    def language_means(self) -> "LanguageMeans":
        """Give the mean vectors of each language, from calibration sentences; computed once for an encoder."""
