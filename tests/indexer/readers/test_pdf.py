import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from indexer.readers.extracted import Extracted
from indexer.readers.failure import FailureReason, ReadError

EVAL_DATA = Path(os.environ.get("POLYSEEK_EVAL_DATA", Path(__file__).parents[4] / "shared" / "eval"))

Extract = Callable[[str, bytes], Extracted]


def test_each_page_gives_its_text_and_an_empty_page_an_empty_one(extract: Extract, pdf: SimpleNamespace) -> None:
    data = pdf.pages(["First page\nsecond line", "", "Third page"])
    assert [page.text for page in extract("a.pdf", data).pages] == ["First page\nsecond line", "", "Third page"]


def test_lines_of_a_paragraph_are_joined(extract: Extract, pdf: SimpleNamespace) -> None:
    data = pdf.pages(["Harbour\nThe harbour was built in the year of the great storm, and\nevery boat of it was lost."])
    (text,) = (page.text for page in extract("a.pdf", data).pages)
    assert text == "Harbour\nThe harbour was built in the year of the great storm, and every boat of it was lost."


def test_the_title_is_taken_from_the_fields(extract: Extract, pdf: SimpleNamespace) -> None:
    assert extract("a.pdf", pdf.titled("Harbour rules", ["x"])).title == "Harbour rules"


def test_a_pdf_encrypted_with_an_empty_password_opens(extract: Extract, pdf: SimpleNamespace) -> None:
    assert [page.text for page in extract("a.pdf", pdf.encrypted("Open to all", b"")).pages] == ["Open to all"]


def test_a_pdf_that_asks_for_a_password_is_refused_and_the_next_one_is_not_blamed(
    extract: Extract, pdf: SimpleNamespace
) -> None:
    with pytest.raises(ReadError, match="password") as caught:
        extract("a.pdf", pdf.encrypted("Closed", b"secret"))
    assert caught.value.failure.reason is FailureReason.ENCRYPTED
    with pytest.raises(ReadError, match="no pages") as caught:
        extract("b.pdf", pdf.pages([]))
    assert caught.value.failure.reason is FailureReason.NO_TEXT


def test_a_pdf_cut_in_half_is_damaged(extract: Extract, pdf: SimpleNamespace) -> None:
    data = pdf.pages(["Text"])
    with pytest.raises(ReadError, match="damaged or ends too early") as caught:
        extract("a.pdf", data[: len(data) // 2])
    assert caught.value.failure.reason is FailureReason.DAMAGED


@pytest.mark.parametrize(
    ("data", "reason", "message"),
    [
        (b"\x89PNG\r\n\x1a\n\x00", FailureReason.WRONG_TYPE, "a PNG image"),
        (b"PK\x03\x04\x00\x00", FailureReason.WRONG_TYPE, "a ZIP archive"),
        (b"just words", FailureReason.WRONG_TYPE, "seems to be text"),
        (b"\x00\x01\x02" * 400, FailureReason.DAMAGED, "1200 bytes"),
    ],
)
def test_what_is_no_pdf_is_named(extract: Extract, data: bytes, reason: FailureReason, message: str) -> None:
    with pytest.raises(ReadError, match=message) as caught:
        extract("a.pdf", data)
    assert caught.value.failure.reason is reason


@pytest.mark.skipif(not (EVAL_DATA / "pdfs").is_dir(), reason="the evaluation data are not here")
@pytest.mark.parametrize("language", ["cs", "de", "en", "fi", "fr", "hu", "pl", "ru", "tr"])
@pytest.mark.parametrize("producer", ["chromium2col", "libreoffice", "typst"])
def test_the_text_of_a_printed_document_is_found_again(extract: Extract, language: str, producer: str) -> None:
    data = (EVAL_DATA / "pdfs" / f"{language}.{producer}.pdf").read_bytes()
    found = " ".join("\n".join(page.text for page in extract("a.pdf", data).pages).split())
    source = " ".join((EVAL_DATA / "pdf_text" / f"{language}.txt").read_text(encoding="utf-8").split())
    windows = [source[start : start + 20] for start in range(0, len(source) - 20, 20)]
    assert sum(window in found for window in windows) >= 0.97 * len(windows)
