"""How a passage is cited in other texts."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from app.ui.wording import location
from retriever import Hit


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A passage cited in three forms.

    Attributes:
        plain: Title, file and place in one line, with the sentence that answers in quotation marks.
        markdown: The same for Markdown.
        bibtex: An entry for BibTeX.
    """

    plain: str
    markdown: str
    bibtex: str


def cite(hit: Hit, today: date) -> Citation:
    """Cite a passage.

    Args:
        hit: The passage.
        today: The day on which it was looked up.
    """
    name = PurePath(hit.path).name
    source = ", ".join(filter(None, [_one_line(hit.title), name if name != hit.title else "", location(hit)]))
    sentence = _one_line(hit.highlighted_text)
    return Citation(
        plain=f"“{sentence}” ({source})",
        markdown=f"> {_plain_markdown(sentence)}\n>\n> — *{_plain_markdown(source)}*",
        bibtex="\n".join(
            [
                f"@misc{{{_key(hit)},",
                f"  title = {{{_plain_tex(_one_line(hit.title))}}},",
                f"  howpublished = {{{_plain_tex(name)}}},",
                f"  note = {{{_plain_tex(', '.join(filter(None, [location(hit), f'“{sentence}”'])))}}},",
                f"  language = {{{hit.language}}},",
                f"  urldate = {{{today.isoformat()}}}",
                "}",
            ]
        ),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _key(hit: Hit) -> str:
    """A key of ASCII letters and digits; the passage's number keeps those of one document apart."""
    words = re.findall(r"[A-Za-z0-9]+", PurePath(hit.path).stem)
    return f"{'-'.join(words).lower() or 'document'}-{hit.passage_id}"


def _plain_markdown(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|~$])", r"\\\1", text)


def _plain_tex(text: str) -> str:
    marked = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(marked.get(char, f"\\{char}" if char in "#$%&_{}" else char) for char in text)
