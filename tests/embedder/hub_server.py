"""A server on this machine that answers as the Hugging Face hub does, for the few routes a download takes.

Each file lies at another address, as large ones do, and every file can be asked for from any byte on.
"""

import hashlib
import json
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

_ABOUT = re.compile(r"/api/models/(.+?)/revision/([^/]+)")
_FILE = re.compile(r"/(.+?)/resolve/([^/]+)/(.+)")


@dataclass
class Model:
    """A model of the hub: its files by name for each revision."""

    files: Mapping[str, bytes]
    card: Mapping[str, Any] = field(default_factory=lambda: {"license": "mit"})
    gated: bool = False
    stated: Mapping[str, int] = field(default_factory=dict)
    older: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def commit(self) -> str:
        return commit_of(self.files)

    def revision(self, name: str) -> Mapping[str, bytes] | None:
        named = {"main": self.files, "v1": self.older, self.commit: self.files, commit_of(self.older): self.older}
        return named.get(name) or None


@dataclass(frozen=True)
class Request:
    path: str
    headers: Message

    @property
    def range(self) -> str | None:
        return self.headers.get("Range")


class HubServer(ThreadingHTTPServer):
    """`breaks`: bytes after which the next answers with a file break off, one each; `spoils`: files sent wrongly."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.models: dict[str, Model] = {}
        self.requests: list[Request] = []
        self.breaks: list[int] = []
        self.spoils: list[str] = []
        self.ignores_range = False
        self.status: int | None = None
        self.page: bytes | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def sent(self) -> list[str]:
        """Names of the files that were asked for, where their bytes lie."""
        return [request.path.rpartition("!")[2] for request in self.requests if "!" in request.path]

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # the client has had enough
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    server: HubServer

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.requests.append(Request(path, self.headers))
        if self.server.status is not None:
            self.refuse(self.server.status, "")
        elif self.server.page is not None:
            self.send(self.server.page)
        elif found := _ABOUT.fullmatch(path):
            self._about(*found.groups())
        elif found := _FILE.fullmatch(path):
            self._lead(*found.groups())
        else:
            model_id, commit, name = path.removeprefix("/!").replace("!", "|").split("|")
            self._file(self.server.models[model_id].revision(commit)[name], name)

    def send(self, content: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def refuse(self, status: int, code: str) -> None:
        self.send(json.dumps({"error": "no"}).encode(), status, X_Error_Code=code)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the library's
        pass

    def _about(self, model_id: str, revision: str) -> None:
        model = self.server.models.get(model_id)
        if model is None:
            self.refuse(401, "RepoNotFound")
            return
        files = model.revision(revision)
        if files is None:
            self.refuse(404, "RevisionNotFound")
            return
        siblings = []
        for name, content in files.items():
            about: dict[str, Any] = {"rfilename": name, "size": model.stated.get(name, len(content)), "blobId": "0"}
            if name.endswith(".safetensors"):
                sha256 = hashlib.sha256(content).hexdigest()
                about["lfs"] = {"sha256": sha256, "size": about["size"], "pointerSize": 130}
            siblings.append(about)
        answer = {"id": model_id, "sha": commit_of(files), "cardData": model.card, "siblings": siblings}
        self.send(json.dumps(answer).encode(), Content_Type="application/json")

    def _lead(self, model_id: str, commit: str, name: str) -> None:
        model = self.server.models[model_id]
        if model.gated and self.headers.get("Authorization") != "Bearer hf_member":
            self.refuse(403, "GatedRepo")
        else:
            self.send(b"", 302, Location=f"http://localhost:{self.server.server_port}/!{model_id}!{commit}!{name}")

    def _file(self, content: bytes, name: str) -> None:
        if name in self.server.spoils:
            self.server.spoils.remove(name)
            content = bytes(len(content))
        start = 0
        if (asked := self.headers.get("Range")) and not self.server.ignores_range:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
        rest = content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(rest)))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        self.wfile.write(rest[: self.server.breaks.pop(0)] if self.server.breaks else rest)


def commit_of(files: Mapping[str, bytes]) -> str:
    """Forty digits that change with the files."""
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(b"%b %d %b" % (name.encode(), len(content), content))
    return digest.hexdigest()[:40]


@contextmanager
def serving() -> Iterator[HubServer]:
    with HubServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
