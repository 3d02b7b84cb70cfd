"""Measures sets from one end to the other: documents into collections, questions to them, results into a report."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from embedder import Embedder, ModelCard
from indexer import Collection
from retriever.evaluation.comparisons import compare_methods
from retriever.evaluation.engine import (
    BM25,
    DEPTH,
    Method,
    Progress,
    SetResult,
    evaluate_set,
    fill_collection,
    no_progress,
    standard_methods,
)
from retriever.evaluation.highlights import highlight_rows
from retriever.evaluation.measures import EvaluationError
from retriever.evaluation.report import EvaluationReport
from retriever.evaluation.rows import make_rows
from retriever.evaluation.sampling import Half, choose_questions
from retriever.evaluation.sets import EvaluationSet

LONGEST_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSettings:
    """How sets are measured.

    Attributes:
        methods: Ways to rank; the last one is compared with the others, and its language matrix and highlights are
            measured. None takes `standard_methods`.
        half: Ask only one half of the questions; None asks both.
        limit: Ask only so many questions of each set; None asks all.
        work: Folder in which collections are kept, so that a second run embeds only what is new; None keeps none.
        seed: What the confidence intervals depend on.
    """

    methods: tuple[Method, ...] | None = None
    half: Half | None = None
    limit: int | None = None
    work: Path | None = None
    seed: int = 1


def evaluate(
    sets: Sequence[EvaluationSet],
    embedder: Embedder,
    settings: EvaluationSettings | None = None,
    *,
    progress: Progress = no_progress,
) -> EvaluationReport:
    """Measure how well the questions of sets find the documents that answer them.

    Args:
        sets: What `read_set` or `load_preset` gave; each becomes a collection of its own.
        embedder: The encoder.
        settings: How to measure; None takes the defaults.
        progress: Called after each question, and often while documents are embedded.

    Raises:
        EvaluationError: If there is no set or no method, two sets have the same name, or a set cannot be measured.
        EvaluationSetError: If a document of a set is malformed.
        IndexerError: If a kept collection cannot be used.
    """
    settings = settings or EvaluationSettings()
    methods = standard_methods(embedder.card) if settings.methods is None else settings.methods
    _check(sets, methods)
    chosen = [choose_questions(one, half=settings.half, limit=settings.limit) for one in sets]
    results = {one.name: _measure(one, embedder, methods, settings.work, progress) for one in chosen}
    return make_report(results, methods, embedder.card, settings)


def make_report(
    results: Mapping[str, SetResult], methods: Sequence[Method], card: ModelCard, settings: EvaluationSettings
) -> EvaluationReport:
    """Sum up what was measured on sets.

    Args:
        results: Name of a set → what was measured on it.
        methods: The ways to rank, as in each result.
        card: The encoder's description.
        settings: How it was measured.
    """
    runs = [run for result in results.values() for run in result.runs]
    return EvaluationReport(
        sets=tuple(results),
        methods=tuple(method.name for method in methods),
        rows=make_rows(runs, seed=settings.seed),
        matrices={name: result.matrix for name, result in results.items() if result.matrix is not None},
        encoder=card.identity(),
        settings={
            "seed": settings.seed,
            "depth": DEPTH,
            "half": settings.half,
            "limit": settings.limit,
            "neutral": {name: result.neutral for name, result in results.items()},
        },
        polyseek_version=version("polyseek"),
        created_at=datetime.now(UTC),
        comparisons=compare_methods(runs, against=[BM25], seed=settings.seed),
        highlights=tuple(
            row
            for name, result in results.items()
            for row in highlight_rows(
                result.highlights,
                result.runs[-1].languages,
                method=methods[-1].name,
                set_name=name,
                seed=settings.seed,
            )
        ),
    )


def _check(sets: Sequence[EvaluationSet], methods: Sequence[Method]) -> None:
    if not sets or not methods:
        msg = f"{len(sets)} sets and {len(methods)} methods were given; an evaluation needs at least one of each"
        raise EvaluationError(msg)
    name, count = Counter(one.name for one in sets).most_common(1)[0]
    if count > 1:
        msg = f"{count} sets are called {name!r}; rename the folder of one, or measure them one by one"
        raise EvaluationError(msg)


def _measure(
    one: EvaluationSet, embedder: Embedder, methods: Sequence[Method], work: Path | None, progress: Progress
) -> SetResult:
    def tell(doing: str, done: int, total: int) -> None:
        progress(f"{one.name}: {doing}", done, total)

    with _collection(one.name, embedder, work) as collection:
        fill_collection(collection, one, progress=tell)
        return evaluate_set(collection, one, methods, progress=tell)


@contextmanager
def _collection(name: str, embedder: Embedder, work: Path | None) -> Iterator[Collection]:
    """The kept collection of a set, or a new one; without a folder for them, one that is deleted afterwards."""
    if work is None:
        with TemporaryDirectory(prefix="polyseek-eval-") as folder, _collection(name, embedder, Path(folder)) as made:
            yield made
        return
    path = work / collection_folder(name, embedder.card)
    found = Collection.exists(path)
    with Collection.open(path, embedder=embedder) if found else Collection.create(path, embedder=embedder) as kept:
        yield kept


def collection_folder(set_name: str, card: ModelCard) -> Path:
    """Where the collection of a set is kept: a folder for each set, in it one for each encoder.

    Returns:
        A relative path of plain ASCII names; two sets never share one, nor do two encoders whose vectors differ.
    """
    identity = json.dumps(card.identity(), sort_keys=True)
    return Path(_folder_name(set_name, set_name)) / _folder_name(card.id, identity)


def _folder_name(shown: str, whole: str) -> str:
    plain = re.sub("[^0-9A-Za-z]+", "-", shown).strip("-")[:LONGEST_NAME]
    return f"{plain or 'set'}-{hashlib.sha256(whole.encode()).hexdigest()[:12]}"
