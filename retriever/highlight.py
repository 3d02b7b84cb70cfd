"""Finds the sentence of a passage that is nearest to the question."""

from collections.abc import Sequence

import numpy as np

from embedder import Embedder, Vectors
from indexer.sentences import sentence_spans
from retriever.results import Highlight


def whole_text(text: str) -> Highlight:
    """Mark all of a text."""
    return Highlight(start=0, end=len(text))


def highlight_sentences(embedder: Embedder, query: Vectors, texts: Sequence[str]) -> list[Highlight]:
    """Choose one sentence in each text: the one whose embedding is nearest to the question's.

    Args:
        embedder: Embeds the sentences, as passages.
        query: (1, dimension) float32, the question's unit vector.
        texts: Passages.

    Returns:
        One highlight for each text, in the same order.
    """
    spans = [sentence_spans(text) for text in texts]
    sentences = [text[start:end] for text, found in zip(texts, spans, strict=True) for start, end in found]
    scores = embedder.embed_passages(sentences) @ query[0]
    highlights, end = [], 0
    for found in spans:
        begin, end = end, end + len(found)
        chosen = found[int(np.argmax(scores[begin:end]))]
        highlights.append(Highlight(start=chosen[0], end=chosen[1]))
    return highlights
