"""Pages drawn letter by letter, so that it is known what stands where."""

import itertools
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdfium2 import PdfDocument

from indexer.readers.pdf.page_text import PlacedText, Repair, clean_page, page_text
from indexer.readers.pdf.word_gaps import least_word_gap

HELLO, WORLD = "שלום", "עולם"
PROSE = (
    "The harbour was built in the year of the great storm when every boat of the village was lost in one night and "
    "the families who stayed put up a wall of stone along the shore so that nobody would have to fear the sea again "
    "and its keeper lived alone for thirty years and wrote down the weather every morning in a book with blue covers"
)


class Sheet:
    """A page on which each letter may be any character: the font draws them all as one glyph and says what they are."""

    def __init__(self, *, width: int = 500, glyph: str = "n") -> None:
        self.codes: dict[str, int] = {}
        self.drawn: list[str] = []
        self.width = width
        self.glyph = glyph

    def show(self, x: float, y: float, text: str, *, size: float = 10, matrix: str = "1 0 0 1") -> "Sheet":
        """Draw letters from left to right, half their size apart, as one text object."""
        codes = "".join(f"{self.codes.setdefault(letter, 33 + len(self.codes)):02x}" for letter in text)
        self.drawn.append(f"BT /F1 {size} Tf {matrix} {x} {y} Tm <{codes}> Tj ET")
        return self

    def letters(self, x: float, y: float, text: str, *, step: float = 5) -> "Sheet":
        """Draw letters one by one, each as a text object; spaces are gaps."""
        for place, letter in enumerate(text):
            if letter != " ":
                self.show(x + place * step, y, letter)
        return self

    def meaning(self, text: str) -> "Sheet":
        """Say what everything until `end` means."""
        self.drawn.append(f"/Span << /ActualText <FEFF{text.encode('utf-16-be').hex()}> >> BDC")
        return self

    def end(self) -> "Sheet":
        self.drawn.append("EMC")
        return self

    def data(self) -> bytes:
        count = len(self.codes)
        pairs = " ".join(f"<{code:02x}> <{letter.encode('utf-16-be').hex()}>" for letter, code in self.codes.items())
        unicodes = (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
            f"1 begincodespacerange <00> <ff> endcodespacerange {count} beginbfchar {pairs} endbfchar endcmap end end"
        )
        font = (
            f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /FirstChar 33 /LastChar {32 + count} "
            f"/Widths [{f'{self.width} ' * count}] /ToUnicode 4 0 R "
            f"/Encoding << /Type /Encoding /Differences [33 {f'/{self.glyph} ' * count}] >> >>"
        )
        page = (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 400] /Contents 6 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        pages = "<< /Type /Pages /Kids [5 0 R] /Count 1 >>"
        return _file(["<< /Type /Catalog /Pages 2 0 R >>", pages, font, _stream(unicodes), page, self.stream()])

    def stream(self) -> str:
        return _stream("\n".join(self.drawn))


def _stream(content: str) -> str:
    return f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"


def _file(objects: list[str]) -> bytes:
    data = "%PDF-1.7\n"
    table = ""
    for number, body in enumerate(objects, start=1):
        table += f"{len(data):010d} 00000 n \n"
        data += f"{number} 0 obj\n{body}\nendobj\n"
    size = len(objects) + 1
    trailer = f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return f"{data}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")


def read(sheet: Sheet) -> PlacedText:
    with PdfDocument(sheet.data()) as document:
        return page_text(document[0])


def plain(sheet: Sheet) -> str:
    """What pdfium makes of it alone."""
    with PdfDocument(sheet.data()) as document:
        text: str = document[0].get_textpage().get_text_bounded()
        return text


def lines_of(words: str, letters: int) -> list[str]:
    """Break words into lines of so many letters."""
    lines = [""]
    for word in words.split():
        if len(lines[-1]) + len(word) >= letters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def test_a_line_seen_from_left_to_right_is_read_from_the_right() -> None:
    sheet = Sheet().show(100, 300, f".{WORLD[::-1]}").show(128, 300, "(ISO").show(150, 300, "9)")
    sheet.show(163, 300, f",{HELLO[::-1]}")
    assert "(ISO 9)" not in plain(sheet)
    placed = read(sheet)
    assert placed.text == f"{HELLO}, (ISO 9) {WORLD}."
    assert placed.repairs == {Repair.RIGHT_TO_LEFT}


@pytest.mark.parametrize("step", [5, -5])
def test_the_order_in_which_letters_are_drawn_does_not_matter(step: int) -> None:
    places = [(x, letter) for x, letter in zip(itertools.count(100, 5), f"{WORLD[::-1]} {HELLO[::-1]}", strict=False)]
    sheet = Sheet()
    for x, letter in places[:: 1 if step > 0 else -1]:
        if letter != " ":
            sheet.show(x, 300, letter)
    assert read(sheet).text == f"{HELLO} {WORLD}"


def test_hebrew_points_go_to_the_letter_they_stand_at() -> None:
    sheet = Sheet().show(100, 300, HELLO[::-1]).show(116, 299, "\u05b8").show(117, 301, "\u05bc")
    assert plain(sheet).startswith("\u05b8")
    assert clean_page(read(sheet).text) == unicodedata.normalize("NFC", "ש\u05b8\u05bcלום")


def test_a_hebrew_word_in_an_english_line_is_read_in_its_place() -> None:
    sheet = Sheet()
    for x, word in ((100, "the"), (120, "word"), (145, HELLO[::-1]), (170, "means"), (200, "peace")):
        sheet.show(x, 300, word)
    assert read(sheet).text == f"the word {HELLO} means peace"


@pytest.mark.parametrize("ligature", ["لا", "ال"])
def test_lam_and_alef_in_one_place_are_lam_alef(ligature: str) -> None:
    sheet = Sheet().show(100, 300, "م").show(105, 300, ligature[0]).show(105, 300, ligature[1]).show(110, 300, "س")
    assert read(sheet).text == "سلام"


def test_persian_letters_that_do_not_touch_were_kept_from_joining() -> None:
    sheet = Sheet(width=900, glyph="W")
    x = 200.0
    for letter, step in zip("کتابها", (0, 9, 9, 9, 9.9, 9), strict=True):
        x -= step
        sheet.show(x, 300, letter)
    placed = read(sheet)
    assert placed.text == "کتاب\u200cها"
    assert placed.repairs == {Repair.LOST_JOINERS}
    assert np.isnan(placed.boxes[4]).all()


def test_letters_of_persian_that_touch_are_joined() -> None:
    sheet = Sheet(width=900, glyph="W")
    for place, letter in enumerate("کتابها"):
        sheet.show(200 - 9 * place, 300, letter)
    assert read(sheet).text == "کتابها"


def test_letters_of_two_lines_are_not_compared() -> None:
    sheet = Sheet(width=900, glyph="W")
    for x, y in ((100, 300), (100, 280), (200, 260)):
        for place, letter in enumerate("کتب"):
            sheet.show(x - 9 * place, y, letter)
    assert read(sheet).text.split() == ["کتب"] * 3


def test_text_given_for_each_object_of_a_stretch_is_taken_once() -> None:
    sheet = Sheet().meaning("ป").show(110, 300, "ก").show(131, 300, "ค").end().show(115, 300, "ขขข")
    assert plain(sheet).count("ป") == 2
    placed = read(sheet)
    assert placed.text == "ปขขข"
    assert placed.repairs == {Repair.REPEATED_TEXT}


def test_a_sign_that_says_its_whole_syllable_again_is_dropped() -> None:
    sheet = Sheet().meaning("ปี").show(110, 300, "ก").end().show(115, 300, "ข")
    sheet.meaning("ปี").show(112, 304, "ค", size=4).end()
    assert plain(sheet).count("ปี") == 2
    assert read(sheet).text == "ปีข"


def test_a_syllable_that_is_drawn_twice_stays_twice() -> None:
    sheet = Sheet().meaning("ปี").show(110, 300, "ก").end().meaning("ปี").show(115, 300, "ค").end().show(120, 300, "ข")
    assert read(sheet).text == "ปีปีข"


def test_a_sign_that_comes_after_the_line_goes_back_to_its_letter() -> None:
    sheet = Sheet().show(100, 300, "กขนก").show(101, 304, "\u0e49", size=8).show(130, 300, "ขข")
    assert not plain(sheet).startswith("ก\u0e49")
    placed = read(sheet)
    assert placed.text == "ก\u0e49ขนก ขข"
    assert Repair.MISPLACED_SIGNS in placed.repairs


def test_a_sign_on_a_line_of_its_own_belongs_to_the_letters_under_it() -> None:
    sheet = Sheet().show(100, 300, "ก").show(101, 304, "\u0e48").show(105, 300, "นก")
    assert plain(sheet) == "ก\r\n\u0e48\r\nนก"
    placed = read(sheet)
    assert placed.text == "ก\u0e48นก"
    assert placed.repairs == {Repair.BROKEN_LINES}


def test_a_space_between_letters_that_touch_is_dropped_and_a_gap_is_a_space() -> None:
    sheet = Sheet().show(100, 300, "กข").show(105.2, 300, "\u0e49", size=2).show(110, 300, "นก").show(124, 300, "ข")
    assert plain(sheet) == "กข\u0e49 นก ข"
    placed = read(sheet)
    assert placed.text == "กข\u0e49นก ข"
    assert placed.repairs == {Repair.FALSE_SPACES}


def test_a_vowel_sign_seen_before_its_consonant_is_written_after_it() -> None:
    sheet = Sheet().show(100, 300, "क").show(105, 300, "ि").show(108, 300, "म").show(120, 300, "कम")
    assert plain(sheet) == "किम कम"
    placed = read(sheet)
    assert placed.text == "कमि कम"
    assert placed.repairs == {Repair.MISPLACED_SIGNS}


def test_a_vowel_sign_written_after_its_consonant_stays_there() -> None:
    sheet = Sheet().show(103, 300, "क").show(100, 300, "ि").show(108, 300, "म")
    assert read(sheet).text.replace(" ", "") == "किम"


def test_a_gap_between_an_ideograph_and_a_digit_is_no_space() -> None:
    sheet = Sheet().show(100, 300, "第").show(107.5, 300, "10").show(120, 300, "条").show(140, 300, "条")
    assert plain(sheet) == "第 10 条 条"
    assert read(sheet).text == "第10条 条"


def test_such_a_gap_is_none_in_the_lines_of_a_whole_page_either() -> None:
    sheet = Sheet()
    for y in (360, 340, 320, 300):
        sheet.show(100, y, "第").show(107.5, y, "10").show(120, y, "条").show(140, y, "条")
    assert plain(sheet).splitlines() == ["第 10 条 条"] * 4
    placed = read(sheet)
    assert placed.text.splitlines() == ["第10条 条"] * 4
    assert placed.repairs == {Repair.FALSE_SPACES}
    assert len(placed.boxes) == len(placed.text)


@pytest.mark.parametrize(("drawn", "seen"), [(True, "바다의 물ISO"), (False, "바다의 물 ISO")])
def test_a_gap_where_korean_meets_other_letters_is_a_space_if_the_page_draws_none(drawn: bool, seen: str) -> None:
    sheet = Sheet()
    for y in (360, 340, 320, 300):
        if drawn:
            sheet.show(100, y, "바다의 물").show(128, y, "ISO")
        else:
            sheet.show(100, y, "바다의").show(118, y, "물").show(126, y, "ISO")
    assert plain(sheet).splitlines() == ["바다의 물 ISO"] * 4
    assert read(sheet).text.splitlines() == [seen] * 4


def columns(left: list[str], right: list[str], drop: float = 0) -> Sheet:
    """Draw two columns line by line across."""
    sheet = Sheet(width=450).show(30, 380, "A heading across the page that is as wide as all of its text", size=11)
    for number, (one, other) in enumerate(zip(left, right, strict=True)):
        sheet.show(30, 340 - 13 * number, one).show(210, 340 - 13 * number - drop, other)
    return sheet


@pytest.mark.parametrize("drop", [0, 4])
def test_columns_drawn_line_by_line_across_are_read_one_after_another(drop: float) -> None:
    lines = lines_of(PROSE, 34)
    half = len(lines) // 2
    sheet = columns(lines[:half], lines[half : 2 * half], drop)
    placed = read(sheet)
    assert " ".join(lines[: 2 * half]) in " ".join(placed.text.split())
    assert " ".join(lines[: 2 * half]) not in " ".join(plain(sheet).split())
    assert placed.repairs == {Repair.COLUMNS}


def test_a_table_is_read_row_by_row_with_its_cells_apart() -> None:
    rows = [["Bergbahn", "1907", "12,50"], ["Seilbahn", "1958", "8,00"], ["Zahnradbahn", "1893", "15,75"]]
    sheet = Sheet(width=450)
    for number, line in enumerate(lines_of(PROSE, 60)):
        sheet.show(30, 380 - 13 * number, line)
    for number, row in enumerate(rows * 3):
        for x, cell in zip((30, 150, 260), row, strict=True):
            sheet.show(x, 260 - 13 * number, cell)
    placed = read(sheet)
    assert clean_page(placed.text).split("\n")[-9:] == ["  ".join(row) for row in rows * 3]
    assert placed.repairs == frozenset()


def test_a_wide_space_in_a_justified_line_does_not_part_it() -> None:
    sheet = Sheet(width=450).show(30, 380, "สทาน")
    lines = lines_of(PROSE, 40)
    for number, line in enumerate(lines):
        if number == 2:
            sheet.show(30, 340 - 13 * number, "lost").show(170, 340 - 13 * number, "boats")
        else:
            sheet.show(30, 340 - 13 * number, line)
    assert read(sheet).text.split("\n")[4] == "lost boats"


def test_wide_spaces_of_two_justified_lines_do_not_make_a_table() -> None:
    sheet = Sheet(width=450)
    sheet.show(30, 366, "unforgettable").show(188, 366, "harbours")
    sheet.show(30, 353, "longest").show(178, 353, "neighbours")
    for number, line in enumerate(lines_of(PROSE, 40)):
        sheet.show(30, 340 - 13 * number, line)
    assert read(sheet).text.split("\n")[:2] == ["unforgettable harbours", "longest neighbours"]


@pytest.mark.parametrize(
    ("gaps", "least"),
    [
        ([0, 0, -0.02, 0.25, 0, 0.25, 0.3], (0.12, 0.13)),
        ([0, 0.09, 0, 0, 0.09], (0.04, 0.05)),
        ([0, 0.02, 0, 0.03], (0.1, 0.1)),
        ([], (0.1, 0.1)),
    ],
)
def test_words_are_parted_by_gaps_that_are_clearly_wider_than_the_others(
    gaps: list[float], least: tuple[float, float]
) -> None:
    assert least[0] <= least_word_gap(np.array(gaps)) <= least[1]


def test_a_paragraph_set_apart_by_space_or_an_indent_is_a_line_of_its_own() -> None:
    sheet = Sheet(width=450)
    y = 380.0
    for x, line in [(40, "The keeper")] + [(30, line) for line in lines_of(PROSE, 60)]:
        sheet.show(x, y, line)
        y -= 13
    y -= 8
    for number, line in enumerate(lines_of(PROSE, 60)):
        sheet.show(45 if number == 2 else 30, y, line)
        y -= 13
    lines = lines_of(PROSE, 60)
    assert clean_page(read(sheet).text).split("\n\n") == [
        f"The keeper\n{PROSE}",
        " ".join(lines[:2]),
        " ".join(lines[2:]),
    ]


def test_what_is_drawn_beside_the_page_is_left_out() -> None:
    sheet = Sheet(width=450)
    for number, line in enumerate(lines_of(PROSE, 60)):
        sheet.show(30, 380 - 13 * number, line)
    sheet.show(30, -40, "cutting mark")
    assert " ".join(read(sheet).text.split()) == PROSE


def test_a_page_that_lies_on_its_side_is_read_like_one_that_stands() -> None:
    sheet = Sheet()
    for y, text in ((100, f".{WORLD[::-1]}"), (128, "(ISO"), (150, "9)"), (163, f",{HELLO[::-1]}")):
        sheet.show(100, y, text, matrix="0 1 -1 0")
    placed = read(sheet)
    assert placed.text == f"{HELLO}, (ISO 9) {WORLD}."
    left, bottom, right, top = placed.boxes[0]
    assert (bottom, top) == pytest.approx((183, 188))
    assert left < 100 < right


def test_letters_without_a_place_in_unicode_are_counted_and_dropped() -> None:
    sheet = Sheet().show(100, 300, f"{HELLO[::-1]}")
    data = sheet.data().replace(f"<{HELLO[0].encode('utf-16-be').hex()}>".encode(), b"<0000>")
    with PdfDocument(data) as document:
        placed = page_text(document[0])
    assert placed.text == HELLO[1:]
    assert placed.characters == 4
    assert len(placed.boxes) == 3


def test_a_page_without_text_is_empty() -> None:
    placed = read(Sheet())
    assert (placed.text, placed.boxes.shape, placed.characters, placed.map_errors) == ("", (0, 4), 0, 0)


letters = st.text(st.sampled_from("abc שלם ما كत ิก12,.()"), min_size=1, max_size=12)


@given(st.lists(st.tuples(st.integers(10, 350), st.integers(10, 390), letters), max_size=8))
@settings(deadline=None)
def test_each_character_has_a_box_and_the_text_does_not_depend_on_boxes(drawn: list[tuple[int, int, str]]) -> None:
    sheet = Sheet()
    for x, y, text in drawn:
        sheet.show(x, y, text)
    with PdfDocument(sheet.data()) as document:
        placed, without = page_text(document[0]), page_text(document[0], with_boxes=False)
    assert placed.boxes.shape == (len(placed.text), 4)
    assert without.text == placed.text
    assert len(without.boxes) == 0
    unknown = np.isnan(placed.boxes).all(axis=1)
    assert not np.isnan(placed.boxes[~unknown]).any()
    assert all(placed.text[index] in " \n\u200c" for index in np.flatnonzero(unknown))
