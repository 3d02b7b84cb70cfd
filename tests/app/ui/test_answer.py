"""The short answer by a chat model, against a real HTTP server on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.settings import Settings
from app.ui.answer.chat import ChatModel, Message
from app.ui.answer.panel import answer_card
from app.ui.answer.prompt import LONGEST_PASSAGE, citations, conversation, split_citations
from embedder import EmbedderError
from indexer import PageKind
from retriever import Highlight, Hit, SearchResult, Timings

HOSTILE = "<img src=x onerror=alert(1)> $x$ [1](javascript:alert(1))"


class ChatServer(ThreadingHTTPServer):
    """Answers every request with the same pieces, or the same refusal, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ChatHandler)
        self.pieces: list[str] = ["The lamp was lit ", "in autumn [1]."]
        self.status = 200
        self.refusal = ""
        self.raw: str | None = None
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []

    @property
    def model(self) -> str:
        return f"endpoint:http://127.0.0.1:{self.server_address[1]}#chat-model"


class ChatHandler(BaseHTTPRequestHandler):
    server: ChatServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(body | {"path": self.path})
        self.server.keys.append(self.headers.get("Authorization"))
        if self.server.status != 200:
            self.reply(self.server.status, "application/json", json.dumps({"error": {"message": self.server.refusal}}))
        elif self.server.raw is not None:
            self.reply(200, "text/html", self.server.raw)
        else:
            events = [{"choices": [{"delta": {"role": "assistant"}}]}]
            events += [{"choices": [{"delta": {"content": piece}}]} for piece in self.server.pieces]
            events += [{"choices": [], "usage": {"total_tokens": 7}}]
            lines = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
            self.reply(200, "text/event-stream", f"{lines}data: [DONE]\n\n")

    def reply(self, status: int, kind: str, body: str) -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    with ChatServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    monkeypatch.delenv("NGC_API_KEY", raising=False)
    monkeypatch.setenv("NVIDIA_API_KEY", "secret-key")
    with chat_server() as running:
        yield running


def result(*, text: str = "The lighthouse was lit in autumn.", probability: float = 0.9) -> SearchResult:
    hit = Hit(
        passage_id=7,
        text=text,
        highlight=Highlight(start=0, end=len(text)),
        path="/papers/harbour.md",
        other_paths=(),
        title="Harbour",
        document_type="md",
        page=1,
        end_page=1,
        page_kind=PageKind.WHOLE,
        label="",
        heading="",
        start=0,
        end=len(text),
        language="en",
        score=0.8,
        dense=0.7,
        lexical=0.1,
    )
    return SearchResult(
        question="Wann wurde die Lampe angezündet?",
        question_language="de",
        hits=(hit,),
        answer_probability=probability,
        abstention_threshold=0.5,
        searched_passages=1,
        timings=Timings(embed_ms=1.0, search_ms=1.0, fetch_ms=1.0),
    )


def run_panel(settings: "Settings", found: "SearchResult") -> None:
    from app.ui.answer.panel import show_answer  # the test runner executes this body as a script

    show_answer(settings, found)


def panel(server: ChatServer, found: SearchResult) -> AppTest:
    settings = Settings(chat=server.model, endpoint_timeout_s=5)
    page = AppTest.from_function(run_panel, args=(settings, found), default_timeout=30).run()
    assert not page.exception
    return page


def ask(server: ChatServer) -> str:
    return "".join(ChatModel(server.model, timeout_s=5).stream([Message(role="user", content="Ärger?")]))


def test_an_answer_comes_piece_by_piece(server: ChatServer) -> None:
    model = ChatModel(server.model, timeout_s=5)
    assert [piece for piece in model.stream([Message(role="user", content="When?")]) if piece] == server.pieces
    request = server.requests[0]
    assert request["path"] == "/v1/chat/completions"
    assert request["model"] == "chat-model"
    assert request["stream"] is True
    assert request["messages"] == [{"role": "user", "content": "When?"}]
    assert server.keys == ["Bearer secret-key"]


@pytest.mark.parametrize(
    ("status", "advice"), [(401, "NVIDIA_API_KEY"), (404, "has no model"), (422, "chat model"), (500, "500")]
)
def test_a_refusal_says_what_to_do_and_keeps_the_key_to_itself(server: ChatServer, status: int, advice: str) -> None:
    server.status, server.refusal = status, "no, secret-key"
    with pytest.raises(EmbedderError, match=advice) as refused:
        ask(server)
    assert "secret-key" not in str(refused.value)


@pytest.mark.parametrize("raw", ["<html>hello</html>", "data: {}\n\n"])
def test_another_kind_of_server_is_told_from_a_chat_model(server: ChatServer, raw: str) -> None:
    server.raw = raw
    with pytest.raises(EmbedderError, match="see whether the URL is right"):
        ask(server)


def test_a_server_that_is_not_there_is_named() -> None:
    with chat_server() as gone:
        address = gone.model
    with pytest.raises(EmbedderError, match="cannot be reached"):
        list(ChatModel(address, timeout_s=5).stream([]))


def test_the_model_is_told_the_language_the_passages_and_the_question() -> None:
    system, user = conversation(result())
    assert "in German" in system.content
    assert user.content.startswith("[1] Harbour\nThe lighthouse was lit in autumn.")
    assert user.content.endswith("Question: Wann wurde die Lampe angezündet?")


def test_of_a_long_passage_the_part_around_the_answer_is_sent() -> None:
    found = result(text="x" * 5000 + "HERE" + "y" * 5000)
    (hit,) = found.hits
    found = replace(found, hits=(replace(hit, highlight=Highlight(start=5000, end=5004)),))
    content = conversation(found)[1].content
    assert "HERE" in content
    assert len(content) < LONGEST_PASSAGE + 200


def test_only_numbers_of_passages_are_citations() -> None:
    assert split_citations("Yes [1][12], no [3].", 2) == ["Yes ", 1, "[12], no [3]."]
    assert citations("Yes [2][1][2] [9]", 2) == [2, 1]


def test_an_answer_is_shown_with_links_to_its_passages_and_asked_for_once(server: ChatServer) -> None:
    page = panel(server, result())
    assert '<a href="#hit-1" title="Harbour">[1]</a>' in page.html[0].value
    page.run()
    assert "in autumn" in page.html[0].value
    assert len(server.requests) == 1


def test_an_answer_without_a_passage_is_not_to_be_relied_on(server: ChatServer) -> None:
    server.pieces = ["Surely in spring."]
    page = panel(server, result())
    assert "names no passage" in page.html[1].value


def test_nothing_is_asked_where_the_collection_does_not_answer(server: ChatServer) -> None:
    assert not panel(server, result(probability=0.1)).html
    assert server.requests == []


def test_a_failure_is_told_and_the_page_stays(server: ChatServer) -> None:
    server.status, server.refusal = 402, "no credits"
    page = panel(server, result())
    assert "no credits left" in page.html[0].value


def test_what_the_model_writes_stays_text() -> None:
    card = answer_card(HOSTILE, [HOSTILE], "en")
    assert "<img" not in card
    assert 'href="javascript' not in card
