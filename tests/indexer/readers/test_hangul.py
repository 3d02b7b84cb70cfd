import re
from pathlib import Path

from indexer.readers.hangul import divided_words
from indexer.readers.lines import join_lines

SOURCE = Path(__file__).resolve().parents[3] / "data" / "sources" / "ko-dasima-yangsik.md"
TEXT = " ".join(line for line in SOURCE.read_text(encoding="utf-8").split() if not line.startswith("#"))


def broken(width: int) -> list[str]:
    """Break the text after any syllable, without the spaces at the ends."""
    return [TEXT[start : start + width].strip() for start in range(0, len(TEXT), width)]


def goes_on(width: int) -> set[int]:
    """The lines that begin within a word of two syllables side by side."""
    return {
        place // width
        for place in range(width, len(TEXT), width)
        if re.fullmatch("[\uac00-\ud7a3]{2}", TEXT[place - 1 : place + 1])
    }


def ends_of_words(width: int) -> set[int]:
    return {
        place // width
        for place in range(width, len(TEXT), width)
        if re.fullmatch("[\uac00-\ud7a3] +[\uac00-\ud7a3]|.[\uac00-\ud7a3] ", TEXT[place - 2 : place + 1])
        or re.fullmatch("[\uac00-\ud7a3] [\uac00-\ud7a3]", TEXT[place - 1 : place + 2])
    }


def test_most_line_ends_within_words_are_found_where_lines_break_anywhere() -> None:
    wrong = right = 0
    for width in (17, 22, 31):
        found, inner, outer = divided_words(broken(width)), goes_on(width), ends_of_words(width)
        right += len(found & inner) + len(outer - found)
        wrong += len(inner - found) + len(found & outer)
    assert right > 4 * wrong


def test_lines_that_break_between_words_are_left_alone() -> None:
    lines = [""]
    for word in TEXT.split():
        if len(lines[-1]) + len(word) > 40:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    assert divided_words(lines) == set()


def test_where_some_lines_end_in_a_space_the_others_do_not_end_a_word() -> None:
    assert divided_words(["바닷물이 차갑고 ", "깨끗하여 다시", "마가 잘 자란다"]) == {2}


def test_a_few_lines_tell_nothing() -> None:
    assert divided_words(["바닷물이 차갑고", "깨끗하여 다시", "마가 잘 자란다"]) == set()


def test_korean_is_whole_again_where_lines_keep_the_spaces_at_their_ends() -> None:
    text = " ".join(re.findall("[\uac00-\ud7a3]+", TEXT))
    lines = re.findall(".{30,31} ?", text)
    assert not all(line.endswith(" ") for line in lines)
    assert join_lines("\n".join(lines)).replace("\n", " ") == "".join(lines).rstrip()
