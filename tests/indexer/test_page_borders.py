import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.page_borders import MAX_CHARACTERS, continuation, join_pages

GOES_ON = [
    ("The keepers of the harbour had agreed long ago that no boat", "would leave in a storm. The rest"),
    ("This treaty was signed after long and bitter talks by the", "United Nations in the spring. Then"),
    ("Der Vertrag regelt seit vielen Jahren auch die Frage, welche", "Hunde an der Leine gehen. Danach"),
    ("بعد سنوات طويلة من العمل في السوق القديم قرر التاجر أن يترك", "المكان لابنه الأكبر. ثم"),
    ("लंबे समय तक चली बातचीत के बाद गाँव के सभी लोगों ने यह तय किया कि", "कुआँ सबका होगा। फिर"),
    ("这座灯塔从建成的那一天起就一直由同一个家族的人看守着,直到", "最后一位看守人离开。后来"),
]


@pytest.mark.parametrize(("before", "after"), GOES_ON)
def test_a_sentence_without_its_end_goes_on_to_its_full_stop(before: str, after: str) -> None:
    taken = continuation(before, after)
    assert after[:taken][-1] in ".。।"
    assert after[taken:].strip() in {"The rest", "Then", "Danach", "ثم", "फिर", "后来"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The keepers of the harbour had agreed long ago on it all.", "would leave in a storm."),
        ("Harbour rules", "would leave in a storm. The rest"),
        ("The keepers of the harbour had agreed long ago that no boat", "- nets\n- ropes"),
        ("The keepers of the harbour had agreed long ago that no boat", "2. Ropes are red"),
        ("The keepers of the harbour had agreed long ago that no boat", "Second chapter\nIt was late."),
        ("The keepers of the harbour had agreed in a letter to King John", "Winter came early. Then"),
        ("The keepers of the harbour had agreed long ago that no boat", ""),
        ("", "would leave in a storm."),
        ("The keepers of the harbour had agreed long ago that no boat", "word " * MAX_CHARACTERS),
    ],
)
def test_pages_stay_apart_after_a_full_stop_a_short_line_and_before_headings_and_lists(before: str, after: str) -> None:
    assert continuation(before, after) == 0


def test_a_word_divided_at_the_end_of_a_page_is_made_whole() -> None:
    assert join_pages("no boat would be per-", "mitted to leave") == ("no boat would be permitted to leave", 20)
    assert join_pages("no boat", "would leave") == ("no boat would leave", 8)
    assert join_pages("一直由同一个", "家族看守") == ("一直由同一个家族看守", 6)


@given(st.text(min_size=1), st.text(min_size=1))
def test_the_next_page_stands_whole_where_the_join_says(before: str, after: str) -> None:
    text, border = join_pages(before, after)
    assert text[border:] == after
    assert before.startswith(text[:border].rstrip(" ")[: len(before) - 1])
