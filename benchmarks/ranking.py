"""What each way to rank reaches, and how its constants were chosen.

Two parts, each with its own questions:

1. *alternatives*: fusions, sentence vectors, neutral strengths, the weight of the calibration sentences. Every passage
   is scored for every question, on the choosing half: questions whose id has an even SHA-256.
2. *targets*: the default settings through the engine of `polyseek eval`, on the other half.

Sets: XQuAD in nine languages as one parallel collection, TyDi QA in seven, NorQuAD and CMRC 2018 one collection each,
and our own questions about data/sample.

    python benchmarks/ranking.py --work FOLDER     # keeps the collections: embedding takes most of an hour on two cores

Writes benchmarks/results/ranking.json. Needs the evaluation data (POLYSEEK_EVAL_DATA) and ir-measures.
"""

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from ranking_sets import REPOSITORY, XQUAD, collection_of, evaluation_sets

from embedder import Embedder, LanguageMeans
from indexer import Collection
from indexer.neutral import PRIOR_PASSAGES
from retriever import SearchMode
from retriever.evaluation.engine import Method, document_names, evaluate_set
from retriever.evaluation.measures import Measure, measure
from retriever.evaluation.sampling import Half, choose_questions
from retriever.evaluation.sets import EvaluationSet, SetQuestion
from retriever.ranking import LEXICAL_WEIGHT, SENTENCE_SHARE

RESULT = REPOSITORY / "benchmarks" / "results" / "ranking.json"
XQUAD_QUESTIONS = {Half.EVEN: 1800, Half.ODD: 2700}
"""So many of its questions are asked, in nine languages together: each is put to ten pools."""
DEPTH = 100
STRENGTH = 0.7
METHODS = (
    Method(name="BM25", mode=SearchMode.LEXICAL),
    Method(name="plain cosine", mode=SearchMode.DENSE, neutral=0.0),
    Method(name="neutral", mode=SearchMode.DENSE),
    Method(name="hybrid", mode=SearchMode.HYBRID),
)

Scores: TypeAlias = npt.NDArray[np.float32]


def main() -> None:
    """Build the collections, measure both parts, write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="keep the collections here")
    parser.add_argument("--part", choices=["alternatives", "targets"], help="measure only one part")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        sets = list(evaluation_sets())
        collections = {one.name: collection_of(one, work) for one in sets}
        parts: dict[str, Callable[..., object]] = {"alternatives": alternatives, "targets": targets}
        for part in parts if arguments.part is None else [arguments.part]:
            measured_part = parts[part](sets, collections)
            result = json.loads(RESULT.read_text()) if RESULT.exists() else {}
            result[part] = measured_part
            RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


def some_questions(whole: EvaluationSet, half: Half) -> EvaluationSet:
    """One half of the questions, or part of it."""
    return choose_questions(whole, half=half, limit=XQUAD_QUESTIONS[half] if whole.name == "xquad" else None)


# ------------------------------------------------------------------ part 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """Everything that scores are made of: n questions, m passages, s sentences."""

    queries: Scores  # (n, d)
    passages: Scores  # (m, d)
    sentences: Scores  # (s, d)
    owners: npt.NDArray[np.int64]  # (s,) the passage of each sentence
    question_languages: npt.NDArray[np.int64]  # (n,) rows of the means
    passage_languages: npt.NDArray[np.int64]  # (m,)
    calibration: LanguageMeans
    own_means: Scores  # (languages, d)
    own_counts: npt.NDArray[np.int64]  # (languages,)
    documents: npt.NDArray[np.int64]  # (m,)
    as_passages: Scores  # (n, d) the questions, embedded as passages
    within: Scores  # (d, d) covariance of what differs between translations
    bm25: Scores  # (n, m)
    highest: Scores  # (n,)

    def means(self, prior: float) -> Scores:
        """Passage means, the calibration counting as so many passages."""
        weight = (self.own_counts / (self.own_counts + prior))[:, np.newaxis].astype(np.float32)
        return self.calibration.passages + weight * (self.own_means - self.calibration.passages)

    def cosines(
        self, strength: float, prior: float, *, as_passage: float = 0, whitening: Scores | None = None
    ) -> tuple[Scores, Scores]:
        """Of each question with each passage, and with each passage's best sentence.

        Args:
            strength: Neutral strength.
            prior: Weight of the calibration sentences.
            as_passage: Share of the question's vector that is embedded as a passage.
            whitening: (d, d) matrix that all vectors are multiplied with; None is the identity.
        """
        means = self.means(prior)
        queries = self.queries - np.float32(strength) * self.calibration.queries[self.question_languages]
        passages = self.passages - np.float32(strength) * means[self.passage_languages]
        sentences = self.sentences - np.float32(strength) * means[self.passage_languages[self.owners]]
        if as_passage:
            others = self.as_passages - np.float32(strength) * means[self.question_languages]
            queries = (1 - as_passage) * unit(queries) + as_passage * unit(others)
        if whitening is not None:
            queries, passages, sentences = queries @ whitening, passages @ whitening, sentences @ whitening
        queries, passages, sentences = unit(queries), unit(passages), unit(sentences)
        firsts = np.searchsorted(self.owners, np.arange(len(self.passages)))
        return queries @ passages.T, np.maximum.reduceat(queries @ sentences.T, firsts, axis=1)

    def whitening(self, floor: float) -> Scores:
        """What makes the differences between translations alike in all directions, softened by a floor.

        Within-class covariance normalisation (Hatch et al. 2006), the class being a calibration sentence.
        """
        values, directions = np.linalg.eigh(self.within)
        scale = 1 / np.sqrt(values / values.mean() + floor)
        return ((directions * scale) @ directions.T).astype(np.float32)

    def document_cosines(self, strength: float) -> Scores:
        """Of each question with the mean of each passage's document."""
        queries = unit(self.queries - np.float32(strength) * self.calibration.queries[self.question_languages])
        passages = unit(self.passages - np.float32(strength) * self.means(PRIOR_PASSAGES)[self.passage_languages])
        _, places = np.unique(self.documents, return_inverse=True)
        sums = np.zeros((places.max() + 1, passages.shape[1]), dtype=np.float32)
        np.add.at(sums, places, passages)
        found: Scores = queries @ unit(sums)[places].T
        return found


def unit(vectors: Scores) -> Scores:
    """Rows of length 1."""
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def standardised(scores: Scores) -> Scores:
    """Zero mean and unit deviation over the passages, for each question."""
    centred = scores - scores.mean(axis=1, keepdims=True)
    deviation = scores.std(axis=1, keepdims=True)
    return np.divide(centred, deviation, out=np.zeros_like(centred), where=deviation > 0)


def by_language(scores: Scores, languages: npt.NDArray[np.int64]) -> Scores:
    """Standardised over the passages of each language alone."""
    out = np.empty_like(scores)
    for language in np.unique(languages):
        out[:, languages == language] = standardised(scores[:, languages == language])
    return out


def reciprocal_ranks(scores: Scores) -> Scores:
    """1 / (60 + rank); 0 for a score of 0."""
    ranks = np.empty(scores.shape, dtype=np.float32)
    np.put_along_axis(ranks, np.argsort(-scores, axis=1), np.arange(1, scores.shape[1] + 1, dtype=np.float32)[None], 1)
    return np.where(scores == 0, 0, 1 / (60 + ranks)).astype(np.float32)


def variants(pool: Pool) -> Iterator[tuple[str, Scores]]:
    """Name and scores, (n, m), of each way to rank."""
    plain, _ = pool.cosines(0, PRIOR_PASSAGES)
    yield "plain cosine of the passage", plain
    for strength in (0.5, 0.7, 0.9, 1.0):
        yield f"neutral {strength}, passage", pool.cosines(strength, PRIOR_PASSAGES)[0]
    passage, sentence = pool.cosines(STRENGTH, PRIOR_PASSAGES)
    yield "neutral 0.7, best sentence", sentence
    for share in (0.3, 0.5, 0.7):
        yield f"neutral 0.7, {share} sentence", (1 - share) * passage + share * sentence
    dense = (1 - SENTENCE_SHARE) * passage + SENTENCE_SHARE * sentence
    share_of_best = pool.bm25 / np.maximum(pool.bm25.max(axis=1, keepdims=True), 1e-6)
    share = pool.bm25 / np.maximum(pool.highest[:, np.newaxis], 1e-6)
    yield "and 0.3 of its document's mean", 0.7 * dense + 0.3 * pool.document_cosines(STRENGTH)
    for floor in (10, 3, 1):
        passage, sentence = pool.cosines(STRENGTH, PRIOR_PASSAGES, whitening=pool.whitening(floor))
        yield f"and whitened within sentences, floor {floor}", (passage + sentence) / 2
    passage, sentence = pool.cosines(STRENGTH, PRIOR_PASSAGES, as_passage=0.3)
    yield "and the question 0.3 as a passage", (passage + sentence) / 2
    yield "BM25", pool.bm25
    yield "reciprocal ranks", reciprocal_ranks(dense) + reciprocal_ranks(pool.bm25)
    for weight in (0.5, 0.2):
        yield f"z, {weight} BM25", (1 - weight) * standardised(dense) + weight * standardised(pool.bm25)
    yield (
        "z by passage language, 0.2 BM25",
        0.8 * by_language(dense, pool.passage_languages) + 0.2 * by_language(pool.bm25, pool.passage_languages),
    )
    yield "z by passage language, no BM25", by_language(dense, pool.passage_languages)
    yield "+ 0.1 share of best BM25", dense + 0.1 * share_of_best
    yield "+ 0.2 share of highest", dense + 0.2 * share
    for weight in (0.1, 0.2, 0.4, 0.6, 0.8):
        yield f"+ {weight} squared share of highest", dense + weight * share**2
    for strength in (0.0, 0.5, 0.6, 0.8, 0.9, 1.0):
        passage, sentence = pool.cosines(strength, PRIOR_PASSAGES)
        yield f"hybrid at neutral {strength}", hybrid(passage, sentence, share)
    for prior in (30, 100, 300, 3000, 1e12):
        yield f"hybrid, prior {prior:.0f}", hybrid(*pool.cosines(STRENGTH, prior), share)


def hybrid(passage: Scores, sentence: Scores, share: Scores) -> Scores:
    """The default."""
    return (1 - SENTENCE_SHARE) * passage + SENTENCE_SHARE * sentence + LEXICAL_WEIGHT * share**2


def alternatives(sets: list[EvaluationSet], collections: Mapping[str, Collection]) -> dict[str, dict[str, float]]:
    """Each variant's measures on each set."""
    table: dict[str, dict[str, float]] = defaultdict(dict)
    for whole in sets:
        one = some_questions(whole, Half.EVEN)
        pool, called = load_pool(collections[whole.name], one)
        for name, scores in variants(pool):
            for column, value in measured(one, called, scores).items():
                table[name][column] = round(value, 4)
        print(f"{whole.name}: alternatives measured", flush=True)
    for row in table.values():
        for suffix in ("", ", no titles"):
            columns = [
                row[key] for key in row if key.startswith("tydiqa") and key.endswith("no titles") == bool(suffix)
            ]
            row[f"mean tydiqa{suffix}"] = round(float(np.mean(columns)), 4)
    for name, row in table.items():
        print(f"{name:36}", *(f"{key} {row[key]:.3f}" for key in row if not key.startswith("tydiqa ")))
    return dict(table)


def load_pool(collection: Collection, one: EvaluationSet) -> tuple[Pool, list[tuple[str, ...]]]:
    """Read a collection into memory, with what its passages' documents are called in the set."""
    means = collection.embedder.language_means()
    numbers = {language: number for number, language in enumerate(means.languages)}
    with collection.session() as session:
        snapshot = session.snapshot
        names = document_names(session, one)
        places = snapshot.first_sentences
        rows = np.concatenate(
            [first + np.arange(count) for first, count in zip(places, snapshot.sentence_counts, strict=True)]
        )
        passages = snapshot.vectors.take(snapshot.rows)
        languages = np.array([numbers[snapshot.language_codes[code]] for code in snapshot.languages])
        words, bm25, highest = collection.lexical_index(), [], []
        for question in one.questions:
            scores = np.zeros(len(snapshot.rows), dtype=np.float32)
            ids, found = words.search(question.text, len(snapshot.rows))
            scores[np.searchsorted(snapshot.passage_ids, ids)] = found
            bm25.append(scores)
            highest.append(words.highest_score(question.text))
        own = [passages[languages == number] for number in range(len(numbers))]
        pool = Pool(
            queries=collection.embedder.embed_queries([question.text for question in one.questions]),
            passages=passages,
            sentences=snapshot.sentence_vectors.take(rows),
            owners=np.repeat(np.arange(len(passages)), snapshot.sentence_counts),
            question_languages=np.array([numbers[str(question.language)] for question in one.questions]),
            passage_languages=languages,
            calibration=snapshot.calibration,
            own_means=np.stack(
                [
                    group.mean(axis=0) if len(group) else snapshot.calibration.passages[number]
                    for number, group in enumerate(own)
                ]
            ),
            own_counts=np.array([len(group) for group in own]),
            documents=snapshot.document_ids,
            as_passages=collection.embedder.embed_passages([question.text for question in one.questions]),
            within=within_sentences(collection.embedder),
            bm25=np.array(bm25),
            highest=np.array(highest, dtype=np.float32),
        )
        return pool, [names[document] for document in snapshot.document_ids.tolist()]


@cache
def within_sentences(embedder: Embedder) -> Scores:
    """(d, d) covariance of the calibration sentences about their language's mean and their translations' mean."""
    lines = (REPOSITORY / "data" / "calibration.jsonl").read_text(encoding="utf-8").splitlines()
    residuals = []
    for role, embed in (("query", embedder.embed_queries), ("passage", embedder.embed_passages)):
        texts = [sentence["texts"] for sentence in map(json.loads, lines) if sentence["role"] == role]
        languages = sorted(texts[0])
        vectors = np.stack([embed([text[language] for text in texts]) for language in languages])
        centred = vectors - vectors.mean(axis=1, keepdims=True) - vectors.mean(axis=0, keepdims=True)
        residuals.append((centred + vectors.mean(axis=(0, 1))).reshape(-1, vectors.shape[2]))
    everything = np.concatenate(residuals)
    covariance: Scores = everything.T @ everything / len(everything)
    return covariance


def measured(one: EvaluationSet, called: list[tuple[str, ...]], scores: Scores) -> dict[str, float]:
    """The columns of a set: same and other language, or Recall@5."""
    name = one.name
    if name == "xquad":
        languages = np.array([names[0].split("/")[0] for names in called])
        pooled = measure(one.qrels, rankings(one.questions, called, scores, DEPTH))
        same, other = [], []
        for language in XQUAD:
            inside = np.flatnonzero(languages == language)
            run = rankings(one.questions, [called[place] for place in inside], scores[:, inside], 5)
            qrels = {
                question: {document: grade for document, grade in grades.items() if document.startswith(f"{language}/")}
                for question, grades in one.qrels.items()
            }
            for question, value in measure(qrels, run)[Measure.RECALL_5].items():
                (same if question.startswith(f"{language}/") else other).append(value)
        return {
            "xquad same": float(np.mean(same)),
            "xquad other": float(np.mean(other)),
            "xquad mAP": float(np.mean(list(pooled[Measure.MAP].values()))),
            "xquad R@1": float(np.mean(list(pooled[Measure.FIRST].values()))),
        }
    values = measure(one.qrels, rankings(one.questions, called, scores, DEPTH))[Measure.RECALL_5]
    if name != "sample":
        return {name: float(np.mean(list(values.values())))}
    own = {question.id: question.id.split("-")[0] == question.language for question in one.questions}
    return {
        "sample same": float(np.mean([value for question, value in values.items() if own[question]])),
        "sample other": float(np.mean([value for question, value in values.items() if not own[question]])),
    }


def rankings(
    questions: tuple[SetQuestion, ...], called: list[tuple[str, ...]], scores: Scores, depth: int
) -> dict[str, list[tuple[str, float]]]:
    """Documents by their best passage."""
    run = {}
    for question, row in zip(questions, scores, strict=True):
        best: dict[str, float] = {}
        for place in np.argsort(-row, kind="stable"):
            for name in called[place]:
                best.setdefault(name, float(row[place]))
            if len(best) >= depth:
                break
        run[question.id] = list(best.items())
    return run


# ------------------------------------------------------------------ part 2


def targets(sets: list[EvaluationSet], collections: Mapping[str, Collection]) -> dict[str, Any]:
    """The default settings and their legs through the engine, on questions that chose nothing."""
    table: dict[str, Any] = {}
    for whole in sets:
        if whole.name.endswith("no titles"):
            continue
        one = some_questions(whole, Half.ODD)
        table[whole.name] = {"questions": len(one.questions)}
        for method in METHODS:
            result = evaluate_set(collections[whole.name], one, [method])
            values = result.runs[0].values
            row = {name.value: round(float(np.mean(list(values[name].values()))), 4) for name in Measure}
            if result.matrix is not None:
                row["same language"] = round(result.matrix.diagonal_mean, 4)
                row["other language"] = round(result.matrix.off_diagonal_mean, 4)
            table[whole.name][method.name] = row
            print(whole.name, method.name, row, flush=True)
    for method in METHODS:
        of_each = [table[name][method.name]["Recall@5"] for name in table if name not in ("xquad", "sample")]
        print(f"mean of {len(of_each)} single-language sets, {method.name}: {np.mean(of_each):.4f}")
    return table


if __name__ == "__main__":
    main()
