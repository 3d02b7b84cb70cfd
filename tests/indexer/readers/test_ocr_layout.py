"""Pages whose words are black bars: where the lines are found, and in which order."""

import numpy as np
import pytest

from indexer.readers.ocr.layout import Line, line_height, sheets, starts_paragraph, text_lines

HIGH, LEADING = 20, 32


def drawn(*lines: tuple[int, int, int], size: tuple[int, int] = (900, 1000)) -> np.ndarray:
    """A page with a line of ink from one column of pixels to another at each of these rows."""
    ink = np.zeros(size, dtype=bool)
    for top, left, right in lines:
        ink[top : top + HIGH, left:right] = True
    return ink


def column(left: int, right: int, *, top: int = 50, count: int = 10) -> list[tuple[int, int, int]]:
    """Lines of a paragraph after another: every fourth one is short."""
    return [
        (top + LEADING * number, left, right if number % 4 != 3 else (left + right) // 2) for number in range(count)
    ]


def starts(lines: list[Line]) -> list[tuple[int, int]]:
    return [(line.top, line.left) for line in lines]


def test_lines_of_one_column_are_found_from_top_to_bottom() -> None:
    page = column(100, 900)
    assert starts(text_lines(drawn(*page), right_to_left=False)) == [(top, left) for top, left, _ in page]


@pytest.mark.parametrize("right_to_left", [False, True])
def test_two_columns_are_read_one_after_the_other_below_a_title_that_spans_them(right_to_left: bool) -> None:
    title, left, right = (50, 100, 900), column(100, 480, top=120), column(520, 900, top=131)
    found = starts(text_lines(drawn(title, *left, *right), right_to_left=right_to_left))
    columns = [*right, *left] if right_to_left else [*left, *right]
    assert found == [(top, left) for top, left, _ in (title, *columns)]


def test_three_columns_are_read_one_after_the_other() -> None:
    columns = [*column(50, 310), *column(360, 620, top=57), *column(670, 930, top=63)]
    assert starts(text_lines(drawn(*columns), right_to_left=False)) == [(top, left) for top, left, _ in columns]


def test_a_table_is_read_row_by_row() -> None:
    cells = [
        (50 + LEADING * row, left, left + width)
        for row, widths in enumerate([(90, 60), (200, 70), (120, 40), (300, 80), (60, 75), (150, 60), (80, 55)])
        for left, width in zip((100, 600), widths, strict=True)
    ]
    assert len(text_lines(drawn(*cells), right_to_left=False)) == 7


def test_gaps_that_lie_below_one_another_by_chance_make_no_columns() -> None:
    page = column(100, 900, count=12)
    ink = drawn(*page)
    ink[: page[4][0], 500:520] = False
    assert starts(text_lines(ink, right_to_left=False)) == [(top, left) for top, left, _ in page]


def test_accents_belong_to_their_line_and_dirt_to_none() -> None:
    ink = drawn(*column(100, 900))
    accent_row = column(100, 900)[2][0] - 6
    ink[accent_row : accent_row + 4, 300:306] = True
    ink[700:703, 500:503] = True
    lines = text_lines(ink, right_to_left=False)
    assert len(lines) == 10
    assert lines[2].top == accent_row


def test_an_empty_page_has_no_lines() -> None:
    assert text_lines(drawn(), right_to_left=False) == []
    assert line_height(drawn()) == 0
    assert sheets(np.full((9, 9), 255, dtype=np.uint8), [], most_rows=100) == []
    assert starts_paragraph([]) == []


def test_a_wide_gap_starts_a_paragraph() -> None:
    page = [*column(100, 900, count=3), *column(100, 900, top=200, count=3)]
    lines = text_lines(drawn(*page), right_to_left=False)
    assert starts_paragraph(lines) == [False, False, False, True, False, False]


@pytest.mark.parametrize("most_rows", [16_000, 150, 1])
def test_every_line_is_on_one_sheet_and_found_there_again(most_rows: int) -> None:
    page = column(100, 900, count=7)
    ink = drawn(*page)
    pixels = np.where(ink, 0, 255).astype(np.uint8)
    for number, (top, left, right) in enumerate(page):
        pixels[top : top + HIGH, left:right] = 10 * number
    made = sheets(pixels, text_lines(ink, right_to_left=False), most_rows=most_rows)
    seen = []
    for sheet in made:
        assert len(sheet.bottoms) == 1 or len(sheet.pixels) <= most_rows
        first = len(seen)
        for grey in dict.fromkeys(sheet.pixels[sheet.pixels < 255].tolist()):
            rows = np.flatnonzero((sheet.pixels == grey).any(axis=1))
            assert len(rows) == HIGH
            assert first + sheet.line_at(rows.mean()) == grey // 10
            seen.append(grey // 10)
    assert seen == list(range(7))
