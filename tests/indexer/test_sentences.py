import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedder.languages import LANGUAGES
from indexer.sentences import THAI_CHARACTERS, sentence_spans

SAMPLES: dict[str, list[str]] = json.loads(Path(__file__).with_name("samples.json").read_text(encoding="utf-8"))

MIXED = st.lists(
    st.sampled_from(
        [
            "Dr. ",
            "He said “no.” ",
            "z. B. ",
            "3. Oktober ",
            "1. ",
            "。",
            "「はい。」",
            "“你好”",
            "ประโยค ",
            "क्या? ",
            "हाँ। ",
            "هل؟ ",
            "😀",
            "𠮷",
            "👨\u200d👩\u200d👧",
            "\n",
            "\n\n",
            " ",
            "\xa0",
            "\u3000",
            "á",
            " ́",
            "word ",
            ".",
            "!",
            "（",
        ]
    )
    | st.text(max_size=4),
    max_size=40,
).map("".join)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@given(MIXED)
@settings(deadline=None)
def test_sentences_are_in_order_trimmed_and_cover_everything_that_is_not_white_space(text: str) -> None:
    position = 0
    for start, end in sentence_spans(text):
        assert position <= start < end
        assert text[position:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]
        position = end
    assert text[position:].strip() == ""


def test_there_is_a_sample_of_every_language() -> None:
    assert set(SAMPLES) == set(LANGUAGES)


@pytest.mark.parametrize("language", SAMPLES)
def test_the_sentences_of_every_language_are_found(language: str) -> None:
    expected = [sentence.strip() for sentence in SAMPLES[language]]
    space = "" if language in ("zh", "ja") else " "
    assert sentences(space.join(SAMPLES[language])) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "Mr. Hale met Dr. Kay and J. R. Oak on Jan. 3 in St. Ives.",
        "Er kommt z. B. am 19. Januar, d. h. im 3. Jahrhundert, Nr. 5.",
        "La Sra. Ruiz vive en la pág. 7.",
        "Ul. Długa i prof. Nowak, tj. Adam.",
        "Улица им. Иванова, т.е. г-н Петров, рис. 5.",
        "(a) The first item.",
        "12. Of the harbour.",
    ],
)
def test_an_abbreviation_ends_no_sentence(sentence: str) -> None:
    assert sentences(f"{sentence} Next one.") == [sentence, "Next one."]


def test_offsets_count_code_points_not_utf16() -> None:
    assert sentences("😀𠮷 one. 𠮷野家です。👨‍👩‍👧 two.") == ["😀𠮷 one.", "𠮷野家です。", "👨‍👩‍👧 two."]


def test_an_opening_quote_belongs_to_what_follows_and_a_closing_one_to_what_stands_before() -> None:
    assert sentences("他来了。“好。”她说。「はい。」") == ["他来了。", "“好。”", "她说。", "「はい。」"]
    assert sentences("„Ja!“ Er ging.") == ["„Ja!“", "Er ging."]


def test_a_line_end_is_always_a_border() -> None:
    assert sentences("A heading\nDr.\nand text") == ["A heading", "Dr.", "and text"]


def test_a_long_thai_stretch_is_divided_at_spaces_and_a_short_one_is_not() -> None:
    phrase = "ตะเกียงไม่เคยดับเลยแม้แต่คืนเดียวในรอบปี"
    assert len(sentences(" ".join([phrase] * 3))) == 1
    parts = sentences(" ".join([phrase] * 20))
    assert len(parts) > 3
    assert all(set(part.split(" ")) == {phrase} for part in parts)
    assert max(map(len, parts)) <= THAI_CHARACTERS


@pytest.mark.parametrize("text", ["A sentence of some words 😀. ", "a", "คำ ", "\n", "1. ", "。“", "“"])
def test_time_grows_with_the_text_not_faster(text: str) -> None:
    def seconds(characters: int) -> float:
        started = time.process_time()
        sentence_spans(text * (characters // len(text)))
        return time.process_time() - started

    seconds(1_000)
    short = seconds(200_000)
    assert seconds(1_600_000) < 8 * 4 * short + 0.05
