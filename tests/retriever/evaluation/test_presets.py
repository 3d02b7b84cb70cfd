"""The model card's sets."""

import json
from pathlib import Path

import pytest

from embedder import LANGUAGES
from retriever.evaluation import LAYOUTS, PRESETS, EvaluationSetError, load_preset


def write_beir(folder: Path) -> None:
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text(json.dumps({"_id": "d", "text": "It was lit in 1874."}), encoding="utf-8")
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "When?"}), encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td\t1\n", encoding="utf-8")


def write_mldr(folder: Path, language: str) -> None:
    part = folder / f"mldr-v1.0-{language}"
    part.mkdir(parents=True)
    question = {"query_id": "q", "query": "When?", "positive_passages": [{"docid": "d", "text": "x"}]}
    (part / "test.jsonl").write_text(json.dumps(question), encoding="utf-8")
    (part / "corpus.jsonl").write_text(json.dumps({"docid": "d", "text": "x"}), encoding="utf-8")


def test_presets_name_layouts_and_languages_that_exist() -> None:
    parts = [part for preset in PRESETS.values() for part in preset.parts]
    assert {part.layout for part in parts} <= set(LAYOUTS)
    assert {language for part in parts for language in part.languages} <= set(LANGUAGES)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("open-domain", [0.6860, 0.6448, 0.4467]),
        ("miracl", [0.6075, 0.5862, 0.2651]),
        ("mlqa", [0.7986, 0.7161, 0.1301]),
        ("mldr", [0.5955, 0.5477, 0.7139]),
    ],
)
def test_published_rows_are_those_of_the_model_card(name: str, rows: list[float]) -> None:
    published = PRESETS[name].published
    assert [row.dimension for row in published] == [2048, 384, None]
    assert [row.recall_at_5 for row in published] == rows


def test_the_sets_of_a_preset_are_read_from_their_folders(tmp_path: Path) -> None:
    for name in ("nq", "hotpotqa", "fiqa"):
        write_beir(tmp_path / name)
    techqa = tmp_path / "techqa"
    techqa.mkdir()
    question = {"QUESTION_ID": "Q", "QUESTION_TITLE": "When?", "QUESTION_TEXT": "", "DOCUMENT": "d", "ANSWER": "1874"}
    (techqa / "dev_Q_A.json").write_text(json.dumps([question]), encoding="utf-8")
    (techqa / "training_dev_technotes.json").write_text('{"d": {"text": "x"}}', encoding="utf-8")
    sets = load_preset("open-domain", tmp_path)
    assert [one.name for one in sets] == ["nq", "hotpotqa", "fiqa", "techqa"]
    assert {question.language for one in sets for question in one.questions} == {"en"}


def test_missing_sets_are_named_with_where_to_get_them(tmp_path: Path) -> None:
    write_beir(tmp_path / "nq")
    with pytest.raises(EvaluationSetError, match="'open-domain' needs 3 more of its 4 sets") as info:
        load_preset("open-domain", tmp_path)
    assert f"{tmp_path / 'fiqa'}: https://" in str(info.value)
    assert str(tmp_path / "nq") + ":" not in str(info.value)


def test_each_language_of_a_preset_is_a_set(tmp_path: Path) -> None:
    languages = PRESETS["mldr"].parts[0].languages
    for language in (*languages, "zh"):
        write_mldr(tmp_path / "mldr", language)
    sets = load_preset("mldr", tmp_path)
    assert [one.name for one in sets] == [f"mldr/{language}" for language in languages]
    assert [one.questions[0].language for one in sets] == list(languages)


def test_a_missing_language_is_named_with_where_to_get_it(tmp_path: Path) -> None:
    write_mldr(tmp_path / "mldr", "en")
    with pytest.raises(EvaluationSetError, match=r"does not hold the language ar; .* published at https://"):
        load_preset("mldr", tmp_path)


def test_mlqa_is_one_set_of_all_its_pairs(tmp_path: Path) -> None:
    (tmp_path / "mlqa").mkdir()
    qa = {"id": "a", "question": "When?", "answers": [{"text": "1874", "answer_start": 0}]}
    data = {"data": [{"title": "T", "paragraphs": [{"context": "Anno 1874.", "qas": [qa]}]}]}
    for pair in ("context-de-question-en", "context-de-question-es"):
        (tmp_path / "mlqa" / f"test-{pair}.json").write_text(json.dumps(data), encoding="utf-8")
    (found,) = load_preset("mlqa", tmp_path)
    assert {(question.language, *found.qrels[question.id]) for question in found.questions} == {
        ("en", "de/T#1"),
        ("es", "de/T#1"),
    }


def test_an_unknown_preset_lists_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match="use one of: open-domain, miracl, mlqa, mldr"):
        load_preset("beir", tmp_path)
