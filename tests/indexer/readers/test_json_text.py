import json
from collections.abc import Callable

import pytest

from indexer.readers.document import PageCheck, Verdict
from indexer.readers.extracted import Extracted
from indexer.readers.failure import FailureReason, ReadError
from indexer.readers.json_text import MAX_DEPTH, MOST_NUMBERS

DOCUMENT = """\
{"title": "The keeper's book", "lang": null, "ok": true, "empty": "",
 "people": [{"name": "Anna", "tags": ["sea", "storm"], "name": "Ann"},
            {"name": "Олег", "note": "Two\\nlines \\ud800", "born": 1803}],
 "place": {"geo": {"lat": 54.10, "outline": [[1, 2], [3, 4]]}},
 "huge": 1%s, "bad": NaN}
""" % ("0" * 5000)


def test_each_value_stands_behind_its_keys_in_order(text_of: Callable[[str, bytes], str]) -> None:
    assert text_of("book.json", DOCUMENT.encode()) == (
        "title: The keeper's book\nok: true\n\n"
        "people › name: Anna\npeople › tags: sea, storm\npeople › name: Ann\n\n"
        "people › name: Олег\npeople › note: Two\nlines\npeople › born: 1803\n"
        "place › geo › lat: 54.10\n\n"
        "place › geo › outline: 1, 2\n\nplace › geo › outline: 3, 4\n"
        f"huge: 1{'0' * 5000}\nbad: NaN"
    )


def test_the_title_is_the_documents_else_the_name_of_the_file(extract: Callable[[str, bytes], Extracted]) -> None:
    assert extract("book.json", DOCUMENT.encode()).title == "The keeper's book"
    assert extract("book.json", b'{"title": 7, "x": "y"}').title == "book"
    assert extract("book.json", b'["x"]').title == "book"


@pytest.mark.parametrize("vector", [list(range(MOST_NUMBERS + 1)), [[0.5, number] for number in range(MOST_NUMBERS)]])
def test_many_numbers_are_left_out(vector: list[object], text_of: Callable[[str, bytes], str]) -> None:
    assert text_of("a.json", json.dumps({"text": "sea", "vector": vector}).encode()) == "text: sea"
    assert "years: 1803, 1804" in text_of("a.json", b'{"years": [1803, 1804]}')


def test_long_texts_of_an_array_stand_apart(text_of: Callable[[str, bytes], str]) -> None:
    long = "a sentence that is longer than forty characters"
    assert text_of("a.json", json.dumps({"text": [long, long]}).encode()) == f"text: {long}\n\ntext: {long}"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1251"])
def test_other_encodings_than_the_standards_are_read(encoding: str, text_of: Callable[[str, bytes], str]) -> None:
    text = '{"имя": "Константин Прокофьев"}'
    assert text_of("a.json", text.encode(encoding)) == "имя: Константин Прокофьев"


def test_several_values_in_a_json_file_are_all_read(text_of: Callable[[str, bytes], str]) -> None:
    assert text_of("a.json", b'{"a": "one"}\n {"a": "two"} ') == "a: one\na: two"


@pytest.mark.parametrize(
    ("data", "place"),
    [(b'{"a": 1,\n "b": }', "line 2, column 7"), (b"text", "line 1, column 1"), (b'["a"] x', "column 7")],
)
def test_what_is_no_json_is_named_with_line_and_column(
    data: bytes, place: str, extract: Callable[[str, bytes], Extracted]
) -> None:
    with pytest.raises(ReadError, match=place) as caught:
        extract("a.json", data)
    assert caught.value.failure.reason is FailureReason.DAMAGED


@pytest.mark.parametrize("depth", [MAX_DEPTH + 2, 100_000])
def test_deep_nesting_ends(depth: int, extract: Callable[[str, bytes], Extracted]) -> None:
    with pytest.raises(ReadError, match="deep within each other") as caught:
        extract("a.json", b"[" * depth + b'"x"' + b"]" * depth)
    assert caught.value.failure.reason is FailureReason.TOO_LARGE


def test_each_line_of_json_lines_is_cited_and_a_broken_one_costs_only_itself(
    extract: Callable[[str, bytes], Extracted],
) -> None:
    data = '{"q": "Wo?\u2028Da"}\r\n\r\n{"q": \r\n{"q": "Wann?"}'
    pages = list(extract("faq.jsonl", data.encode()).pages)
    assert [(page.label, page.text) for page in pages] == [
        ("line 1", "q: Wo?\nDa"),
        ("line 3", ""),
        ("line 4", "q: Wann?"),
    ]
    assert pages[1].check == PageCheck(verdict=Verdict.NO_TEXT, extractor="jsonl", signs={"damaged": 1.0})


def test_json_lines_without_a_sound_line_are_damaged(extract: Callable[[str, bytes], Extracted]) -> None:
    with pytest.raises(ReadError, match="line 2, column 2"):
        extract("faq.ndjson", b"\n{bad\n[worse\n")
