"""Shared by all tests: a small fast encoder, the evaluation data, and the rule that nothing is skipped silently."""

import os
import signal
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from embedder import (
    LANGUAGES,
    Embedder,
    LanguageMeans,
    ModelCard,
    Vectors,
    load_embedder,
    measure_language_means,
)
from indexer import Collection

REPOSITORY = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fail-on-skip",
        action="store_true",
        help="fail if a test was skipped for another reason than evaluation data that is not here",
    )


def pytest_configure() -> None:
    """Let Ctrl-C through: a run in the background ignores it, and so would the commands that tests interrupt."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not config.getoption("--fail-on-skip"):
        return
    for report in _unexcused_skips(terminalreporter):
        terminalreporter.write_line(
            f"skipped, but --fail-on-skip was given: {report.nodeid}: {report.longrepr}", red=True
        )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.config.getoption("--fail-on-skip") and _unexcused_skips(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _unexcused_skips(reporter: pytest.TerminalReporter) -> list[pytest.TestReport]:
    return [report for report in reporter.stats.get("skipped", []) if NO_EVALUATION_DATA not in str(report.longrepr)]


NO_EVALUATION_DATA = "evaluation data is not here"


@pytest.fixture(scope="session")
def evaluation_data() -> Path:
    """The folder of evaluation data; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("POLYSEEK_EVAL_DATA", REPOSITORY.parent / "shared" / "eval"))
    if not folder.is_dir():
        pytest.skip(NO_EVALUATION_DATA)
    return folder


@pytest.fixture(scope="session")
def sample_folder() -> Path:
    return REPOSITORY / "data" / "sample"


class HashingEmbedder:
    """A small real encoder: each word adds a fixed random direction, so that texts sharing words are near.

    Its vectors can be cut to 32 dimensions, as those of a Matryoshka encoder can.
    """

    def __init__(self, name: str = "hashing", dimension: int = 64) -> None:
        self.card = ModelCard(
            id=name,
            revision="1",
            query_prefix="",
            passage_prefix="",
            pooling="sum",
            dimension=dimension,
            matryoshka_dimensions=(32, 64),
            max_tokens=512,
            max_passage_tokens=510,
            languages=LANGUAGES,
            licence="Apache-2.0",
        )
        self.embedded_passages = 0

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded_passages += len(texts)
        return self._embed(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def language_means(self) -> LanguageMeans:
        return hashing_means(self.card.id, self.card.dimension)

    def _embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.card.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                seed = zlib.crc32(word.strip(".,?!").encode())
                vectors[row] += np.random.default_rng(seed).standard_normal(self.card.dimension)
        vectors[np.linalg.norm(vectors, axis=1) == 0, 0] = 1.0
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@cache
def hashing_means(name: str, dimension: int) -> LanguageMeans:
    return measure_language_means(HashingEmbedder(name, dimension))


@pytest.fixture
def hashing_embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def collection(tmp_path: Path, hashing_embedder: HashingEmbedder) -> Iterator[Collection]:
    """An empty collection with the small encoder."""
    with Collection.create(tmp_path / "collection", embedder=hashing_embedder) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three short documents."""
    place = tmp_path / "documents"
    place.mkdir()
    (place / "lighthouse.txt").write_text("The lighthouse was lit in autumn.\n\nIts keeper grows cabbages behind it.\n")
    (place / "ferry.md").write_text("# The ferry\n\nThe ferry crosses the river every hour until midnight.\n")
    (place / "mine.txt").write_text("The salt mine has seven levels and an underground lake.\n")
    return place


@pytest.fixture(scope="session")
def encoder() -> Embedder:
    """The bundled encoder, from the model cache of the machine."""
    return load_embedder()
