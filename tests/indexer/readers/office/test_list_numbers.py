import pytest

from indexer.readers.office.list_numbers import list_number


@pytest.mark.parametrize(
    ("number", "style", "text"),
    [
        (12, "decimal", "12"),
        (7, "decimalZero", "07"),
        (1, "lowerLetter", "a"),
        (28, "upperLetter", "BB"),
        (1994, "upperRoman", "MCMXCIV"),
        (4, "lowerRoman", "iv"),
        (5000, "lowerRoman", "5000"),
        (2, "russianLower", "б"),
        (2, "arabicAbjad", "ب"),
        (3, "arabicAlpha", "ت"),
        (15, "hebrew1", "טו"),
        (3, "hebrew2", "ג"),
        (12, "thaiNumbers", "๑๒"),
        (2, "thaiLetters", "ข"),
        (12, "hindiNumbers", "१२"),
        (2, "ganada", "나"),
        (2, "aiueo", "イ"),
        (21, "chineseCounting", "二十一"),
        (10, "japaneseCounting", "十"),
        (3, "decimalEnclosedCircle", "③"),
        (5, "none", ""),
        (5, "never heard of", "5"),
        (0, "upperRoman", "0"),
        (10**8, "hebrew1", "100000000"),
    ],
)
def test_a_number_is_written_in_its_style(number: int, style: str, text: str) -> None:
    assert list_number(number, style) == text


def test_letters_beyond_all_bounds_stay_short() -> None:
    assert len(list_number(10**9, "lowerLetter")) < 10
