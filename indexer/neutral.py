"""The language-neutral space: vectors without what their language has in common.

`v' = normalise(v - strength * mean[role, language])`, for questions and for passages each with their own means. With
strength 0 it is the encoder's own space, in which passages of the question's language come first; the larger the
strength, the less the language matters. Measured in docs/ranking.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from embedder import LanguageMeans, Vectors
from indexer.errors import SettingsError

DEFAULT_STRENGTH = 0.7
PRIOR_PASSAGES = 1000
"""The calibration sentences weigh as much as so many passages of a collection; chosen by benchmarks/ranking.py."""
MAX_DRIFT = 0.05
"""Means that have moved further, in the length of the difference, are worth another view: a quarter of what typically
lies between a language's mean and that of all languages."""
MEAN_SAMPLE = 2_000
"""Passages of a language whose mean is taken for that of all; their mean is within 0.01 of it."""


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

    def with_means(self, means: LanguageMeans) -> "RowLanguages":
        """The same rows with other means of the same languages."""
        return RowLanguages(codes=self.codes, means=_after_zero(means))

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
    return RowLanguages(codes=codes, means=_after_zero(means))


def _after_zero(means: LanguageMeans) -> Vectors:
    return np.concatenate([np.zeros((1, means.passages.shape[1]), dtype=np.float32), means.passages])


def shrunk_means(
    calibration: LanguageMeans,
    languages: Sequence[str],
    rows: Callable[[str], npt.NDArray[np.int64]],
    take: Callable[[npt.NDArray[np.int64]], Vectors],
) -> LanguageMeans:
    """Move the passage means of languages from the calibration sentences towards a collection's own passages.

    A few passages, perhaps of one document, say little about their language; many say more than our sentences. So
    the mean is that of both, the sentences counting as `PRIOR_PASSAGES` (shrinkage; James and Stein 1961).

    Args:
        calibration: The encoder's means.
        languages: The languages of the collection.
        rows: Gives the vector rows of the passages in a language.
        take: Gives the vectors of rows.

    Returns:
        Means with other passage means; those of questions are the calibration's.
    """
    passages = calibration.passages.copy()
    for language in set(languages) & set(calibration.languages):
        place, found = calibration.languages.index(language), rows(language)
        sample = found[np.linspace(0, len(found) - 1, min(len(found), MEAN_SAMPLE)).astype(np.int64)]
        weight = np.float32(len(found) / (len(found) + PRIOR_PASSAGES))
        passages[place] += weight * (take(sample).mean(axis=0) - passages[place])
    return replace(calibration, passages=passages)


def drift(before: LanguageMeans, after: LanguageMeans) -> float:
    """How far the passage means of a language have moved at most, as the length of the difference."""
    return float(np.linalg.norm(after.passages - before.passages, axis=1).max())


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
