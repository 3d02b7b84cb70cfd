"""Turn the texts of data/sources into the PDF files of data/sample.

Run it after a source has changed: `python data/build_sample.py` (data/README.md lists what it needs).
The same sources, fonts and typst version give the same files, byte for byte.
"""

import datetime
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typst
from markdown_it import MarkdownIt
from markdown_it.token import Token

DATA: Final = Path(__file__).parent
CREATED: Final = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
"""Written into every file, so that building again changes nothing."""

FONTS_COMMAND: Final = (
    "apt-get install fonts-noto-core fonts-noto-cjk fonts-tlwg-laksaman-ttf fonts-samyak-deva fonts-beng-extra"
)

FALLBACKS: Final = ("Noto Serif", "Noto Sans Math")
"""Have the signs a font of one script may lack, such as quotation marks and the minus sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typesetting:
    """How the text of one language is set.

    Attributes:
        font: Its family name.
        features_off: OpenType features of the font that are not used.
        whole_words: Break lines between words only. Korean may be broken within a word, and readers cannot
            tell such a line end from a space.
    """

    font: str
    features_off: tuple[str, ...] = ()
    whole_words: bool = False


# typst puts a vowel sign that the font moves up or down into a text object of its own and repeats the syllable there,
# so that readers see it twice. Without these features, signs stay where they are drawn.
_MARK_FEATURES: Final = ("mark", "mkmk", "abvm", "blwm")

_EUROPEAN: Final = Typesetting(font="Noto Serif")

# Noto would look better in Hindi, Bengali and Thai, but readers lose the spaces after its vowel signs or see syllables
# twice. The licences of the fonts chosen instead allow embedding.
TYPESETTING: Final[dict[str, Typesetting]] = {
    "ar": Typesetting(font="Noto Naskh Arabic"),
    "bn": Typesetting(font="Mukti", features_off=_MARK_FEATURES),
    "de": _EUROPEAN,
    "fa": Typesetting(font="Noto Naskh Arabic", features_off=(*_MARK_FEATURES, "locl")),  # locl: digits of Urdu
    "fr": _EUROPEAN,
    "he": Typesetting(font="Noto Serif Hebrew"),
    "hi": Typesetting(font="Samyak Devanagari", features_off=_MARK_FEATURES),
    "it": _EUROPEAN,
    "ja": Typesetting(font="Noto Serif CJK JP"),
    "ko": Typesetting(font="Noto Serif CJK KR", whole_words=True),
    "pl": _EUROPEAN,
    "ru": _EUROPEAN,
    "th": Typesetting(font="Laksaman"),
    "zh": Typesetting(font="Noto Serif CJK SC"),
}

# typst sets Arabic, Hebrew and Persian right to left. The top edge gives the lines of all fonts the same distance.
# A paragraph is kept on one page, so that an answer is, too.
TEMPLATE: Final = rb"""
#let document-data = json(bytes(sys.inputs.document))
#let setting = document-data.typesetting
#set document(title: document-data.title)
#set page(paper: "a4", margin: 2.5cm, numbering: "1")
#set text(
  font: setting.fonts,
  fallback: false,
  lang: document-data.language,
  size: 12pt,
  top-edge: 0.7em,
  hyphenate: false,
  features: setting.features,
)
#set par(leading: 0.85em, spacing: 1.25em)
#show heading: set block(above: 1.6em, below: 1em)
#show heading.where(level: 1): set text(size: 18pt)
#show: everything => if setting.whole_words {
  show regex("\\S+"): box
  everything
} else {
  everything
}

#for (kind, text) in document-data.blocks {
  if kind == "h1" { heading(level: 1, text) }
  else if kind == "h2" { heading(level: 2, text) }
  else if kind == "li" { list(text) }
  else { block(breakable: false, par(text)) }
}
"""


def main() -> None:
    """Build every PDF whose source is in data/sources."""
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)
    needed = {*FALLBACKS, *(typesetting.font for typesetting in TYPESETTING.values())}
    if missing := sorted(needed.difference(fonts.families())):
        sys.exit(f"Fonts not installed: {', '.join(missing)}. Type: {FONTS_COMMAND}")
    for source in sorted((DATA / "sources").glob("*.md")):
        target = DATA / "sample" / f"{source.stem}.pdf"
        target.write_bytes(build(source, fonts))
        print(f"{target.name}: {target.stat().st_size:,} bytes")


def build(source: Path, fonts: typst.Fonts) -> bytes:
    """Set one document; the language is the beginning of its file name.

    Raises:
        ValueError: The source holds something else than headings, paragraphs and list items of plain text.
        typst.TypstError: None of the fonts has one of the characters.
    """
    language = source.stem.split("-", maxsplit=1)[0]
    typesetting = TYPESETTING[language]
    blocks = list(read_blocks(source))
    document = {
        "title": blocks[0][1],
        "language": language,
        "blocks": blocks,
        "typesetting": {
            "fonts": [typesetting.font, *FALLBACKS],
            "features": dict.fromkeys(typesetting.features_off, 0),
            "whole_words": typesetting.whole_words,
        },
    }
    inputs = {"document": json.dumps(document)}
    # Only the standard PDF/UA-1 refuses a character without a glyph; in its files, readers find Persian words reversed.
    typst.compile(TEMPLATE, format="pdf", font_paths=fonts, sys_inputs=inputs, pdf_standards=["ua-1"])
    return typst.compile(TEMPLATE, format="pdf", font_paths=fonts, sys_inputs=inputs, timestamp=CREATED)


def read_blocks(source: Path) -> Iterator[tuple[str, str]]:
    """Give the blocks of a source in order: (`"h1"`, `"h2"`, `"p"` or `"li"`, text)."""
    opened: list[Token] = []
    for token in MarkdownIt("commonmark").parse(source.read_text(encoding="utf-8")):
        if token.nesting > 0:
            opened.append(token)
        elif token.nesting < 0:
            opened.pop()
        elif token.type == "inline":
            parents = [parent.tag for parent in opened]
            tag = parents[0] if parents in (["h1"], ["h2"], ["p"]) else "li" if parents == ["ul", "li", "p"] else None
            children = token.children or []
            if tag is None or any(child.type not in ("text", "softbreak") for child in children):
                line = token.map[0] + 1 if token.map else 0
                raise ValueError(f"{source.name}, line {line}: use #, ##, plain paragraphs and - lists only.")
            yield tag, " ".join(token.content.split())
        else:
            raise ValueError(f"{source.name}: {token.type} is not supported; use #, ##, paragraphs and - lists only.")


if __name__ == "__main__":
    main()
