"""Takes the screenshots of docs/images from the sample collection: python docs/take_screenshots.py."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from indexer import Collection  # noqa: E402
from tests.browser.server import running, settled  # noqa: E402

IMAGES = REPOSITORY / "docs" / "images"
QUESTION = "Why does a ticket down the mountain by train cost less than one up?"
SHOTS = (
    ("ask", f"/?q={QUESTION}", "en-GB", "light"),
    ("ask-arabic", f"/?q={QUESTION}", "ar-EG", "dark"),
    ("library", "/library", "en-GB", "light"),
    ("map", "/map", "en-GB", "light"),
    ("quality", "/quality", "en-GB", "light"),
    ("settings", "/settings", "en-GB", "light"),
)
"""Name, address, language and theme of each page that has an address of its own."""


def take_all() -> None:
    """Read the sample, start the interface, and photograph its pages."""
    with tempfile.TemporaryDirectory() as home:
        place = Path(home) / "sample"
        with Collection.create(place) as collection:
            collection.sync([REPOSITORY / "data" / "sample"])
        with running(place, Path(home)) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            for name, path, locale, theme in SHOTS:
                context = browser.new_context(
                    locale=locale, color_scheme=theme, viewport={"width": 1280, "height": 800}
                )
                page = context.new_page()
                page.goto(address + path)
                settled(page)
                if name == "ask":
                    _take_read(page)
                    page.go_back()
                    settled(page)
                if name == "quality":
                    page.get_by_role("button", name="Measure with the questions of the sample").click()
                    page.get_by_text("Recall by language").first.wait_for(timeout=180_000)
                _take(page, name)
                context.close()
            browser.close()


def _take_read(page: Page) -> None:
    page.locator(".st-key-hit-1").get_by_role("link", name="Read").click()
    page.locator(".st-key-page-image img").wait_for()
    settled(page)
    _take(page, "read")


def _take(page: Page, name: str) -> None:
    page.wait_for_timeout(1500)  # charts are drawn after the page
    page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    take_all()
