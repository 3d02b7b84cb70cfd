"""The browser UI in a real browser: Debian's Chromium, driven by Playwright, over the sample collection."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from indexer import Collection
from tests.browser.server import Server, running

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium here; on Debian: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sample_collection(tmp_path_factory: pytest.TempPathFactory, sample_folder: Path) -> Path:
    """The sample, read once by the real encoder; tests that change a collection copy it."""
    path = tmp_path_factory.mktemp("browser") / "sample"
    with Collection.create(path) as collection:
        collection.sync([sample_folder])
    return path


@pytest.fixture(scope="module")
def server(sample_collection: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over a copy of the sample collection, for the tests of a module."""
    home = tmp_path_factory.mktemp("server")
    collection = home / "sample"
    shutil.copytree(sample_collection, collection)
    with running(collection, home) as address:
        yield Server(address=address, collection=collection)


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser window of its own; every request that leaves this machine fails the test, and so do errors."""
    context = chromium.new_context(locale="en-GB", viewport={"width": 1440, "height": 900})
    foreign: list[str] = []
    complaints: list[str] = []

    context.on("request", lambda request: foreign.append(request.url) if _leaves(request.url) else None)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", lambda message: complaints.append(message.text) if _is_complaint(message) else None)
    yield context
    context.close()
    assert foreign == []
    assert complaints == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def _is_complaint(message: ConsoleMessage) -> bool:
    # Opened at a page's own address, Streamlit first looks for its server below that address, and then above it.
    looking = re.search(r"/\w+/_stcore/(health|host-config)$", message.location["url"])
    return message.type == "error" and not looking


def _leaves(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in {"127.0.0.1", "localhost"}
