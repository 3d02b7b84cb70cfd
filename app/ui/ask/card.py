"""A passage as a card: where it stands, how near it is, and its text with the answering sentence marked."""

from collections.abc import Sequence
from typing import Final

from app.ui.language import _, name_of_language
from app.ui.render import escape, file_name
from app.ui.wording import basis, where
from indexer import StoredPassage
from indexer.languages import UNKNOWN
from retriever import Hit

SHOWN_CHARACTERS: Final = 700
"""Longer passages are shown around their answering sentence, the rest on demand."""


def hit_card(hit: Hit, rank: int, highest: float) -> str:
    """A passage that was found, as HTML.

    Args:
        hit: The passage.
        rank: Its place in the result, from 1; the card's id is hit-1, hit-2 …
        highest: The best score of this question, for the bar.
    """
    width = round(100 * min(max(hit.score / highest, 0.0), 1.0)) if highest > 0 else 0
    return (
        f'<article class="ps-card" id="hit-{rank}" tabindex="0" aria-label="{escape(hit.title)}">'
        f'<div class="ps-head"><h2 class="ps-title" dir="auto" lang="{_language(hit.language)}">'
        f"{escape(hit.title)}</h2>"
        f'<span class="ps-badge">{escape(name_of_language(hit.language))}</span></div>'
        f'<div class="ps-meta"><span>{" · ".join([file_name(hit.path), *filter(None, [escape(where(hit))])])}</span>'
        f'<span class="ps-score" title="{escape(_score_meaning())}"><span class="ps-bar">'
        f'<span style="width: {width}%"></span></span>{escape(basis(hit))}</span></div>'
        f'<div class="ps-text" dir="auto" lang="{_language(hit.language)}">{_marked(hit)}</div>'
        f"{_other_paths(hit.other_paths)}</article>"
    )


def passage_card(passage: StoredPassage, note: str) -> str:
    """A passage of the collection as HTML, without a question.

    Args:
        passage: The passage.
        note: What it is shown for, such as how near it is to another.
    """
    return (
        f'<div class="ps-card ps-small"><div class="ps-head"><span class="ps-title" dir="auto" '
        f'lang="{_language(passage.language)}">{escape(passage.title)}</span>'
        f'<span class="ps-badge">{escape(name_of_language(passage.language))}</span></div>'
        f'<div class="ps-meta"><span>{escape(" · ".join(filter(None, [note, where(passage)])))}</span></div>'
        f'<div class="ps-text" dir="auto" lang="{_language(passage.language)}">{escape(passage.text)}</div></div>'
    )


def without_repeats(hits: Sequence[Hit]) -> list[tuple[Hit, tuple[str, ...]]]:
    """Passages with the same text once, each with the other files that have it too; best first."""
    found: dict[str, tuple[Hit, tuple[str, ...]]] = {}
    for hit in hits:
        first, paths = found.get(hit.text, (hit, ()))
        found[hit.text] = (first, paths if first is hit else (*paths, hit.path, *hit.other_paths))
    return list(found.values())


def also_in(paths: Sequence[str]) -> str:
    """The files that have the same passage, as HTML."""
    said = escape(_("The same passage:"))
    return f'<p class="ps-also">{said} {", ".join(map(file_name, paths))}</p>'


def _marked(hit: Hit) -> str:
    """The text with its answering sentence marked; what is far from it is folded away."""
    start, end = hit.highlight.start, hit.highlight.end
    spare = max(0, SHOWN_CHARACTERS - (end - start)) // 2
    first = 0 if start <= 2 * spare else _word_border(hit.text, start - spare)
    last = len(hit.text) if len(hit.text) - end <= 2 * spare else _word_border(hit.text, end + spare)
    return (
        f"{_folded(hit.text[:first])}{escape(hit.text[first:start])}<mark>{escape(hit.text[start:end])}</mark>"
        f"{escape(hit.text[end:last])}{_folded(hit.text[last:])}"
    )


def _folded(text: str) -> str:
    if not text.strip():
        return escape(text)
    more = escape(_("Show more of the passage"))
    return f'<details class="ps-fold"><summary>{more}</summary>{escape(text)}</details>'


def _word_border(text: str, place: int) -> int:
    """The beginning of the next word; the place itself in scripts without spaces."""
    space = text.find(" ", place, place + 40)
    return place if space < 0 else space + 1


def _language(code: str) -> str:
    return "" if code == UNKNOWN else escape(code)


def _other_paths(paths: tuple[str, ...]) -> str:
    if not paths:
        return ""
    said = escape(_("The same document:"))
    return f'<p class="ps-also">{said} {", ".join(map(file_name, paths))}</p>'


def _score_meaning() -> str:
    return _(
        "Meaning: how near the passage is to the question, 1 is the same, 0 is unrelated. "
        "Words: how much of the question's words it has. The bar compares it with the best passage of this question."
    )
