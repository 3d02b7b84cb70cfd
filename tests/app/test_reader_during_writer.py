"""One process searches without pause while another ingests, changes and removes documents."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from embedder import Embedder
from indexer import Collection

READER = """
import json, sys, time
from pathlib import Path
from retriever import Retriever

asked = 0
generations = set()
with Retriever.open(sys.argv[1]) as retriever:
    retriever.search("warm up")
    print("ready", flush=True)
    stop = Path(sys.argv[2])
    while not stop.exists():
        result = retriever.search("What does number seven say about the lake?", top_k=8)
        asked += 1
        scores = [hit.score for hit in result.hits]
        assert scores == sorted(scores, reverse=True), scores
        for hit in result.hits:
            # Each document says its own name and version in each of its sentences: a mixture would show.
            name = Path(hit.path).stem
            versions = set(word for word in hit.text.split() if word.startswith("version"))
            assert f"number {name} " in hit.text, (hit.path, hit.text)
            assert len(versions) == 1, versions
        with retriever.collection.session() as session:
            generations.add(session.snapshot.generation)
            stored = session.passages(session.snapshot.passage_ids.tolist())
            for document in {passage.document_id for passage in stored}:
                parts = [passage for passage in stored if passage.document_id == document]
                assert len(parts) == 3, f"half a document: {len(parts)} of 3 passages"
print(json.dumps({"asked": asked, "generations": len(generations)}))
"""


def write_document(folder: Path, number: int, version: int) -> None:
    sentence = f"This is number {number} in version{version} and it speaks of the lake. "
    (folder / f"{number}.md").write_text("\n\n".join(f"# Part {part}\n\n" + sentence * 14 for part in range(3)))


@pytest.mark.timeout(300)
def test_a_reader_never_sees_an_error_or_half_a_document(tmp_path: Path, encoder: Embedder) -> None:
    folder, place, stop = tmp_path / "documents", tmp_path / "collection", tmp_path / "stop"
    folder.mkdir()
    for number in range(6):
        write_document(folder, number, 0)
    with Collection.create(place, embedder=encoder) as collection:
        collection.sync([folder])
        reader = subprocess.Popen(
            [sys.executable, "-c", READER, str(place), str(stop)],
            env=os.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        for version in range(1, 9):
            for number in range(version % 3, 9, 2):
                write_document(folder, number, version)
            (folder / f"{(version * 5) % 9}.md").unlink(missing_ok=True)
            collection.sync([folder])
        stop.touch()
        output, errors = reader.communicate(timeout=120)
    assert errors == ""
    told = json.loads(output)
    assert told["asked"] >= 5
    assert told["generations"] >= 3
