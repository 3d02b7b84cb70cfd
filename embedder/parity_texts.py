"""The texts that engines are compared on: 26 languages, from one character to 512 tokens."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from embedder.languages import LANGUAGES
from embedder.model_card import ModelCard
from embedder.tokens import TextTokenizer

LONGEST: Final = 512
"""Tokens of the longest texts, for encoders that read as many."""
SHORTEST: Final = ("", "a", "?", "42", "你", "ok")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityText:
    """A text to embed.

    Attributes:
        name: Which one it is, such as "question de".
        is_question: True for a question; everything else is a passage.
        numbers: Its token numbers, with prefix and special tokens.
    """

    name: str
    is_question: bool
    numbers: Sequence[int]


def parity_texts(card: ModelCard, tokenizer: TextTokenizer) -> list[ParityText]:
    """A question, two passages and a long text in each language, and the shortest texts there are.

    Every fourth or fifth one is long, so that a batch of neighbours is mostly padding for the others.
    """
    written: list[tuple[str, bool, str]] = []
    questions, passages = _sentences("query"), _sentences("passage")
    for place, language in enumerate(LANGUAGES):
        # Another subject in each language: translations of one sentence would be hard to tell apart for the ranking.
        written.append((f"question {language}", True, questions[place % len(questions)][language]))
        for other in (0, len(LANGUAGES)):
            passage = passages[(place + other) % len(passages)][language]
            written.append((f"passage {language}", False, passage))
        whole = " ".join(sentence[language] for sentence in passages)
        written.append((f"long text {language}", False, whole))
        written += [(f"short text {text!r}", False, text) for text in SHORTEST[place : place + 1]]
    prefixed = [(card.query_prefix if asked else card.passage_prefix) + text for _, asked, text in written]
    encoded = tokenizer.encode(prefixed, min(card.max_tokens, LONGEST))
    return [
        ParityText(name=name, is_question=asked, numbers=numbers)
        for (name, asked, _), numbers in zip(written, encoded, strict=True)
        if numbers  # the empty text, where a tokenizer adds nothing to it
    ]


def _sentences(role: str) -> list[dict[str, str]]:
    lines = files("embedder").joinpath("calibration.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row["texts"] for row in rows if row["role"] == role]
