"""Sets on the hub: the tables asked for, their rows, and what happens without the library or the network."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from retriever.evaluation import EvaluationSet, EvaluationSetError, SetDocument, SetQuestion, read_set
from retriever.evaluation.formats.hub import Table, load_rows, read_with
from retriever.evaluation.formats.layout import SetRequest

Row = Mapping[str, object]


Tables = Mapping[str, list[dict[str, object]]]
MakeRows = Callable[[list[dict[str, object]]], Iterable[Row]]


@pytest.fixture(params=["plain rows", "rows of the datasets library"])
def make_rows(request: pytest.FixtureRequest) -> MakeRows:
    if request.param == "plain rows":
        return list
    from_list: MakeRows = pytest.importorskip("datasets").Dataset.from_list
    return from_list


class LocalTables:
    """A loader whose tables are in this process instead of on the hub; remembers what was asked for."""

    def __init__(self, make_rows: MakeRows, tables: Tables) -> None:
        self._tables = {name: make_rows(rows) for name, rows in tables.items()}
        self.asked: list[Table] = []

    def __call__(self, table: Table) -> Iterator[Row]:
        self.asked.append(table)
        return iter(self._tables[str(table)])

    def read(self, address: str, *, split: str = "test", language: str | None = None) -> EvaluationSet:
        path = Path(address)
        request = SetRequest(path=path, split=split, parallel=False, language=language, folder=None)
        return read_with(request, self)


def test_beirs_three_tables_make_a_set(make_rows: MakeRows) -> None:
    tables = LocalTables(
        make_rows,
        {
            "hub:BeIR/nq-qrels test": [{"query-id": "q1", "corpus-id": "d1", "score": 1}],
            "hub:BeIR/nq queries queries": [
                {"_id": "q1", "title": "", "text": "When?"},
                {"_id": "q2", "title": "", "text": "Not judged?"},
            ],
            "hub:BeIR/nq corpus corpus": [{"_id": "d1", "title": "Lamp", "text": "1874"}],
        },
    )
    found = tables.read("hub:BeIR/nq", language="en")
    assert found.name == "BeIR/nq"
    assert found.questions == (SetQuestion(id="q1", text="When?", language="en"),)
    assert found.qrels == {"q1": {"d1": 1}}
    assert list(found.documents()) == [SetDocument(id="d1", title="Lamp", text="1874", language="en")]


def test_miracl_is_read_from_its_published_files(make_rows: MakeRows) -> None:
    root = "hf://datasets/miracl"
    tables = LocalTables(
        make_rows,
        {
            f"{root}/miracl/miracl-v1.0-ar/topics/topics.miracl-v1.0-ar-dev.tsv": [{"text": "0\tمتى؟"}],
            f"{root}/miracl/miracl-v1.0-ar/qrels/qrels.miracl-v1.0-ar-dev.tsv": [{"text": "0\tQ0\t5#0\t1"}],
            f"{root}/miracl-corpus/miracl-corpus-v1.0-ar/docs-*.jsonl.gz": [
                {"docid": "5#0", "title": "T", "text": "1874"}
            ],
        },
    )
    found = tables.read("hub:miracl/miracl", split="dev", language="ar")
    assert found.questions == (SetQuestion(id="ar/0", text="متى؟", language="ar"),)
    assert found.qrels == {"ar/0": {"ar/5#0": 1}}
    assert list(found.documents()) == [SetDocument(id="ar/5#0", title="T", text="1874", language="ar")]


def test_mldr_is_read_from_its_published_files(make_rows: MakeRows) -> None:
    root = "hf://datasets/Shitao/MLDR/mldr-v1.0-th"
    question = {
        "query_id": "q",
        "query": "เมื่อไร",
        "positive_passages": [{"docid": "d", "text": "1874"}],
        "negative_passages": [],
    }
    tables = LocalTables(
        make_rows, {f"{root}/test.jsonl.gz": [question], f"{root}/corpus.jsonl.gz": [{"docid": "d", "text": "1874"}]}
    )
    found = tables.read("hub:Shitao/MLDR", language="th")
    assert found.questions == (SetQuestion(id="th/q", text="เมื่อไร", language="th"),)
    assert found.qrels == {"th/q": {"th/d": 1}}
    assert list(found.documents()) == [SetDocument(id="th/d", title="", text="1874", language="th")]


def squad_row(question: str) -> dict[str, object]:
    answers = {"text": ["1874"], "answer_start": [5]}
    return {"id": "a", "context": "Anno 1874.", "question": question, "answers": answers}


def test_mlqas_configurations_are_pairs_of_languages(make_rows: MakeRows) -> None:
    codes = ("ar", "de", "en", "es", "hi", "zh")
    tables = LocalTables(
        make_rows, {f"hub:facebook/mlqa mlqa.de.{code} test": [squad_row(f"{code}?")] for code in codes}
    )
    found = tables.read("hub:facebook/mlqa", language="de")
    assert {(question.id, question.language, question.answers) for question in found.questions} == {
        (f"{code}/a", code, ("1874",)) for code in codes
    }
    assert list(found.documents()) == [SetDocument(id="de/#1", title="", text="Anno 1874.", language="de")]
    assert {table.revision for table in tables.asked} == {"refs/convert/parquet"}  # the repository has a script


def test_xquads_only_split_is_read_whatever_is_asked(make_rows: MakeRows) -> None:
    tables = LocalTables(
        make_rows, {"hub:google/xquad xquad.hi validation": [squad_row("कब?"), squad_row("कब?") | {"id": "b"}]}
    )
    found = tables.read("hub:google/xquad", language="hi")
    assert found.qrels == {"hi/a": {"hi/#1": 1}, "hi/b": {"hi/#1": 1}}
    assert len(list(found.documents())) == 1


def test_the_library_reads_local_files_row_by_row(tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    path = tmp_path / "corpus.jsonl"
    rows = [{"_id": "d1", "text": "1874"}, {"_id": "d2", "text": "Überfahrt"}]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert [dict(row) for row in load_rows(Table(path="json", split="train", data_files=str(path)))] == rows
    path.write_text("0\tWhen?\n7\tแม่น้ำ\n", encoding="utf-8")
    texts = [row["text"] for row in load_rows(Table(path="text", split="train", data_files=str(path)))]
    assert texts == ["0\tWhen?", "7\tแม่น้ำ"]


def test_a_table_that_cannot_be_had_says_what_to_do_instead(tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    table = Table(path="json", split="train", data_files=str(tmp_path / "nowhere.jsonl"))
    with pytest.raises(EvaluationSetError, match="download its files and name their folder instead"):
        next(load_rows(table))


def test_a_missing_library_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)  # what Python does where a package is missing
    with pytest.raises(EvaluationSetError, match=r"pip install 'polyseek\[eval\]'"):
        read_set(Path("hub:BeIR/nq"))


def test_an_address_that_is_not_known_lists_those_that_are() -> None:
    with pytest.raises(EvaluationSetError, match="known are hub:BeIR/<name>, hub:miracl/miracl, hub:Shitao/MLDR"):
        read_set(Path("hub:nobody/nothing"))
