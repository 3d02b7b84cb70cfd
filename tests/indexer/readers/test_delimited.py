from collections.abc import Callable

import pytest

from indexer.readers.delimited import STRETCH_CHARACTERS
from indexer.readers.extracted import Extracted

TABLE = 'name{0}city{0}note\nAnna{0}Bonn{0}"two\nlines"\n\nBob "B"{0}{0}"a{0} ""b"""\n'
READ = 'name · city · note\nname: Anna · city: Bonn · note: two lines\nname: Bob "B" · note: a{0} "b"'


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_each_value_stands_behind_the_name_of_its_column(separator: str, text_of: Callable[[str, bytes], str]) -> None:
    expected = READ.format(" " if separator == "\t" else separator).replace("a  ", "a ")
    assert text_of("table.csv", TABLE.format(separator).encode()) == expected


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("name;height\nAnna;1,7\nBob;1,8\n", "name · height\nname: Anna · height: 1,7\nname: Bob · height: 1,8"),
        ("id,tags\na,red;blue\nb,green;grey\n", "id · tags\nid: a · tags: red;blue\nid: b · tags: green;grey"),
        ("country,2019,2020\nDE,1,2\n", "country · 2019 · 2020\ncountry: DE · 2019: 1 · 2020: 2"),
        ("sep=|\nx,y|z\n1,5|2\n", "x,y · z\nx,y: 1,5 · z: 2"),
        (
            "Report of June\n\nname,city\nAnna,Bonn,more\n",
            "Report of June\nname · city\nname: Anna · city: Bonn · more",
        ),
        ("only\none\ncolumn\n", "only\none\ncolumn"),
        ("name,city\n", "name · city"),
    ],
)
def test_separator_and_names_are_found(table: str, text: str, text_of: Callable[[str, bytes], str]) -> None:
    assert text_of("table.csv", table.encode()) == text


@pytest.mark.parametrize(
    "table",
    ["Anna,17\nBob,18\n", "yes,Bonn\nno,Paris\nyes,Rome\n", "a@b.org,x\nc@d.org,y\n", "x,1999\ny,2001\n", "a,a\nb,c\n"],
)
def test_a_row_of_values_is_not_taken_for_names(table: str, text_of: Callable[[str, bytes], str]) -> None:
    assert text_of("table.csv", table.encode()) == table.strip().replace(",", " · ")


@pytest.mark.parametrize("filler", ["", "long " * 40_000])
def test_a_quote_that_is_left_open_swallows_nothing(filler: str, extract: Callable[[str, bytes], Extracted]) -> None:
    table = f'name,note\nAnna,"open {filler}\nBob,shut\n'
    (*_, last) = extract("table.csv", table.encode()).pages
    assert last.text.endswith("name: Bob · note: shut")


def test_rows_are_cited_as_a_spreadsheet_numbers_them(extract: Callable[[str, bytes], Extracted]) -> None:
    rows = [f"{number},{'word ' * 30}" for number in range(2, 20)]
    found = extract("towers of 1803.csv", "\n".join(["id,text", *rows, f"20,{'long ' * STRETCH_CHARACTERS}"]).encode())
    pages = list(found.pages)
    assert found.title == "towers of 1803"
    assert [page.label for page in pages] == ["rows 1–8", "rows 9–15", "rows 16–20"]
    assert all(f"id: {number} ·" in page.text for page, number in zip(pages, (8, 15, 20), strict=True))


def test_a_long_row_stands_alone(extract: Callable[[str, bytes], Extracted]) -> None:
    long = "word " * STRETCH_CHARACTERS
    pages = extract("table.tsv", f"x\t{long}\ny\t{long}".encode()).pages
    assert [page.label for page in pages] == ["row 1", "row 2"]


def test_the_encoding_of_old_spreadsheets_is_seen(text_of: Callable[[str, bytes], str]) -> None:
    table = "имя;город\nАнна;Тверь\n"
    assert text_of("table.csv", table.encode("cp1251")) == "имя · город\nимя: Анна · город: Тверь"
