"""The browser UI in a real browser: Debian's Chromium, driven by Playwright, over the sample collection."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from indexer import Collection

expect.set_options(timeout=30_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running `polyseek ui`: where it is, and the collection it shows."""

    address: str
    collection: Path


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


class running:  # noqa: N801  reads as what it does: with running(collection, home) as address
    """Runs `polyseek ui` while the block runs."""

    def __init__(self, collection: Path, home: Path, *arguments: str, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._address = f"http://127.0.0.1:{port}"
        self._command = [sys.executable, "-P", "-m", "app.cli", "ui", "--no-browser", "--port", str(port)]
        self._command += ["--collection", str(collection), *arguments]
        self._environment = {**os.environ, "XDG_CONFIG_HOME": str(home / "config"), **environment}

    def __enter__(self) -> str:
        self._process = subprocess.Popen(self._command, env=self._environment, stderr=subprocess.PIPE, text=True)
        assert self._process.stderr is not None
        line = self._process.stderr.readline()
        assert "polyseek is open at" in line, line
        return self._address

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=30)


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


def settled(page: Page) -> None:
    """Wait until the page has been drawn whole."""
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()
    expect(page.locator("[data-testid=stSpinner]")).to_have_count(0)


def shown_text(page: Page) -> str:
    return re.sub(r"\s+", " ", page.locator("[data-testid=stMain]").inner_text())
