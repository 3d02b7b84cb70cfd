import io
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import pikepdf
import pytest
from pypdfium2 import PdfDocument, PdfiumError

from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.pdf import opening
from indexer.readers.pdf.opening import OpenedPdf, Opening, open_pdf

EVAL_DATA = Path(os.environ.get("POLYSEEK_EVAL_DATA", Path(__file__).parents[4] / "shared" / "eval"))
TEXTS = ["First page", "Second page", "Third page"]
JUNK = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n"


@pytest.fixture
def good(pdf: SimpleNamespace) -> bytes:
    return pdf.pages(TEXTS)


def texts_of(opened: OpenedPdf) -> list[str]:
    with opened.document as document:
        return [page_text(document, index) for index in range(opened.pages)]


def page_text(document: PdfDocument, index: int) -> str:
    try:
        return document[index].get_textpage().get_text_bounded()
    except PdfiumError:
        return "(lost)"


def remade(data: bytes, **how: object) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(target, **how)
    return target.getvalue()


def packed(data: bytes) -> bytes:
    """The same with all objects but the contents of pages in an object stream, and a compressed table."""
    return remade(data, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def locked(data: bytes, revision: int, password: str, *, aes: bool = True) -> bytes:
    encryption = pikepdf.Encryption(owner="owner", user=password, R=revision, aes=aes, metadata=aes)
    return remade(data, encryption=encryption)


def refusal(data: bytes, passwords: Sequence[str] = ()) -> ReadError:
    with pytest.raises(ReadError) as caught:
        open_pdf(data, passwords)
    assert "\n" not in caught.value.failure.message
    return caught.value


def test_a_sound_pdf_is_opened_as_it_is(good: bytes) -> None:
    opened = open_pdf(good, ["never needed"])
    assert (opened.opening, opened.pages, opened.lost, opened.data, opened.password) == (Opening.AS_IS, 3, 0, good, "")
    assert not opened.repaired
    assert texts_of(opened) == TEXTS


@pytest.mark.parametrize("form", [bytes, packed])
def test_what_stands_before_a_pdf_is_stripped_whatever_its_table_counts_from(
    good: bytes, form: Callable[[bytes], bytes]
) -> None:
    data = form(good)
    opened = open_pdf(JUNK * 100 + data, [])
    assert opened.opening is Opening.STRIPPED
    assert opened.data == data
    assert texts_of(opened) == TEXTS


def test_a_table_that_counts_what_stands_before_is_found_too(good: bytes) -> None:
    shifted = re.sub(rb"(\d{10}) 00000 n", lambda place: b"%010d 00000 n" % (int(place[1]) + len(JUNK)), good)
    shifted = re.sub(rb"startxref\n(\d+)", lambda place: b"startxref\n%d" % (int(place[1]) + len(JUNK)), shifted)
    assert texts_of(open_pdf(JUNK + shifted, [])) == TEXTS


@pytest.mark.parametrize(
    ("before", "reason", "message"),
    [
        (b"\x89PNG\r\n\x1a\n", FailureReason.WRONG_TYPE, "a PNG image"),
        (b"PK\x03\x04\x14\x00 rules.pdf", FailureReason.WRONG_TYPE, "a ZIP archive"),
        (b"words " * 20_000, FailureReason.WRONG_TYPE, "seems to be text"),
    ],
)
def test_a_pdf_inside_another_file_does_not_make_that_one_a_pdf(
    good: bytes, before: bytes, reason: FailureReason, message: str
) -> None:
    error = refusal(before + good)
    assert error.failure.reason is reason
    assert message in error.failure.message


def test_a_text_about_pdfs_is_no_damaged_pdf() -> None:
    error = refusal(b"Every PDF begins with %PDF-1.4 or another version.")
    assert error.failure.reason is FailureReason.WRONG_TYPE


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: re.sub(rb"\d{10} 00000 n", b"0123456789 00000 n", data),
        lambda data: data.replace(b"startxref", b"startzref").replace(b"trailer", b"tailer"),
        lambda data: data.replace(b"endobj\n", b""),
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data[: data.index(b"xref\n")],
        lambda data: data.replace(b"/Pages 2 0 R", b"/Pages 99 0 R"),
        lambda data: data.replace(b"/Type /Pages /Kids [4 0 R", b"/Type /Pages /Kids [2 0 R"),
    ],
    ids=["garbage table", "no table", "no endobj", "line ends replaced", "cut", "tree lost", "tree in a circle"],
)
def test_all_pages_of_a_damaged_pdf_are_found(good: bytes, harm: Callable[[bytes], bytes]) -> None:
    data = harm(good)
    assert data != good
    assert sorted(texts_of(open_pdf(data, []))) == sorted(TEXTS)


def test_text_that_pdfium_loses_without_a_word_is_brought_back_by_writing_the_file_anew() -> None:
    target = io.BytesIO()
    with pikepdf.new() as pdf:
        for text in TEXTS:
            page = pdf.add_blank_page()
            font = pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            page.Contents = pdf.make_stream(b"BT /F1 11 Tf 72 720 Td (%b) Tj ET" % text.encode())
        pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
    data = target.getvalue().replace(b"endobj\n", b"")
    with PdfDocument(data) as document:
        assert [page_text(document, index) for index in range(len(document))] != TEXTS
    opened = open_pdf(data, [])
    assert opened.opening is Opening.RESAVED
    assert opened.repaired
    assert texts_of(opened) == TEXTS


def test_the_pages_of_a_pdf_whose_end_is_lost_are_gathered_in_their_order(good: bytes) -> None:
    data = good[: good.index(b"xref\n")].replace(b"1 0 obj\n<< /Type /Catalog", b"1 0 obj\n<< /Type /Cat")
    data = data.replace(b"/Kids [4 0 R 6 0 R 8 0 R]", b"/Kids [8 0 R 4 0 R 6 0 R]")
    opened = open_pdf(data, [])
    assert opened.opening is Opening.REBUILT
    assert opened.repaired
    assert texts_of(opened) == ["Third page", "First page", "Second page"]


def test_pages_packed_in_an_object_stream_are_found_without_their_table(good: bytes) -> None:
    data = packed(good)
    opened = open_pdf(data[: data.index(b"/Type /XRef")], [])
    assert opened.opening is Opening.REBUILT
    assert texts_of(opened) == TEXTS


def test_deleted_pages_do_not_come_back(good: bytes) -> None:
    data = good.replace(b"/Kids [4 0 R 6 0 R 8 0 R] /Count 3", b"/Kids [4 0 R 6 0 R] /Count 2")
    opened = open_pdf(data, [])  # the table has moved by then
    assert texts_of(opened) == TEXTS[:2]


def test_a_page_that_cannot_be_found_keeps_its_number(good: bytes) -> None:
    opened = open_pdf(good.replace(b"6 0 obj\n<< /Type /Page ", b"6 0 obj\n<< /Type /Gape "), [])
    assert opened.pages == 3
    assert texts_of(opened)[2] == "Third page"


def test_pages_that_are_only_claimed_are_not_counted(good: bytes) -> None:
    opened = open_pdf(good.replace(b"/Count 3", b"/Count 9999"), [])
    assert (opened.pages, opened.lost) == (3, 9996)
    assert texts_of(opened) == TEXTS


@pytest.mark.parametrize(
    ("harm", "reason", "message"),
    [
        (lambda data: data[:200], FailureReason.DAMAGED, "200 bytes is damaged or ends too early"),
        (lambda data: b"%PDF-1.7" + bytes(5000), FailureReason.DAMAGED, "5008 bytes is damaged"),
        (
            lambda data: re.sub(rb"([468] 0 obj\n)<<.*>>", rb"\1null", data),
            FailureReason.DAMAGED,
            "none of the PDF's 3",
        ),
    ],
)
def test_a_pdf_of_which_nothing_is_left_is_refused(
    good: bytes, harm: Callable[[bytes], bytes], reason: FailureReason, message: str
) -> None:
    error = refusal(harm(good))
    assert error.failure.reason is reason
    assert message in error.failure.message


def test_a_pdf_without_pages_is_not_called_damaged(pdf: SimpleNamespace) -> None:
    error = refusal(pdf.pages([]))
    assert error.failure.reason is FailureReason.NO_TEXT
    assert "no pages" in error.failure.message


def test_a_pdf_with_more_pages_than_any_book_is_refused(good: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MOST_PAGES", 2)
    error = refusal(good)
    assert error.failure.reason is FailureReason.TOO_LARGE
    assert "more than 2 pages" in error.failure.message


LOCKS = [(4, "harbour", False), (4, "contraseña", True), (6, "harbour", True), (6, "пароль 密码", True)]


@pytest.mark.parametrize(("revision", "password", "aes"), LOCKS, ids=["RC4", "AES-128", "AES-256", "AES-256 Unicode"])
def test_an_encrypted_pdf_opens_with_the_first_password_that_fits(
    good: bytes, revision: int, password: str, aes: bool
) -> None:
    data = locked(good, revision, password, aes=aes)
    opened = open_pdf(data, ["no", password, "owner"])
    assert opened.password == password
    assert password not in repr(opened)
    assert texts_of(opened) == TEXTS
    assert texts_of(open_pdf(data, ["owner"])) == TEXTS
    assert refusal(data).failure.reason is FailureReason.ENCRYPTED


@pytest.mark.parametrize("revision", [4, 6])
def test_a_pdf_encrypted_with_an_empty_password_needs_none(good: bytes, revision: int) -> None:
    opened = open_pdf(locked(good, revision, ""), [])
    assert opened.password == ""
    assert texts_of(opened) == TEXTS


def test_a_pdf_that_asks_for_a_password_says_how_to_give_it(good: bytes) -> None:
    data = locked(good, 6, "harbour")
    assert "give it with --password-file FILE (a file with one password a line)" in str(refusal(data))
    message = str(refusal(data, ["harbor", "Harbour"]))
    assert "none of the 2 given opens it" in message
    assert "harbor" not in message.lower()


def test_a_pdf_that_no_password_opens_does_not_ask_for_one(good: bytes) -> None:
    error = refusal(good.replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt << /Filter /Adobe.PubSec /V 4 >>"))
    assert error.failure.reason is FailureReason.ENCRYPTED
    assert "no password opens" in error.failure.message


def test_a_damaged_pdf_that_is_encrypted_is_repaired_with_its_password(good: bytes) -> None:
    data = locked(good, 4, "harbour").replace(b"endobj\n", b"")
    opened = open_pdf(data, ["harbour"])
    assert opened.opening is Opening.RESAVED
    assert opened.password == ""
    assert texts_of(opened) == TEXTS
    assert refusal(data).failure.reason is FailureReason.ENCRYPTED


def test_an_encrypted_pdf_whose_key_is_lost_is_damaged_not_empty(good: bytes) -> None:
    data = locked(good, 6, "harbour")
    error = refusal(data[: data.index(b"trailer")], ["harbour"])
    assert error.failure.reason is FailureReason.DAMAGED


@pytest.mark.skipif(not (EVAL_DATA / "pdfs").is_dir(), reason="the evaluation data are not here")
@pytest.mark.parametrize("producer", ["chromium", "libreoffice", "typst"])
@pytest.mark.parametrize("form", [bytes, packed])
def test_a_printed_document_that_lost_a_stretch_in_the_middle_keeps_its_pages(
    producer: str, form: Callable[[bytes], bytes]
) -> None:
    data = form((EVAL_DATA / "pdfs" / f"en.{producer}.pdf").read_bytes())
    whole = texts_of(open_pdf(data, []))
    middle = data.index(b"endstream", len(data) // 2) + len(b"endstream")
    opened = open_pdf(data[: middle - 200] + data[middle - 100 :], [])
    assert sum(map(len, texts_of(opened))) >= 0.7 * sum(map(len, whole))
