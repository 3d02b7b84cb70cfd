from pathlib import Path

import pytest

from indexer.readers.document import Page
from indexer.readers.title import FIRST_LINE_CHARACTERS, title_of

PAGES = (Page(number=1, text=""), Page(number=2, text="The keeper's book\nFirst chapter"))


def test_the_stated_title_comes_first() -> None:
    assert title_of("  Harbour\nrules ", PAGES, Path("f.pdf")) == "Harbour rules"
    assert title_of("灯塔", PAGES, Path("f.pdf")) == "灯塔"


@pytest.mark.parametrize(
    "stated",
    [None, "", "en", "123", "Untitled-1", "Microsoft Word - a.doc", "report_final.docx", "x" * 300, "a\ufffdb c"],
)
def test_a_nonsense_title_gives_way_to_the_first_line(stated: str | None) -> None:
    assert title_of(stated, PAGES, Path("f.pdf")) == "The keeper's book"


def test_a_long_first_line_is_cut_at_a_space() -> None:
    title = title_of(None, [Page(number=1, text="word " * 100)], Path("f.txt"))
    assert title.endswith("word…")
    assert len(title) <= FIRST_LINE_CHARACTERS + 1


def test_a_first_line_without_letters_gives_way_to_the_file_name() -> None:
    assert title_of(None, [Page(number=1, text="----\n1234")], Path("harbour rules.txt")) == "harbour rules"
