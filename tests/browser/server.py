"""A running `polyseek ui`, and waiting for its pages."""

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running `polyseek ui`: where it is, and the collection it shows."""

    address: str
    collection: Path


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


def settled(page: Page) -> None:
    """Wait until the page has been drawn whole."""
    expect(page.locator("h1.ps-page")).to_be_visible()
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()
    expect(page.locator("[data-testid=stSpinner]")).to_have_count(0)
