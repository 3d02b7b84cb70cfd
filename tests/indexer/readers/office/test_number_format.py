import pytest

from indexer.readers.office.number_format import BUILT_IN, NumberFormat, general

DAY = 45365.756  # 14 March 2024, 18:08:38.4


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (1234.5, "#,##0.00", "1,234.50"),
        (-1234.5, "#,##0.00", "-1,234.50"),
        (1234567, "#,##0", "1,234,567"),
        (-5, "0;(0)", "(5)"),
        (0, '0;-0;"nil"', "nil"),
        (-0.01, "0.0", "0.0"),
        (2.5, "0", "3"),
        (7, "000", "007"),
        (3, "0.##", "3"),
        (0.5, "#.##", ".5"),
        (0.5, ".00", ".50"),
        (0.256, "0.0%", "25.6%"),
        (1234567, '0.0,,"M"', "1.2M"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (12345.678, "0.00E+00", "1.23E+04"),
        (0.00012, "0.0E-0", "1.2E-4"),
        (1.25, "# ?/?", "1 1/4"),
        (0.333333, "# ?/?", "1/3"),
        (2, "# ?/?", "2"),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (1234, "_-* #,##0.00 €_-", "1,234.00 €"),
        (1234.5, '#,##0.00\\ "₽"', "1,234.50 ₽"),
        (-7, "0;[Red]0", "7"),
        (150, '[>100]"many "0;"few "0', "many 150"),
        (50, '[>100]"many "0;"few "0', "few 50"),
        (42, '"No. "0" of the list"', "No. 42 of the list"),
        (0.1 + 0.2, "General", "0.3"),
        (12, 'General" kg"', "12 kg"),
    ],
)
def test_a_number_is_written_as_its_format_says(value: float, code: str, text: str) -> None:
    assert NumberFormat(code).show_number(value) == text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (DAY, "yyyy-mm-dd", "2024-03-14"),
        (DAY, "dd/mm/yy", "14/03/24"),
        (DAY, "d.m.yyyy h:mm", "14.3.2024 18:08"),
        (DAY, "h:mm AM/PM", "6:08 PM"),
        (0.01, "h:mm AM/PM", "12:14 AM"),
        (DAY, "mm:ss", "08:38"),
        (DAY, "h:mm:ss.0", "18:08:38.4"),
        (45365.9999999, "yyyy-mm-dd hh:mm:ss", "2024-03-15 00:00:00"),
        (1.5, "[h]:mm", "36:00"),
        (0.5, "[mm]", "720"),
        (DAY, "ddd d mmm", "Thu 14 Mar"),
        (DAY, "mmmmm", "M"),
        (DAY, 'yyyy"年"m"月"d"日"', "2024年3月14日"),
        (DAY, "[$-407]dddd, d. mmmm yyyy", "Donnerstag, 14. März 2024"),
        (DAY, "[$-419]d mmmm yyyy", "14 марта 2024"),
        (DAY, "[$-439]d mmmm", "14 मार्च"),
        (DAY, "[$-845]d mmmm", "14 মার্চ"),
        (DAY, "[$-41E]d mmmm bbbb", "14 มีนาคม 2567"),
        (DAY, "[$-401]d mmmm", "14 مارس"),
        (DAY, "[$-40D]d mmmm", "14 מרץ"),
        (DAY, "[$-1009]d mmmm", "14 March"),
        (59, "yyyy-mm-dd", "1900-02-28"),
        (61, "yyyy-mm-dd", "1900-03-01"),
        (-1, "yyyy-mm-dd", "-1"),
        (3_000_000, "yyyy-mm-dd", "3000000"),
    ],
)
def test_a_date_is_written_as_its_format_says_in_the_language_it_names(value: float, code: str, text: str) -> None:
    assert NumberFormat(code).show_number(value) == text


def test_dates_count_from_1904_where_the_file_says_so() -> None:
    assert NumberFormat("yyyy-mm-dd").show_number(0, from_1904=True) == "1904-01-01"


@pytest.mark.parametrize(
    ("code", "text"), [("General", "oil"), ("0.00", "oil"), ('0;0;0;"to "@', "to oil"), ("@@", "oiloil")]
)
def test_a_text_is_written_as_its_format_says(code: str, text: str) -> None:
    assert NumberFormat(code).show_text("oil") == text


@pytest.mark.parametrize(
    "code", ["", ";", ";;;", '"', "\\", "[", "[$", "_", "*", "E+", "/", "0/", "//0", "[<]0", "m", "%"]
)
def test_a_broken_format_ends_without_an_error(code: str) -> None:
    for value in (0, 1.5, -1e300, DAY):
        assert isinstance(NumberFormat(code).show_number(value), str)
    assert isinstance(NumberFormat(code).show_text("x"), str)


def test_every_format_known_by_number_shows_a_date_or_a_number() -> None:
    assert all(any(sign.isdigit() for sign in NumberFormat(code).show_number(DAY)) for code in BUILT_IN.values())


@pytest.mark.parametrize(
    ("value", "text"), [(3.0, "3"), (1e14, "100000000000000"), (1e20, "1E+20"), (1 / 3, "0.3333333333")]
)
def test_without_a_format_whole_numbers_keep_all_digits(value: float, text: str) -> None:
    assert general(value) == text
