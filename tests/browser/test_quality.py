"""The Quality page in a real browser."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.browser.server import Server, settled

QUESTIONS = Path(__file__).resolve().parents[2] / "data" / "questions.jsonl"


def test_the_sample_is_measured_as_polyseek_eval_measures_it(page: Page, server: Server, tmp_path: Path) -> None:
    page.goto(f"{server.address}/quality")
    settled(page)
    page.get_by_role("button", name="Measure with the questions of the sample").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_role("heading", name="Recall by language")).to_be_visible(timeout=180_000)
    settled(page)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="JSON").click()
    shown = json.loads(downloading.value.path().read_text(encoding="utf-8"))["report"]
    command = [sys.executable, "-P", "-m", "app.cli", "eval", str(QUESTIONS), "--json", str(tmp_path / "eval.json")]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    expected = json.loads((tmp_path / "eval.json").read_text(encoding="utf-8"))
    # The same documents, embedded twice in other batches: a question between two documents may fall the other way.
    assert recall(shown) == pytest.approx(recall(expected), abs=2.5 / 468)
    drawn, measured = shown["matrices"]["questions"], expected["matrices"]["questions"]
    assert drawn["question_languages"] == measured["question_languages"]
    assert drawn["counts"] == measured["counts"]
    cells = sum(count > 0 for row in measured["counts"] for count in row)
    expect(page.locator(".st-key-heat .mark-rect.role-mark path")).to_have_count(cells)


def downloaded(page: Page, button: str) -> Path:
    """Download a file; again where the page was just drawn anew and the first click met the old button."""
    for timeout in (10_000, 10_000, 30_000):
        try:
            with page.expect_download(timeout=timeout) as downloading:
                page.get_by_role("button", name=button).click()
            return downloading.value.path()
        except PlaywrightTimeoutError:
            settled(page)
    msg = f"no download from the button {button}"
    raise AssertionError(msg)


def recall(report: dict[str, Any]) -> dict[str, float]:
    """Recall@5 of each way to rank, over all questions."""
    return {row["method"]: row["measures"]["Recall@5"]["mean"] for row in report["rows"] if row["language"] == "all"}
