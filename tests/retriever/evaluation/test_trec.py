"""Sets in TREC's layout."""

import gzip
from pathlib import Path

import pytest

from retriever.evaluation import EvaluationSetError, SetDocument, SetQuestion, read_set

TOPICS = """<top>
<num> Number: 301
<title> Harbour &amp; pilots

<desc> Description:
Who may go without a pilot?
</top>

<top>
<num> Number: 302 </num>
<title>Night ferry</title>
</top>
"""
QRELS = "301 0 LT-0001 1\n301\t0\tLT-0002\t0\n302 0 LT-0002 2\n"
DOCUMENTS = """<DOC>
<DOCNO> LT-0001 </DOCNO>
<HEADLINE>
<P>Pilots &amp; captains</P>
</HEADLINE>
<TEXT>
<P>
A captain with <B>eighteen</B> entries needs none: 2 &lt; 3.
</P>
</TEXT>
</DOC>
<DOC>
<DOCNO>LT-0002</DOCNO>
The ferry sails by night.
</DOC>
"""


def write_set(folder: Path, *, topics: str = TOPICS, corpus: str = DOCUMENTS, name: str = "corpus.txt") -> Path:
    (folder / "topics.301-302").write_text(topics, encoding="utf-8-sig")
    (folder / "qrels.txt").write_bytes(QRELS.replace("\n", "\r\n").encode())
    data = corpus.encode()
    (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return folder


def test_sgml_topics_are_read_by_their_titles(tmp_path: Path) -> None:
    found = read_set(write_set(tmp_path), language="en")
    assert found.questions == (
        SetQuestion(id="301", text="Harbour & pilots", language="en"),
        SetQuestion(id="302", text="Night ferry", language="en"),
    )
    assert found.qrels == {"301": {"LT-0001": 1, "LT-0002": 0}, "302": {"LT-0002": 2}}


@pytest.mark.parametrize("name", ["corpus.txt", "documents.sgml.gz"])
def test_sgml_documents_lose_their_tags_and_entities(tmp_path: Path, name: str) -> None:
    assert list(read_set(write_set(tmp_path, name=name), language="en").documents()) == [
        SetDocument(
            id="LT-0001",
            title="Pilots & captains",
            text="A captain with eighteen entries needs none: 2 < 3.",
            language="en",
        ),
        SetDocument(id="LT-0002", title="", text="The ferry sails by night.", language="en"),
    ]


@pytest.mark.parametrize(
    ("corpus", "titles"),
    [
        ("LT-0001\tA captain.\nLT-0002\tA ferry.\n", ["", ""]),
        ("LT-0001\tPilots\tA captain.\nLT-0002\tBoats\tA ferry.\n", ["Pilots", "Boats"]),
        ('{"docno": "LT-0001", "text": "A captain."}\n{"id": "LT-0002", "text": "A ferry.", "title": "Boats"}\n',
         ["", "Boats"]),
    ],
    ids=["two columns", "three columns", "JSON lines"],
)  # fmt: skip
def test_documents_may_be_a_table_or_json_lines(tmp_path: Path, corpus: str, titles: list[str]) -> None:
    documents = list(read_set(write_set(tmp_path, corpus=corpus)).documents())
    assert [(d.id, d.text) for d in documents] == [("LT-0001", "A captain."), ("LT-0002", "A ferry.")]
    assert [document.title for document in documents] == titles


def test_topics_may_be_a_table_and_only_judged_ones_are_read(tmp_path: Path) -> None:
    found = read_set(write_set(tmp_path, topics="301\tWho is a pilot?\n302\tWhen?\n999\tNever judged?\n"))
    assert [(question.id, question.text) for question in found.questions] == [
        ("301", "Who is a pilot?"),
        ("302", "When?"),
    ]


def test_a_folder_of_documents_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    write_set(tmp_path, name="qrels.txt")  # no corpus yet
    (tmp_path / "qrels.txt").write_text(QRELS, encoding="utf-8")
    (tmp_path / "docs" / "deeper").mkdir(parents=True)
    (tmp_path / "docs" / "b.tsv").write_text("LT-0002\tA ferry.\n", encoding="utf-8")
    (tmp_path / "docs" / "a.tsv").write_text("LT-0001\tA captain.\n", encoding="utf-8")
    (tmp_path / "docs" / "deeper" / "c.tsv").write_text("LT-0003\tA gull.\n", encoding="utf-8")
    assert [document.id for document in read_set(tmp_path).documents()] == ["LT-0001", "LT-0002", "LT-0003"]


def test_documents_are_read_one_by_one(tmp_path: Path) -> None:
    documents = read_set(write_set(tmp_path, corpus=f"{DOCUMENTS}<DOC>\nno number\n</DOC>\n")).documents()
    assert [next(documents).id, next(documents).id] == ["LT-0001", "LT-0002"]
    with pytest.raises(EvaluationSetError, match=r"corpus\.txt, line 16: expected a document with <DOCNO>"):
        next(documents)


@pytest.mark.parametrize(
    ("corpus", "message"),
    [
        ("<DOC>\n<DOCNO>1</DOCNO>\n", "line 1: expected </DOC>, found the end of the file"),
        ("<DOC>\n<DOCNO>1</DOCNO>\n<DOC>\n", "line 1: expected </DOC>, found another <DOC> in line 3"),
        ("1\ta\tb\tc\n", "line 1: expected 2 or 3 columns"),
        ("", "holds no document"),
    ],
)
def test_malformed_documents_are_named(tmp_path: Path, corpus: str, message: str) -> None:
    found = read_set(write_set(tmp_path, corpus=corpus))
    with pytest.raises(EvaluationSetError, match=message):
        list(found.documents())


@pytest.mark.parametrize(
    ("topics", "message"),
    [
        ("<top>\n<num> Number: 301\n<desc> no title\n</top>\n", "line 1: expected a topic with <num> and <title>"),
        ("301\t \n", "line 1: expected an id, a tab and a question"),
        ("301 no tab\n", "line 1: expected 2 columns with tabs"),
    ],
)
def test_malformed_topics_are_named(tmp_path: Path, topics: str, message: str) -> None:
    with pytest.raises(EvaluationSetError, match=message):
        read_set(write_set(tmp_path, topics=topics))


def test_the_split_chooses_among_several_files(tmp_path: Path) -> None:
    write_set(tmp_path)
    (tmp_path / "topics.dev.tsv").write_text("301\tAnother wording?\n", encoding="utf-8")
    assert [question.text for question in read_set(tmp_path, split="dev").questions] == ["Another wording?"]
    with pytest.raises(EvaluationSetError, match=r"but holds topics\.301-302, topics\.dev\.tsv; choose with --split"):
        read_set(tmp_path, split="test")


def test_a_set_without_documents_is_an_error(tmp_path: Path) -> None:
    (write_set(tmp_path) / "corpus.txt").unlink()
    with pytest.raises(EvaluationSetError, match="holds no documents"):
        read_set(tmp_path)
