"""The text of PDF pages as the places of their letters say, over our own sample in fourteen scripts and languages."""

import io
import unicodedata
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest

from indexer.readers import ReadLimits
from indexer.readers.extracted import Source
from indexer.readers.markdown import extract as read_markdown
from indexer.readers.pdf.page_text import PlacedText, Repair, clean_page, page_text
from indexer.readers.reading import read_file

DATA = Path(__file__).resolve().parents[3] / "data"
SAMPLES = sorted((DATA / "sample").glob("*.pdf"))
REPAIRED = {
    "ar": Repair.RIGHT_TO_LEFT,
    "fa": Repair.RIGHT_TO_LEFT,
    "he": Repair.RIGHT_TO_LEFT,
    "th": Repair.FALSE_SPACES,
}


@cache
def placed_pages(path: Path) -> tuple[PlacedText, ...]:
    with pypdfium2.PdfDocument(path) as document:
        return tuple(page_text(page) for page in document)


def words_of(text: str) -> list[str]:
    return unicodedata.normalize("NFKC", text).split()


def source_words(path: Path) -> list[str]:
    source = DATA / "sources" / f"{path.stem}.md"
    (page,) = read_markdown(Source(path=source, data=source.read_bytes())).pages
    return words_of(page.text)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_words_of_a_page_are_those_of_its_source_in_their_order(path: Path) -> None:
    ours = words_of("\n".join(clean_page(page.text) for page in placed_pages(path)))
    source = source_words(path)
    if path.stem[:2] in ("ja", "zh"):  # whose words are not parted by spaces
        ours, source = list("".join(ours)), list("".join(source))
    matcher = SequenceMatcher(None, source, ours, autojunk=False)
    matched = sum(block.size for block in matcher.get_matching_blocks())
    assert matched >= 0.97 * len(source)


@pytest.mark.parametrize("language", REPAIRED)
def test_what_pdfium_gets_wrong_is_repaired_and_the_repair_is_named(language: str) -> None:
    path = next(path for path in SAMPLES if path.stem.startswith(language))
    with pypdfium2.PdfDocument(path) as document:
        plain = words_of("\n".join(page.get_textpage().get_text_bounded() for page in document))
    ours = words_of("\n".join(page.text for page in placed_pages(path)))
    wanted = set(source_words(path))
    assert sum(word in wanted for word in ours) / len(ours) > sum(word in wanted for word in plain) / len(plain)
    assert any(REPAIRED[language] in page.repairs for page in placed_pages(path))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_each_character_has_its_box_on_the_page(path: Path) -> None:
    with pypdfium2.PdfDocument(path) as document:
        for placed, page in zip(placed_pages(path), document, strict=True):
            assert placed.boxes.shape == (len(placed.text), 4)
            drawn = ~np.isnan(placed.boxes).any(axis=1)
            letters = np.array([character.isalpha() for character in placed.text])
            assert drawn[letters].mean() > 0.99
            left, bottom, right, top = placed.boxes[drawn].T
            assert (left <= right).all()
            assert (bottom <= top).all()
            assert left.min() >= 0
            assert right.max() <= page.get_width()
            assert page_text(page, with_boxes=False).text == placed.text


def test_good_latin_pages_are_left_as_they_are() -> None:
    for path in SAMPLES:
        if path.stem[:2] in ("de", "fr", "it", "pl"):
            assert all(not page.repairs for page in placed_pages(path)), path.stem


def drawn(lines: list[tuple[float, float, str]]) -> PlacedText:
    """A page with these lines: left, bottom and text of each."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    shown = "".join(f"BT /F1 10 Tf {x} {y} Td ({text}) Tj ET " for x, y, text in lines)
    page.Contents = pdf.make_stream(shown.encode())
    file = io.BytesIO()
    pdf.save(file)
    with pypdfium2.PdfDocument(file.getvalue()) as document:
        return page_text(document[0])


LEFT = [
    "The harbour was built in the year",
    "of the great storm by people who",
    "had lost their boats and wished",
    "to keep the next ones. It has two",
    "walls of stone and a light on each.",
    "Nobody remembers who lit it first.",
]
RIGHT = [
    "The school stands on the hill and",
    "has three rooms, one for each age.",
    "In winter the oldest children bring",
    "wood for the stove before lessons",
    "begin, and the youngest sweep the",
    "snow from the steps.",
]


def test_two_columns_that_were_drawn_line_by_line_are_read_one_after_the_other() -> None:
    rows = [
        line
        for y, pair in enumerate(zip(LEFT, RIGHT, strict=True))
        for line in ((72, 700 - 14 * y, pair[0]), (320, 700 - 14 * y, pair[1]))
    ]
    text = " ".join(clean_page(drawn(rows).text).split())
    assert " ".join(LEFT) in text
    assert " ".join(RIGHT) in text


def test_a_table_is_read_row_by_row() -> None:
    cells = [["Town", "People", "Boats"], ["Kestrin", "4,200", "31"], ["Lumavar", "870", "12"], ["Vash", "96", "4"]]
    rows = [(72 + 120 * x, 700 - 14 * y, cell) for y, row in enumerate(cells) for x, cell in enumerate(row)]
    lines = [line.split() for line in drawn(rows).text.split("\n") if line]
    assert lines == cells


def test_a_word_divided_at_a_line_end_is_made_whole_and_a_paragraph_is_one_line() -> None:
    lines = [
        (72, 700, "The keepers of the harbour had agreed in the long winter that nobody would be per-"),
        (72, 686, "mitted to leave before the light on the northern wall had been lit, whatever the reason"),
        (72, 672, "might be."),
    ]
    text = clean_page(drawn(lines).text)
    assert "\n" not in text
    assert "would be permitted to leave" in text


def test_a_large_heading_over_two_lines_is_one_heading() -> None:
    path = next(path for path in SAMPLES if path.stem.startswith("ru"))
    page = read_file(path, ReadLimits()).pages[0]
    title = page.text[page.headings[0].start : page.headings[0].end]
    assert " ".join(title.split()) == "«Белая Сова»: лёд, ветер и люди на острове Ваш"
