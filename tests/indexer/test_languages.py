import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedder.languages import LANGUAGES
from indexer.languages import (
    UNKNOWN,
    LanguageGuess,
    identify_language,
    language_name,
    native_language_name,
    passage_languages,
)

SAMPLES: dict[str, str] = {
    language: " ".join(sentences)
    for language, sentences in json.loads(Path(__file__).with_name("samples.json").read_text(encoding="utf-8")).items()
}


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


@given(st.text())
@settings(deadline=None)
def test_confidence_lies_between_0_and_1_and_languages_are_ours(text: str) -> None:
    guess = identify_language(text)
    assert 0 <= guess.confidence <= 1
    assert guess.language in (*LANGUAGES, UNKNOWN)


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
