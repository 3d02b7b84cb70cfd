"""The only place where text of documents, file names and questions becomes HTML, escaped by one function.

What comes from outside is never given to Streamlit's Markdown, which would interpret it (`$x$`, `[a](b)`,
`:red[c]`) in titles, captions, labels and messages alike; it goes through here, or into table cells and
code blocks, which show it as it is.
"""

import html
import unicodedata
from collections.abc import Mapping
from pathlib import PurePath

import streamlit as st

from app.terminal import basis, where
from app.ui.style import CSS
from indexer.languages import UNKNOWN, language_name, native_language_name
from retriever import Hit

SCORE_MEANING = (
    "Meaning: how near the passage is to the question, 1 is the same, 0 is unrelated. "
    "Words: how much of the question's words it has. The bar compares it with the best passage of this question."
)


def escape(text: str) -> str:
    """Make any text harmless inside an HTML element or a quoted attribute, and visible if it is a control character."""
    visible = "".join("�" if unicodedata.category(char) == "Cc" and char not in "\n\t" else char for char in text)
    return html.escape(visible, quote=True)


def show_style() -> None:
    """Give the page its style sheet."""
    st.html(f"<style>{CSS}</style>")


def show_note(text: str) -> None:
    """Tell the reader something that may contain names."""
    st.html(f'<div class="ps-notice" role="status" dir="auto">{escape(text)}</div>')


def show_error(text: str) -> None:
    """Tell the reader what went wrong and what to do; the text may contain names."""
    st.html(f'<div class="ps-notice ps-error" role="alert" dir="auto">{escape(text)}</div>')


def show_quiet(text: str) -> None:
    """Show a line of lesser weight that may contain names."""
    st.html(f'<div class="ps-quiet" dir="auto">{escape(text)}</div>')


def show_hit(hit: Hit, highest: float) -> None:
    """Show a passage that was found as a card; `highest` is the score of the best one."""
    st.html(hit_card(hit, highest))


def show_totals(totals: Mapping[str, int]) -> None:
    """Show a few large numbers with their names."""
    cells = "".join(f"<div>{escape(name)}<strong>{number:,}</strong></div>" for name, number in totals.items())
    st.html(f'<div class="ps-totals">{cells}</div>')


def show_language_counts(counts: Mapping[str, int]) -> None:
    """Show how many passages there are in each language."""
    badges = "".join(
        f'<span class="ps-badge">{escape(language_name(code))} {count:,}</span>' for code, count in counts.items()
    )
    st.html(f'<div class="ps-badges">{badges}</div>')


def language_label(code: str, count: int) -> str:
    """Name a language for a choice: in English, with its number of passages, and as its speakers do."""
    name, native = language_name(code), native_language_name(code)
    return f"{name} ({count:,})" if name == native else f"{name} ({count:,}) · {native}"


def short_path(path: str) -> str:
    """A path's last folder and file name."""
    return str(PurePath(*PurePath(path).parts[-2:]))


def hit_card(hit: Hit, highest: float) -> str:
    """A passage as HTML: where it stands, how near it is, and its text with the answering sentence marked.

    Args:
        hit: The passage.
        highest: The best score of this question, for the bar.
    """
    start, end = hit.highlight.start, hit.highlight.end
    before, answer, after = hit.text[:start], hit.text[start:end], hit.text[end:]
    language = "" if hit.language == UNKNOWN else hit.language
    width = round(100 * min(max(hit.score / highest, 0.0), 1.0)) if highest > 0 else 0
    return (
        '<article class="ps-card"><div class="ps-head" dir="auto">'
        f'<span class="ps-title" lang="{escape(language)}">{escape(hit.title)}</span>'
        f'<span class="ps-badge">{escape(language_name(hit.language))}</span></div>'
        f'<div class="ps-meta"><span>{" · ".join([_file_name(hit.path), *filter(None, [escape(where(hit))])])}</span>'
        f'<span class="ps-score" title="{escape(SCORE_MEANING)}"><span class="ps-bar">'
        f'<span style="width: {width}%"></span></span>{escape(basis(hit))}</span></div>'
        f'<div class="ps-text" dir="auto" lang="{escape(language)}">'
        f"{escape(before)}<mark>{escape(answer)}</mark>{escape(after)}</div>"
        f"{_other_paths(hit.other_paths)}</article>"
    )


def _other_paths(paths: tuple[str, ...]) -> str:
    if not paths:
        return ""
    return f'<p class="ps-also">The same document: {", ".join(map(_file_name, paths))}</p>'


def _file_name(path: str) -> str:
    return f'<bdi title="{escape(path)}">{escape(short_path(path))}</bdi>'
