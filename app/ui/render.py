"""The only place where text of documents, file names and questions becomes HTML, escaped by one function.

What comes from outside is never given to Streamlit's Markdown, which would interpret it (`$x$`, `[a](b)`,
`:red[c]`) in titles, captions, labels and messages alike; it goes through here, or into table cells and
code blocks, which show it as it is.
"""

import html
import string
import unicodedata
from collections.abc import Mapping
from pathlib import PurePath

import streamlit as st

from app.ui.language import name_of_language, number
from app.ui.style import CSS
from indexer.languages import UNKNOWN, native_language_name


def escape(text: str) -> str:
    """Make any text harmless inside an HTML element or a quoted attribute, and visible if it is a control character."""
    return html.escape(visible(text), quote=True)


def visible(text: str) -> str:
    """Show control characters as �, so that none can steer anything."""
    return "".join("�" if unicodedata.category(char) == "Cc" and char not in "\n\t" else char for char in text)


def show_style(language: str, direction: str) -> None:
    """Give the page its style sheet, its language and its direction: "ltr" or "rtl"."""
    st.html(f"<style>{CSS}</style>")
    root = f"document.documentElement.lang = '{language}'; document.documentElement.dir = '{direction}';"
    st.html(f"<script>{root}</script>", unsafe_allow_javascript=True)


def show_title(text: str) -> None:
    """Give the page its heading."""
    st.html(f'<h1 class="ps-page">{escape(text)}</h1>')


def show_section(text: str) -> None:
    """Give a part of the page its heading."""
    st.html(f'<h2 class="ps-section">{escape(text)}</h2>')


def show_facts(facts: Mapping[str, str]) -> None:
    """Show names and what they stand for, one below the other."""
    rows = "".join(f'<dt>{escape(name)}</dt><dd dir="auto">{escape(value)}</dd>' for name, value in facts.items())
    st.html(f'<dl class="ps-facts">{rows}</dl>')


def show_note(text: str) -> None:
    """Tell the reader something that may contain names."""
    st.html(f'<div class="ps-notice" role="status" dir="auto">{escape(text)}</div>')


def show_error(text: str) -> None:
    """Tell the reader what went wrong and what to do; the text may contain names."""
    st.html(f'<div class="ps-notice ps-error" role="alert" dir="auto">{escape(text)}</div>')


def show_quiet(text: str) -> None:
    """Show a line of lesser weight that may contain names."""
    st.html(f'<div class="ps-quiet" dir="auto">{escape(text)}</div>')


def show_totals(totals: Mapping[str, int]) -> None:
    """Show a few large numbers with their names."""
    cells = "".join(
        f"<div>{escape(name)}<strong>{escape(number(value))}</strong></div>" for name, value in totals.items()
    )
    st.html(f'<div class="ps-totals">{cells}</div>')


def show_language_counts(counts: Mapping[str, int]) -> None:
    """Show how many passages there are in each language."""
    badges = "".join(
        f'<span class="ps-badge">{escape(name_of_language(code))} {escape(number(count))}</span>'
        for code, count in counts.items()
    )
    st.html(f'<div class="ps-badges">{badges}</div>')


def language_label(code: str, count: int) -> str:
    """Name a language for a choice: with its number of passages, and as its speakers do too."""
    name = f"{name_of_language(code)} ({number(count)})"
    native = native_language_name(code)
    return name if code == UNKNOWN or name.casefold().startswith(native.casefold()) else f"{name} · {native}"


def short_path(path: str) -> str:
    """A path's last folder and file name."""
    return str(PurePath(*PurePath(path).parts[-2:]))


def file_name(path: str) -> str:
    """A file's folder and name as HTML, its whole path shown when pointed at."""
    return f'<bdi title="{escape(path)}">{escape(short_path(path))}</bdi>'


def plain_label(text: str) -> str:
    """Make any text harmless where Streamlit reads Markdown and nothing else can be given, such as in a label."""
    return "".join(f"\\{char}" if char in string.punctuation else char for char in " ".join(visible(text).split()))
