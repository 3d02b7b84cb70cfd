"""The Quality page, run by Streamlit's own test runner, and the process that measures."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from app.settings import Settings
from app.ui.quality.charts import heat_map
from app.ui.quality.measuring import measure
from app.ui.quality.page import KEY, template
from app.ui.quality.result import method_name, to_csv
from app.ui.quality.run import Measurement, Result
from app.ui.workspace import Workspace
from embedder import Embedder
from indexer import Collection
from retriever.evaluation import Measure
from retriever.evaluation.matrix import LanguageMatrix
from retriever.own_questions import questions_about

QUESTIONS = (
    '{"question": "When was the lighthouse lit?", "documents": ["lighthouse.txt"], "language": "en"}\n'
    '{"question": "Wie viele Sohlen hat das Salzbergwerk?", "documents": ["mine.txt", "bergwerk.txt"]}\n'
    '{"question": "What does the moon cost?", "documents": []}\n'
)


@pytest.fixture(autouse=True)
def _nothing_cached() -> Iterator[None]:
    yield
    st.cache_resource.clear()


@pytest.fixture
def workspace(tmp_path: Path, folder: Path, encoder: Embedder) -> Workspace:
    """A collection with the bundled encoder, which the measuring process can load as well."""
    (folder / "bergwerk.txt").write_text("Das Salzbergwerk hat sieben Sohlen und einen See unter der Erde.")
    with Collection.create(tmp_path / "collection", embedder=encoder) as made:
        made.sync([folder])
    return Workspace(settings=Settings(collection=tmp_path / "collection"), embedder=encoder)


def run_quality_page(workspace: "Workspace") -> None:
    from app.ui.navigation import show_pages  # the test runner executes this body as a script
    from app.ui.workspace import PageName

    show_pages(workspace, start=PageName.QUALITY)


def open_page(workspace: Workspace, questions: bytes = b"") -> AppTest:
    """Open the page; with questions, have them measured."""
    page = AppTest.from_function(run_quality_page, args=(workspace,), default_timeout=120).run()
    assert not page.exception
    if questions:
        page.file_uploader(key="questions").set_value(("mine.jsonl", questions, "application/jsonl")).run()
        button(page, "Measure").click().run()
        if KEY in page.session_state:
            page.session_state[KEY].wait()
            page.run()
        assert not page.exception
    return page


def button(page: AppTest, label: str) -> Button:
    return next(one for one in page.button if one.label == label)


def html(page: AppTest) -> str:
    return " ".join(element.value for element in page.html)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory, encoder: Embedder) -> Result:
    """What is measured on a small collection in two languages."""
    folder = tmp_path_factory.mktemp("measured")
    (folder / "lighthouse.txt").write_text("The lighthouse was lit in autumn.")
    (folder / "mine.txt").write_text("The salt mine has seven levels and an underground lake.")
    (folder / "bergwerk.txt").write_text("Das Salzbergwerk hat sieben Sohlen und einen See unter der Erde.")
    with Collection.create(folder / "collection", embedder=encoder) as made:
        made.sync([folder])
    measurement = Measurement(folder / "collection", QUESTIONS)
    measurement.wait()
    found = measurement.result()
    assert found is not None, measurement.failure()
    return found


def test_without_passages_the_page_says_what_to_do(tmp_path: Path) -> None:
    page = open_page(Workspace(settings=Settings(collection=tmp_path / "none")))
    assert "Open the Library page" in html(page)
    assert not page.button


def test_ones_own_questions_are_measured_in_a_process_of_their_own(workspace: Workspace) -> None:
    page = open_page(workspace, QUESTIONS.encode())
    methods, dimensions, times = (element.value for element in page.dataframe)
    assert list(methods["Found by"]) == [method_name(name) for name in ("BM25", "dense 384", "neutral", "hybrid")]
    assert methods["Recall@5"].iloc[-1] == "1.000 (1.000–1.000)"
    assert dimensions["Dimensions"].tolist() == ["384"]
    assert times["Step"].tolist()[0] == "Encoder"
    assert "Measured with 2 questions." in html(page)
    assert "1 question that no document answers is left out." in html(page)
    assert [one.label for one in page.download_button] == ["Download a template", "CSV", "JSON", "PNG"]
    assert len(page.get("vega_lite_chart")) == 2


def test_the_result_stays_when_another_page_was_shown(workspace: Workspace) -> None:
    page = open_page(workspace, QUESTIONS.encode())
    page.run()
    assert len(page.dataframe) == 3


@pytest.mark.parametrize(
    ("questions", "said"),
    [
        (b'{"question": "Why?", "documents": ["none.txt"]}', "does not have: &#x27;none.txt&#x27;"),
        (b"Why?", "questions.jsonl, line 1: expected one JSON object"),
        (b'{"question": "Why?", "documents": []}', "relevant document"),
        (b"\xff\xfe?", "UTF-8"),
    ],
)
def test_what_is_wrong_with_the_questions_is_said_plainly(workspace: Workspace, questions: bytes, said: str) -> None:
    page = open_page(workspace, questions)
    [error] = [element.value for element in page.html if "ps-error" in element.value and "<style>" not in element.value]
    assert said in error
    assert "polyseek-questions-" not in error
    assert "Traceback" not in error
    assert not page.dataframe


def test_the_samples_questions_are_offered_where_its_documents_are(
    workspace: Workspace, sample_folder: Path, tmp_path: Path, hashing_embedder: Embedder
) -> None:
    assert "Measure with the questions of the sample" not in [one.label for one in open_page(workspace).button]
    with Collection.create(tmp_path / "sample", embedder=hashing_embedder) as made:
        made.sync([sample_folder])
    page = open_page(Workspace(settings=Settings(collection=tmp_path / "sample"), embedder=hashing_embedder))
    assert "Measure with the questions of the sample" in [one.label for one in page.button]


def test_the_template_names_two_of_the_documents_and_can_be_measured(workspace: Workspace, tmp_path: Path) -> None:
    with Collection.open(workspace.path, embedder=workspace.embedder) as collection, collection.session() as session:
        paths = [path for document in session.documents() for path in document.paths]
        written = template(paths)
        (tmp_path / "questions.jsonl").write_text(written, encoding="utf-8")
        asked = questions_about(session, tmp_path / "questions.jsonl")
    assert len(written.splitlines()) == 2
    assert [list(row) for row in asked.qrels.values()] == [[paths[0]], [paths[1]]]


def test_an_unreadable_collection_is_a_failure_with_words(tmp_path: Path) -> None:
    said = measure(tmp_path / "none", QUESTIONS.encode())
    assert said["event"] == "failure"
    assert "polyseek ingest" in said["message"]


def test_the_downloads_hold_what_was_measured(result: Result) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(result))))
    hybrid = next(row for row in rows if (row["method"], row["language"], row["measure"]) == ("hybrid", "all", "mAP"))
    [row] = [row for row in result.report.rows if row.method == "hybrid" and row.language == "all"]
    assert float(hybrid["mean"]) == row.measures[Measure.MAP].mean
    assert {row["measure"] for row in rows} >= {"Recall@5 en-en", "Recall@5 und-de"}
    fields = json.loads(result.to_json())
    assert fields["report"]["methods"] == list(result.report.methods)
    assert [one["step"] for one in fields["times"]] == [one.step.value for one in result.times]


def test_the_heat_map_has_a_cell_for_each_pair_that_was_asked() -> None:
    pairs = {("en", "de"): [1.0, 0.0], ("en", "en"): [1.0], ("ar", "de"): [0.0]}
    drawn = heat_map(LanguageMatrix.from_values(pairs, method="hybrid")).to_dict()
    [cells] = drawn["datasets"].values()
    assert {(cell["question"], cell["passage"]): (cell["recall"], cell["questions"]) for cell in cells} == {
        ("English", "German"): (0.5, 2),
        ("English", "English"): (1.0, 1),
        ("Arabic", "German"): (0.0, 1),
    }


def run_result(result: "Result") -> None:
    from app.ui.quality.result import show_result  # the test runner executes this body as a script

    show_result(result)


def test_without_matplotlib_the_picture_is_explained(result: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.ui.quality.result.find_spec", lambda _name: None)
    page = AppTest.from_function(run_result, args=(result,), default_timeout=60).run()
    assert not page.exception
    assert page.code[0].value == "pip install 'polyseek[eval]'"
    assert [one.proto.disabled for one in page.download_button if one.label == "PNG"] == [True]
