"""A question and one passage: which of its sentences answers, and what the language of the passage did to its score."""

import numpy as np

from embedder import Vectors
from indexer import Space, StoredPassage
from indexer.languages import language_probabilities
from indexer.neutral import move_query
from retriever.errors import PassageMissingError
from retriever.highlight import highlight
from retriever.ranking import SENTENCE_SHARE, Question
from retriever.results import Highlight
from retriever.retriever import Retriever


def read_passage(retriever: Retriever, passage_id: int) -> StoredPassage:
    """A passage with the document it stands in.

    Raises:
        PassageMissingError: If there is no such passage, or not any more.
    """
    with retriever.collection.session() as session:
        if passage_id not in session.snapshot.passage_ids:
            raise PassageMissingError(passage_id)
        return session.passages([passage_id])[0]


def answer_in(retriever: Retriever, passage_id: int, question: str) -> Highlight:
    """The sentence of a passage that answers a question, as a search would mark it.

    Args:
        retriever: The open collection.
        passage_id: The passage, such as `Hit.passage_id`.
        question: The question, in any language.

    Raises:
        PassageMissingError: If there is no such passage, or not any more.
    """
    query = retriever.collection.embedder.embed_queries([question])
    with retriever.collection.session() as session:
        if passage_id not in session.snapshot.passage_ids:
            raise PassageMissingError(passage_id)
        snapshot = session.snapshot
        space = Space(dimension=query.shape[1], strength=snapshot.space.strength)
        vector = move_query(query, language_probabilities(question), snapshot.means, space)
        asked = Question(text=question, vector=vector, space=space)
        return highlight(snapshot, asked, session.passages([passage_id]))[0]


def plain_meaning(retriever: Retriever, passage_id: int, question: str) -> float:
    """How near a passage is to a question without the neutral space: `Hit.dense` as plain cosines would have it.

    Args:
        retriever: The open collection.
        passage_id: The passage, such as `Hit.passage_id`.
        question: The question, in any language.

    Returns:
        A cosine in [-1, 1], higher is nearer.

    Raises:
        PassageMissingError: If there is no such passage, or not any more.
    """
    query: Vectors = retriever.collection.embedder.embed_queries([question])
    with retriever.collection.session() as session:
        snapshot = session.snapshot
        if passage_id not in snapshot.passage_ids:
            raise PassageMissingError(passage_id)
        space = Space(dimension=query.shape[1], strength=0.0)
        rows = snapshot.rows_of(np.array([passage_id], dtype=np.int64))
        whole = snapshot.similarities(query, rows, space)[0]
        sentences, _ = snapshot.sentence_similarities(query, rows, space)
    return float((1 - SENTENCE_SHARE) * whole + SENTENCE_SHARE * sentences.max())
