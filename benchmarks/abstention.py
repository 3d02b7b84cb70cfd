"""Fits and judges the probability that the best hit answers a question.

Each question is asked twice: of the whole collection, and of the collection without the documents that answer it. A
best hit is right if its document is relevant. Fitted on the choosing half of the questions (even SHA-256 of the id),
judged on the other. XQuAD is asked twice, of the passages in all nine languages and of those in the question's own.
XQuAD, XQuAD in one language, TyDi QA, NorQuAD, CMRC 2018 and our sample weigh the same.

    python benchmarks/abstention.py --work FOLDER     # the folder of benchmarks/ranking.py

Writes retriever/abstention.json and benchmarks/results/abstention.json. Needs the evaluation data and scikit-learn.
"""

import argparse
import json
import math
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from ranking_sets import REPOSITORY, collection_of, evaluation_sets
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, precision_recall_curve, roc_auc_score

from embedder import LANGUAGES
from indexer import Collection
from indexer.neutral import move_query
from retriever import SearchMode
from retriever.abstention import DEFAULT_THRESHOLD, Calibration
from retriever.evaluation.engine import document_names
from retriever.evaluation.sampling import Half, choose_questions
from retriever.evaluation.sets import EvaluationSet
from retriever.ranking import Question, Ranker

QUESTIONS = {"xquad": 900}
QUESTIONS_OF_OTHERS = 300
LANGUAGE_PENALTY = 30.0
"""Weight of the prior that all languages are alike, in questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question, what its best hit scored, and whether that was right."""

    set: str
    half: Half
    language: str
    dense: float
    lexical: float
    passages: int
    answerable: bool
    right: bool


def main() -> None:
    """Ask, fit, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="where benchmarks/ranking.py keeps its collections")
    arguments = parser.parse_args()
    cases: list[Case] = []
    with tempfile.TemporaryDirectory() as temporary:
        for whole in evaluation_sets():
            if whole.name.endswith("no titles"):
                continue
            collection = collection_of(whole, arguments.work or Path(temporary))
            for half in Half:
                one = choose_questions(whole, half=half, limit=QUESTIONS.get(whole.name, QUESTIONS_OF_OTHERS))
                cases += ask(collection, one, half)
                if whole.name == "xquad":
                    cases += ask(collection, replace(one, name="xquad own"), half, own_language=True)
            card = collection.embedder.card
            with collection.session() as session:
                strength = session.snapshot.space.strength
                dimension = session.snapshot.space.dimension
    fitted = fit([case for case in cases if case.half is Half.EVEN], dimension, strength)
    shipped = json.dumps({card.id: asdict(fitted)}, indent=1)
    (REPOSITORY / "retriever" / "abstention.json").write_text(shipped + "\n")
    result = judge([case for case in cases if case.half is Half.ODD], fitted)
    target = REPOSITORY / "benchmarks" / "results" / "abstention.json"
    target.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def ask(collection: Collection, one: EvaluationSet, half: Half, *, own_language: bool = False) -> Iterator[Case]:
    """Ask each question with and without its documents."""
    vectors = collection.embedder.embed_queries([question.text for question in one.questions])
    with collection.session() as session:
        snapshot = session.snapshot
        called = document_names(session, one)
        ranker = Ranker(snapshot=snapshot, words=collection.lexical_index(), mode=SearchMode.HYBRID)
        for number, question in enumerate(one.questions):
            relevant = {name for name, grade in one.qrels[question.id].items() if grade > 0}
            answering = np.array([key for key, names in called.items() if relevant.intersection(names)])
            language = str(question.language)
            moved = move_query(vectors[number : number + 1], {language: 1.0}, snapshot.means, snapshot.space)
            asked = Question(text=question.text, vector=moved, space=snapshot.space)
            is_answering = np.isin(snapshot.document_ids, answering)
            searched = np.ones(len(snapshot.rows), dtype=np.bool_)
            if own_language:
                searched = snapshot.languages == snapshot.language_codes.index(language)
            for answerable in (True, False):
                allowed = searched & (~is_answering | answerable)
                best = ranker.rank(asked, snapshot.allow(allowed), 1)
                place = np.searchsorted(snapshot.rows, best.rows[0])
                yield Case(
                    set=one.name,
                    half=half,
                    language=language,
                    dense=float(best.dense[0]),
                    lexical=float(best.lexical[0]),
                    passages=int(allowed.sum()),
                    answerable=answerable,
                    right=bool(is_answering[place]),
                )
    print(f"{one.name} {half}: asked", flush=True)


def fit(cases: list[Case], dimension: int, strength: float) -> Calibration:
    """Logistic regression; the language intercepts are drawn to zero, the rest is free."""
    small = 1 / np.sqrt(LANGUAGE_PENALTY)  # scikit-learn penalises all coefficients alike: free ones are scaled up
    large = 1e3
    features = np.array(
        [
            [
                large * case.dense,
                large * case.lexical**2,
                large * math.log(case.passages),
                *(small * (case.language == one) for one in LANGUAGES),
            ]
            for case in cases
        ]
    )
    sizes = Counter(family(case) for case in cases)
    weights = np.array([len(cases) / len(sizes) / sizes[family(case)] for case in cases])
    model = LogisticRegression(C=1.0, max_iter=10_000, solver="newton-cholesky")
    model.fit(features, [case.right for case in cases], sample_weight=weights)
    coefficients = model.coef_[0]
    return Calibration(
        dimension=dimension,
        strength=strength,
        intercept=round(float(model.intercept_[0]), 4),
        dense=round(float(large * coefficients[0]), 4),
        lexical=round(float(large * coefficients[1]), 4),
        size=round(float(large * coefficients[2]), 4),
        languages={one: round(float(small * value), 4) for one, value in zip(LANGUAGES, coefficients[3:], strict=True)},
    )


def family(case: Case) -> str:
    """Sets that weigh as one."""
    return "tydiqa" if case.set.startswith("tydiqa") else case.set


def judge(cases: list[Case], fitted: Calibration) -> dict[str, object]:
    """Discrimination, calibration and the curve of precision and recall, on questions that fitted nothing."""
    probabilities = np.array(
        [fitted.probability(case.dense, case.lexical, case.passages, case.language) for case in cases]
    )
    right = np.array([case.right for case in cases])
    answerable = np.array([case.answerable for case in cases])
    sets = np.array([family(case) for case in cases])
    languages = np.array([case.language for case in cases])
    precision, recall, thresholds = precision_recall_curve(right, probabilities)
    curve = []
    for threshold in (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        place = min(int(np.searchsorted(thresholds, threshold)), len(thresholds) - 1)
        curve.append(
            {
                "threshold": threshold,
                "precision": round(float(precision[place]), 3),
                "recall": round(float(recall[place]), 3),
                "abstained where unanswerable": round(float((probabilities[~answerable] < threshold).mean()), 3),
            }
        )
    bins = np.minimum((probabilities * 10).astype(int), 9)
    return {
        "default threshold": DEFAULT_THRESHOLD,
        "precision and recall": curve,
        "sets": {
            name: {
                "questions": int((sets == name).sum()),
                "recall": round(float((probabilities[(sets == name) & right] >= DEFAULT_THRESHOLD).mean()), 3),
                "abstained where unanswerable": round(
                    float((probabilities[(sets == name) & ~answerable] < DEFAULT_THRESHOLD).mean()), 3
                ),
                "AUC": round(float(roc_auc_score(right[sets == name], probabilities[sets == name])), 3),
                "Brier": round(float(brier_score_loss(right[sets == name], probabilities[sets == name])), 3),
            }
            for name in sorted(set(sets.tolist()))
        },
        "calibration": [
            {
                "said": round(float(probabilities[bins == number].mean()), 3),
                "was": round(float(right[bins == number].mean()), 3),
                "questions": int((bins == number).sum()),
            }
            for number in range(10)
            if (bins == number).any()
        ],
        "languages": {
            language: {
                "said": round(float(probabilities[languages == language].mean()), 3),
                "was": round(float(right[languages == language].mean()), 3),
                "questions": int((languages == language).sum()),
            }
            for language in sorted(set(languages.tolist()))
        },
    }


if __name__ == "__main__":
    main()
