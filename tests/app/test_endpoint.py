"""A collection whose encoder and reranker are on a server, through the real command."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.embedder.endpoint import server as endpoint_server

MODEL, RERANKER = endpoint_server.MODEL, endpoint_server.RERANKER
SECRET = "nvapi-0123456789-secret"  # noqa: S105  of no account
QUESTION = "How many levels has the salt mine?"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def server() -> Iterator[Any]:
    with endpoint_server.serving() as running:
        yield running


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYSEEK_CACHE_DIR", str(tmp_path / "cache"))


def hits(answer: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    assert (answer.returncode, answer.stderr) == (0, "")
    return [line for line in map(json.loads, answer.stdout.splitlines()) if line["event"] == "hit"]


def test_a_folder_is_ingested_and_asked_with_an_encoder_on_a_server(
    polyseek: Run, server: Any, folder: Path, tmp_path: Path
) -> None:
    server.behaviour.key = SECRET
    key = {"NVIDIA_API_KEY": SECRET}
    model = f"endpoint:{server.url}/v1#{MODEL}"
    done = polyseek("--verbose", "ingest", folder, "--model", model, **key)
    assert done.returncode == 0
    assert "3 added" in done.stdout
    assert SECRET not in done.stdout + done.stderr
    (best, *_) = hits(polyseek("ask", QUESTION, "--model", model, "--json", **key))
    assert (Path(best["path"]).name, best["rerank_score"]) == ("mine.txt", None)
    facts = json.loads(polyseek("info", "--json").stdout)
    assert (facts["encoder"]["id"], facts["encoder"]["revision"], facts["encoder"]["dimension"]) == (
        MODEL,
        "remote",
        2048,
    )
    assert SECRET.encode() not in b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert server.url.encode() not in (tmp_path / "collection" / "collection.sqlite").read_bytes()


def test_a_collection_is_asked_at_another_server_and_refuses_another_encoder(
    polyseek: Run, server: Any, folder: Path
) -> None:
    assert polyseek("ingest", folder, "--model", f"endpoint:{server.url}#{MODEL}").returncode == 0
    with endpoint_server.serving() as other:
        moved = polyseek("ask", QUESTION, "--json", POLYSEEK_MODEL=f"endpoint:{other.url}#{MODEL}")
        assert Path(hits(moved)[0]["path"]).name == "mine.txt"
        other.behaviour.models, other.behaviour.embed = ("acme/encoder",), endpoint_server.hashed(96)
        refused = polyseek("ask", QUESTION, "--model", f"endpoint:{other.url}#acme/encoder")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"this collection was made with {MODEL}" in refused.stderr
    # Without a model there is no telling which server to ask.
    unnamed = polyseek("ask", QUESTION)
    assert unnamed.returncode == 1
    assert f"say which server runs it: endpoint:URL#{MODEL}" in unnamed.stderr


def test_passages_are_cut_anew_with_the_encoder_on_a_server(polyseek: Run, server: Any, folder: Path) -> None:
    model = f"endpoint:{server.url}#{MODEL}"
    polyseek("ingest", folder, "--model", model)
    cut = polyseek("reindex", "--max-tokens", "64", "--overlap-tokens", "0", "--model", model)
    assert cut.returncode == 0
    assert json.loads(polyseek("info", "--json").stdout)["passage_tokens"] == 64
    server.requests.clear()
    assert polyseek("reindex", "--neutral", "0.5", "--model", model).returncode == 0
    assert server.requests == []  # nothing is embedded


def test_a_reranker_changes_the_order(polyseek: Run, server: Any, folder: Path) -> None:
    model = f"endpoint:{server.url}#{MODEL}"
    polyseek("ingest", folder, "--model", model)
    # The server's reranker counts words; here it is made to like best what has the fewest.
    server.behaviour.changed = lambda answer: (
        {"rankings": [{**one, "logit": -one["logit"]} for one in answer["rankings"]]}
        if "rankings" in answer
        else answer
    )
    plain = hits(polyseek("ask", QUESTION, "--model", model, "--json"))
    reranked = hits(
        polyseek("ask", QUESTION, "--model", model, "--json", "--reranker", f"endpoint:{server.url}#{RERANKER}")
    )
    same = hits(
        polyseek("ask", QUESTION, "--model", model, "--json", POLYSEEK_RERANKER=f"endpoint:{server.url}#{RERANKER}")
    )
    assert [hit["passage_id"] for hit in reranked] != [hit["passage_id"] for hit in plain]
    assert {hit["passage_id"] for hit in reranked} == {hit["passage_id"] for hit in plain}
    assert [hit["rerank_score"] for hit in reranked] == sorted((hit["rerank_score"] for hit in reranked), reverse=True)
    assert Path(reranked[-1]["path"]).name == "mine.txt"
    assert same == reranked


def test_an_expected_failure_is_one_line_that_says_what_to_type(polyseek: Run, server: Any, folder: Path) -> None:
    server.behaviour.key = SECRET
    failed = polyseek("ingest", folder, "--model", f"endpoint:{server.url}#{MODEL}")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.count("\n") == 1
    assert "export NVIDIA_API_KEY=KEY" in failed.stderr
    assert polyseek("info").returncode == 1  # no collection was made


def test_a_passage_too_long_for_the_server_names_the_option(polyseek: Run, server: Any, folder: Path) -> None:
    (folder / "long.txt").write_text("word " * 400)
    server.behaviour.max_words = 60
    failed = polyseek("ingest", folder, "--model", f"endpoint:{server.url}#{MODEL}")
    assert failed.returncode == 1
    assert "longer than the 60 tokens" in failed.stderr
    assert "--max-tokens" in failed.stderr
