"""`kill -9` at any moment leaves a collection of whole documents, and the next ingest completes it."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from embedder import Embedder, Vectors
from indexer import Collection, find_faults
from indexer.database import open_for_reading

KILLS = 25
REPOSITORY = Path(__file__).resolve().parents[2]
Key = tuple[str, int, int, str, str]


def start_ingest(folder: Path, collection: Path) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "POLYSEEK_COLLECTION": str(collection)}
    command = [sys.executable, "-m", "app.cli", "ingest", str(folder)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def contents(collection: Collection) -> dict[Key, Vectors]:
    """Every passage with its file, place and language, and the vector that is stored for it."""
    with collection.session() as session:
        snapshot = session.snapshot
        stored = session.passages(snapshot.passage_ids.tolist())
        vectors = snapshot.vectors.take(snapshot.rows)
    return {
        (path, passage.page, passage.start, passage.language, passage.text): vector
        for passage, vector in zip(stored, vectors, strict=True)
        for path in passage.paths
    }


def stored_documents(place: Path) -> int:
    """Documents committed so far; 0 while the collection is being made."""
    if not Collection.exists(place):
        return 0
    database = open_for_reading(place)
    try:
        return int(database.execute("SELECT count(*) FROM documents").fetchone()[0])
    finally:
        database.close()


def wait_for_documents(process: "subprocess.Popen[bytes]", place: Path, wanted: int) -> None:
    """Wait until so many documents are committed, or the process has ended."""
    wait_until(lambda: process.poll() is not None or stored_documents(place) >= wanted)


def wait_until(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.002)


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 26 documents, one in each language."""
    folder = tmp_path_factory.mktemp("documents")
    for line in (REPOSITORY / "data" / "calibration.jsonl").read_text(encoding="utf-8").splitlines()[:10]:
        for language, text in json.loads(line)["texts"].items():
            with (folder / f"{language}.txt").open("a", encoding="utf-8") as file:
                file.write(text + "\n\n")
    return folder


@pytest.fixture(scope="module")
def undisturbed(documents: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[Key, Vectors], float]:
    """What an ingest that nobody disturbs stores, and how long it writes."""
    place = tmp_path_factory.mktemp("undisturbed") / "collection"
    process = start_ingest(documents, place)
    wait_until((place / "collection.sqlite").exists)
    started = time.monotonic()
    assert process.wait() == 0
    seconds = time.monotonic() - started
    with Collection.open(place) as collection:
        assert find_faults(collection) == []
        return contents(collection), seconds


@pytest.mark.timeout(1200)
def test_killed_at_25_random_points_every_ingest_is_completed_by_the_next(
    undisturbed: tuple[dict[Key, Vectors], float], documents: Path, tmp_path: Path, encoder: Embedder
) -> None:
    expected, seconds = undisturbed
    moments = random.Random(26)
    stored_when_killed = []
    for number in range(KILLS):
        place = tmp_path / f"{number}"
        process = start_ingest(documents, place)
        wait_until((place / "collection.sqlite").exists)
        if number % 2:  # at any time
            time.sleep(moments.uniform(0, seconds))
        else:  # between, or during, the commits of documents, which follow one another closely
            wanted = moments.randint(1, 25)
            wait_for_documents(process, place, wanted)
            time.sleep(moments.uniform(0, 0.01))
        process.kill()
        process.wait()
        if not Collection.exists(place):  # killed while it was made: nothing was promised yet
            stored_when_killed.append(0)
            Collection.create(place, embedder=encoder).close()
        with Collection.open(place, embedder=encoder) as collection:
            assert find_faults(collection) == []
            before = contents(collection)
            stored_when_killed.append(len({key[0] for key in before}))
            assert before.keys() <= expected.keys()
            whole = {key[0] for key in before}
            assert before.keys() == {key for key in expected if key[0] in whole}, "half a document was stored"
            report = collection.sync([documents])
            assert report.unchanged == len(whole)
            assert find_faults(collection) == []
            after = contents(collection)
        assert after.keys() == expected.keys()
        similarity = [float(np.dot(after[key], expected[key])) for key in expected]
        assert min(similarity) > 0.99, "a passage has another passage's vector"
    assert len(set(stored_when_killed)) > 3, f"the kills hit too few different moments: {stored_when_killed}"
