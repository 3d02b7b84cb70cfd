"""Servers that refuse, fail, dawdle or answer nonsense, and the key that nobody may see."""

import json
import logging
import socket
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedder import (
    EmbedderError,
    EndpointAccessError,
    EndpointAddressError,
    EndpointAnswerError,
    EndpointCreditError,
    EndpointError,
    EndpointLimits,
    EndpointModelError,
    EndpointRefusalError,
    EndpointUnavailableError,
)
from embedder.endpoint.address import read_address
from embedder.endpoint.client import LONGEST_WAIT_S, EndpointClient, retry_after_s
from embedder.endpoint.remote_embedder import EndpointEmbedder
from tests.embedder.endpoint import server as endpoint_server

SECRET = "nvapi-0123456789-secret"  # noqa: S105  of no account


answering = endpoint_server.answering
MODEL = endpoint_server.MODEL


class Patient:
    """A connected encoder that notes how long it would have waited."""

    def __init__(self, server: Any, folder: Path) -> None:
        self.waits: list[float] = []
        self._server, self._folder = server, folder

    def __call__(self, model: str = MODEL, **limits: Any) -> EndpointEmbedder:
        address = read_address(f"endpoint:{self._server.url}#{model}")
        client = EndpointClient(address, EndpointLimits(**limits), sleep=self.waits.append)
        return EndpointEmbedder(client, self._folder)


@pytest.fixture
def connect(server: Any, tmp_path: Path) -> Patient:
    return Patient(server, tmp_path)


def test_a_server_that_is_busy_is_asked_again_when_it_says(server: Any, connect: Patient) -> None:
    embedder = connect()
    server.behaviour.faults = [answering(429, "Too Many Requests", Retry_After="7"), answering(503)]
    assert embedder.embed_queries(["lighthouse"]).shape == (1, 2048)
    assert connect.waits[0] == 7
    assert 1 <= connect.waits[1] <= 1.5  # the second backoff, with its jitter


@pytest.mark.parametrize("fault", [answering(500), answering(408), lambda handler: handler.hang_up()])
def test_what_may_pass_is_tried_again_after_longer_and_longer_waits(
    server: Any, connect: Patient, fault: Callable[[Any], None]
) -> None:
    embedder = connect()
    server.behaviour.faults = [fault] * 4
    assert embedder.embed_passages(["lighthouse"]).shape == (1, 2048)
    assert [0 <= wait - least <= 0.5 for wait, least in zip(connect.waits, [0.5, 1, 2, 4], strict=True)] == [True] * 4


def test_a_server_that_keeps_failing_is_given_up(server: Any, connect: Patient) -> None:
    embedder = connect(attempts=3)
    server.requests.clear()
    server.behaviour.faults = [answering(500, "CUDA out of memory")] * 9
    with pytest.raises(EndpointUnavailableError, match=r"500 \(CUDA out of memory\), 3 times in a row; run the same"):
        embedder.embed_queries(["lighthouse"])
    assert len(server.requests) == 3


def test_a_pause_that_is_too_long_is_not_waited_for(server: Any, connect: Patient) -> None:
    embedder = connect()
    server.behaviour.faults = [answering(429, Retry_After=str(int(LONGEST_WAIT_S) + 1))]
    with pytest.raises(EndpointUnavailableError, match="asks for a pause of 121 s: run the same command again"):
        embedder.embed_queries(["lighthouse"])
    assert connect.waits == []


def test_a_pause_may_be_a_date() -> None:
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert retry_after_s("Mon, 23 Nov 2026 12:01:30 GMT", now) == 90
    assert retry_after_s("Mon, 23 Nov 2026 12:01:30 -0000", now) == 90
    assert retry_after_s("Mon, 23 Nov 2026 11:00:00 GMT", now) == 0
    assert retry_after_s("15", now) == 15
    assert retry_after_s("", now) is None
    assert retry_after_s("soon", now) is None


def test_a_slow_server_is_told_how_to_be_given_more_time(server: Any, connect: Patient) -> None:
    embedder = connect(timeout_s=0.2, attempts=2)
    let_go = threading.Event()
    server.behaviour.before = lambda: let_go.wait(20) and None
    try:
        with pytest.raises(EndpointUnavailableError, match=r"within 0.2 s, 2 times.* POLYSEEK_ENDPOINT_TIMEOUT_S"):
            embedder.embed_queries(["lighthouse"])
    finally:
        let_go.set()


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nothing answers
        address = read_address(f"endpoint:http://127.0.0.1:{taken.getsockname()[1]}#m")
        client = EndpointClient(address, EndpointLimits(attempts=2), sleep=lambda _: None)
        with pytest.raises(EndpointUnavailableError, match=r"127\.0\.0\.1:\d+/v1 cannot be reached .*see whether the"):
            EndpointEmbedder(client, tmp_path)


def test_a_server_that_wants_a_key_is_answered_with_how_to_give_one(server: Any, connect: Patient) -> None:
    server.behaviour.key = SECRET
    with pytest.raises(EndpointAccessError, match="it wants a key: export NVIDIA_API_KEY=KEY"):
        connect()


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_is_named_by_its_variable(
    server: Any, connect: Patient, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("NGC_API_KEY", SECRET)
    server.behaviour.faults = [answering(status, "Forbidden")]
    with pytest.raises(EndpointAccessError, match=rf"{status}: Forbidden.*the key in NGC_API_KEY is right"):
        connect()


def test_the_nvidia_key_goes_before_the_ngc_key(server: Any, connect: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NGC_API_KEY", "other")
    monkeypatch.setenv("NVIDIA_API_KEY", f" {SECRET}\n")
    server.behaviour.key = SECRET
    connect()
    assert {request.headers["Authorization"] for request in server.requests} == {f"Bearer {SECRET}"}


def test_a_key_with_blanks_in_it_is_refused_and_not_repeated(connect: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NVIDIA_API_KEY", "hunter2\nhunter3")
    with pytest.raises(EndpointAccessError, match="copy it again: export NVIDIA_API_KEY=KEY") as caught:
        connect()
    assert "hunter" not in str(caught.value)


def test_the_key_is_in_no_message_log_or_picture_of_an_object(
    server: Any, connect: Patient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NVIDIA_API_KEY", SECRET)
    caplog.set_level(logging.DEBUG)
    embedder = connect(attempts=2)
    echo = f"bad token Bearer {SECRET}"
    shown = [repr(embedder), str(embedder), repr(vars(embedder)), repr(vars(embedder._client))]
    for status in (302, 400, 401, 402, 404, 422, 429, 500):
        server.behaviour.faults = [answering(status, echo)] * 2
        with pytest.raises(EndpointError) as caught:
            embedder.embed_queries(["lighthouse"])
        shown += traceback.format_exception(caught.value), repr(caught.value)
    server.behaviour.faults = [lambda handler: handler.send(200, echo.encode())]
    with pytest.raises(EndpointAnswerError) as caught:
        embedder.embed_queries(["lighthouse"])
    shown += traceback.format_exception(caught.value), repr(caught.value)
    assert "[NVIDIA_API_KEY]" in str(shown)  # the servers' words are shown, without it
    assert SECRET not in str(shown)
    assert caplog.records
    assert SECRET not in caplog.text


def test_the_key_is_not_sent_where_it_can_be_listened_to(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NVIDIA_API_KEY", SECRET)
    caplog.set_level(logging.INFO)

    def sends_key(url: str) -> bool:
        client = EndpointClient(read_address(f"endpoint:{url}#m"), EndpointLimits())
        return "Authorization" in client._http.headers

    assert [sends_key(url) for url in ("https://host", "http://localhost:8000", "http://[::1]:8000")] == [True] * 3
    assert caplog.messages == []
    assert not sends_key("http://nim.example:8000")
    assert caplog.messages == [
        "NVIDIA_API_KEY is not sent to http://nim.example:8000/v1, since http can be listened to"
    ]


def test_a_server_that_refuses_a_key_that_was_held_back_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from embedder.endpoint.faults import Caller, refusal
    from embedder.endpoint.key import ApiKey

    caller = Caller(
        address=read_address("endpoint:http://nim.example#m"), key=ApiKey(variable="NVIDIA_API_KEY", secret=SECRET)
    )
    assert "NVIDIA_API_KEY was not sent, since http can be listened to; use the server's https://" in str(
        refusal(caller, 401, {"detail": "no"})
    )


def test_requests_are_not_sent_on_to_another_host(
    server: Any, connect: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NVIDIA_API_KEY", SECRET)
    with endpoint_server.serving() as other:
        server.behaviour.faults = [answering(307, Location=f"{other.url}/v1/embeddings")]
        with pytest.raises(EndpointAddressError, match=r"another address \(307\).*name the final address"):
            connect()
        assert other.requests == []


def test_an_account_without_credits_is_told_so(server: Any, connect: Patient) -> None:
    server.behaviour.faults = [answering(402, "Account has no credits")]
    with pytest.raises(EndpointCreditError, match=r"402: Account has no credits.*a server of your own"):
        connect()


def test_a_model_that_is_not_there_is_answered_with_those_that_are(server: Any, connect: Patient) -> None:
    server.behaviour.models = ("acme/one", "acme/two")
    with pytest.raises(EndpointModelError, match=rf"no model {MODEL} .* it has: acme/one, acme/two; write endpoint:"):
        connect()


def test_a_server_that_lists_no_models_is_doubted(server: Any, connect: Patient) -> None:
    server.behaviour.models = ()
    with pytest.raises(EndpointModelError, match="lists none; see whether the URL is right"):
        connect()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error": "bad input"}, "bad input"),
        ({"error": {"message": "bad input", "code": 3}}, "bad input"),
        ({"object": "error", "message": "bad input"}, "bad input"),
        ({"detail": [{"loc": ["body", "model"], "msg": "bad", "input": "my private text"}]}, "body.model: bad"),
        (b"<h1>bad\x00 input</h1>", "<h1>bad input</h1>"),
        ({"message": "x" * 900}, "x" * 300 + " …"),
        ([], ""),
    ],
    ids=["hosted", "openai", "container", "fastapi", "html", "long", "nothing"],
)
@pytest.mark.parametrize("status", [400, 422])
def test_what_the_server_says_is_repeated_in_short(
    server: Any, connect: Patient, status: int, answer: Any, said: str
) -> None:
    embedder = connect()
    server.behaviour.faults = [lambda handler: handler.send(status, answer)]
    with pytest.raises(EndpointRefusalError) as caught:
        embedder.embed_passages(["my private text"])
    assert caught.value.detail == said
    assert f"({status}: {said})" in str(caught.value) or not said
    assert "private" not in str(caught.value)


def nan_rows(answer: dict[str, Any]) -> dict[str, Any]:
    answer["data"][0]["embedding"] = [float("nan")] * 2048
    return answer


def changing_data(change: Callable[[list[dict[str, Any]]], Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda answer: {**answer, "data": change(answer["data"])}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (lambda answer: b"{not json", "did not answer with JSON but with '{not json'"),
        (lambda answer: [answer], "no list `data`"),
        (lambda answer: {"data": "none"}, "no list `data`"),
        (changing_data(lambda data: data[:1]), "1 results in `data` for 2 texts"),
        (changing_data(lambda data: [data[0], data[0]]), "2 results in `data` for 2 texts, or numbered them wrong"),
        (changing_data(lambda data: [{**one, "index": [1]} for one in data]), "numbered them wrong"),
        (
            changing_data(lambda data: [{**one, "embedding": [1.0, 2.0]} for one in data]),
            "of 2 dimensions, expected 2048",
        ),
        (changing_data(lambda data: [data[0], {**data[1], "embedding": [1.0]}]), "of 1, 2048 dimensions"),
        (changing_data(lambda data: [{**one, "embedding": "%%%"} for one in data]), "not base64"),
        (changing_data(lambda data: [{**one, "embedding": "AAA="} for one in data]), "not base64 of float32"),
        (changing_data(lambda data: [{**one, "embedding": None} for one in data]), r"of shape \(\)"),
        (changing_data(lambda data: [{**one, "embedding": ["x"]} for one in data]), "something else where numbers"),
        (changing_data(lambda data: [{**one, "embedding": []} for one in data]), r"of shape \(0,\)"),
        (changing_data(lambda data: [{**one, "embedding": [0] * 2048} for one in data]), "2 of 2 vectors .* all 0"),
        (nan_rows, "1 of 2 vectors .* NaN"),
    ],
)
def test_nonsense_is_recognised(
    server: Any, connect: Patient, changed: Callable[[dict[str, Any]], Any], message: str
) -> None:
    embedder = connect()
    server.behaviour.changed = changed
    with pytest.raises(EndpointAnswerError, match=message):
        embedder.embed_passages(["lighthouse", "ferry"])


def test_large_numbers_still_give_unit_rows(server: Any, connect: Patient) -> None:
    embedder = connect()
    server.behaviour.changed = changing_data(lambda data: [{**one, "embedding": [3e38] * 2048} for one in data])
    np.testing.assert_allclose(embedder.embed_passages(["lighthouse"]), 2048**-0.5, rtol=1e-6)


def test_one_failing_batch_ends_the_whole_request(server: Any, connect: Patient) -> None:
    embedder = connect(batch_texts=1, requests=2)
    server.behaviour.faults = [answering(400, "no")]
    with pytest.raises(EndpointRefusalError):
        embedder.embed_passages([f"text {number}" for number in range(200)])
    assert len(server.requests) < 150


def test_every_error_is_an_embedder_error_that_says_what_to_do() -> None:
    errors = [EndpointError, *EndpointError.__subclasses__()]
    assert all(issubclass(error, EmbedderError) for error in errors)


def test_a_damaged_compression_is_no_answer(server: Any, connect: Patient) -> None:
    embedder = connect()
    server.behaviour.faults = [lambda handler: handler.send(200, json.dumps({}).encode(), Content_Encoding="gzip")]
    with pytest.raises(EndpointAnswerError, match="cannot be read"):
        embedder.embed_queries(["lighthouse"])
