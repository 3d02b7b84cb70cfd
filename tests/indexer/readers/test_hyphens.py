import pytest

from indexer.readers.hyphens import ends_in_hyphen, hyphens_of

DIVIDED = ["Die Bahn fuhr lang-", "sam in den Bahn-", "hof, und der Schaff-", "ner stieg aus", "auf den Bahn steig"]
WHOLE = ["hak-hak asasi manusia serta kebebasan-kebebasan itu"] * 10 + ["semua orang-", "orang yang bebas"]


@pytest.mark.parametrize("mark", ["-", "\u2010", "\x02", "\ufffe", "\u00ad"])
def test_a_word_divided_by_the_end_of_a_line_is_made_whole(mark: str) -> None:
    lines = [line.replace("-", mark) for line in DIVIDED]
    assert hyphens_of(lines).join(lines[0], lines[1]) == (lines[0][:-1], "")


@pytest.mark.parametrize("mark", ["-", "\x02"])
def test_a_text_full_of_compounds_keeps_the_hyphen_at_a_line_end(mark: str) -> None:
    lines = [line[:-1] + mark if line.endswith("-") else line for line in WHOLE]
    assert hyphens_of(lines).join(lines[-2], lines[-1]) == ("semua orang-", "")


def test_the_rest_of_the_text_tells_whether_a_hyphen_belongs_to_a_word() -> None:
    assert hyphens_of(WHOLE).join("kerja ber-", "sama itu") == ("kerja ber-", "")
    assert hyphens_of([*WHOLE, "kerja bersama"]).join("kerja ber-", "sama itu") == ("kerja ber", "")
    assert hyphens_of([*DIVIDED, "ein drei-fach"]).join("auch drei-", "fach") == ("auch drei-", "")
    assert hyphens_of(DIVIDED).join("auch drei-", "fach") == ("auch drei", "")


def test_one_hyphen_at_the_end_of_a_line_does_not_make_a_text_that_divides_words() -> None:
    lines = ["lines of a letter without any other hyphen"] * 27 + ["arising from non\u2010", "political crimes"]
    assert hyphens_of(lines).join(lines[-2], lines[-1]) == (lines[-2], "")


def test_a_mark_that_divides_words_says_nothing_of_another_one() -> None:
    lines = [*[line.replace("-", "\x02") for line in DIVIDED] * 9, "arising from non\u2010", "political crimes"]
    hyphens = hyphens_of(lines)
    assert hyphens.join(lines[0], lines[1]) == (lines[0][:-1], "")
    assert hyphens.join(lines[-2], lines[-1]) == (lines[-2], "")


@pytest.mark.parametrize(
    ("before", "after"),
    [("Ein-", "und Ausgang"), ("samvittigheds-", "og religionsfrihed"), ("dolno-", "i górnośląski")],
)
def test_a_hyphen_before_and_stands_for_the_end_of_the_next_word(before: str, after: str) -> None:
    assert hyphens_of(DIVIDED).join(before, after) == (before, " ")


def test_lines_without_a_hyphen_or_before_a_capital_are_not_joined() -> None:
    hyphens = hyphens_of(DIVIDED)
    assert hyphens.join("die Bahn", "fuhr") is None
    assert hyphens.join("der Anglo-", "Saxon") is None
    assert hyphens.join("der Anglo\x02", "Saxon") == ("der Anglo-", "")
    assert hyphens.join("lang-", "") is None


@pytest.mark.parametrize(("line", "ends"), [("ISO 32000-", True), ("לא-", True), ("he said -", False), ("word", False)])
def test_a_hyphen_that_belongs_to_what_is_before_it_is_seen(line: str, ends: bool) -> None:
    assert ends_in_hyphen(line) is ends
