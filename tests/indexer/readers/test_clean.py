from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.readers.clean import clean, one_line


@given(st.text(alphabet=st.characters() | st.sampled_from("\r\n\t\x00\u00ad\u200b\ufeff\u202e \u0301กำ")))
@settings(deadline=None)
def test_clean_text_is_clean_already(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert "\n\n\n" not in once
    assert "\r" not in once
    assert "\x00" not in once
    assert once == once.strip()
    assert not any(line.endswith((" ", "\t")) for line in once.split("\n"))
    once.encode()


def test_letters_are_composed_and_half_characters_dropped() -> None:
    assert clean("Cafe\u0301 \ud83d!") == "Café !"


def test_every_kind_of_line_end_becomes_a_line_feed() -> None:
    assert clean("a\r\nb\rc\u2028d\x0be\r\r\r\rf") == "a\nb\nc\nd\ne\n\nf"


def test_direction_marks_and_byte_order_marks_go_but_persian_and_hindi_joiners_stay() -> None:
    assert clean("\ufeff\u202bمی\u200cخواهم\u202c क\u200dष") == "می\u200cخواهم क\u200dष"


def test_a_space_before_a_thai_vowel_mark_is_dropped() -> None:
    assert clean("คำ ปรารภ น ้ำ") == "คำ ปรารภ น้ำ"


def test_a_title_is_put_on_one_line() -> None:
    assert one_line(" A\n title\t of two\x00 lines ") == "A title of two lines"


def test_presentation_forms_are_written_as_the_letters_they_stand_for() -> None:
    assert clean("\ufef3\ufefb \ufb01nd \ufb2a") == "يلا find ש\u05c1"


def test_signs_that_stand_for_a_phrase_or_a_currency_stay() -> None:
    assert clean("\ufdfa \ufdfc \ufb29") == "\ufdfa \ufdfc \ufb29"


def test_thai_sara_am_is_one_letter_wherever_its_tone_mark_stands() -> None:
    assert clean("น\u0e4d\u0e49\u0e32 น\u0e49\u0e4d\u0e32 ค\u0e4d\u0e32") == "น้ำ น้ำ คำ"
