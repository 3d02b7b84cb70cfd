"""What the address of the Read page asks for."""

from dataclasses import dataclass

import streamlit as st

from indexer import Collection, StoredPassage, WholeDocument, find_document
from retriever import Highlight, PassageMissingError, Retriever, answer_in, read_passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A place in a document.

    Attributes:
        document: The document.
        passage: The passage to mark; None for none.
        answer: Its sentence that answers the question; None without a question.
        question: The question, "" for none.
        number: The page to show, from 1.
        part: The part of the page's text to show; None for the one with the passage.
    """

    document: WholeDocument
    passage: StoredPassage | None
    answer: Highlight | None
    question: str
    number: int
    part: int | None

    def address(self, *, number: int | None = None, part: int | None = None) -> dict[str, str]:
        """The address of the same with another page or part shown."""
        fields = {"q": self.question} if self.question else {}
        fields |= {"d": str(self.document.id)} if self.passage is None else {"p": str(self.passage.id)}
        shown = self.number if number is None else number
        if self.passage is None or shown != self.passage.page:
            fields["page"] = str(shown)
        return fields | ({} if part is None else {"part": str(part)})


def read_target(retriever: Retriever) -> Target | None:
    """Find what the address asks for; None if the collection does not have it."""
    question = st.query_params.get("q", "").strip()
    passage_id, document_id = _number("p"), _number("d")
    passage = answer = None
    if passage_id is not None:
        try:
            passage = read_passage(retriever, passage_id)
            answer = answer_in(retriever, passage_id, question) if question else None
        except PassageMissingError:
            return None
        document_id = passage.document_id
    document = None if document_id is None else _document(retriever.collection, document_id)
    if document is None:
        return None
    usual = passage.page if passage is not None else 1
    return Target(
        document=document,
        passage=passage,
        answer=answer,
        question=question,
        number=min(max(_number("page") or usual, 1), len(document.characters)),
        part=_number("part"),
    )


def _document(collection: Collection, document_id: int) -> WholeDocument | None:
    with collection.session() as session:
        document = find_document(session, document_id)
    return document if document is not None and document.paths else None


def _number(name: str) -> int | None:
    """A whole number of the address; None if there is none, or one too large for any collection."""
    text = st.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None  # noqa: PLR2004
