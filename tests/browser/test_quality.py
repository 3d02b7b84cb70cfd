"""The Quality page in a real browser."""

import json
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, expect

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
    assert recall(shown) == recall(expected)
    assert shown["matrices"]["questions"]["values"] == expected["matrices"]["questions"]["values"]
    cells = sum(value is not None for row in expected["matrices"]["questions"]["values"] for value in row)
    expect(page.locator(".st-key-heat .mark-rect path")).to_have_count(cells)


def recall(report: dict[str, list[dict[str, dict[str, dict[str, float]]]]]) -> dict[tuple[object, object], float]:
    return {(row["method"], row["language"]): row["measures"]["Recall@5"]["mean"] for row in report["rows"]}  # type: ignore[index]
