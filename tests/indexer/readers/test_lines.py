import pytest

from indexer.readers.lines import TEXT_LINE_WIDTH, join_lines

PROSE = """\
The harbour was built in the year of the great storm, when
every boat of the village was lost in a single night. The
families who stayed put up a wall of stone.
Its keeper lived alone for thirty years and wrote down the
weather every morning."""


def test_a_paragraph_becomes_one_line_and_its_end_stays() -> None:
    assert join_lines(PROSE).split("\n") == [
        "The harbour was built in the year of the great storm, when every boat of the village was lost in a single "
        "night. The families who stayed put up a wall of stone.",
        "Its keeper lived alone for thirty years and wrote down the weather every morning.",
    ]


def test_a_heading_and_blank_lines_stay_apart() -> None:
    text = "The harbour\n" + PROSE + "\n\nThe keeper\n" + PROSE
    lines = join_lines(text).split("\n")
    assert lines[0] == "The harbour"
    assert lines[3:5] == ["", "The keeper"]


def test_items_of_a_list_stay_on_their_lines() -> None:
    text = PROSE + "\n- bread for the whole long winter of that year, and salt\n- oil\n2. Each of the boats had a lamp"
    assert join_lines(text).split("\n")[2:] == [
        "- bread for the whole long winter of that year, and salt",
        "- oil",
        "2. Each of the boats had a lamp",
    ]


def test_a_word_divided_at_a_line_end_is_made_whole() -> None:
    assert join_lines("The light-\nhouse of the Anglo-\nSaxons") == "The lighthouse of the Anglo-\nSaxons"


@pytest.mark.parametrize("mark", ["\x02", "\u00ad", "\ufffe"])
def test_a_soft_hyphen_goes_with_its_line_end(mark: str) -> None:
    assert join_lines(f"Leucht{mark}\nturm und Hafen{mark}mauer") == "Leuchtturm und Hafenmauer"


def test_chinese_and_thai_lines_are_joined_without_a_space() -> None:
    chinese = "港口建于大风暴的那一年，村里所有的船都在一夜之间\n沉没，留下来的家庭用石头砌起了防波堤，守塔人,\n独自。"
    assert join_lines(chinese) == chinese.replace("\n", "")
    thai = "ท่าเรือแห่งนี้สร้างขึ้นในปีที่เกิดพายุใหญ่เรือทุกลำ\nจมลงในคืนเดียวครอบครัวที่เหลืออยู่จึงสร้างกำแพงหินขึ้น\nริมทะเล"
    assert join_lines(thai) == thai.replace("\n", "")


def test_a_chinese_heading_after_a_full_line_stays_apart() -> None:
    text = (
        "人人生而自由，在尊严和权利上一律平等，他们赋有理性。\n第二条\n任何人不得使为奴隶或奴役，一切形式均应予以禁止。"
    )
    assert join_lines(text).split("\n")[1] == "第二条"


def test_verse_and_short_lists_are_left_alone() -> None:
    verse = "Grey sea\nand greyer sky\nthe gulls\nhave gone inland"
    assert join_lines(verse) == verse


def test_a_file_with_a_paragraph_on_each_line_is_left_alone() -> None:
    text = "\n".join(["word " * 60] * 5)
    assert join_lines(text, max_width=TEXT_LINE_WIDTH) == text


def test_rows_of_a_table_stay_on_their_lines() -> None:
    rows = "Bergbahn Tessamar vom Hafen zum Kamm  1907  12,50\nSeilbahn auf den Hohen Kamm hinauf  1958  8,00"
    assert join_lines(rows) == rows
    typed = "The harbour was built in the year of the storm.  Every boat\nof the village was lost in one night."
    assert join_lines(typed) == typed.replace("\n", " ")


def test_a_number_broken_after_its_hyphen_keeps_it_and_gets_no_space() -> None:
    text = "The document follows the standard of printing ISO 32000-\n2:2020 on all of its pages, and the older one."
    assert join_lines(text) == text.replace("\n", "")


def test_a_space_at_the_end_of_a_thai_line_is_one_between_phrases() -> None:
    text = "ท่าเรือแห่งนี้สร้างขึ้นในปีที่เกิดพายุใหญ่เรือทุกลำ \nจมลงในคืนเดียวครอบครัวที่เหลืออยู่จึงสร้างกำแพงหินขึ้น"
    assert join_lines(text) == text.replace("\n", "")


def test_ideographs_and_digits_are_joined_as_the_text_sets_them() -> None:
    tight = (
        "港口建于大风暴的1871年，村里所有的船都在一夜之间沉没，\n30年后留下来的家庭用石头砌起了防波堤，守塔人独自生活。"
    )
    assert join_lines(tight) == tight.replace("\n", "")
    spaced = tight.replace("1871", " 1871 ").replace("30", "30 ")
    assert join_lines(spaced) == spaced.replace("\n", " ")
