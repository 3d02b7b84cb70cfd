"""`polyseek eval` as it is typed, with the bundled encoder on small sets."""

import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from app.cli import main
from retriever.evaluation import EvaluationReport

REPOSITORY = Path(__file__).resolve().parents[2]
PNG = b"\x89PNG\r\n\x1a\n"

DOCUMENTS = {
    "en": {
        "lamp": "The lamp of the lighthouse was lit in the autumn of 1871. Its keeper grows cabbages behind the house.",
        "mine": "The salt mine has seven levels and an underground lake. Visitors come by train.",
        "ferry": "The ferry crosses the river every hour until midnight. It does not run at Christmas.",
    },
    "de": {
        "lamp": "Die Lampe des Leuchtturms wurde im Herbst 1871 entzündet. Sein Wärter pflanzt hinter dem Haus Kohl.",
        "mine": "Das Salzbergwerk hat sieben Sohlen und einen unterirdischen See. Besucher kommen mit der Bahn.",
        "ferry": "Die Fähre überquert den Fluss jede Stunde bis Mitternacht. An Weihnachten fährt sie nicht.",
    },
}
QUESTIONS = {
    "en": {"lamp": "When was the lighthouse lit?", "mine": "How many levels does the salt mine have?"},
    "de": {"lamp": "Wann wurde der Leuchtturm entzündet?", "mine": "Wie viele Sohlen hat das Salzbergwerk?"},
}


class Answer(NamedTuple):
    code: int
    out: str
    err: str


Polyseek = Callable[..., Answer]


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """The command sets the levels of our loggers; other tests of this process expect them unset."""
    loggers = [logging.getLogger(name) for name in ("app", "retriever", "indexer", "embedder")]
    levels = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture
def polyseek(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Polyseek:
    """Runs the command in this process, in a directory of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Answer:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["polyseek", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return Answer(int(ended.value.code or 0), *capsys.readouterr())

    return run


def write_beir(folder: Path, language: str, *, wrong: bool = False) -> Path:
    (folder / "qrels").mkdir(parents=True)
    corpus = [{"_id": key, "text": text, "title": ""} for key, text in DOCUMENTS[language].items()]
    queries = [{"_id": f"q-{key}", "text": text} for key, text in QUESTIONS[language].items()]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    right = [f"q-{key}\t{'missing' if wrong else key}\t1\n" for key in QUESTIONS[language]]
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(right))
    return folder


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    return write_beir(tmp_path / "harbour", "en")


@pytest.fixture
def parallel(tmp_path: Path) -> Path:
    for language in DOCUMENTS:
        write_beir(tmp_path / "two" / language, language)
    return tmp_path / "two"


def test_a_set_is_measured_with_every_method(polyseek: Polyseek, beir: Path, tmp_path: Path) -> None:
    answer = polyseek("eval", beir, "--json", "result.json", "--markdown", "result.md")
    assert answer.code == 0
    assert answer.out.startswith("harbour: 2 questions\n")
    head, *rows = answer.out.splitlines()[1:6]
    assert head.split() == ["Recall@5", "95%", "nDCG@10", "MRR@10", "mAP", "R@1"]
    assert [row.split("  ")[0] for row in rows] == ["BM25", "dense 384", "neutral", "hybrid"]
    assert rows[-1].split() == ["hybrid", "1.000", "1.000–1.000", "1.000", "1.000", "1.000", "1.000"]
    assert "hybrid − BM25: Recall@5 +0.000" in answer.out
    assert "by language" not in answer.out
    report = EvaluationReport.from_json((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert report.encoder["id"] == "e5-small"
    assert (tmp_path / "result.md").read_text(encoding="utf-8") == report.to_markdown()
    assert not list(tmp_path.glob("polyseek-eval-*"))


def test_json_on_standard_output_stands_there_alone(polyseek: Polyseek, beir: Path) -> None:
    answer = polyseek("eval", beir, "--json", "-", "--method", "hybrid")
    (line,) = answer.out.splitlines()
    assert EvaluationReport.from_json(line).methods == ("hybrid",)
    assert answer.err == ""


def test_polyseeks_own_questions_tell_whether_the_marked_sentence_holds_the_answer(
    polyseek: Polyseek, tmp_path: Path
) -> None:
    documents = tmp_path / "sample"
    documents.mkdir()
    chosen = [
        line
        for line in (REPOSITORY / "data" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        if json.loads(line)["document"].endswith(".txt")
    ]
    for path in (REPOSITORY / "data" / "sample").glob("*.txt"):
        (documents / path.name).write_bytes(path.read_bytes())
    (tmp_path / "questions.jsonl").write_text("\n".join(chosen), encoding="utf-8")
    answer = polyseek("eval", "questions.jsonl", "--limit", "12", "--method", "hybrid", "--json", "result.json")
    assert answer.code == 0
    assert answer.out.startswith("questions: 12 questions\n")
    (shown,) = re.findall(r"the marked sentence holds the answer in (\S+) \(\S+\) of (\d+) questions", answer.out)
    report = EvaluationReport.from_json(Path("result.json").read_text(encoding="utf-8"))
    row = report.highlights[0]
    assert (f"{row.share.mean:.3f}", str(row.questions)) == shown
    assert 0 < row.share.mean < 1
    assert "only limit 12" in answer.out
    assert "Recall@5 by language, hybrid" in answer.out


def test_a_parallel_set_has_a_matrix_and_its_picture(polyseek: Polyseek, parallel: Path, tmp_path: Path) -> None:
    answer = polyseek("eval", parallel, "--parallel", "--method", "hybrid", "--heat-map", "map.png", "--json", "r.json")
    assert answer.code == 0
    assert re.search(r"question \\ passage +de +en\nde +1\.00 +1\.00\nen +1\.00 +1\.00\n", answer.out)
    assert "one language 1.000, two languages 1.000; lowest: question in" in answer.out
    assert (tmp_path / "map.png").read_bytes().startswith(PNG)
    matrix = EvaluationReport.from_json((tmp_path / "r.json").read_text()).matrices["two"]
    assert matrix.counts.tolist() == [[2, 2], [2, 2]]


def test_a_set_that_is_not_parallel_measures_only_the_languages_of_its_answers(
    polyseek: Polyseek, parallel: Path
) -> None:
    answer = polyseek("eval", parallel, "--method", "hybrid", "--by-language")
    assert re.search(r"question \\ passage +de +en\nde +1\.00 +–\nen +– +1\.00\n", answer.out)
    assert re.search(r"\nde +2 +hybrid +1\.000", answer.out)


def test_a_picture_of_one_language_is_not_drawn(polyseek: Polyseek, beir: Path, tmp_path: Path) -> None:
    answer = polyseek("eval", beir, "--method", "BM25", "--heat-map", "map.png")
    assert answer.code == 1
    assert "harbour: 2 questions" in answer.out
    assert "was not drawn: no set has relevant documents in several languages" in answer.err
    assert not (tmp_path / "map.png").exists()


def test_a_limit_that_is_reached_passes_and_one_that_is_not_is_named(polyseek: Polyseek, tmp_path: Path) -> None:
    write_beir(tmp_path / "good", "en")
    write_beir(tmp_path / "bad", "de", wrong=True)
    common = ("--method", "hybrid", "--work", "work", "--fail-under", "0.9", "--fail-under", "nDCG@10=0.8")
    assert polyseek("eval", "good", *common).code == 0
    answer = polyseek("eval", "good", "bad", *common)
    assert answer.code == 1
    assert "bad, all, hybrid: Recall@5 0.0000 is below 0.9000" in answer.err
    assert "mean of sets, all, hybrid: nDCG@10 0.5000 is below 0.8000" in answer.err
    assert "good, all" not in answer.err
    assert answer.err.splitlines()[-1] == "Error: 6 results are below what is expected"


def test_worse_than_the_baseline_is_exit_code_1(polyseek: Polyseek, beir: Path, tmp_path: Path) -> None:
    common = ("eval", beir, "--method", "hybrid", "--work", "work")
    assert polyseek(*common, "--json", "before.json").code == 0
    assert polyseek(*common, "--baseline", "before.json").code == 0
    (beir / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq-lamp\tlamp\t1\nq-mine\tferry\t1\n")
    answer = polyseek(*common, "--baseline", "before.json")
    assert answer.code == 1
    assert "harbour, all, hybrid: R@1 0.5000 is below 1.0000" in answer.err
    assert polyseek(*common, "--baseline", "before.json", "--tolerance", "1").code == 0


def test_a_preset_stands_beside_what_is_published(polyseek: Polyseek, tmp_path: Path) -> None:
    folder = tmp_path / "sets" / "mlqa"
    folder.mkdir(parents=True)
    for language in DOCUMENTS:
        paragraphs = [
            {
                "context": DOCUMENTS[language][key],
                "qas": [{"id": key, "question": text, "answers": [{"text": "7", "answer_start": 0}]}],
            }
            for key, text in QUESTIONS[language].items()
        ]
        name = f"test-context-{language}-question-{language}.json"
        (folder / name).write_text(json.dumps({"data": [{"title": "harbour", "paragraphs": paragraphs}]}))
    answer = polyseek("eval", "mlqa", "--data", "sets", "--method", "BM25", "--method", "hybrid")
    assert answer.code == 0
    assert "mlqa: mean of 1 sets, beside the published one" in answer.out
    assert re.search(r"llama-nemotron-embed-1b-v2, 2048 dimensions \(published\) +0\.799\n", answer.out)
    assert re.search(r"BM25 \(published\) +0\.130\n", answer.out)
    assert "Vietnamese is left out" in answer.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "nowhere does not exist"),
        (["harbour", "--format", "csv"], "unknown layout 'csv'"),
        (["harbour", "--method", "magic"], "e5-small has no method 'magic'; choose from 'BM25'"),
        (["harbour", "--limit", "0"], "the limit is 0 questions"),
        (["harbour", "--fail-under", "90"], "'90' is not a value from 0 to 1"),
        (["harbour", "--fail-under", "0.9", "--method", "BM25"], "add --method hybrid"),
        (["harbour", "--baseline", "nothing.json"], "make one with: polyseek eval SET --json nothing.json"),
        (["harbour", "--baseline", "harbour/corpus.jsonl"], "this is not the result of an evaluation"),
        (["harbour", "--json", "nowhere/result.json"], "nowhere/result.json cannot be written"),
        (["harbour", "harbour/../harbour"], "2 sets are called 'harbour'"),
        (["harbour", "--documents", "."], "leave --documents . out"),
        (["miracl"], "name it with --data FOLDER"),
        (["miracl", "--data", "."], "download and unpack"),
        (["miracl", "--data", ".", "--split", "dev"], "says itself how its sets are read"),
    ],
)
def test_mistakes_end_with_what_to_do_before_anything_is_measured(
    polyseek: Polyseek, beir: Path, arguments: list[str], words: str
) -> None:
    answer = polyseek("eval", *arguments)
    assert answer.code == 1
    assert answer.out == ""
    assert words in answer.err
    assert "Traceback" not in answer.err


def test_an_unknown_half_is_wrong_usage(polyseek: Polyseek, beir: Path) -> None:
    assert polyseek("eval", beir, "--only-half", "third").code == 2
