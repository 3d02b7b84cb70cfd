"""Finds the sentence of a passage that is nearest to the question."""

from collections.abc import Sequence

import numpy as np

from embedder import Embedder, LanguageMeans, Vectors
from indexer import StoredPassage
from indexer.neutral import Space, row_languages
from indexer.sentences import sentence_spans
from retriever.results import Highlight


def whole_text(text: str) -> Highlight:
    """Mark all of a text."""
    return Highlight(start=0, end=len(text))


def highlight_sentences(
    embedder: Embedder, query: Vectors, passages: Sequence[StoredPassage], means: LanguageMeans, space: Space
) -> list[Highlight]:
    """Choose one sentence of each passage: the one whose vector is nearest to the question's.

    Args:
        embedder: Embeds the sentences, as passages.
        query: (1, space.dimension) float32, the question's vector in `space`.
        passages: Passages that were found.
        means: The encoder's language means.
        space: Where vectors are compared, the same as for whole passages.

    Returns:
        One highlight for each passage, in the same order.
    """
    if not passages:
        return []
    spans = [sentence_spans(passage.text) for passage in passages]
    sentences = [
        passage.text[start:end] for passage, found in zip(passages, spans, strict=True) for start, end in found
    ]
    languages = [passage.language for passage, found in zip(passages, spans, strict=True) for _ in found]
    rows = np.arange(len(sentences))
    vectors = row_languages(rows, languages, len(rows), means).move(rows, embedder.embed_passages(sentences), space)
    scores = vectors @ query[0]
    highlights, end = [], 0
    for found in spans:
        begin, end = end, end + len(found)
        chosen = found[int(np.argmax(scores[begin:end]))]
        highlights.append(Highlight(start=chosen[0], end=chosen[1]))
    return highlights
