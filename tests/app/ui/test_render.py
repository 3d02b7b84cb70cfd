import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from app.ui.ask.card import hit_card
from app.ui.render import escape, language_label, short_path
from indexer import PageKind
from retriever import Highlight, Hit

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\" onclick='alert(1)' x=\"</div>&lt;b&gt; :red[x] $y$"


class Page(HTMLParser):
    """Collects what a browser would make of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.text: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text[self.open[-1]] = self.text.get(self.open[-1], "") + data

    def values(self, name: str) -> list[str | None]:
        return [value for key, value in self.attributes if key == name]


@pytest.fixture
def hit() -> Hit:
    text = "First. The answer. Last."
    return Hit(
        passage_id=1,
        text=text,
        highlight=Highlight(start=7, end=18),
        path="/home/me/papers/report.pdf",
        other_paths=(),
        title="Report",
        document_type="pdf",
        page=3,
        end_page=3,
        page_kind=PageKind.PAGE,
        label="",
        heading="",
        start=0,
        end=24,
        language="en",
        dense=0.5,
        lexical=0.25,
        score=0.8721,
    )


def test_a_card_shows_title_file_page_language_score_and_the_marked_answer(hit: Hit) -> None:
    page = Page(hit_card(hit, 1, 1.0))
    assert page.text["mark"] == "The answer."
    shown = "".join(page.text.values())
    for part in ("Report", "papers/report.pdf", "page 3", "English", "meaning 0.50 · words 25%"):
        assert part in shown
    assert "/home/me/papers/report.pdf" in page.values("title")
    assert "width: 87%" in page.values("style")


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"end_page": 4}, "pages 3–4"),
        ({"label": "iii"}, "page iii (3)"),
        ({"page_kind": PageKind.SLIDE}, "slide 3"),
        ({"page_kind": PageKind.SHEET, "label": "Costs"}, "sheet 3: Costs"),
        ({"page_kind": PageKind.TIME, "label": "00:12:04"}, "00:12:04"),
        ({"page_kind": PageKind.PART, "label": "a/b.docx, page 2"}, "a/b.docx, page 2"),
        ({"heading": "Boats › Nets"}, "page 3 · Boats › Nets"),
    ],
)
def test_a_card_names_the_place_as_the_document_does(hit: Hit, fields: dict, place: str) -> None:
    assert f"papers/report.pdf · {place}" in re.sub("<[^>]*>", "", hit_card(replace(hit, **fields), 1, 1.0))


def test_a_document_without_parts_is_named_by_its_file_alone(hit: Hit) -> None:
    assert " · " not in hit_card(replace(hit, page_kind=PageKind.WHOLE, lexical=0.0), 1, 1.0)


def test_a_passage_carries_its_language_and_finds_its_own_direction(hit: Hit) -> None:
    page = Page(hit_card(replace(hit, language="fa"), 1, 1.0))
    assert "fa" in page.values("lang")
    assert "auto" in page.values("dir")


def test_a_passage_of_unknown_language_claims_none(hit: Hit) -> None:
    page = Page(hit_card(replace(hit, language="und"), 1, 1.0))
    assert set(page.values("lang")) == {""}


def test_the_other_places_of_a_document_are_named(hit: Hit) -> None:
    page = Page(hit_card(replace(hit, other_paths=("/backup/one.pdf", "/backup/two.pdf")), 1, 1.0))
    assert {"/backup/one.pdf", "/backup/two.pdf"} <= set(page.values("title"))


@pytest.mark.parametrize(("score", "highest"), [(-0.4, 1.0), (1.0000001, 1.0), (0.5, 0.0), (-0.1, -0.1), (7.5, 7.4)])
def test_the_bar_stays_within_its_box(hit: Hit, score: float, highest: float) -> None:
    [style] = Page(hit_card(replace(hit, score=score), 1, highest)).values("style")
    assert style in {"width: 0%", "width: 100%"}


def test_the_bar_compares_a_passage_with_the_best_one_whatever_the_scale_of_scores(hit: Hit) -> None:
    assert Page(hit_card(replace(hit, score=6.0), 1, 24.0)).values("style") == ["width: 25%"]


def test_a_passage_without_the_questions_words_says_nothing_about_words(hit: Hit) -> None:
    page = Page(hit_card(replace(hit, lexical=0.0), 1, 1.0))
    assert "words" not in "".join(page.text.values())


def test_text_title_and_names_of_a_card_stay_text(hit: Hit) -> None:
    harmless = Page(hit_card(replace(hit, other_paths=("/a/b",)), 1, 1.0))
    hostile = replace(
        hit,
        text=HOSTILE * 3,
        highlight=Highlight(start=len(HOSTILE), end=2 * len(HOSTILE)),
        title=HOSTILE,
        path=f"/{HOSTILE}",
        other_paths=(f"/{HOSTILE}",),
    )
    page = Page(hit_card(hostile, 1, 1.0))
    assert page.tags == harmless.tags
    assert [name for name, _ in page.attributes] == [name for name, _ in harmless.attributes]
    assert page.text["mark"] == HOSTILE
    assert f"/{HOSTILE}" in page.values("title")


def test_control_characters_become_visible() -> None:
    assert escape("a\x00b\x1b[31mc\nd") == "a�b�[31mc\nd"


def test_a_path_is_shortened_to_its_last_folder_and_name() -> None:
    assert short_path("/home/me/papers/report.pdf") == "papers/report.pdf"
    assert short_path("/report.pdf") == "/report.pdf"


def test_a_language_is_offered_under_both_its_names_with_its_passages() -> None:
    assert language_label("de", 1234) == "German (1,234) · Deutsch"
    assert language_label("en", 2) == "English (2)"
