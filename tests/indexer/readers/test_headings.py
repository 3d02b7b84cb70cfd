from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.readers.clean import clean
from indexer.readers.extracted import Extracted
from indexer.readers.headings import HeadingLine, page_with_headings

PARAGRAPH = "Its keeper lived alone for thirty years and wrote down the weather every morning. "


def headings_of(extracted: Extracted) -> list[tuple[str, int]]:
    (page,) = extracted.pages
    return [(page.text[heading.start : heading.end], heading.level) for heading in page.headings]


@given(st.lists(st.tuples(st.text(max_size=8), st.integers(0, 6)), max_size=12))
def test_each_heading_is_found_where_cleaning_has_moved_it(lines: list[tuple[str, int]]) -> None:
    raw, found = "", []
    for text, level in lines:
        if level:
            found.append(HeadingLine(line=raw.count("\n"), text=text, level=level))
        raw += f"{clean(text)}\n" if level else f"{clean(text)}\n\n"
    page = page_with_headings(raw, [heading for heading in found if "\n" not in clean(heading.text)])
    assert page.text == clean(raw)
    shown = [clean(heading.text) for heading in found]
    assert [page.text[heading.start : heading.end] for heading in page.headings] == [
        text for text in shown if text and "\n" not in text
    ]


def test_markdown_headings_keep_their_levels(extract: Callable[[str, bytes], Extracted]) -> None:
    text = "Tower\n\n```\nTower\n\n\n\n```\n\n# *Tower* #\n\n- ## In a list\n\nSetext\ntitle\n---\n\n###### Six\n#\n"
    assert headings_of(extract("page.md", text.encode())) == [
        ("Tower", 1),
        ("In a list", 2),
        ("Setext title", 2),
        ("Six", 6),
    ]


@pytest.mark.parametrize("filler", ["", PARAGRAPH * 8])
def test_html_headings_keep_their_levels_in_long_pages_and_short_ones(
    filler: str, extract: Callable[[str, bytes], Extracted]
) -> None:
    page = (
        f"<body><nav><h6>Menu</h6></nav><main><h1>The <em>old</em>\n tower &amp; sea</h1><p>{filler}First</p>"
        f"<h2>مناره‌های<br>دریا</h2><p>{filler}tower</p><h3></h3><h3>Last</h3><p>{filler}end</p></main></body>"
    )
    found = headings_of(extract("page.html", page.encode()))
    assert [heading for heading in found if heading != ("Menu", 6)] == [
        ("The old tower & sea", 1),
        ("مناره‌های", 2),
        ("دریا", 2),
        ("Last", 3),
    ]


def test_a_line_like_a_heading_is_none(extract: Callable[[str, bytes], Extracted]) -> None:
    page = f"<main><p>Harbour</p><p>{PARAGRAPH * 8}</p><h2>Harbour</h2><p>{PARAGRAPH * 8}</p></main>"
    (found,) = extract("page.html", page.encode()).pages
    assert [(heading.start > 0, heading.level) for heading in found.headings] == [(True, 2)]
