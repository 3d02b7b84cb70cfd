import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.readers.pdf.brackets import facing
from indexer.readers.pdf.right_to_left import direction_of, reading_order


def read(seen: str, *, right_to_left: bool = True) -> str:
    order = reading_order("".join(map(direction_of, seen)), right_to_left=right_to_left)
    return "".join(seen[place] for place in order)


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        ("םלוע םולש", "שלום עולם"),
        ("םלוע ISO 9001 םולש", "שלום ISO 9001 עולם"),
        ("!Python 3.11 – 25% םולש", "שלום Python 3.11 – 25%!"),
        ("1,250.75 ריחמ", "מחיר 1,250.75"),
        ("25% דוע", "עוד 25%"),
        ("%25 مالس", "سلام 25%"),
        ("1/10 خيراتلا", "التاريخ 1/10"),
        ("5-10-2020 خيراتلا", "التاريخ 2020-10-5"),
        ("5-10-2020 ךיראת", "תאריך 5-10-2020"),
        (".++C תפש", "שפת C++."),
        ("٤١٢ ةنس", "سنة ٤١٢"),
        ("2020", "2020"),
        ("", ""),
    ],
)
def test_a_line_from_right_to_left_keeps_numbers_and_latin_words(seen: str, text: str) -> None:
    assert read(seen) == text


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        ("the word םולש means peace", "the word שלום means peace"),
        ("say םלוע םולש twice", "say שלום עולם twice"),
        ("in 1990 IBM", "in 1990 IBM"),
    ],
)
def test_a_line_from_left_to_right_keeps_its_order_but_for_words_that_run_left(seen: str, text: str) -> None:
    assert read(seen, right_to_left=False) == text


hebrew = st.text("אבגדהושלםן", min_size=1, max_size=6)
latin = st.text("abcdxyz", min_size=1, max_size=6)
numbers = st.integers(0, 9999).map(str)
names = st.lists(latin, min_size=1, max_size=3).map(" ".join)
kept = st.one_of(st.none(), numbers, names, st.tuples(names, numbers).map(" ".join))


@given(st.lists(st.tuples(hebrew, kept), max_size=6))
def test_what_is_laid_out_from_right_to_left_is_read_as_it_was_written(words: list[tuple[str, str | None]]) -> None:
    written = [word for pair in words for word in pair if word is not None]
    seen = [word if word.isascii() else word[::-1] for word in reversed(written)]
    assert read(" ".join(seen)) == " ".join(written)


@given(st.text("אבAב1 2.,(%)-", max_size=20), st.booleans())
def test_every_letter_is_read_once(seen: str, right_to_left: bool) -> None:
    order = reading_order("".join(map(direction_of, seen)), right_to_left=right_to_left)
    assert sorted(order) == list(range(len(seen)))


@pytest.mark.parametrize(
    ("letters", "turned"),
    [
        ("אב )גד( ה", "אב (גד) ה"),
        ("אב (גד( ה", "אב (גד) ה"),
        ("אב (גד), ה", "אב (גד), ה"),
        ("»אב«", "«אב»"),
        ("ספר)ים( טוב", "ספר(ים) טוב"),
        ("(א", "(א"),
        ("א(", "א)"),
        ("אב", "אב"),
    ],
)
def test_brackets_open_and_close(letters: str, turned: str) -> None:
    assert facing(letters) == turned
