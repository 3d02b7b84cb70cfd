import itertools
import random
from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.readers.pdf.edge_lines import edge_lines
from indexer.readers.pdf.running_heads import NEIGHBOURS, running_lines

WORDS = ["storm", "net", "rope", "sail", "harbour", "ferry", "tide", "gull", "mast", "anchor", "pier", "lamp"]


def body(page: int, lines: int = 12) -> list[str]:
    """Lines of text that no other page has."""
    chance = random.Random(page)
    return [" ".join(chance.choices(WORDS, k=9)) for _ in range(lines)]


def left_out(pages: Sequence[Sequence[str]], labels: Sequence[str] = ()) -> list[list[str]]:
    return [
        [lines[index] for index in sorted(indices)]
        for lines, indices in zip(pages, running_lines(pages, labels), strict=True)
    ]


def with_heads(count: int, head: Callable[[int], str]) -> list[list[str]]:
    return [[head(page), *body(page)] for page in range(count)]


def digits(zero: str) -> Callable[[int], str]:
    return lambda number: "".join(chr(ord(zero) + int(digit)) for digit in str(number))


@pytest.mark.parametrize(
    "numbering",
    [
        str,
        lambda number: f"- {number} -",
        lambda number: f"Page {number} of 300",
        lambda number: f"Seite {number} von 300",
        lambda number: f"{number}/40",
        lambda number: f"第{number}页",
        lambda number: f"第{number}页 共40页",
        lambda number: f"{number}ページ",
        lambda number: f"{number} 쪽",
        lambda number: f"หน้า {digits('๐')(number)}",
        lambda number: f"পৃষ্ঠা {digits('০')(number)}",
        lambda number: f"पृष्ठ {digits('०')(number)}",
        lambda number: f"صفحة {digits('٠')(number)}",
        digits("۰"),
        digits("０"),
        lambda number: ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"][number - 1],
        lambda number: ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"][number - 1],
    ],
    ids=lambda numbering: numbering(4),
)
@pytest.mark.parametrize("at_the_top", [True, False])
def test_page_numbers_go_from_every_page(numbering: Callable[[int], str], at_the_top: bool) -> None:
    numbers = [numbering(page + 1) for page in range(10)]
    pages = [[number, *body(page)] if at_the_top else [*body(page), number] for page, number in enumerate(numbers)]
    assert left_out(pages) == [[number] for number in numbers]


def test_numbers_that_do_not_begin_at_1_move_on_with_the_pages() -> None:
    pages = [[*body(page), str(page + 1001)] for page in range(5)]
    assert left_out(pages) == [["1001"], ["1002"], ["1003"], ["1004"], ["1005"]]


def test_a_head_stays_on_the_first_page_that_has_it() -> None:
    assert left_out(with_heads(5, lambda _: "Harbour rules")) == [[], *[["Harbour rules"]] * 4]


def test_heads_on_left_and_right_pages_go_with_their_numbers() -> None:
    pages = with_heads(8, lambda page: f"{page + 128} HARBOUR RULES" if page % 2 == 0 else f"Storms 2 {page + 128}")
    pages = [[line.replace("Storms 2", "Of the great storms") for line in lines] for lines in pages]
    assert left_out(pages) == [[], [], *[[lines[0]] for lines in pages[2:]]]


def test_heads_change_with_the_chapters() -> None:
    pages = with_heads(16, lambda page: f"Of {WORDS[page // 8]}s")
    assert left_out(pages) == [[], *[["Of storms"]] * 7, [], *[["Of nets"]] * 7]


def test_a_head_is_found_where_a_page_lacks_the_line_above_it() -> None:
    pages = [["Draft"] * (page != 2) + ["Harbour rules", *body(page)] for page in range(6)]
    assert left_out(pages)[2] == ["Harbour rules"]


def test_only_one_line_of_a_page_is_its_number() -> None:
    pages = [[f"{page + 3} May", f"Question {page + 1}", *body(page), str(page + 1)] for page in range(6)]
    assert left_out(pages) == [[str(page + 1)] for page in range(6)]


@pytest.mark.parametrize("title", ["Lesson {}", "第{}章", "บทที่ {}", "Урок {}"])
def test_numbered_titles_stay(title: str) -> None:
    assert left_out(with_heads(6, lambda page: title.format(page + 1))) == [[]] * 6


def test_numbers_that_jump_are_no_page_numbers() -> None:
    assert left_out(with_heads(6, lambda page: f"Invoice No. {1000 + 7 * page}")) == [[]] * 6


def test_rows_in_the_middle_of_pages_stay() -> None:
    pages = [[*body(page), "Name Age Place", *body(page + 100)] for page in range(6)]
    assert left_out(pages) == [[]] * 6


def test_paragraphs_and_small_cells_that_repeat_stay() -> None:
    paragraph = "The harbour was built in the year of the great storm. " * 4
    assert left_out(with_heads(6, lambda _: paragraph)) == [[]] * 6
    assert left_out(with_heads(6, lambda _: "no")) == [[]] * 6
    assert left_out(with_heads(6, lambda _: "0.00 0.00")) == [[]] * 6


def test_two_pages_prove_nothing_but_their_own_numbers() -> None:
    pages = [["Harbour rules", *body(0), "1"], ["Harbour rules", *body(1), "2"]]
    assert left_out(pages) == [["1"], ["2"]]
    assert left_out(pages[:1]) == [["1"]]
    assert left_out([["Harbour rules", *body(0), "7"], ["Harbour rules", *body(1), "8"]]) == [[], []]
    assert left_out([[*body(0), "- 1 -"], [*body(1), "2/2"]]) == [["- 1 -"], ["2/2"]]


def test_a_chapters_roman_number_is_no_page_number_unless_the_document_calls_the_page_so() -> None:
    pages = [["I", *body(0)], ["v", *body(1)]]
    assert left_out(pages) == [[], []]
    assert left_out(pages, ["", "v"]) == [[], ["v"]]
    assert left_out([[*body(0), "A-3"]], ["A-3"]) == [["A-3"]]


def test_a_page_that_shows_nothing_else_keeps_its_lines() -> None:
    pages = [[*body(page), "", str(page + 1)] for page in range(6)]
    pages[3] = ["", "4", ""]
    assert left_out(pages) == [["1"], ["2"], ["3"], [], ["5"], ["6"]]


def test_a_document_without_pages_has_no_answers() -> None:
    assert list(running_lines([])) == []


def test_only_a_few_pages_are_taken_in_advance() -> None:
    taken = 0

    def pages() -> Iterator[list[str]]:
        nonlocal taken
        for page in itertools.count():
            taken += 1
            yield [*body(page, 3), str(page + 1)]

    answers = running_lines(pages())
    for given_back in range(1, 40):
        assert next(answers) == {3}
        assert taken == given_back + NEIGHBOURS


@given(st.lists(st.lists(st.sampled_from(["", "12", "Page 3", "iv", "Harbour", "第3页", "x" * 300, "9" * 5000]))))
def test_every_page_has_an_answer_and_keeps_a_line(pages: list[list[str]]) -> None:
    for lines, indices in zip(pages, running_lines(pages), strict=True):
        assert all(lines[index].strip() for index in indices)
        assert len(indices) < max(1, sum(1 for line in lines if line.strip()))


@pytest.mark.parametrize(
    ("text", "key", "numbers"),
    [
        ("Page 12 of 300", "page # of #", (12, 300)),
        ("xiv  HARBOUR", "# harbour", (14,)),
        ("The mix of 1999", "the mix of #", (1999,)),
        ("ivory", "ivory", ()),
        ("iiii", "iiii", ()),
        ("۱۲", "#", (12,)),
        ("mcmxcix", "#", (1999,)),
    ],
)
def test_numbers_are_taken_out_of_a_line(text: str, key: str, numbers: tuple[int, ...]) -> None:
    line = edge_lines([text])[0]
    assert (line.key, line.numbers) == (key, numbers)
