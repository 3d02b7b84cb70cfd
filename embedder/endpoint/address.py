"""Understands the address of a model on a server: `endpoint:URL#MODEL`, or `endpoint:URL#MODEL@DIMENSION`."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from embedder.errors import EndpointAddressError

PREFIX: Final = "endpoint:"
FORM: Final = "endpoint:URL#MODEL, e.g. endpoint:http://localhost:8000#nvidia/llama-nemotron-embed-1b-v2"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointAddress:
    """A model on a server.

    Attributes:
        url: Where the server's paths begin, with the version of the protocol: `http://localhost:8000/v1`. It never
            holds a password or a key.
        model: What the server calls the model.
        dimension: Shorter vectors to ask for; None takes them as they come.
        trusted: True if a key may be sent there: nobody on the way can read it.
        loopback: True if the server is on this machine.
    """

    url: str
    model: str
    dimension: int | None
    trusted: bool
    loopback: bool


def read_address(text: str) -> EndpointAddress:
    """Take an address apart.

    Args:
        text: `endpoint:URL#MODEL`, the URL with or without the `/v1` at its end; `@512` behind the model asks for
            vectors of 512 dimensions.

    Raises:
        EndpointAddressError: If it is not of this form, or holds what may be a secret; the message does not repeat it.
    """
    url, _, name = text.partition("#")
    parts = _split(url)
    found = re.fullmatch(r"(?P<model>[^\s#]+?)(@(?P<dimension>[1-9]\d*))?", name)
    if found is None:
        msg = f"the address names no model; write {FORM}; GET {parts.scheme}://{parts.hostname}/v1/models lists them"
        raise EndpointAddressError(msg)
    loopback = _is_loopback(parts.hostname or "")
    return EndpointAddress(
        url=_base(parts),
        model=found["model"],
        dimension=int(found["dimension"]) if found["dimension"] else None,
        trusted=parts.scheme == "https" or loopback,
        loopback=loopback,
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.removeprefix(PREFIX))
        usable = bool(
            url.startswith(PREFIX)
            and parts.scheme in {"http", "https"}
            and parts.port != 0
            and re.fullmatch(r"[0-9A-Za-z.:_-]+", parts.hostname or "")
            and url.isascii()
            and url.isprintable()
            and " " not in url
        )
    except ValueError:  # such as a port that is no number
        usable = False
    if not usable:
        msg = f"the address has no URL of a server in it; write {FORM}"
        raise EndpointAddressError(msg)
    if "@" in parts.netloc or parts.query:
        msg = (
            f"the URL of {parts.hostname} carries a user, a password or a ?query, and URLs end up in logs; leave them "
            "out, and give the key by itself: export NVIDIA_API_KEY=KEY"
        )
        raise EndpointAddressError(msg)
    return parts


def _base(parts: SplitResult) -> str:
    path = parts.path.rstrip("/").removesuffix("/embeddings")
    versioned = any(re.fullmatch(r"v\d\w*", step) for step in path.split("/"))
    return f"{parts.scheme}://{parts.netloc}{path}" + ("" if versioned else "/v1")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return False
