import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analyzer import MAX_TERM_CHARACTERS, analyze, weigh_terms

ANY_TEXT = st.text(max_size=80) | st.text(alphabet="aé1٣م्हिগ日カ한ไทย'\"-.@_, \u200c\u0640", max_size=40)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("STRASSE", "Straße"),
        ("Élève", "eleve"),
        ("İSTANBUL", "istanbul"),
        ("ILGIN", "ılgın"),
        ("Łódź", "lodz"),
        ("ёлка", "елка"),
        ("ＡＢＣ１２", "abc12"),
        ("ﾊﾟﾝ", "パン"),
        ("كتاب", "کتاب"),
        ("إسلام", "اسلام"),
        ("مدرسة", "مدرسه"),
        ("كِتَابٌ", "كتاب"),
        ("كـــتاب", "كتاب"),
        ("שָׁלוֹם", "שלום"),
        ("צה״ל", 'צה"ל'),
        ("٢٠٢٤", "2024"),
        ("۲۰۲۴", "2024"),
        ("२०२४", "2024"),
        ("২০২৪", "2024"),
        ("๒๐๒๔", "2024"),
        ("co\u00adoperation", "cooperation"),
        ("l’eau", "l'eau"),
        ("क़लम", "क\u093cलम"),
        ("น้ำ", unicodedata.normalize("NFKC", "น้ำ")),
    ],
)
def test_spellings_of_one_word_are_one(one: str, other: str) -> None:
    assert sorted(analyze(one)) == sorted(analyze(other)) != []


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("ISO-9001", {"iso9001", "iso", "9001"}),
        ("write to ann.lee@post.example.org", {"annleepostexampleorg", "ann", "lee", "post", "org"}),
        ("https://example.org/a_file", {"example", "org", "file"}),
        ("on 2024-05-06 at 12:30", {"2024-05-06", "12:30", "2024", "05"}),
        ("3,5 or 3.5", {"3.5", "3", "5"}),
        ("1,000 1.000 1 000 1'000", {"1000"}),
        ("C++ and C#", {"c++", "c#", "c"}),
        ("e-mail", {"email", "e", "mail"}),
        ("l'eau", {"l", "eau"}),
        ("Türkiye'nin", {"turkiye", "nin"}),
        ("iPhone15プロ", {"iphone15", "プロ"}),
        ("第3章", {"第", "3", "章"}),
        ("2024년에 GPT는", {"2024", "년에", "gpt", "는"}),
        ("می\u200cخواهم", {"می", "خواهم"}),
        ("半導体", {"半", "導", "体", "半導", "導体"}),
        ("ไทย", {"ไท", "ย", "ไทย"}),
    ],
)
def test_names_numbers_and_codes_stay_whole(text: str, terms: set[str]) -> None:
    assert terms <= set(analyze(text))


def test_a_time_of_day_is_not_a_number_without_its_sign() -> None:
    assert "1230" not in analyze("12:30")


def test_a_code_has_no_parts() -> None:
    assert analyze("9783161484100") == ["9783161484100"]


def test_indic_vowel_signs_do_not_split_words() -> None:
    assert "हिन्दी" in analyze("हिन्दी में")
    assert "বাংলাদেশের" in analyze("বাংলাদেশের রাজধানী")


@pytest.mark.parametrize(
    ("form", "other"),
    [
        ("taloissa", "talossa"),
        ("Bergbahn", "bahn"),
        ("подъёмника", "подъёмником"),
        ("서울에서", "서울"),
        ("المدرسة", "مدرسة"),
    ],
)
def test_forms_of_a_word_share_terms(form: str, other: str) -> None:
    assert set(analyze(form)) & set(analyze(other))


@pytest.mark.parametrize("text", ["", " \n", "…?!", "\ud800", "۔،؟"])
def test_a_text_without_letters_and_digits_has_no_terms(text: str) -> None:
    assert analyze(text) == []
    assert weigh_terms(text) == {}


@given(ANY_TEXT)
def test_terms_are_short_and_hold_no_white_space(text: str) -> None:
    for term in analyze(text):
        assert 0 < len(term) <= MAX_TERM_CHARACTERS
        assert term.split() == [term]


@given(ANY_TEXT)
def test_the_normal_form_of_the_input_does_not_matter(text: str) -> None:
    assert analyze(unicodedata.normalize("NFD", text)) == analyze(unicodedata.normalize("NFC", text))


@given(ANY_TEXT)
def test_a_question_has_the_terms_of_the_same_passage(text: str) -> None:
    weights = weigh_terms(text)
    assert set(weights) == set(analyze(text))
    assert all(weight > 0 for weight in weights.values())


def test_a_whole_word_counts_for_more_than_its_parts() -> None:
    weights = weigh_terms("lighthouse")
    assert weights["lighthouse"] > max(weight for term, weight in weights.items() if term != "lighthouse")


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "1" + " 000" * 30_000, "a-1," * 30_000, "\u0e40" * 100_000, "א'" * 50_000]
)
def test_endless_text_takes_little_time_and_makes_no_long_term(text: str) -> None:
    started = time.process_time()
    terms = analyze(text)
    assert time.process_time() - started < 10  # a second at most; backtracking takes minutes
    assert max(map(len, terms), default=0) <= MAX_TERM_CHARACTERS
