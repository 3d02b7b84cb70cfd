"""The catalogues of the interface's language: whole, in step with the code, and harmless."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

import app
from app.ui.language import TRANSLATIONS, catalogue
from embedder import LANGUAGES
from indexer.scripts import Script, script_shares

TRANSLATED = [language for language in LANGUAGES if language != "en"]
MARKDOWN = set("*_`[]$#<>\\|~")
"""Characters that Streamlit's Markdown reads something into; labels are Markdown."""

LABEL_CHARACTERS = 24
"""Labels up to this length may be the same word in two languages."""

OWN_SCRIPTS = {
    "ar": {Script.ARABIC},
    "bn": {Script.BENGALI},
    "fa": {Script.ARABIC},
    "he": {Script.HEBREW},
    "hi": {Script.DEVANAGARI},
    "ja": {Script.JAPANESE, Script.HAN},
    "ko": {Script.HANGUL},
    "ru": {Script.CYRILLIC},
    "th": {Script.THAI},
    "zh": {Script.HAN},
}


@cache
def messages_in_code() -> frozenset[str | tuple[str, ...]]:
    keywords = {**DEFAULT_KEYWORDS, "plural": (1, 2)}
    found = extract_from_dir(str(Path(app.__file__).parent), keywords=keywords)
    return frozenset(message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found)


@cache
def translated(language: str) -> Catalog:
    with (TRANSLATIONS / language / "LC_MESSAGES" / "polyseek.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def entries(language: str) -> Iterator[Message]:
    return (message for message in translated(language) if message.id)


def forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def originals(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_the_messages_of_the_code_are_found() -> None:
    assert len(messages_in_code()) > 100
    assert "Ask" in messages_in_code()


def test_no_message_hides_where_it_is_not_found() -> None:
    """Babel does not look into f-strings; the syntax tree shows every call."""
    calls = [
        node
        for path in Path(app.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "plural"}
    ]
    written = {
        tuple(argument.value if isinstance(argument, ast.Constant) else None for argument in call.args[:count])
        for call in calls
        for count in [1 if call.func.id == "_" else 2]
    }
    assert written == {(message,) if isinstance(message, str) else message for message in messages_in_code()}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_of_the_code_is_translated_and_no_other(language: str) -> None:
    known = {message.id if isinstance(message.id, str) else tuple(message.id) for message in entries(language)}
    assert known == messages_in_code(), "run: make messages, and translate what is empty then"
    assert [message.id for message in entries(language) if not all(forms(message)) or message.fuzzy] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_messages_about_numbers_have_the_forms_of_the_language(language: str) -> None:
    needed = get_plural(language).num_plurals
    wrong = [message.id for message in entries(language) if message.pluralizable and len(forms(message)) != needed]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_have_the_names_of_the_original_and_nothing_that_is_markdown(language: str) -> None:
    for message in entries(language):
        one, many = originals(message)[0], originals(message)[-1]
        for form in forms(message):
            # A form for exactly one thing, or two, may leave the number out.
            assert placeholders(form) | {"count"} == placeholders(many) | {"count"}, form
            assert not set(form) & MARKDOWN - set(one + many), form
            assert not re.search(r"\s{2}|^\s|\s$", form), form


@pytest.mark.parametrize("language", TRANSLATED)
def test_sentences_are_not_left_in_english(language: str) -> None:
    sentences = [message for message in entries(language) if len(originals(message)[0]) > LABEL_CHARACTERS]
    assert [message.id for message in sentences if originals(message)[0] in forms(message)] == []


@pytest.mark.parametrize("language", sorted(OWN_SCRIPTS))
def test_translations_are_written_in_the_script_of_their_language(language: str) -> None:
    said = [form for message in entries(language) for form in forms(message) if re.search("[a-z]{4}", words(message))]
    own = [form for form in said if OWN_SCRIPTS[language] & script_shares(re.sub(r"\{\w+\}", "", form)).keys()]
    assert len(own) > 0.97 * len(said)


def words(message: Message) -> str:
    return re.sub(r"\{\w+\}", "", originals(message)[0])


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_catalogue_is_found_and_used(language: str) -> None:
    assert catalogue(language).gettext("Ask") != "Ask"
