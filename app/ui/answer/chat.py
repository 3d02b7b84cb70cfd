"""Talks with a chat model behind an OpenAI-compatible `/v1/chat/completions`."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx
from httpx_sse import SSEError, connect_sse

from embedder import EmbedderError
from embedder.endpoint.address import EndpointAddress, read_address
from embedder.endpoint.faults import Caller, refusal
from embedder.endpoint.key import find_key
from embedder.errors import EndpointAnswerError, EndpointRefusalError, EndpointUnavailableError

CONNECT_TIMEOUT_S = 10.0
LONGEST_ANSWER_TOKENS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation: "system" or "user", and the text."""

    role: str
    content: str


class ChatModel:
    """A chat model on a server; the key comes from the environment, as for encoders on servers.

    Args:
        address: `endpoint:URL#MODEL`.
        timeout_s: Seconds to wait for the next piece of an answer.

    Raises:
        EndpointAddressError: If the address is not of this form.
        EndpointAccessError: If the environment holds what cannot be a key.
    """

    def __init__(self, address: str, *, timeout_s: float) -> None:
        self.address: EndpointAddress = read_address(address)
        key = find_key(os.environ)
        self._caller = Caller(address=self.address, key=key)
        self._headers = {"Authorization": f"Bearer {key.secret}"} if key and self.address.trusted else {}
        self._timeout = httpx.Timeout(timeout_s, connect=min(CONNECT_TIMEOUT_S, timeout_s))

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """Ask, and give the answer piece by piece as it is written.

        Args:
            messages: The conversation so far.

        Raises:
            EmbedderError: If the server refuses, cannot be reached, or answers in another form; the message says
                what to do.
        """
        body = {
            "model": self.address.model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "stream": True,
            "temperature": 0,
            "max_tokens": LONGEST_ANSWER_TOKENS,
        }
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        try:
            with (
                httpx.Client(
                    headers=self._headers,
                    timeout=self._timeout,
                    follow_redirects=False,  # the key would go along
                    trust_env=not self.address.loopback,
                ) as client,
                connect_sse(
                    client,
                    "POST",
                    f"{self.address.url}/chat/completions",
                    content=content,
                    headers={"Content-Type": "application/json"},
                ) as events,
            ):
                if events.response.status_code != HTTPStatus.OK:
                    raise self._refusal(events.response)
                for event in events.iter_sse():
                    if event.data == "[DONE]":
                        return
                    yield _piece(event.json())
        except (SSEError, ValueError, LookupError, TypeError, AttributeError) as error:
            msg = f"{self.address.url} does not answer as /v1/chat/completions does; see whether the URL is right"
            raise EndpointAnswerError(msg) from error
        except httpx.TimeoutException as error:
            msg = (
                f"{self.address.url} did not answer within {self._timeout.read:g} s; wait longer: "
                "POLYSEEK_ENDPOINT_TIMEOUT_S=600"
            )
            raise EndpointUnavailableError(msg) from error
        except httpx.TransportError as error:
            reason = self._caller.detail(str(error))
            msg = f"{self.address.url} cannot be reached ({reason}); see whether the server runs and the URL is right"
            raise EndpointUnavailableError(msg) from error

    def _refusal(self, response: httpx.Response) -> EmbedderError:
        response.read()
        try:
            body: Any = response.json()
        except ValueError:
            body = response.text
        error = refusal(self._caller, response.status_code, body)
        if isinstance(error, EndpointRefusalError):
            said = f"{response.status_code}: {self._caller.detail(body)}"
            return EndpointRefusalError(
                f"{self.address.url} refuses the request for {self.address.model} ({said}); see whether it is a chat "
                "model",
                detail=error.detail,
            )
        return error

    def __str__(self) -> str:
        return f"{self.address.model} at {self.address.url}"


def _piece(event: Any) -> str:
    choices = event["choices"]  # empty in the last event of some servers, which counts tokens
    return str(choices[0]["delta"].get("content") or "") if choices else ""
