import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from embedder import LANGUAGES
from indexer.languages import identify_language
from indexer.readers import ReadDocument, ReaderPool

DATA = Path(__file__).resolve().parents[2] / "data"
FILES = sorted((DATA / "sample").iterdir())
DOCUMENTS = {path.name.split("-", maxsplit=1)[0]: path for path in FILES}
PDF_LANGUAGES = {code for code, path in DOCUMENTS.items() if path.suffix == ".pdf"}
WITHOUT_SPACES = ("zh", "ja", "th")


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


QUESTIONS = read_lines(DATA / "questions.jsonl")
CALIBRATION = read_lines(DATA / "calibration.jsonl")


@pytest.fixture(scope="module")
def pages() -> dict[str, list[str]]:
    """Read every document as polyseek does: the texts of its pages, by language."""
    texts: dict[Path, list[str]] = {}
    with ReaderPool() as pool:
        for path, outcome in pool.read(FILES):
            assert isinstance(outcome, ReadDocument), outcome
            texts[path] = [page.text for page in outcome.pages]
    return {code: texts[path] for code, path in DOCUMENTS.items()}


def comparable(text: str, language: str) -> str:
    """Normalise letters and white space; scripts without spaces lose what stood for the end of a line."""
    return re.sub(r"\s+", "" if language in WITHOUT_SPACES else " ", unicodedata.normalize("NFC", text))


def test_there_is_one_document_in_each_language() -> None:
    assert len(FILES) == len(LANGUAGES)
    assert set(DOCUMENTS) == set(LANGUAGES)


def test_the_scripts_that_are_hard_to_extract_come_as_pdf() -> None:
    assert len(PDF_LANGUAGES) >= 12
    assert {"ar", "he", "fa", "hi", "bn", "th", "zh", "ja", "ko"} <= PDF_LANGUAGES


def test_every_pdf_comes_from_a_source() -> None:
    sources = {path.stem for path in (DATA / "sources").glob("*.md")}
    assert {DOCUMENTS[code].stem for code in PDF_LANGUAGES} == sources


@pytest.mark.parametrize("code", DOCUMENTS)
def test_a_document_is_recognised_as_written_in_its_language(code: str, pages: dict[str, list[str]]) -> None:
    assert identify_language("\n".join(pages[code])).language == code


@pytest.mark.parametrize("code", sorted(DOCUMENTS.keys() - set(WITHOUT_SPACES)))
def test_a_document_has_400_to_900_words(code: str, pages: dict[str, list[str]]) -> None:
    assert 400 <= len(" ".join(pages[code]).split()) <= 900


@pytest.mark.parametrize("code", DOCUMENTS)
def test_every_answer_stands_on_one_page_of_its_document(code: str, pages: dict[str, list[str]]) -> None:
    texts = [comparable(page, code) for page in pages[code]]
    answers = [comparable(question["answer"], code) for question in QUESTIONS if question["language"] == code]
    assert [answer for answer in answers if not any(answer in text for text in texts)] == []


@pytest.mark.parametrize("code", DOCUMENTS)
def test_a_document_has_four_questions_or_more(code: str) -> None:
    assert sum(question["language"] == code for question in QUESTIONS) >= 4


def test_every_question_names_the_document_in_its_language() -> None:
    assert [question["document"] for question in QUESTIONS] == [
        DOCUMENTS[question["language"]].name for question in QUESTIONS
    ]


def test_the_ids_of_the_questions_are_unique_and_in_the_order_of_the_languages() -> None:
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)
    order = [LANGUAGES.index(question["language"]) for question in QUESTIONS]
    assert order == sorted(order)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_a_question_is_asked_in_its_language_in_english_and_in_another(question: dict[str, Any]) -> None:
    languages = set(question["questions"])
    assert languages >= {"en", question["language"]}
    assert languages <= set(LANGUAGES)
    assert languages - {"en", question["language"]}
    assert all(text.strip() for text in question["questions"].values())


def test_every_language_asks_about_a_document_in_another_language() -> None:
    asking = {code for question in QUESTIONS for code in question["questions"] if code != question["language"]}
    assert asking == set(LANGUAGES)


def test_the_calibration_has_40_passages_and_20_queries_or_more() -> None:
    roles = [line["role"] for line in CALIBRATION]
    assert roles.count("passage") >= 40
    assert roles.count("query") >= 20
    assert set(roles) == {"passage", "query"}
    assert len({line["id"] for line in CALIBRATION}) == len(CALIBRATION)


@pytest.mark.parametrize("line", CALIBRATION, ids=lambda line: line["id"])
def test_a_calibration_text_exists_in_all_languages(line: dict[str, Any]) -> None:
    assert set(line["texts"]) == set(LANGUAGES)
    assert all(text.strip() for text in line["texts"].values())


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_calibration_text_comes_twice(code: str) -> None:
    texts = [line["texts"][code] for line in CALIBRATION]
    assert len(set(texts)) == len(texts)
