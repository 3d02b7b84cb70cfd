"""Whether the sentence that is marked in a hit holds the answer."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from retriever.evaluation.intervals import Interval, intervals, resampled_means
from retriever.evaluation.rows import ALL_LANGUAGES

FIRST_DOCUMENTS = 5
"""A sentence is looked at if the right document is among so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HighlightRow:
    """In how many answers of one set the marked sentence holds the answer.

    Attributes:
        method: The way to rank.
        set: Name of the set.
        language: Language of the questions, or ALL_LANGUAGES.
        questions: Questions with a known answer whose document is among the first five; all others are not counted.
        share: Share of them in which the sentence marked in the best relevant hit contains an answer, in [0, 1].
    """

    method: str
    set: str
    language: str
    questions: int
    share: Interval


def holds_answer(sentence: str, answers: Sequence[str]) -> bool:
    """True if the sentence contains one of the answers, whatever their case, width of letters and white space."""
    text = _plain(sentence)
    return any(answer in text for answer in map(_plain, answers) if answer)


def highlight_rows(
    values: Mapping[str, float], languages: Mapping[str, str], *, method: str, set_name: str, seed: int
) -> Iterator[HighlightRow]:
    """Sum up the marked sentences of a set: over all questions, then by language if there are several.

    Args:
        values: Question id → 1 if the sentence holds the answer, else 0; empty if nothing could be looked at.
        languages: Question id → language code.
        method: The way to rank.
        set_name: Name of the set.
        seed: What the bounds depend on.
    """
    groups = {ALL_LANGUAGES: list(values.values())} if values else {}
    asked_in = sorted({languages[question] for question in values})
    for code in asked_in if len(asked_in) > 1 else ():
        groups[code] = [value for question, value in values.items() if languages[question] == code]
    for language, group in groups.items():
        of_questions = np.array(group, dtype=np.float64)[:, None]
        (share,) = intervals(of_questions.mean(axis=0), resampled_means(of_questions, seed=seed))
        yield HighlightRow(method=method, set=set_name, language=language, questions=len(group), share=share)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return re.sub(r"\s+", " ", folded).strip()
