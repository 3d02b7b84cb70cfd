"""Reading files of sets line by line."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retriever.evaluation import EvaluationSetError
from retriever.evaluation.formats.lines import read_json, read_lines, read_records

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5)


@given(texts=TEXTS, end=st.sampled_from(["\n", "\r\n"]), mark=st.booleans(), packed=st.booleans())
def test_any_text_comes_back_whatever_the_line_end_the_mark_and_the_packing(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], end: str, mark: bool, packed: bool
) -> None:
    path = tmp_path_factory.mktemp("lines") / ("a.jsonl.gz" if packed else "a.jsonl")
    content = "".join(json.dumps({"text": text}, ensure_ascii=False) + end for text in texts)
    data = content.encode("utf-8-sig" if mark else "utf-8")
    path.write_bytes(gzip.compress(data) if packed else data)
    assert [record.text("text") for record in read_records(path)] == texts


def test_lines_are_numbered_from_one_and_blank_ones_count(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"first\n\nthird\r\n")
    assert [(line.place.line, line.text) for line in read_lines(tmp_path / "a.txt")] == [(1, "first"), (3, "third")]


def test_a_broken_line_is_named_with_its_file_and_number(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "sound"}\n{"text": \n', encoding="utf-8")
    with pytest.raises(EvaluationSetError, match=r"a\.jsonl, line 2: expected one JSON object"):
        list(read_records(path))


@pytest.mark.parametrize("line", ["[1, 2]", "7", "null"])
def test_a_line_that_is_json_but_no_object_is_an_error(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(EvaluationSetError, match=r"line 1: expected one JSON object"):
        list(read_records(path))


def test_a_file_that_is_not_utf_8_names_a_command_that_converts_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Überfahrt".encode("latin-1"))
    with pytest.raises(EvaluationSetError, match=r"a\.txt, line 1 .* iconv -f latin1 -t utf-8"):
        list(read_lines(tmp_path / "a.txt"))


@pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda data: b"no gzip" + data])
def test_a_damaged_gzip_file_is_an_error_of_the_set(tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    (tmp_path / "a.txt.gz").write_bytes(damage(gzip.compress(b"one\ntwo\n" * 1000)))
    with pytest.raises(EvaluationSetError, match=r"cannot read .*a\.txt\.gz"):
        list(read_lines(tmp_path / "a.txt.gz"))


def test_a_missing_file_is_an_error_of_the_set(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match="cannot read"):
        list(read_lines(tmp_path / "a.txt"))


@pytest.mark.parametrize(("content", "message"), [("{", "expected a JSON file"), ('"text"', "a JSON object or list")])
def test_a_json_file_has_to_be_an_object_or_a_list(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(EvaluationSetError, match=message):
        read_json(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"title": "x"}', r"expected a field 'text', found the fields \['title'\]"),
        ('{"text": ["x"]}', "expected a text in the field 'text'"),
        ('{"text": true}', "expected a text in the field 'text'"),
        ('{"text": "  "}', "that is not blank"),
    ],
)
def test_a_field_that_is_missing_or_of_another_kind_is_named(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "a.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(EvaluationSetError, match=f"line 1: .*{message}"):
        next(read_records(tmp_path / "a.jsonl")).filled("text")


def test_lists_of_texts_and_of_objects_are_checked(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"texts": ["a", " "], "mixed": ["a", 1], "one": {}}', encoding="utf-8")
    record = next(read_records(tmp_path / "a.jsonl"))
    assert record.texts("texts") == ("a",)
    assert record.texts("missing") == ()
    with pytest.raises(EvaluationSetError, match="a list of texts in the field 'mixed'"):
        record.texts("mixed")
    with pytest.raises(EvaluationSetError, match="a list in the field 'one'"):
        list(record.records("one"))
    with pytest.raises(EvaluationSetError, match="mixed 1: expected an object"):
        list(record.records("mixed"))
    with pytest.raises(EvaluationSetError, match="expected a list 'missing'"):
        list(record.records("missing"))
