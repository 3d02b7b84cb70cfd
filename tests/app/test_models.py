"""An encoder from a model directory, from `polyseek models` to answers at two dimensions."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer import Collection
from tests.embedder.hub_server import Model, serving
from tests.tiny_checkpoints import write_tiny_llama

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Nemotron's architecture and dimensions, one layer, random weights."""
    return write_tiny_llama(tmp_path / "tiny-nemotron", hidden=2048, layers=1)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYSEEK_CACHE_DIR", str(tmp_path / "cache"))


def first_hit(answer: "subprocess.CompletedProcess[str]") -> str:
    assert answer.returncode == 0, answer.stderr
    return next(json.loads(line)["path"] for line in answer.stdout.splitlines() if '"hit"' in line)


def test_a_model_directory_is_ingested_with_asked_and_cut_to_another_dimension(
    polyseek: Run, model: Path, folder: Path, tmp_path: Path
) -> None:
    done = polyseek("ingest", folder, "--model", "./tiny-nemotron")
    assert done.returncode == 0, done.stderr
    assert "3 added" in done.stdout
    question = "The salt mine has seven levels and an underground lake."
    # No model is named: the collection knows its own, also where the directory is gone.
    model.rename(tmp_path / "elsewhere")
    whole = polyseek("ask", question, "--mode", "dense", "--json")
    assert first_hit(whole).endswith("mine.txt")

    cut = polyseek("reindex", "--dimension", "384")
    assert cut.returncode == 0, cut.stderr
    with Collection.open(tmp_path / "collection") as opened, opened.session() as session:
        assert session.snapshot.vectors.dimension == 2048
        assert session.snapshot.space.dimension == 384
        assert session.snapshot.view is not None
    assert first_hit(polyseek("ask", question, "--mode", "dense", "--json")).endswith("mine.txt")
    checked = polyseek("verify")
    assert checked.returncode == 0, checked.stdout

    assert "tiny-nemotron works: 2048 dimensions" in polyseek("doctor").stdout

    refused = polyseek("reindex", "--dimension", "400")
    assert refused.returncode == 1
    assert "choose one of 384, 512, 768, 1024, 2048" in refused.stderr
    other = polyseek("ask", question, "--model", "e5-small")
    assert other.returncode == 1
    assert "tiny-nemotron" in other.stderr
    assert "e5-small" in other.stderr


def test_models_are_prepared_listed_shown_checked_and_removed(polyseek: Run, tmp_path: Path) -> None:
    folder = write_tiny_llama(tmp_path / "small")
    made = polyseek(
        "models", "prepare", folder, "--name", "mine", "--matryoshka", "16,32", "--licence", "MIT", "--json"
    )
    card = json.loads(made.stdout)
    assert (card["id"], card["dimension"], card["matryoshka_dimensions"]) == ("mine", 64, [16, 32])
    assert (card["licence"], card["made_from"]) == ("MIT", str(folder))
    (listed,) = polyseek("models", "list", "--json").stdout.splitlines()
    assert json.loads(listed) == card
    assert "mine" in polyseek("models", "list").stdout
    assert "passage: " in polyseek("models", "show", "mine").stdout
    assert "every file is as it was written" in polyseek("models", "check", "mine").stdout
    (weights,) = (tmp_path / "cache").glob("prepared/*/weights.bin")
    weights.write_bytes(weights.read_bytes()[:-1])
    damaged = polyseek("models", "check", "mine")
    assert (damaged.returncode, "weights.bin" in damaged.stderr) == (1, True)
    assert "removed mine" in polyseek("models", "remove", "mine").stdout
    assert polyseek("models", "list", "--json").stdout == ""


def test_an_encoder_on_the_hub_is_fetched_and_prepared(polyseek: Run, tmp_path: Path) -> None:
    folder = write_tiny_llama(tmp_path / "tiny")
    content = {path.name: path.read_bytes() for path in folder.iterdir()}
    with serving() as server:
        server.models["nvidia/llama-nemotron-embed-1b-v2"] = Model(
            files=content, card={"license": "other", "license_name": "nvidia-open"}
        )
        command = ["models", "prepare", "nvidia/llama-nemotron-embed-1b-v2", "--json"]
        hub = {"HF_ENDPOINT": server.url, "HF_HUB_OFFLINE": "0"}
        refused = polyseek(*command, **hub)
        assert refused.returncode == 1
        assert "--accept-licence" in refused.stderr
        card = json.loads(polyseek(*command, "--accept-licence", **hub).stdout)
    assert (card["id"], card["query_prefix"], card["licence"]) == ("nemotron-1b-v2", "query: ", "nvidia-open")


def test_weights_that_are_not_the_published_ones_are_told(polyseek: Run, tmp_path: Path) -> None:
    write_tiny_llama(tmp_path / "nemotron-1b-v2")
    assert polyseek("models", "prepare", "nemotron-1b-v2").returncode == 0
    (tmp_path / "nemotron-1b-v2").rename(tmp_path / "away")
    checked = polyseek("models", "check", "nemotron-1b-v2")
    assert checked.returncode == 1
    assert "every file is as it was written" in checked.stdout
    assert "model card of nvidia/llama-nemotron-embed-1b-v2" in checked.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["models", "prepare", "nowhere"], "config.json"),
        (["models", "show", "nothing"], "polyseek models list"),
        (["models", "prepare", "small", "--matryoshka", "many"], "--matryoshka 384,512,768"),
        (["models", "prepare", "small", "--matryoshka", "4096"], "cannot be cut to 4096"),
        (["ingest", "small", "--model", "no-such-model"], "polyseek models prepare"),
    ],
)
def test_mistakes_are_named_with_what_to_type(
    arguments: list[str], message: str, polyseek: Run, tmp_path: Path
) -> None:
    write_tiny_llama(tmp_path / "small")
    answer = polyseek(*arguments)
    assert answer.returncode == 1
    assert message in " ".join(answer.stderr.split())
    assert "Traceback" not in answer.stderr
