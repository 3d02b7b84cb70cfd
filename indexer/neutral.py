"""The language-neutral space: vectors without what their language has in common.

`v' = normalise(v - strength * mean[role, language])`, for questions and for passages each with their own means. With
strength 0 it is the encoder's own space, in which passages of the question's language come first; the larger the
strength, the less the language matters. Measured in docs/ranking.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from embedder import LanguageMeans, Vectors
from indexer.errors import SettingsError

DEFAULT_STRENGTH = 0.7


def check_strength(strength: float) -> float:
    """Return a strength that can be used.

    Raises:
        SettingsError: If it is not between 0 and 1.
    """
    if not 0 <= strength <= 1:
        msg = f"the neutral strength is {strength}; use 0 (my language first) to 1 (any language alike)"
        raise SettingsError(msg)
    return strength


def shorten(vectors: Vectors, dimension: int) -> Vectors:
    """Keep the first `dimension` columns and make the rows unit vectors again."""
    kept = vectors[:, :dimension]
    norms = np.linalg.norm(kept, axis=1, keepdims=True)
    return np.ascontiguousarray(kept / np.maximum(norms, 1e-12), dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """How vectors are compared: cut to so many dimensions, with so much of their language taken away.

    Attributes:
        dimension: Columns that are kept.
        strength: Share of the language mean that is subtracted, 0 … 1.
    """

    dimension: int
    strength: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowLanguages:
    """The language of each vector row, and the means of those languages.

    Attributes:
        codes: (rows,) int16, row of `means`.
        means: (n, dimension) float32; row 0 is zero and stands for languages without a mean.
    """

    codes: npt.NDArray[np.int16]
    means: Vectors

    def move(self, rows: npt.NDArray[np.int64] | slice, vectors: Vectors, space: Space) -> Vectors:
        """Take stored vectors into a space.

        Args:
            rows: Which rows these are.
            vectors: (n, full dimension) float32, as they are stored.
            space: Where to.

        Returns:
            (n, space.dimension) float32 unit rows.
        """
        if space.strength:
            vectors = vectors - np.float32(space.strength) * self.means[self.codes[rows]]
        return shorten(vectors, space.dimension)


def row_languages(rows: npt.NDArray[np.int64], languages: list[str], total: int, means: LanguageMeans) -> RowLanguages:
    """Arrange the languages of passages by vector row; rows without a passage have no language."""
    numbers: Mapping[str, int] = {language: number for number, language in enumerate(means.languages, start=1)}
    codes = np.zeros(total, dtype=np.int16)
    codes[rows] = [numbers.get(language, 0) for language in languages]
    zero = np.zeros((1, means.passages.shape[1]), dtype=np.float32)
    return RowLanguages(codes=codes, means=np.concatenate([zero, means.passages]))


def move_query(query: Vectors, languages: Mapping[str, float], means: LanguageMeans, space: Space) -> Vectors:
    """Take a question's vector into a space.

    Args:
        query: (1, full dimension) float32 unit row.
        languages: How likely the question is in each language: it loses their means in this proportion. Languages
            without a mean, and what is missing to 1, are not shifted.
        means: The encoder's language means.
        space: Where to.

    Returns:
        (1, space.dimension) float32 unit row.
    """
    weights = np.array([languages.get(language, 0.0) for language in means.languages], dtype=np.float32)
    return shorten(query - np.float32(space.strength) * (weights @ means.queries), space.dimension)
