import itertools
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedder.languages import LANGUAGES
from indexer.language_runs import SWITCH, forward_backward
from indexer.language_words import WORDS
from indexer.languages import (
    UNKNOWN,
    LanguageGuess,
    identify_language,
    language_name,
    language_probabilities,
    native_language_name,
    passage_languages,
)

SAMPLES: dict[str, str] = {
    language: " ".join(sentences)
    for language, sentences in json.loads(Path(__file__).with_name("samples.json").read_text(encoding="utf-8")).items()
}

REPOSITORY = Path(__file__).parents[2]
RESULT = REPOSITORY / "benchmarks" / "results" / "language_id.json"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_recognised(language: str) -> None:
    guess = identify_language(SAMPLES[language])
    assert guess.language == language
    assert guess.confidence > 0.9


@pytest.mark.parametrize("text", ["", "12.5 % – 1803/4 (!)", "😀🎉", "१२३ ๔๕ ١٢"])
def test_a_text_without_letters_is_of_no_language(text: str) -> None:
    assert identify_language(text) == LanguageGuess(language=UNKNOWN, confidence=0.0)


def test_a_script_of_no_language_of_ours_is_unknown() -> None:
    assert identify_language("Ο φάρος χτίστηκε το 1803.").language == UNKNOWN


def test_kana_make_han_japanese() -> None:
    assert identify_language("東京都庁の建物").language == "ja"
    assert identify_language("北京市人民政府").language == "zh"


@pytest.mark.parametrize("text", ["駅前広場", "気象観測所", "東京大学", "国際的協力", "時々雨"])
def test_characters_of_japan_alone_are_japanese_without_kana(text: str) -> None:
    assert identify_language(text).language == "ja"


@pytest.mark.parametrize("text", ["我們在圖書館看書", "学习汉语的人们", "這個問題很難", "请问火车站在哪里"])
def test_simplified_and_traditional_characters_are_chinese(text: str) -> None:
    guess = identify_language(text)
    assert guess.language == "zh"
    assert guess.confidence > 0.9


def test_a_text_that_both_write_alike_is_chinese_at_most_probably() -> None:
    guess = identify_language("北京大学")
    assert guess.language == "zh"
    assert guess.confidence < 0.8


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("no", "Eg veit ikkje kva dei gjer når det regnar i fjellet."),
        ("no", "Hva heter den nye sjefen, og når begynner hun?"),
        ("da", "Hvad hedder den nye chef, og hvornår begynder hun?"),
        ("sv", "Vad heter den nya chefen, och när börjar hon?"),
        ("pt", "Onde fica a estação e quando sai o comboio?"),
        ("es", "¿Dónde está la estación y cuándo sale el tren?"),
        ("id", "Perpustakaan itu dibuka semula pada bulan Mac oleh menteri."),
        ("en", "Who built it?"),
        ("de", "Wann wurde sie gebaut?"),
    ],
)
def test_short_questions_and_near_languages_are_told_apart(language: str, text: str) -> None:
    assert identify_language(text).language == language


@pytest.mark.parametrize(
    "text",
    [
        "Музей відкрито щодня, крім понеділка, і вхід для дітей вільний.",
        "Музеят е отворен всеки ден освен в понеделник, а входът за деца е свободен.",
        "Музеј је отворен сваког дана осим понедељка, а улаз за децу је слободан.",
        "عجائب گھر پیر کے علاوہ ہر روز کھلا رہتا ہے اور بچوں کا داخلہ مفت ہے۔",
        "Muzeul este deschis zilnic, în afară de luni, iar copiii nu plătesc.",
        "Muuseum on avatud iga päev peale esmaspäeva ja lastele on sissepääs tasuta.",
        "Bảo tàng mở cửa hằng ngày trừ thứ Hai và trẻ em được vào miễn phí.",
        "El museu és obert cada dia llevat dels dilluns i els nens hi entren de franc.",
        "דער מוזיי איז אָפֿן יעדן טאָג אויסער מאָנטיק, און פֿאַר קינדער איז עס פֿרײַ.",
    ],
)
def test_other_languages_in_our_scripts_are_unknown(text: str) -> None:
    assert identify_language(text) == LanguageGuess(language=UNKNOWN, confidence=0.0)
    assert language_probabilities(text)[UNKNOWN] > 0.5


def test_names_in_latin_letters_do_not_make_a_text_english() -> None:
    text = "การแข่งขันระหว่าง Los Angeles Rams กับ San Diego Chargers เลื่อนออกไป"
    assert identify_language(text).language == "th"


@given(st.text())
@settings(deadline=None)
def test_confidence_lies_between_0_and_1_and_languages_are_ours(text: str) -> None:
    guess = identify_language(text)
    assert 0 <= guess.confidence <= 1
    assert guess.language in (*LANGUAGES, UNKNOWN)
    assert sum(language_probabilities(text).values()) <= 1 + 1e-9
    assert passage_languages([text])[0].confidence <= 1


def test_a_mixture_is_less_certain_than_a_pure_text() -> None:
    mixture = identify_language(SAMPLES["de"] + SAMPLES["ru"])
    assert mixture.confidence < 0.8 < identify_language(SAMPLES["de"]).confidence


def test_a_long_text_is_judged_by_more_than_its_beginning() -> None:
    text = "SKU 4711 Ref. No. X-12 " * 40 + SAMPLES["fi"] * 60
    assert identify_language(text).language == "fi"


def test_short_passages_inherit_the_language_of_their_document() -> None:
    passages = [SAMPLES["no"], "Dato: 12", "1803", "Vi har det bra", SAMPLES["no"]]
    assert [guess.language for guess in passage_languages(passages)] == ["no"] * 5


def test_a_passage_clearly_in_another_language_keeps_its_own() -> None:
    passages = [SAMPLES["de"]] * 4 + [SAMPLES["fr"], SAMPLES["ja"], "東京の灯台の明かり"]
    assert [guess.language for guess in passage_languages(passages)] == ["de"] * 4 + ["fr", "ja", "ja"]


@pytest.mark.parametrize(("one", "other"), [("de", "fr"), ("tr", "en"), ("th", "en"), ("es", "pt"), ("ar", "fa")])
def test_paragraphs_in_two_languages_by_turns_keep_their_own(one: str, other: str) -> None:
    passages = [SAMPLES[one], SAMPLES[other]] * 6
    assert [guess.language for guess in passage_languages(passages)] == [one, other] * 6


def test_an_abstract_in_english_stays_english_in_a_turkish_paper() -> None:
    abstract = "This study describes how the river changed its course between two floods."
    guesses = passage_languages([SAMPLES["tr"], abstract, *[SAMPLES["tr"]] * 10])
    assert [guess.language for guess in guesses] == ["tr", "en", *["tr"] * 10]


def test_a_sentence_in_latin_letters_stands_out_of_a_thai_document_but_a_code_does_not() -> None:
    quote = "The lighthouse keeper wrote that he had never seen such a storm."
    guesses = passage_languages([SAMPLES["th"], "ISO 9001:2015 QMS", SAMPLES["th"], quote, SAMPLES["th"]])
    assert [guess.language for guess in guesses] == ["th", "th", "th", "en", "th"]


def test_short_pieces_follow_the_part_of_the_document_they_stand_in() -> None:
    german, french = SAMPLES["de"], SAMPLES["fr"]
    passages = [german, "Mr. Smith", "12.3.", german, german, french, "Mr. Smith", "12.3.", french, french]
    assert [guess.language for guess in passage_languages(passages)] == ["de"] * 5 + ["fr"] * 5


def test_a_document_in_another_language_is_unknown_down_to_its_short_lines() -> None:
    paragraph = "Музей відкрито щодня, крім понеділка, і вхід для дітей вільний. Квитки продають у касі."
    guesses = passage_languages([paragraph, "Каса", paragraph, "1803", paragraph])
    assert guesses == [LanguageGuess(language=UNKNOWN, confidence=0.0)] * 5


def test_passages_are_weighed_as_all_sequences_of_languages_together_say() -> None:
    chance = np.random.default_rng(7)
    likelihoods, shares = chance.random((4, 3)), np.array([0.6, 0.3, 0.1])
    step = (1 - SWITCH) * np.eye(3) + SWITCH * shares
    expected = np.zeros((4, 3))
    for states in itertools.product(range(3), repeat=4):
        weight = shares[states[0]] * np.prod([step[a, b] for a, b in itertools.pairwise(states)])
        weight *= np.prod(likelihoods[range(4), states])
        expected[range(4), states] += weight
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(forward_backward(likelihoods, shares), expected, rtol=1e-12)


def test_a_long_document_does_not_run_out_of_numbers() -> None:
    guesses = passage_languages([SAMPLES["fi"]] * 1500 + [SAMPLES["hu"]] * 1500)
    assert [guess.language for guess in guesses] == ["fi"] * 1500 + ["hu"] * 1500
    assert min(guess.confidence for guess in guesses) > 0.99


def test_the_passages_of_the_declaration_are_in_its_language(evaluation_data: Path) -> None:
    right = []
    for language in LANGUAGES:
        lines = (evaluation_data / "udhr" / "txt" / f"{language}.txt").read_text(encoding="utf-8").splitlines()
        right += [guess.language == language for guess in passage_languages(lines)]
    assert np.mean(right) >= 0.99


def test_the_measured_languages_reach_what_is_promised() -> None:
    result = json.loads(RESULT.read_text(encoding="utf-8"))
    assert result["half"] == "odd"
    assert result["mean"]["50"] >= 0.98
    assert min(row["50"] for row in result["languages"].values()) >= 0.85
    assert {kind for kind, row in result["documents"].items() if row["right"] < 0.99} == set()


def test_the_documented_table_is_the_measured_one() -> None:
    result = json.loads(RESULT.read_text(encoding="utf-8"))
    rows = re.findall(r"^\| (\w+) \|(.+)\|$", (REPOSITORY / "docs" / "languages.md").read_text(encoding="utf-8"), re.M)
    documented = {code: [float(cell) for cell in cells.split("|")] for code, cells in rows if code in LANGUAGES}
    assert documented == {
        code: [row[n] for n in ("20", "50", "100", "200")] for code, row in result["languages"].items()
    }


def test_words_stand_in_lower_case_once_under_a_language() -> None:
    for words in WORDS.values():
        assert words == words.lower()
        assert len(words.split()) == len(set(words.split()))


def test_a_document_without_passages_or_letters_has_no_language() -> None:
    assert passage_languages([]) == []
    assert [guess.language for guess in passage_languages(["12", "13"])] == [UNKNOWN, UNKNOWN]


def test_threads_may_share_the_model() -> None:
    texts = [SAMPLES[language] for language in LANGUAGES] * 20
    with ThreadPoolExecutor(8) as threads:
        assert [guess.language for guess in threads.map(identify_language, texts)] == [*LANGUAGES] * 20


def test_names_are_given_in_english_and_in_the_language_itself() -> None:
    assert all(language_name(code) and native_language_name(code) for code in (*LANGUAGES, UNKNOWN))
    assert (language_name("fa"), native_language_name("fa")) == ("Persian", "فارسی")
    with pytest.raises(ValueError, match="'xx'; use one of en, ar"):
        language_name("xx")


def test_the_model_is_loaded_when_it_is_needed_and_brings_nothing_heavy() -> None:
    program = (
        "import sys, indexer.languages as languages\n"
        "assert 'py3langid' not in sys.modules\n"
        "before = set(sys.modules)\n"
        "languages.identify_language('Where is it?')\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "assert not new & {'torch', 'matplotlib', 'scipy', 'transformers', 'openvino'}, new\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
