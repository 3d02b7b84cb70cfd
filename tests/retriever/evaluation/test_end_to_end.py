from collections.abc import Iterator
from pathlib import Path

import pytest

from embedder import Embedder
from retriever.evaluation import (
    EvaluationError,
    EvaluationReport,
    EvaluationSet,
    EvaluationSettings,
    Half,
    SetDocument,
    SetQuestion,
    choose_methods,
    evaluate,
)
from retriever.evaluation.end_to_end import collection_folder
from retriever.evaluation.rows import ALL_QUESTIONS, MEAN_OF_SETS

WORDS = ("anchor", "barrel", "candle", "dagger", "engine", "feather", "garden", "hammer", "island", "jacket")


def make_set(name: str = "things", language: str | None = "en") -> EvaluationSet:
    def documents() -> Iterator[SetDocument]:
        for word in WORDS:
            text = f"This text is about one {word}. Nothing else is told here."
            yield SetDocument(id=word, title="", text=text, language=language)

    return EvaluationSet(
        name=name,
        questions=tuple(
            SetQuestion(id=word, text=f"Which text is about one {word}?", language="en", answers=(word,))
            for word in WORDS
        ),
        qrels={word: {word: 1} for word in WORDS},
        documents=documents,
    )


def test_a_set_becomes_a_report_that_outlives_its_json(hashing_embedder: Embedder) -> None:
    report = evaluate([make_set()], hashing_embedder)
    assert report.sets == ("things",)
    assert report.methods == ("BM25", "dense 32", "dense 64", "neutral", "hybrid")
    assert {row.method: row.measures["R@1"].mean for row in report.rows}["hybrid"] == 1.0
    assert next((one.first, one.second) for one in report.comparisons) == ("hybrid", "BM25")
    assert [(row.questions, row.share.mean) for row in report.highlights] == [(10, 1.0)]
    assert report.encoder["id"] == "hashing"
    assert report.settings == {"seed": 1, "depth": 100, "half": None, "limit": None, "neutral": {"things": 0.7}}
    again = EvaluationReport.from_json(report.to_json())
    assert (again.comparisons, again.highlights) == (report.comparisons, report.highlights)
    assert again.to_json() == report.to_json()


def test_the_markdown_shows_differences_and_marked_sentences(hashing_embedder: Embedder) -> None:
    shown = evaluate([make_set()], hashing_embedder).to_markdown()
    assert "| things | hybrid − BM25 | Recall@5 | +0.000 (+0.000 to +0.000) | 0.0% |" in shown
    assert "| things | all | hybrid | 10 | 1.000 (1.000–1.000) |" in shown


def test_several_sets_have_rows_over_all_of_them(hashing_embedder: Embedder) -> None:
    methods = choose_methods(hashing_embedder.card, ["hybrid"])
    report = evaluate([make_set("a"), make_set("b")], hashing_embedder, EvaluationSettings(methods=methods))
    assert [row.set for row in report.sorted_rows()] == ["a", "b", MEAN_OF_SETS, ALL_QUESTIONS]
    assert report.comparisons == ()


def test_half_and_limit_choose_the_questions_and_are_told(hashing_embedder: Embedder) -> None:
    settings = EvaluationSettings(
        methods=choose_methods(hashing_embedder.card, ["BM25"]), half=Half.EVEN, limit=2, seed=5
    )
    report = evaluate([make_set()], hashing_embedder, settings)
    assert report.rows[0].questions == 2
    assert (report.settings["half"], report.settings["limit"], report.settings["seed"]) == ("even", 2, 5)


def test_kept_collections_are_not_embedded_again_and_measure_the_same(hashing_embedder, tmp_path: Path) -> None:
    settings = EvaluationSettings(work=tmp_path / "work")
    first = evaluate([make_set()], hashing_embedder, settings)
    embedded = hashing_embedder.embedded_passages
    second = evaluate([make_set()], hashing_embedder, settings)
    assert hashing_embedder.embedded_passages == embedded
    assert (second.rows, second.comparisons, second.highlights) == (first.rows, first.comparisons, first.highlights)


def test_a_kept_collection_of_another_encoder_lies_beside_it(hashing_embedder, tmp_path: Path) -> None:
    settings = EvaluationSettings(work=tmp_path, methods=choose_methods(hashing_embedder.card, ["hybrid"]))
    evaluate([make_set()], hashing_embedder, settings)
    evaluate([make_set()], type(hashing_embedder)(name="other/encoder"), settings)
    (folder,) = tmp_path.iterdir()
    assert sorted(inner.name.rpartition("-")[0] for inner in folder.iterdir()) == ["hashing", "other-encoder"]


@pytest.mark.parametrize("name", ["../../etc", "", "/", "a\x00b", "測試/集", "CON", "x" * 500, "miracl/de"])
def test_the_folder_of_a_collection_is_safe_whatever_its_set_is_called(name: str, hashing_embedder: Embedder) -> None:
    folder = collection_folder(name, hashing_embedder.card)
    assert not folder.is_absolute()
    assert len(folder.parts) == 2
    assert all(part.isascii() and len(part) < 60 and part.replace("-", "").isalnum() for part in folder.parts)


def test_sets_whose_names_look_alike_have_folders_of_their_own(hashing_embedder: Embedder) -> None:
    names = ["a/b", "a-b", "a b", "測試", "試測", "x" * 50, "x" * 51]
    assert len({collection_folder(name, hashing_embedder.card) for name in names}) == len(names)


def test_two_sets_of_one_name_are_refused_before_anything_is_embedded(hashing_embedder) -> None:
    with pytest.raises(EvaluationError, match="2 sets are called 'things'"):
        evaluate([make_set(), make_set()], hashing_embedder)
    assert hashing_embedder.embedded_passages == 0


def test_nothing_to_measure_is_refused(hashing_embedder: Embedder) -> None:
    with pytest.raises(EvaluationError, match="0 sets and 5 methods"):
        evaluate([], hashing_embedder)
    with pytest.raises(EvaluationError, match="1 sets and 0 methods"):
        evaluate([make_set()], hashing_embedder, EvaluationSettings(methods=()))


def test_progress_names_the_set(hashing_embedder: Embedder) -> None:
    told: list[str] = []
    settings = EvaluationSettings(methods=choose_methods(hashing_embedder.card, ["BM25"]))
    evaluate([make_set()], hashing_embedder, settings, progress=lambda doing, _done, _total: told.append(doing))
    assert list(dict.fromkeys(told)) == [
        "things: embedding documents",
        "things: embedding questions",
        "things: BM25",
    ]
