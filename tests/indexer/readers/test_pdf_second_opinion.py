import io
import logging
from types import SimpleNamespace

import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String
from pypdfium2 import PdfDocument, raw

from indexer.readers.document import PageCheck, Verdict
from indexer.readers.pdf.second_opinion import better_of, pypdf_pages
from indexer.readers.pdf.signs import Sign, signs_of
from indexer.readers.pdf.verdict import verdict_of

SENTENCE = "The harbour was built in the year of the great storm."

Candidate = tuple[str, PageCheck]


def checked(text: str, map_errors: int = 0, extractor: str = "x") -> Candidate:
    signs = signs_of(text, characters=len(text), map_errors=map_errors)
    return text, verdict_of(signs, repaired=False, has_images=True, extractor=extractor)


def with_verdict(text: str, verdict: Verdict, **signs: float) -> Candidate:
    return text, PageCheck(verdict=verdict, extractor="x", signs=signs)


def with_short_destinations(text: str) -> bytes:
    """A PDF whose font maps its codes to single bytes where the format asks for two: pdfium does not take them."""
    letters = sorted(set(text))
    codes = {letter: b"%04X" % number for number, letter in enumerate(letters, start=1)}
    entries = b"\n".join(b"<%b> <%02X>" % (codes[letter], ord(letter)) for letter in letters)
    mapping = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        b"%d beginbfchar\n%b\nendbfchar\nendcmap end end" % (len(letters), entries)
    )
    document = Pdf.new()
    system = Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0)
    descendant = Dictionary(Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name.F, CIDSystemInfo=system, DW=500)
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name.F,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([document.make_indirect(descendant)]),
        ToUnicode=document.make_stream(mapping),
    )
    page = document.add_blank_page()
    page.Resources = Dictionary(Font=Dictionary(F1=font))
    page.Contents = document.make_stream(b"BT /F1 9 Tf 20 200 Td <%b> Tj ET" % b"".join(codes[one] for one in text))
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def test_pypdf_reads_a_font_that_pdfium_does_not_understand() -> None:
    data = with_short_destinations(SENTENCE)
    page = PdfDocument(data)[0].get_textpage()
    count = page.count_chars()
    errors = sum(raw.FPDFText_HasUnicodeMapError(page.raw, index) for index in range(count))
    first = checked(page.get_text_bounded(), errors, "pdfium")
    assert first[1].verdict is Verdict.UNDECODABLE
    second = checked(pypdf_pages(data).page_text(0), 0, "pypdf")
    assert better_of(first, second) == second
    assert second[0].strip() == SENTENCE


def test_pages_are_counted_from_0_and_a_page_that_is_not_there_has_no_text(pdf: SimpleNamespace) -> None:
    pages = pypdf_pages(pdf.pages(["First", "", "Third"]))
    assert [pages.page_text(index).strip() for index in (2, 0, 1, 3)] == ["Third", "First", "", ""]


def test_an_encrypted_file_is_read_with_its_password_only(pdf: SimpleNamespace) -> None:
    assert pypdf_pages(pdf.encrypted("Open to all", b"")).page_text(0).strip() == "Open to all"
    closed = pdf.encrypted("Closed", b"secret")
    assert pypdf_pages(closed).page_text(0) == ""
    assert pypdf_pages(closed, "wrong").page_text(0) == ""
    assert pypdf_pages(closed, "secret").page_text(0).strip() == "Closed"


@pytest.mark.parametrize("cut", [0, 9, 100, 300, 500, 700, 900])
def test_damaged_files_give_no_error_and_nothing_on_the_terminal(
    pdf: SimpleNamespace, cut: int, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    data = pdf.pages([SENTENCE, SENTENCE])
    for broken in (data[:cut], data[cut:], data[:cut] + b"<<" * 50 + data[cut:], data.replace(b"/Kids", b"/Kins")):
        pages = pypdf_pages(broken)
        assert all(isinstance(pages.page_text(index), str) for index in (0, 1, 2))
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


def test_the_level_of_the_log_is_left_as_it_was(pdf: SimpleNamespace) -> None:
    logger = logging.getLogger("pypdf")
    logger.setLevel(logging.ERROR)
    try:
        pypdf_pages(pdf.pages(["x"])[:100]).page_text(0)
        assert logger.level == logging.ERROR
    finally:
        logger.setLevel(logging.NOTSET)


def test_a_form_that_draws_itself_ends(hungry_pdf: bytes) -> None:
    assert pypdf_pages(hungry_pdf).page_text(0).strip() in ("", "x")


def test_pypdf_is_not_asked_when_its_time_is_used_up(pdf: SimpleNamespace) -> None:
    pages = pypdf_pages(pdf.pages(["First", "Second"]), budget_s=1e-9)
    assert [pages.page_text(index).strip() for index in (0, 1)] == ["First", ""]


def test_a_page_drawn_with_a_megabyte_is_left_out(pdf: SimpleNamespace) -> None:
    assert pypdf_pages(pdf.pages(["word\n" * 90_000])).page_text(0) == ""


def test_the_better_verdict_wins() -> None:
    good, torn, unknown = checked(SENTENCE), checked(" ".join(SENTENCE)), checked("\x03\x04\x05 \x06\x07")
    assert torn[1].verdict is Verdict.SUSPECT
    assert unknown[1].verdict is Verdict.UNDECODABLE
    for better, worse in ((good, torn), (good, unknown), (torn, unknown)):
        assert better_of(better, worse) == better
        assert better_of(worse, better) == better


def test_of_two_suspect_texts_the_one_with_milder_signs_wins() -> None:
    mild = with_verdict(SENTENCE, Verdict.SUSPECT, **{Sign.CONTROLS: 0.02})
    strong = with_verdict(SENTENCE * 2, Verdict.SUSPECT, **{Sign.CONTROLS: 0.1})
    assert better_of(strong, mild) == mild
    assert better_of(mild, strong) == mild


def test_of_two_equally_good_texts_the_longer_wins_and_the_first_where_they_are_equal() -> None:
    short, long = checked(SENTENCE), checked(SENTENCE + " And more.")
    assert better_of(short, long) == long
    assert better_of(long, short) == long
    assert better_of(short, checked(SENTENCE))[1] is short[1]


def test_a_clean_rest_of_a_suspect_text_is_not_better() -> None:
    torn = checked(" ".join(SENTENCE * 10))
    assert better_of(torn, checked("The harbour")) == torn


def test_any_text_is_better_than_none_and_none_is_better_than_no_text() -> None:
    nothing = checked("")
    assert nothing[1].verdict is Verdict.NO_TEXT
    assert better_of(nothing, checked("12"))[0] == "12"
    assert better_of(checked("12"), nothing)[0] == "12"
    assert better_of(nothing, checked(" "))[1] is nothing[1]
