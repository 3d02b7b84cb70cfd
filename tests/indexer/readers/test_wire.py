import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.readers import wire
from indexer.readers.document import Heading, Page, PageCheck, PageKind, ReadDocument, ReadOptions, Verdict
from indexer.readers.failure import FailureReason, ReadFailure


def document(text: str) -> ReadDocument:
    check = PageCheck(verdict=Verdict.REPAIRED, extractor="pdfium", signs={"reversed words": 0.25})
    heading = Heading(start=0, end=len(text), level=2)
    return ReadDocument(
        title="الميناء",
        document_type="pdf",
        page_kind=PageKind.PAGE,
        pages=(Page(number=1, text=text, label="iv", headings=(heading,), check=check), Page(number=2, text="")),
        content_hash="0" * 64,
        size_bytes=7,
        reader="pdf/2",
    )


def sent(outcome: ReadDocument | ReadFailure, *progress: int) -> tuple[ReadDocument | ReadFailure, list[int]]:
    stream, heard = io.BytesIO(), []
    for pages in progress:
        wire.send_progress(stream, pages)
    wire.send_outcome(stream, outcome)
    stream.seek(0)
    return wire.receive_outcome(stream, heard.append), heard


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_document_arrives_as_it_was_sent(text: str) -> None:
    assert sent(document(text)) == (document(text), [])


def test_a_failure_arrives_as_it_was_sent() -> None:
    failure = ReadFailure(reason=FailureReason.DAMAGED, message="beschädigt; neu kopieren")
    assert sent(failure) == (failure, [])


def test_progress_is_heard_before_the_outcome() -> None:
    assert sent(document("Text"), 1, 7) == (document("Text"), [1, 7])


def test_text_takes_no_more_room_on_the_way_than_it_has() -> None:
    stream = io.BytesIO()
    wire.send_outcome(stream, document("ж" * 100_000))
    assert len(stream.getvalue()) < 201_000


def test_options_arrive_as_they_were_sent() -> None:
    options = ReadOptions(ocr=True, passwords=("Schlüssel", "密码", ""))
    assert wire.options_of(wire.options_frame(options)) == options


def test_an_answer_that_breaks_off_is_none() -> None:
    stream = io.BytesIO()
    wire.send_outcome(stream, document("Text"))
    with pytest.raises(wire.ConnectionEndedError):
        wire.receive_outcome(io.BytesIO(stream.getvalue()[:-1]), lambda _: None)
