"""The sets that benchmarks/ranking.py and benchmarks/abstention.py measure on, and their collections."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from embedder import load_embedder
from indexer import Collection
from retriever.evaluation.engine import fill_collection
from retriever.evaluation.formats import read_set
from retriever.evaluation.sets import EvaluationSet, SetDocument

REPOSITORY = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("POLYSEEK_EVAL_DATA", REPOSITORY.parent / "shared" / "eval"))
XQUAD = ("ar", "de", "en", "es", "hi", "ru", "th", "tr", "zh")

EMBEDDER = cache(load_embedder)


def evaluation_sets() -> Iterator[EvaluationSet]:
    """XQuAD, TyDi QA with and without titles, NorQuAD, CMRC 2018, and our own questions."""
    yield in_languages(read_set(DATA / "xquad", parallel=True), XQUAD)
    for language in ("ar", "bn", "en", "fi", "id", "ko", "ru"):
        tydi = read_set(DATA / "tydiqa" / language, language=language)
        yield replace(tydi, name=f"tydiqa {language}")
        yield replace(tydi, name=f"tydiqa {language}, no titles", documents=without_titles(tydi))
    yield replace(read_set(DATA / "norquad" / "no", language="no"), name="norquad")
    yield replace(read_set(DATA / "cmrc2018" / "zh", language="zh"), name="cmrc2018")
    yield replace(read_set(REPOSITORY / "data" / "questions.jsonl"), name="sample")


def in_languages(whole: EvaluationSet, languages: tuple[str, ...]) -> EvaluationSet:
    """The part of a parallel set in some languages."""
    questions = tuple(question for question in whole.questions if question.language in languages)

    def documents() -> Iterator[SetDocument]:
        return (document for document in whole.documents() if document.language in languages)

    kept = {document.id for document in documents()}
    qrels = {
        question.id: {name: grade for name, grade in whole.qrels[question.id].items() if name in kept}
        for question in questions
    }
    return replace(whole, name="xquad", questions=questions, qrels=qrels, documents=documents)


def without_titles(titled: EvaluationSet) -> Callable[[], Iterator[SetDocument]]:
    """The same documents without their titles."""
    return lambda: (replace(document, title="") for document in titled.documents())


def collection_of(one: EvaluationSet, work: Path) -> Collection:
    """The collection of a set, filled."""
    path = work / one.name.replace(" ", "-").replace(",", "")
    made = (
        Collection.open(path, embedder=EMBEDDER())
        if Collection.exists(path)
        else Collection.create(path, embedder=EMBEDDER())
    )
    fill_collection(made, one)
    print(f"{one.name}: ready", flush=True)
    return made
