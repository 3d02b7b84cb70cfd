"""Model directories from the hub: what is fetched, what is kept, and what is said when it cannot be."""

import json
import logging
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub import constants

from embedder.checkpoints.checkpoint import Pooling, read_checkpoint
from embedder.checkpoints.hub import FetchedModel, fetch
from embedder.errors import (
    HubAccessError,
    HubError,
    HubLicenceError,
    HubModelError,
    HubSpaceError,
    HubUnreachableError,
    ModelBuildError,
    ModelCacheError,
)
from tests.embedder import hub_server

MODEL = "someone/encoder-v1.5"
WEIGHTS = random.Random(5).randbytes(1 << 20)
READ = {
    "config.json": b'{"model_type": "bert", "max_position_embeddings": 512}',
    "tokenizer.json": b"{}",
    "tokenizer_config.json": b"{}",
    "modules.json": json.dumps(
        [
            {"path": "", "type": "sentence_transformers.models.Transformer"},
            {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        ]
    ).encode(),
    "1_Pooling/config.json": b'{"pooling_mode_cls_token": true}',
    "model.safetensors": WEIGHTS,
}
UNREAD = {
    "README.md": b"# read me",
    "modeling_evil.py": b"raise SystemExit",
    "tokenizer_evil.py": b"raise SystemExit",
    "pytorch_model.bin": b"pickle",
    "weights.pt": b"pickle",
    "onnx/model.onnx": b"graph",
    "../outside.json": b"{}",
    "../config.json": b"{}",
    "/config.json": b"{}",
    "..\\outside.json": b"{}",
}


@pytest.fixture(scope="module", autouse=True)
def _own_connections() -> Iterator[None]:
    """The library keeps its connections, and with them the proxy it found when it made the first one."""
    huggingface_hub.close_session()
    yield
    huggingface_hub.close_session()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[object]:
    """A hub with one model, on a machine whose owner has set nothing."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)  # the library was imported by another test
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no token"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with hub_server.serving() as server:
        server.models[MODEL] = hub_server.Model({**READ, **UNREAD})
        yield server


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def get(server, cache: Path):
    return partial(fetch, MODEL, cache_dir=cache, endpoint=server.url)


def content(model: FetchedModel) -> dict[str, bytes]:
    return {
        path.relative_to(model.folder).as_posix(): path.read_bytes()
        for path in model.folder.rglob("*")
        if path.is_file()
    }


def interrupted_after(count: int):
    """A listener to progress that presses Ctrl-C."""

    def listen(done: int, total: int) -> None:
        if done > count:
            raise KeyboardInterrupt

    return listen


def test_only_the_files_that_are_read_are_fetched(get, server, cache: Path) -> None:
    model = get()
    assert content(model) == READ
    assert sorted(set(server.sent)) == sorted(READ)
    assert not list(cache.parent.rglob("outside.json"))
    assert model.folder == cache / "hub" / "someone--encoder-v1.5" / model.commit
    assert (model.commit, model.licence) == (server.models[MODEL].commit, "mit")


def test_what_is_fetched_is_a_model_directory(get) -> None:
    assert read_checkpoint(get().folder).pooling is Pooling.CLS


def test_nothing_is_fetched_twice(get, server) -> None:
    first = get()
    asked = len(server.sent)
    assert get() == first
    assert len(server.sent) == asked


def test_a_file_that_is_missing_is_fetched_alone(get, server) -> None:
    model = get()
    (model.folder / "tokenizer.json").unlink()
    server.requests.clear()
    assert content(get()) == READ
    assert server.sent == ["tokenizer.json"]


def test_the_newest_version_is_taken_and_the_older_one_stays(get, server) -> None:
    older = get()
    server.models[MODEL].files = {**READ, "config.json": b'{"model_type": "modernbert"}'}
    newer = get()
    assert newer.commit == server.models[MODEL].commit != older.commit
    assert content(newer)["config.json"] != content(older)["config.json"]


def test_a_tag_is_pinned_to_its_commit(get, server) -> None:
    server.models[MODEL].older = {**READ, "config.json": b'{"model_type": "older"}'}
    model = get(revision="v1")
    assert model.commit == hub_server.commit_of(server.models[MODEL].older)
    assert content(model)["config.json"] == b'{"model_type": "older"}'
    assert {request.path.split("!")[2] for request in server.requests if "!" in request.path} == {model.commit}


def test_a_commit_that_is_here_is_used_without_asking_the_hub(get, server) -> None:
    model = get()
    server.requests.clear()
    assert get(revision=model.commit) == model
    assert server.requests == []


def test_a_download_goes_on_by_itself_where_the_connection_broke(get, server) -> None:
    server.models[MODEL].files = {"config.json": b"", "model.safetensors": WEIGHTS}
    server.breaks = [300_000, 400_000]
    assert content(get())["model.safetensors"] == WEIGHTS
    assert [request.range for request in server.requests if "!" in request.path] == [
        None,
        "bytes=300000-",
        "bytes=700000-",
    ]


def test_a_download_goes_on_in_the_next_run_where_it_was_interrupted(get, server, cache: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        get(on_progress=interrupted_after(500_000))
    here = next(cache.rglob("model.safetensors.part")).stat().st_size
    server.requests.clear()
    told: list[int] = []
    assert content(get(on_progress=lambda done, total: told.append(done))) == READ
    assert [request.range for request in server.requests if "!" in request.path] == [f"bytes={here}-"]
    assert here > 400_000
    assert min(told[len(READ) - 1 :]) > here


def test_a_hub_that_cannot_go_on_in_the_middle_sends_the_file_anew(get, server) -> None:
    server.ignores_range = True
    with pytest.raises(KeyboardInterrupt):
        get(on_progress=interrupted_after(500_000))
    told: list[tuple[int, int]] = []
    assert content(get(on_progress=lambda *numbers: told.append(numbers))) == READ
    assert max(told) == told[-1]


def test_a_download_that_stays_broken_is_kept_and_says_how_to_go_on(get, server) -> None:
    server.models[MODEL].files = {"config.json": b"", "model.safetensors": WEIGHTS}
    server.breaks = [300_000, 0]
    with pytest.raises(HubUnreachableError, match=r"model.safetensors at 300,000 of 1,048,576 bytes.*type the same"):
        get()
    assert content(get())["model.safetensors"] == WEIGHTS
    assert server.requests[-1].range == "bytes=300000-"


def test_an_unfinished_download_is_not_used_without_a_network(get, server) -> None:
    with pytest.raises(KeyboardInterrupt):
        get(on_progress=interrupted_after(500_000))
    server.status = 500
    with pytest.raises(HubUnreachableError, match="not fetched before"):
        get()


def test_weights_that_arrive_damaged_are_never_used(get, server, cache: Path) -> None:
    server.spoils = ["model.safetensors"]
    with pytest.raises(HubError, match=r"model.safetensors of someone/encoder-v1.5 arrived damaged.*type the same"):
        get()
    assert not list(cache.rglob("model.safetensors*"))
    assert content(get()) == READ


@pytest.mark.parametrize("surplus", [-1, 1])
def test_a_file_of_another_length_than_stated_is_never_used(get, server, cache: Path, surplus: int) -> None:
    server.models[MODEL].stated = {"tokenizer.json": len(READ["tokenizer.json"]) - surplus}
    with pytest.raises(HubError, match=r"tokenizer\.json of someone/encoder-v1\.5 arrived damaged"):
        get()
    assert not list(cache.rglob("tokenizer.json*"))


def test_progress_grows_from_nothing_to_the_whole(get) -> None:
    told: list[tuple[int, int]] = []
    get(on_progress=lambda *numbers: told.append(numbers))
    whole = sum(map(len, READ.values()))
    assert told == sorted(told)
    assert told[-1] == (whole, whole)
    assert len({done for done, _ in told}) > len(READ)


def test_the_library_writes_nothing_on_the_terminal(get, capfd: pytest.CaptureFixture[str]) -> None:
    get()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("licence", ["apache-2.0", "mit", "bsd-3-clause", "bsd", "cc-by-4.0", "cc0-1.0"])
def test_an_open_licence_needs_no_consent(get, server, licence: str) -> None:
    server.models[MODEL].card = {"license": licence}
    assert get().licence == licence


def test_any_other_licence_is_shown_and_accepted_once(get, server) -> None:
    server.models[MODEL].card = {"license": "other", "license_name": "some-community-license"}
    with pytest.raises(HubLicenceError) as refused:
        get()
    assert "'some-community-license'" in str(refused.value)
    assert f"https://huggingface.co/{MODEL}" in str(refused.value)
    assert f"polyseek models prepare {MODEL} --accept-licence" in str(refused.value)
    assert server.sent == []
    assert get(accept_licence=True).licence == "some-community-license"
    server.models[MODEL].files = {**READ, "config.json": b"{}"}
    assert content(get())["config.json"] == b"{}"


def test_a_licence_that_changes_is_asked_for_again(get, server) -> None:
    server.models[MODEL].card = {"license": "llama3.2"}
    get(accept_licence=True)
    server.models[MODEL].card = {"license": "llama4"}
    with pytest.raises(HubLicenceError, match="llama4"):
        get()


@pytest.mark.parametrize("licence", ["cc-by-nc-4.0", "mit-but-not-quite", ["mit", "llama3"]])
def test_a_licence_that_only_resembles_an_open_one_needs_consent(get, server, licence: object) -> None:
    server.models[MODEL].card = {"license": licence}
    with pytest.raises(HubLicenceError):
        get()


def test_a_model_without_a_licence_needs_consent(get, server) -> None:
    server.models[MODEL].card = {}
    with pytest.raises(HubLicenceError, match="names no licence"):
        get()
    assert get(accept_licence=True).licence == "unknown"


def test_a_disk_that_is_too_small_is_told_before_anything_is_fetched(get, server, cache: Path) -> None:
    cache.mkdir()
    free = shutil.disk_usage(cache).free
    server.models[MODEL].stated = {"model.safetensors": free * 2 // 3}  # fits once, not twice
    with pytest.raises(HubSpaceError) as refused:
        get()
    needs, fetches, prepares, has = (float(word) for word in words_before("GB", str(refused.value)))
    assert needs == pytest.approx(free * 4 / 3 / 1e9, rel=0.01)
    assert fetches == prepares == pytest.approx(needs / 2, rel=0.01)
    assert has == pytest.approx(free / 1e9, rel=0.05)
    assert "POLYSEEK_CACHE_DIR" in str(refused.value)
    assert server.sent == []


def words_before(unit: str, text: str) -> list[str]:
    words = text.replace(",", "").replace(";", "").replace(":", "").split()
    return [before for before, word in pairwise(words) if word == unit]


def break_by_status(server, _: pytest.MonkeyPatch) -> None:
    server.status = 503


def break_by_login_page(server, _: pytest.MonkeyPatch) -> None:
    server.page = b"<html>Welcome to our hotel</html>"


def break_by_setting(_: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)


@pytest.fixture(params=[break_by_status, break_by_login_page, break_by_setting])
def out_of_reach(request: pytest.FixtureRequest, server, monkeypatch: pytest.MonkeyPatch):
    """Makes the hub unreachable, in each way."""
    return partial(request.param, server, monkeypatch)


def test_without_the_hub_the_model_is_used_as_it_was_fetched(
    get, out_of_reach, caplog: pytest.LogCaptureFixture
) -> None:
    model = get()
    out_of_reach()
    with caplog.at_level(logging.WARNING, logger="embedder"):
        assert get() == model
        assert get(revision=model.commit) == model
    assert model.commit in caplog.text


def test_without_the_hub_a_new_model_is_an_error_that_names_the_way_out(get, out_of_reach) -> None:
    out_of_reach()
    with pytest.raises(HubUnreachableError, match=rf"{MODEL} \(main\) was not fetched before.*models prepare FOLDER"):
        get()


def test_another_revision_is_not_taken_for_the_one_that_is_here(get, out_of_reach) -> None:
    get()
    out_of_reach()
    with pytest.raises(HubUnreachableError, match=r"\(v1\) was not fetched before"):
        get(revision="v1")


def test_a_hub_that_does_not_answer_is_an_error(cache: Path, get, server) -> None:
    with hub_server.serving() as other:
        gone = other.url
    model = get()
    assert get(endpoint=gone) == model
    with pytest.raises(HubUnreachableError, match="cannot be reached"):
        fetch("someone/other", cache_dir=cache, endpoint=gone)


def test_a_model_the_hub_does_not_show_is_an_error(cache: Path, server) -> None:
    with pytest.raises(HubModelError, match=r"no model someone/nothing; check the name.*HF_TOKEN"):
        fetch("someone/nothing", cache_dir=cache, endpoint=server.url)


def test_a_revision_that_does_not_exist_is_an_error(get) -> None:
    with pytest.raises(HubModelError, match="no revision 'v9'"):
        get(revision="v9")


@pytest.mark.parametrize("name", ["a/b/c", "../up", "a b", ""])
def test_a_name_that_no_model_can_have_is_an_error(cache: Path, name: str) -> None:
    with pytest.raises(HubModelError, match="write OWNER/NAME"):
        fetch(name, cache_dir=cache)


def test_weights_that_may_run_code_are_an_error_before_anything_is_fetched(get, server) -> None:
    server.models[MODEL].files = {"config.json": b"{}", "pytorch_model.bin": b"pickle"}
    with pytest.raises(HubModelError, match="may run code"):
        get()
    assert server.sent == []


def test_a_gated_model_says_how_to_get_at_it(get, server) -> None:
    server.models[MODEL].gated = True
    with pytest.raises(HubAccessError, match=rf"agree to them at https://huggingface.co/{MODEL}.*set HF_TOKEN"):
        get()


def test_the_token_of_the_environment_opens_a_gated_model(get, server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.models[MODEL].gated = True
    monkeypatch.setenv("HF_TOKEN", "hf_member")
    assert content(get()) == READ
    told = {"!" in request.path: "Authorization" in request.headers for request in server.requests}
    assert told == {False: True, True: False}  # the address that a file lies at is not the hub's, and is told nothing


def test_the_token_stays_out_of_errors_and_logs(
    get, server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, cache: Path
) -> None:
    server.models[MODEL].gated = True
    monkeypatch.setenv("HF_TOKEN", "hf_stranger")
    with caplog.at_level(logging.DEBUG), pytest.raises(HubAccessError) as refused:
        get()
    assert server.requests[0].headers["Authorization"] == "Bearer hf_stranger"
    assert "hf_stranger" not in caplog.text + str(refused.value) + str(refused.value.__cause__)
    assert not [path for path in cache.rglob("*") if path.is_file() and b"hf_stranger" in path.read_bytes()]


def test_a_cache_that_cannot_be_written_to_is_an_error(tmp_path: Path, server) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelCacheError, match="POLYSEEK_CACHE_DIR"):
        fetch(MODEL, cache_dir=tmp_path / "file", endpoint=server.url)


def test_damaged_notes_about_a_model_are_made_anew(get, server) -> None:
    model = get()
    model.folder.parent.with_name("someone--encoder-v1.5.json").write_text("{")
    assert get() == model
    server.status = 503
    assert get() == model


def test_everything_that_goes_wrong_is_an_error_of_the_embedder() -> None:
    for error in (HubAccessError, HubLicenceError, HubModelError, HubSpaceError, HubUnreachableError):
        assert issubclass(error, HubError)
    assert issubclass(HubError, ModelBuildError)


def run_python(code: str, **environment: str) -> str:
    """What a new Python process prints."""
    names = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**names, **environment}, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_library_is_imported_late_and_tells_nothing_of_the_machine(server, cache: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from embedder.checkpoints.hub import fetch\n"
        "assert 'huggingface_hub' not in sys.modules\n"
        f"fetch({MODEL!r}, cache_dir=Path({str(cache)!r}), endpoint={server.url!r})\n"
        "print(sys.modules['huggingface_hub.constants'].HF_HUB_DISABLE_TELEMETRY)\n"
        "print('HF_HUB_DISABLE_TELEMETRY' in os.environ)"
    )
    assert run_python(code).split() == ["True", "False"]
    agents = {request.headers["User-Agent"] for request in server.requests}
    assert all(agent.startswith("polyseek/") and "torch" not in agent for agent in agents)


def test_the_offline_variable_is_obeyed(get, server, cache: Path) -> None:
    model = get()
    server.requests.clear()
    code = (
        "from pathlib import Path; from embedder.checkpoints.hub import fetch\n"
        f"print(fetch({MODEL!r}, cache_dir=Path({str(cache)!r}), endpoint={server.url!r}).commit)"
    )
    assert run_python(code, HF_HUB_OFFLINE="1").split() == [model.commit]
    assert server.requests == []
