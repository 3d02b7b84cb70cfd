"""The language of the interface: messages in 26 languages, and numbers and names as each writes them.

Messages are English in the code, `_("{count} passages searched", count=7)`, and looked up in the catalogues of
app/translations (gettext). docs/interface.md says how to change one.
"""

import gettext
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import streamlit as st
from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from embedder import LANGUAGES
from indexer.languages import UNKNOWN

KEY = "lang"
"""Key of the choice in the session, and its name in the address."""

TRANSLATIONS = Path(__file__).parents[1] / "translations"

_SPELLINGS = {"nb": "no", "nn": "no", "iw": "he", "in": "id"}
"""What browsers call some of our languages."""


def interface_language() -> str:
    """The language the reader chose, else the browser's, else English."""
    chosen = st.session_state.get(KEY)
    return chosen if chosen in LANGUAGES else browser_language()


def browser_language() -> str:
    """The browser's language if it is one of ours, else English."""
    code = (st.context.locale or "").replace("_", "-").split("-")[0].lower()
    code = _SPELLINGS.get(code, code)
    return code if code in LANGUAGES else "en"


def text_direction() -> str:
    """The direction the interface is laid out in: "ltr" or "rtl"."""
    return str(_locale(interface_language()).text_direction)


def _(message: str, /, **values: object) -> str:
    """Say a message in the interface's language; {names} in it stand for values, whole numbers as it writes them."""
    language = interface_language()
    return _filled(catalogue(language).gettext(message), language, values)


def plural(one: str, many: str, count: int, /, **values: object) -> str:
    """Say one of the forms that a message has for different numbers; {count} in it stands for the number."""
    language = interface_language()
    return _filled(catalogue(language).ngettext(one, many, count), language, {"count": count, **values})


def number(value: float, pattern: str | None = None) -> str:
    """Write a number as the interface's language does; the pattern is Unicode's, such as "0.00"."""
    return str(format_decimal(value, format=pattern, locale=_locale(interface_language())))


def percent(share: float) -> str:
    """Write a share of 1 as a percentage."""
    return str(format_percent(share, locale=_locale(interface_language())))


def name_of_language(code: str) -> str:
    """The name of a language of documents, in the interface's language."""
    if code == UNKNOWN:
        return _("Unknown language")
    return str(_locale(interface_language()).languages.get(code, code))


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> gettext.NullTranslations:
    """The messages of a language, read from its catalogue; English ones are their own translation."""
    path = TRANSLATIONS / language / "LC_MESSAGES" / "polyseek.po"
    if not path.exists():
        return gettext.NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _filled(message: str, language: str, values: dict[str, object]) -> str:
    if not values:
        return message
    written = {
        name: format_decimal(value, locale=_locale(language)) if type(value) is int else value
        for name, value in values.items()
    }
    return message.format(**written)


@lru_cache(maxsize=len(LANGUAGES))
def _locale(language: str) -> Locale:
    return Locale.parse(language)
