"""A server on this machine that speaks as NVIDIA's hosted API or as a NIM container, with whatever fault is wanted.

Its vectors are cheap: each word adds a fixed random direction, so that texts that share words are near. They are not
of length 1, and questions and passages differ by the prefix that the server puts before them.
"""

import base64
import json
import re
import socket
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

MODEL = "nvidia/llama-nemotron-embed-1b-v2"
RERANKER = "nvidia/llama-nemotron-rerank-1b-v2"

Embed = Callable[[str | None, Sequence[str]], np.ndarray]
Fault = Callable[["Handler"], None]


@cache
def direction(word: str, dimension: int) -> np.ndarray:
    return np.random.default_rng(zlib.crc32(word.encode())).standard_normal(dimension).astype(np.float32)


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+:?", text.lower())


def hashed(dimension: int) -> Embed:
    """Cheap vectors; the role, if the server is told one, is a prefix."""

    def embed(role: str | None, texts: Sequence[str]) -> np.ndarray:
        texts = [f"{role}: {text}" if role else text for text in texts]
        return np.stack([sum(direction(word, dimension) for word in words_of(text)) for text in texts])

    return embed


@dataclass
class Behaviour:
    """What the server does, changed by tests; `faults` are used up by the next posts, one each."""

    models: tuple[str, ...] = (MODEL, RERANKER)
    embed: Embed = field(default_factory=lambda: hashed(2048))
    hosted: bool = True
    key: str | None = None
    max_words: int = 8192
    refused_fields: tuple[str, ...] = ()
    ignores_input_type: bool = False
    floats: bool = False
    shuffled: bool = False
    faults: list[Fault] = field(default_factory=list)
    before: Callable[[], None] = lambda: None
    changed: Callable[[dict[str, Any]], Any] = lambda answer: answer


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class EndpointServer(ThreadingHTTPServer):
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviour = Behaviour()
        self.requests: list[Request] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [request.body for request in self.requests if request.method == "POST"]

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # the client has had enough
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    server: EndpointServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._note({})
        if self.path == "/v1/models":
            models = self.server.behaviour.models
            self.send(200, {"object": "list", "data": [{"id": model, "object": "model"} for model in models]})
        else:
            self.refuse(404, "Not Found")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._note(body)
        behaviour = self.server.behaviour
        behaviour.before()
        if behaviour.faults:
            behaviour.faults.pop(0)(self)
            return
        if behaviour.key is not None and self.headers.get("Authorization") != f"Bearer {behaviour.key}":
            self.refuse(401, f"Authentication failed for {self.headers.get('Authorization')}")
        elif refused := [name for name in behaviour.refused_fields if name in body]:
            message = "Extra inputs are not permitted"
            self.send(422, {"detail": [{"type": "extra_forbidden", "loc": ["body", refused[0]], "msg": message}]})
        elif body["model"] not in behaviour.models:
            self.refuse(404, f"The model `{body['model']}` does not exist.")
        elif self.path == "/v1/embeddings":
            self._embed(body)
        elif self.path in {"/v1/ranking", "/v1/retrieval/nvidia/rerank/reranking"}:
            self._rank(body)
        else:
            self.refuse(404, "Not Found")

    def send(self, status: int, answer: Any, **headers: str) -> None:
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def refuse(self, status: int, message: str, **headers: str) -> None:
        hosted = self.server.behaviour.hosted
        self.send(status, {"error": message} if hosted else {"object": "error", "message": message}, **headers)

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the library's
        pass

    def _note(self, body: dict[str, Any]) -> None:
        self.server.requests.append(Request(self.command, self.path, dict(self.headers), body))

    def _embed(self, body: dict[str, Any]) -> None:
        behaviour = self.server.behaviour
        longest = max(len(words_of(text)) for text in body["input"])
        if longest > behaviour.max_words and body.get("truncate", "NONE") == "NONE":
            message = f"Input length {longest} exceeds maximum allowed token size {behaviour.max_words}"
            self.refuse(400 if behaviour.hosted else 422, message)
            return
        texts = [" ".join(text.split()[: behaviour.max_words]) for text in body["input"]]
        vectors = behaviour.embed(None if behaviour.ignores_input_type else body.get("input_type"), texts)
        vectors = np.asarray(vectors[:, : body.get("dimensions")], dtype="<f4") * 3
        written = body.get("encoding_format") == "base64" and not behaviour.floats
        data = [
            {
                "object": "embedding",
                "index": index,
                "embedding": base64.b64encode(row.tobytes()).decode() if written else row.tolist(),
            }
            for index, row in enumerate(vectors)
        ]
        answer = {"object": "list", "model": body["model"], "data": data[::-1] if behaviour.shuffled else data}
        self.send(200, behaviour.changed(answer))

    def _rank(self, body: dict[str, Any]) -> None:
        asked = set(words_of(body["query"]["text"]))
        logits = [10.0 * len(asked & set(words_of(one["text"]))) / len(asked) - 5 for one in body["passages"]]
        order = sorted(range(len(logits)), key=lambda place: -logits[place])  # best first, as a NIM does
        answer = {"rankings": [{"index": place, "logit": logits[place]} for place in order]}
        self.send(200, self.server.behaviour.changed(answer))


def answering(status: int, message: str = "", **headers: str) -> Fault:
    """A fault: refuse with this status."""
    return lambda handler: handler.refuse(status, message, **headers)


@contextmanager
def serving() -> Iterator[EndpointServer]:
    with EndpointServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
