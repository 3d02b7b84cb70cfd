import json
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedder.languages import LANGUAGES
from indexer.readers.document import Verdict
from indexer.readers.pdf import letter_pairs
from indexer.readers.pdf.signs import Sign, signs_of
from indexer.readers.pdf.verdict import verdict_of

SENTENCES = {
    language: [
        json.loads(line)["texts"][language]
        for line in files("embedder").joinpath("calibration.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for language in LANGUAGES
}
LATIN = ("en", "cs", "da", "nl", "fi", "fr", "de", "hu", "id", "it", "no", "pl", "pt", "es", "sv", "tr")
OWN_CODE_PAGES = {
    "ru": "cp1251",
    "ar": "cp1256",
    "fa": "cp1256",
    "he": "cp1255",
    "th": "cp874",
    "zh": "gbk",
    "ja": "cp932",
    "ko": "cp949",
}
CAUGHT = {Verdict.SUSPECT, Verdict.UNDECODABLE}

Damage = Callable[[str, random.Random], str]


def page(language: str, seed: int, characters: int = 1800) -> str:
    """A page of good text."""
    sentences = SENTENCES[language].copy()
    random.Random(seed).shuffle(sentences)
    text = ""
    for number, sentence in enumerate(sentences):
        if len(text) > characters:
            break
        text += sentence + ("\n" if number % 3 == 2 else " ")
    return text


def signs(text: str) -> dict[str, float]:
    return signs_of(text, characters=len(text), map_errors=0)


def verdict(text: str) -> Verdict:
    return verdict_of(signs(text), repaired=False, has_images=False, extractor="x").verdict


def is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M") or character == "ำ"


def clusters(text: str) -> list[str]:
    """Letters with their marks."""
    found: list[str] = []
    for character in text:
        if found and is_mark(character):
            found[-1] += character
        else:
            found.append(character)
    return found


def put_in(make: Callable[[random.Random], str], share: float) -> Damage:
    def damage(text: str, chance: random.Random) -> str:
        return "".join(make(chance) if letter.isalpha() and chance.random() < share else letter for letter in text)

    return damage


def half(damage: Damage) -> Damage:
    return lambda text, chance: text[: len(text) // 2] + "\n" + damage(text[len(text) // 2 :], chance)


def one_letter_a_line(text: str, _: random.Random) -> str:
    return "\n".join(cluster for cluster in clusters(text) if cluster.strip())


def spaced(text: str, _: random.Random) -> str:
    return " ".join(clusters(text))


def doubled(text: str, _: random.Random) -> str:
    return "".join(letter if letter.isspace() else letter * 2 for letter in text)


def doubled_words(text: str, _: random.Random) -> str:
    return " ".join(f"{word} {word}" for word in text.split())


def doubled_lines(text: str, _: random.Random) -> str:
    return "\n".join(f"{line}\n{line}" for line in re.findall(".{15,50} ?", text))


def reversed_words(text: str, chance: random.Random, share: float = 1.0) -> str:
    return re.sub(r"\S+", lambda word: word[0][::-1] if chance.random() < share else word[0], text)


def reversed_lines(text: str, _: random.Random) -> str:
    return "\n".join(line[::-1] for line in text.split("\n"))


def shapes(text: str, _: random.Random) -> str:
    forms = {}
    for code in range(0xFE70, 0xFEFD):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2:
            forms.setdefault(chr(int(parts[1], 16)), chr(code))
    return "".join(forms.get(letter, letter) for letter in text)


def without_bases(text: str, chance: random.Random) -> str:
    return "".join("" if letter.isalpha() and chance.random() < 0.1 else letter for letter in text)


def marks_apart(text: str, chance: random.Random) -> str:
    return "".join(" " + letter if is_mark(letter) and chance.random() < 0.3 else letter for letter in text)


def torn_at_marks(text: str, _: random.Random) -> str:
    return "".join(letter + " " if is_mark(letter) else letter for letter in text)


def vowels_where_they_are_drawn(text: str, _: random.Random) -> str:
    return re.sub("([क-हক-হ])([िিেৈ])", r"\2\1", text)


def shifted(text: str, _: random.Random) -> str:
    """What a subset font without a table gives when its glyphs are in the order of ASCII."""
    return "".join(chr(ord(letter) - 29) if "=" < letter < "\x7f" else letter for letter in text)


def permuted(text: str, chance: random.Random) -> str:
    letters = sorted({letter for letter in text.lower() if letter.isalpha()})
    others = letters.copy()
    chance.shuffle(others)
    return text.lower().translate(str.maketrans(dict(zip(letters, others, strict=True))))


def random_characters(text: str, chance: random.Random) -> str:
    text = re.sub("[\u4e00-\u9fff]", lambda _: chr(chance.randint(0x4E00, 0x9FA5)), text)
    return re.sub("[\uac00-\ud7a3]", lambda _: chr(chance.randint(0xAC00, 0xD7A3)), text)


def glyph_numbers(first: int, step: int) -> Damage:
    def damage(text: str, _: random.Random) -> str:
        numbers = {letter: chr(first + step * number) for number, letter in enumerate(sorted(set(text)))}
        return "".join(letter if letter.isspace() else numbers[letter] for letter in text)

    return damage


DAMAGES: dict[str, tuple[Damage, tuple[str, ...], Sign]] = {
    "replacement characters": (put_in(lambda _: "\ufffd", 0.03), LANGUAGES, Sign.REPLACEMENT),
    "character codes": (put_in(lambda chance: f"(cid:{chance.randint(1, 900)})", 0.05), LANGUAGES, Sign.CID),
    "private use": (put_in(lambda chance: chr(chance.randint(0xE000, 0xF8FF)), 0.15), LANGUAGES, Sign.PRIVATE_USE),
    "nulls": (put_in(lambda _: "\0", 0.03), LANGUAGES, Sign.CONTROLS),
    "one letter a line": (one_letter_a_line, LANGUAGES, Sign.ONE_LETTER_LINES),
    "half one letter a line": (half(one_letter_a_line), LANGUAGES, Sign.ONE_LETTER_LINES),
    "spaced letters": (spaced, LANGUAGES, Sign.ONE_LETTER_WORDS),
    "half spaced letters": (half(spaced), LANGUAGES, Sign.ONE_LETTER_WORDS),
    "doubled letters": (doubled, LANGUAGES, Sign.DOUBLED_LETTERS),
    "half doubled letters": (half(doubled), LANGUAGES, Sign.DOUBLED_LETTERS),
    "doubled words": (doubled_words, LANGUAGES, Sign.DOUBLED_WORDS),
    "doubled lines": (doubled_lines, LANGUAGES, Sign.DOUBLED_LINES),
    "reversed words": (reversed_words, ("ar", "fa", "he"), Sign.REVERSED_WORDS),
    "a third reversed": (
        lambda text, chance: reversed_words(text, chance, 0.34),
        ("ar", "fa", "he"),
        Sign.REVERSED_WORDS,
    ),
    "reversed lines": (reversed_lines, ("ar", "fa", "he"), Sign.REVERSED_LINES),
    "shapes of letters": (shapes, ("ar", "fa"), Sign.PRESENTATION_FORMS),
    "reversed shapes": (
        lambda text, chance: reversed_words(shapes(text, chance), chance),
        ("ar", "fa"),
        Sign.REVERSED_WORDS,
    ),
    "marks without letters": (without_bases, ("bn", "hi", "th"), Sign.STRAY_MARKS),
    "marks after spaces": (marks_apart, ("bn", "hi", "th"), Sign.STRAY_MARKS),
    "words torn at marks": (torn_at_marks, ("bn", "hi"), Sign.ONE_LETTER_WORDS),
    "vowels where they are drawn": (vowels_where_they_are_drawn, ("bn", "hi"), Sign.STRAY_MARKS),
    "shifted": (shifted, LATIN, Sign.UNLIKELY_PAIRS),
    "other letters": (permuted, (*LATIN, "ru"), Sign.UNLIKELY_PAIRS),
    "other characters": (random_characters, ("ja", "ko", "zh"), Sign.RARE_CHARACTERS),
    "glyph numbers as controls": (glyph_numbers(1, 1), LANGUAGES, Sign.CONTROLS),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_good_text_has_no_sign(language: str) -> None:
    for characters in (200, 1800, 5000):
        assert signs(page(language, 1, characters)) == {}


@pytest.mark.parametrize(("damage", "languages", "sign"), DAMAGES.values(), ids=DAMAGES)
def test_damage_is_caught_on_nineteen_pages_of_twenty(damage: Damage, languages: tuple[str, ...], sign: Sign) -> None:
    chance = random.Random(7)
    pages = [damage(page(language, seed), chance) for language in languages for seed in range(100 // len(languages))]
    found = [signs(text) for text in pages]
    assert sum(sign in each for each in found) >= 0.95 * len(pages)
    verdicts = [verdict_of(each, repaired=False, has_images=False, extractor="x").verdict for each in found]
    assert sum(each in CAUGHT for each in verdicts) >= 0.95 * len(pages)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code not in ("en", "id", "nl")])
def test_utf8_read_as_another_encoding_is_caught(language: str) -> None:
    """English, Indonesian and Dutch have hardly a letter that would be misread."""
    for seed in range(4):
        data = page(language, seed).encode()
        assert Sign.MISREAD in signs(data.decode("latin-1"))
        assert verdict(data.decode("latin-1")) in CAUGHT
        assert verdict(data.decode("cp1252", errors="replace")) in CAUGHT


def test_russian_utf8_read_as_a_russian_code_page_is_caught() -> None:
    assert Sign.MISREAD in signs(page("ru", 0).encode().decode("cp1251", errors="ignore"))


@pytest.mark.parametrize("language", OWN_CODE_PAGES)
def test_old_code_pages_read_as_latin_letters_are_caught(language: str) -> None:
    data = page(language, 0).encode(OWN_CODE_PAGES[language], errors="ignore")
    assert verdict(data.decode("latin-1")) in CAUGHT


@pytest.mark.parametrize("language", LANGUAGES)
def test_glyph_numbers_taken_for_letters_are_caught(language: str) -> None:
    assert verdict(glyph_numbers(0x21, 3)(page(language, 0), random.Random(1))) in CAUGHT


def test_map_errors_are_counted_among_the_characters_of_the_page() -> None:
    assert signs_of(page("en", 0), characters=2000, map_errors=100) == {Sign.MAP_ERRORS: 0.05}


def test_the_strokes_that_lengthen_arabic_words_are_no_map_errors() -> None:
    assert signs_of(page("ar", 0), characters=2000, map_errors=200) == {}
    assert Sign.MAP_ERRORS in signs_of(page("ar", 0), characters=2000, map_errors=600)


def test_a_page_without_a_visible_character_is_empty() -> None:
    assert signs(" \n\u00a0\n") == {Sign.EMPTY: 1.0}


def test_the_hyphens_pdfium_marks_are_no_control_characters() -> None:
    assert signs("The har\x02\r\nbour was re\x02\r\nbuilt.") == {}


def test_bullets_of_a_symbol_font_are_no_private_letters() -> None:
    assert signs("\uf0b7 nets\n\uf0b7 ropes\n\uf0b7 sails") == {}
    assert Sign.PRIVATE_USE in signs("nets\uf0b7ropes\uf0b8sails")


def test_the_dots_of_a_table_of_contents_are_no_symbols() -> None:
    assert (
        signs("\n".join(f"Harbour and weather . . . . . . . . . . . . . . . . . {number}" for number in range(20)))
        == {}
    )
    assert signs("\n".join(f"Harbour and weather ...................... {number}" for number in range(20))) == {}
    assert Sign.SYMBOLS in signs("§$%&/()=?;:_'*+~#<>|^°!§$%&/()=?;:_ abc 12 def §$%&/()=?;:_'*+~#<>|^°!")


def test_honorifics_of_one_character_are_no_shapes() -> None:
    assert signs("النبي ﷺ " * 12) == {}


def test_a_column_of_letters_and_a_formula_are_no_torn_text() -> None:
    assert signs(page("en", 0) + "\nA\nB\nC\nD\nE\nwhere a b c d and e are known") == {}


def test_a_table_with_equal_cells_is_not_doubled() -> None:
    assert signs("Harbour yes yes no no\n" * 2 + page("en", 0)) == {}


@given(
    st.text(
        alphabet=st.characters()
        | st.sampled_from("²aAé\u0301कि\u0e31ا\u06a9\x00\x01\ufffd\ue000\uac00一\n\n  ..(cid:1)")
    )
)
@settings(deadline=None, max_examples=300)
def test_any_text_gives_shares(text: str) -> None:
    for name, share in signs_of(text, characters=3, map_errors=5).items():
        assert name in set(Sign)
        assert 0 < share <= 1


def test_the_usual_pairs_are_those_of_the_calibration_sentences() -> None:
    def folded(language: str) -> str:
        text = " ".join(SENTENCES[language]).lower().translate(str.maketrans("æøœßıłđðþ", "aoosildd" + "t"))
        return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))

    def pairs(language: str, letters: str) -> Counter[str]:
        words = re.findall(f"[{letters}]+", folded(language))
        return Counter(word[place : place + 2] for word in words for place in range(len(word) - 1))

    usual = set(pairs("ru", "а-я"))
    for language in LATIN:
        counts = pairs(language, "a-z")
        usual |= {pair for pair, count in counts.items() if count >= 2 and count >= 0.001 * counts.total()}
    alphabets = ("abcdefghijklmnopqrstuvwxyz", "абвгдежзиклмнопрстуфхцчшщъыьэюя")
    for alphabet in alphabets:
        for pair in (first + second for first in alphabet for second in alphabet):
            assert letter_pairs.count_pairs(pair) == (1, int(pair not in usual)), pair
