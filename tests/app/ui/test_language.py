"""The language of the interface: chosen, found in the browser, and written as people write it."""

from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.ui.language import _, browser_language, interface_language, name_of_language, number, percent, plural
from embedder import LANGUAGES


class Browser:
    """Stands at the edge: what a browser tells of itself."""

    def __init__(self, locale: str | None) -> None:
        self.locale = locale


@pytest.fixture(autouse=True)
def _english_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    speak(monkeypatch, None)


def speak(monkeypatch: pytest.MonkeyPatch, locale: str | None) -> None:
    monkeypatch.setattr(st, "context", Browser(locale))


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("de-AT", "de"),
        ("nb-NO", "no"),
        ("nn", "no"),
        ("zh-TW", "zh"),
        ("pt_BR", "pt"),
        ("iw", "he"),
        ("eo", "en"),
        (None, "en"),
    ],
)
def test_the_browser_says_which_language_to_speak(
    locale: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(monkeypatch, locale)
    assert browser_language() == interface_language() == expected


def test_numbers_are_written_as_the_language_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _("{count} and {name}", count=12345, name="x") == "12,345 and x"
    assert percent(0.256) == "26%"
    speak(monkeypatch, "de")
    assert number(1234.5) == "1.234,5"
    assert percent(0.256) == "26\xa0%"


def test_english_needs_no_catalogue_and_tells_one_from_many() -> None:
    assert plural("{count} page", "{count} pages", 1) == "1 page"
    assert plural("{count} page", "{count} pages", 1200) == "1,200 pages"


def test_languages_are_named_in_the_language_of_the_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    assert name_of_language("fa") == "Persian"
    speak(monkeypatch, "fr")
    assert name_of_language("de") == "allemand"


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_names_every_language(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    speak(monkeypatch, code)
    names = [name_of_language(other) for other in LANGUAGES]
    assert len(set(names)) == len(LANGUAGES)
    assert not set(names) & set(LANGUAGES)


def run_pages() -> None:
    from pathlib import Path  # the test runner executes this body as a script

    from app.settings import Settings
    from app.ui.navigation import show_pages
    from app.ui.workspace import Workspace

    show_pages(Workspace(settings=Settings(collection=Path("/nowhere/at-all"))))


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.undo()
    yield AppTest.from_function(run_pages, default_timeout=30)
    st.cache_resource.clear()


def test_the_choice_is_kept_in_the_address_and_turns_the_page_around(pages: AppTest) -> None:
    pages.run()
    assert not pages.exception
    pages.selectbox(key="lang").set_value("ar").run()
    assert pages.query_params["lang"] in ("ar", ["ar"])
    assert any("dir = 'rtl'" in element.value for element in pages.html)


def test_the_address_chooses_the_language_and_an_unknown_one_is_english(pages: AppTest) -> None:
    pages.query_params["lang"] = "he"
    pages.run()
    assert any("lang = 'he'" in element.value for element in pages.html)
    other = AppTest.from_function(run_pages, default_timeout=30)
    other.query_params["lang"] = "');alert(1);('"
    other.run()
    assert any("lang = 'en'" in element.value for element in other.html)
    assert "lang" not in other.query_params
