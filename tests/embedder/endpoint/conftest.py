"""A server of encoders and rerankers on this machine, and no key in the environment."""

from collections.abc import Iterator

import pytest

from tests.embedder.endpoint.server import EndpointServer, serving


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NVIDIA_API_KEY", "NGC_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[EndpointServer]:
    with serving() as running:
        yield running
