"""The real command, run as a user runs it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def polyseek(tmp_path: Path) -> Run:
    """Runs the real command in a directory of its own, with a collection of its own and no key."""

    def run(*arguments: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *map(str, arguments)],
            cwd=tmp_path,
            env={
                **{name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")},
                "POLYSEEK_COLLECTION": str(tmp_path / "collection"),
                "XDG_CONFIG_HOME": str(tmp_path / "config"),
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    return run
