"""Turns what a server refuses into an error that says what to type next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from embedder.endpoint.address import EndpointAddress
from embedder.endpoint.key import ApiKey
from embedder.errors import (
    EndpointAccessError,
    EndpointAddressError,
    EndpointCreditError,
    EndpointError,
    EndpointLengthError,
    EndpointModelError,
    EndpointRefusalError,
)

LONGEST_DETAIL: Final = 300
"""Characters of a server's message that are repeated."""

_TOO_LONG: Final = (
    re.compile(r"exceeds maximum allowed token size (\d+)"),  # NIM
    re.compile(r"maximum context length (?:is|of) (\d+)"),  # OpenAI, vLLM
    re.compile(r"must have less than (\d+) tokens"),  # text-embeddings-inference
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asked whom.

    Attributes:
        address: The model on its server.
        key: The key that was sent, or was held back; None if there is none.
    """

    address: EndpointAddress
    key: ApiKey | None

    def detail(self, body: Any) -> str:
        """What the server said, short and without the key.

        Args:
            body: The JSON of its answer, or the text where it was no JSON.
        """
        words = " ".join("".join(char if char.isprintable() else " " for char in _message(body)).split())
        if self.key is not None:
            words = self.key.redact(words)
        return words if len(words) <= LONGEST_DETAIL else f"{words[:LONGEST_DETAIL]} …"


def refusal(caller: Caller, status: int, body: Any, offered: Sequence[str] = ()) -> EndpointError:
    """The error for an answer that will be the same the next time.

    Args:
        caller: Who asked whom.
        status: HTTP status.
        body: The JSON of the answer, or its text.
        offered: Models that the server has, for a status 404.
    """
    url, model, detail = caller.address.url, caller.address.model, caller.detail(body)
    said = f"{status}: {detail}" if detail else str(status)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return EndpointAddressError(
            f"{url} sends requests on to another address ({status}), where texts and key are not sent unasked; "
            "name the final address: endpoint:URL#MODEL"
        )
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return EndpointAccessError(f"{url} refuses to serve {model} ({said}); {_key_advice(caller)}")
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return EndpointCreditError(
            f"the account has no credits left at {url} ({said}); add some there, or use a server of your own: "
            "--model endpoint:http://localhost:8000#MODEL"
        )
    if status == HTTPStatus.NOT_FOUND:
        there = f"it has: {', '.join(offered)}" if offered else "and lists none; see whether the URL is right"
        return EndpointModelError(f"{url} has no model {model} ({said}); {there}; write endpoint:{url}#MODEL")
    for pattern in _TOO_LONG:
        if found := pattern.search(detail):
            return EndpointLengthError(
                f"a text is longer than the {found[1]} tokens that {model} reads ({detail}); polyseek only estimates "
                "its tokens: cut passages shorter with a smaller number: --max-tokens 128",
                detail=detail,
            )
    return EndpointRefusalError(
        f"{url} refuses the request for {model} ({said}); see whether the model embeds or ranks texts, as asked",
        detail=detail,
    )


def _key_advice(caller: Caller) -> str:
    if caller.key is None:
        return "it wants a key: export NVIDIA_API_KEY=KEY"
    if not caller.address.trusted:
        return f"{caller.key.variable} was not sent, since http can be listened to; use the server's https:// address"
    return f"see whether the key in {caller.key.variable} is right, or set another: export NVIDIA_API_KEY=KEY"


def _message(body: Any) -> str:
    """What is meant for people in a server's answer; each kind of server has a form of its own."""
    if isinstance(body, str):
        return body
    if isinstance(body, list):  # of a FastAPI server: one entry for each field; its `input` would repeat the texts
        return "; ".join(_message(entry) for entry in body)
    if not isinstance(body, dict):
        return str(body)
    place = ".".join(map(str, body["loc"])) + ": " if isinstance(body.get("loc"), list) else ""
    for name in ("message", "error", "detail", "msg", "title"):
        if body.get(name):
            return place + _message(body[name])
    return ""
