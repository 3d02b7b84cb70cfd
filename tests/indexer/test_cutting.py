from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.cutting import CutDocument, cut_document
from indexer.page_borders import join_pages
from indexer.passages import PassageSettings
from indexer.readers import Heading, Page, PageKind, ReadDocument

SIZES = PassageSettings(max_tokens=40, overlap_tokens=8)


def count_tokens(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def read(*pages: Page, kind: PageKind = PageKind.PAGE, title: str = "The harbour") -> ReadDocument:
    return ReadDocument(
        title=title, document_type="pdf", page_kind=kind, pages=pages, content_hash="0", size_bytes=1, reader="pdf/1"
    )


def cut(document: ReadDocument, max_tokens: int = 100) -> CutDocument:
    return cut_document(document, "/docs/a.pdf", SIZES, count_tokens, max_tokens)


def places(document: CutDocument) -> list[tuple[int, int]]:
    return [(passage.page, passage.end_page) for passage in document.document.passages]


ONE = Page(number=1, text="The tide was low. The keepers of the harbour had agreed long ago that no boat")
TWO = Page(number=2, text="would leave in a storm. The rest is told by the book.")


def test_a_sentence_over_a_page_border_is_one_passage_that_names_both_pages() -> None:
    document = cut(read(ONE, TWO))
    assert places(document) == [(1, 2), (2, 2)]
    first, second = document.passages
    assert first.sentences[-1] == "The keepers of the harbour had agreed long ago that no boat would leave in a storm."
    assert second.sentences == ("The rest is told by the book.",)
    assert second.passage.start == TWO.text.index("The rest")


def test_a_page_that_ends_with_its_sentence_shares_no_passage_with_the_next() -> None:
    assert places(cut(read(Page(number=1, text="The tide was low."), TWO))) == [(1, 1), (2, 2)]


@pytest.mark.parametrize("kind", [PageKind.SLIDE, PageKind.SHEET, PageKind.CHAPTER, PageKind.PART, PageKind.TIME])
def test_only_pages_of_paper_cut_a_sentence(kind: PageKind) -> None:
    assert places(cut(read(ONE, TWO, kind=kind))) == [(1, 1), (2, 2)]


def test_a_heading_at_the_top_of_a_page_begins_anew() -> None:
    after = Page(number=2, text="would leave\n\nThe rest.", headings=(Heading(start=0, end=11, level=1),))
    assert places(cut(read(ONE, after))) == [(1, 1), (2, 2)]


def test_passages_are_told_the_headings_above_them_and_the_title() -> None:
    text = "Summer\n\n" + "The boats are out. " * 12 + "\n\nNets\n\n" + "Nets are mended. " * 14 + "Nets dry."
    nets = text.index("Nets")
    page = Page(
        number=1, text=text, headings=(Heading(start=0, end=6, level=1), Heading(start=nets, end=nets + 4, level=2))
    )
    document = cut(read(page, Page(number=2, text="On the next page nets go on.")))
    told = {cut.passage.heading for cut in document.passages}
    assert told == {"", "Summer", "Summer › Nets"}
    last = document.passages[-1]
    assert last.embedded == "The harbour\nSummer › Nets\nOn the next page nets go on."
    assert document.passages[0].embedded.startswith("The harbour\nSummer\n\nThe boats")


def test_a_heading_that_repeats_the_title_is_not_told_twice() -> None:
    page = Page(number=1, text="The harbour\n\n" + "Boats. " * 60, headings=(Heading(start=0, end=11, level=1),))
    assert {cut.passage.heading for cut in cut(read(page)).passages} == {""}


def test_title_and_headings_are_left_away_where_the_encoder_has_no_room_for_them() -> None:
    document = cut(read(Page(number=1, text="Boats. " * 39)), max_tokens=40)
    assert document.document.context == ""
    assert all(cut.embedded == "Boats. " * 38 + "Boats." for cut in document.passages)


PAGES = st.lists(
    st.lists(
        st.sampled_from(
            ["The boats of the harbour ", "never leave in winter. ", "\n\n", "- item\n", "灯塔建于", "per-", "X. "]
        ),
        max_size=20,
    ).map("".join),
    min_size=1,
    max_size=5,
)


@settings(deadline=None)
@given(PAGES)
def test_every_passage_is_what_its_offsets_say_and_no_text_is_lost(texts: list[str]) -> None:
    pages = [Page(number=number, text=text.strip()) for number, text in enumerate(texts, start=1)]
    if not any(page.text for page in pages):
        return
    covered = [bytearray(len(page.text)) for page in pages]
    for cut_passage in cut(read(*pages)).passages:
        place = cut_passage.passage
        first, last = pages[place.page - 1].text, pages[place.end_page - 1].text
        if place.page == place.end_page:
            text = first[place.start : place.end]
            covered[place.page - 1][place.start : place.end] = b"\1" * (place.end - place.start)
        else:
            text, _ = join_pages(first[place.start :], last[: place.end])
            covered[place.page - 1][place.start :] = b"\1" * (len(first) - place.start)
            covered[place.end_page - 1][: place.end] = b"\1" * place.end
        assert [text[start:end] for start, end in place.sentences] == list(cut_passage.sentences)
        assert cut_passage.embedded.endswith(text)
    for page, flags in zip(pages, covered, strict=True):
        assert all(flag or character.isspace() for flag, character in zip(flags, page.text, strict=True))
