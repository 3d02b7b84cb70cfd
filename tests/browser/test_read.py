"""Reading in a real browser: what is marked on a page are the right words."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from app.ui.read.page_image import ANSWER_COLOUR
from indexer import Collection
from retriever import Retriever
from tests.browser.server import Server, settled

QUESTIONS = {
    "de": "Why does a ticket down the mountain by train cost less than one up?",
    "ar": "How long must a young man work with his master in the covered market before he opens a shop?",
    "th": "Which ferry crosses the river at Kham Fak?",
}


def open_first(page: Page, server: Server, language: str, kind: str = ".pdf") -> tuple[Path, int, str]:
    """Open the best passage of a language's document; returns its file, its page and its answering sentence."""
    question = QUESTIONS.get(language, "What is this about?")
    with Retriever.open(server.collection) as retriever:
        hits = retriever.search(question, languages=[language], top_k=5).hits
    hit = next(hit for hit in hits if hit.path.endswith(kind) and hit.page == hit.end_page)
    page.goto(f"{server.address}/read?p={hit.passage_id}&q={question}")
    settled(page)
    return Path(hit.path), hit.page, hit.highlighted_text


def shown_image(page: Page) -> Image.Image:
    """The page's image as the browser got it, at its own size."""
    image = page.locator(".st-key-page-image img")
    expect(image).to_be_visible()
    content = page.evaluate(
        """async (address) => {
            const bytes = new Uint8Array(await (await fetch(address)).arrayBuffer());
            return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
        }""",
        image.get_attribute("src"),
    )
    return Image.open(io.BytesIO(base64.b64decode(content))).convert("RGB")


def letters_under(path: Path, number: int, marked: np.ndarray) -> tuple[str, str]:
    """The letters of the PDF whose middle is marked, and all others, as pdfium itself places them."""
    with pypdfium2.PdfDocument(path) as document:
        page = document[number - 1]
        scale = marked.shape[1] / page.get_width()
        text = page.get_textpage()
        under, beside = "", ""
        for place in range(text.count_chars()):
            letter = text.get_text_range(place, 1)
            left, bottom, right, top = text.get_charbox(place)
            if not letter.strip() or right <= left:
                continue
            x, y = (left + right) / 2 * scale, (page.get_height() - (bottom + top) / 2) * scale
            if marked[int(y), int(x)]:
                under += letter
            else:
                beside += letter
        text.close()
        page.close()
    return under, beside


@pytest.mark.parametrize("language", ["de", "ar", "th"])
def test_the_coloured_words_are_those_of_the_answer(page: Page, server: Server, language: str) -> None:
    path, number, answer = open_first(page, server, language)
    pixels = np.asarray(shown_image(page)).astype(int)
    # Paper under the marker has its colour; letters on it are darker, but keep their hue: blue is what it takes away.
    near = np.abs(pixels - np.array(ANSWER_COLOUR)).sum(axis=2) < 40
    rows, columns = np.flatnonzero(near.any(axis=1)), np.flatnonzero(near.any(axis=0))
    assert len(rows)
    boxes = np.zeros(near.shape, dtype=bool)
    for row in rows:  # a line of the marker reaches from its first to its last coloured pixel
        hit = np.flatnonzero(near[row])
        boxes[row, hit[0] : hit[-1] + 1] = True
    assert len(columns) > 20
    under, _ = letters_under(path, number, boxes)
    wanted = sorted("".join(answer.split()))
    found = sorted("".join(under.split()))
    common = sum(min(wanted.count(letter), found.count(letter)) for letter in set(wanted))
    assert common >= 0.9 * len(wanted), f"{under!r} instead of {answer!r}"
    assert len(found) <= 1.35 * len(wanted) + 10


def test_text_from_right_to_left_stands_on_the_right(page: Page, server: Server) -> None:
    open_first(page, server, "ar")
    text = page.locator(".ps-sheet")
    expect(text).to_have_css("direction", "rtl")
    expect(text).to_have_css("text-align", "start")


def test_a_text_is_scrolled_to_its_answer(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 1000, "height": 500})
    with Collection.open(server.collection) as collection, collection.session() as session:
        everything = session.passages(session.snapshot.passage_ids.tolist())
    last = [passage for passage in everything if passage.paths[0].endswith("hu-furdo.txt")][-1]
    page.goto(f"{server.address}/read?p={last.id}&q=mikor")
    settled(page)
    mark, sheet = (page.locator(place).first.bounding_box() for place in ("mark.ps-here", ".ps-sheet"))
    assert mark
    assert sheet
    assert sheet["y"] <= mark["y"] <= sheet["y"] + sheet["height"]
    assert page.locator(".ps-sheet").evaluate("box => box.scrollTop") > 0


def test_the_next_page_and_the_way_back(page: Page, server: Server) -> None:
    _, number, _ = open_first(page, server, "de")
    page.get_by_role("link", name="Next" if number == 1 else "Previous").click()
    expect(page.get_by_text("page 2 of 2" if number == 1 else "page 1 of 2")).to_be_visible()
    expect(page).to_have_url(re.compile("page="))
    page.get_by_role("link", name="Back to the results").click()
    expect(page.locator("#hit-1")).to_be_visible()
    expect(page.get_by_placeholder("Ask in any language")).to_have_value(QUESTIONS["de"])


def test_the_downloaded_file_is_the_file(page: Page, server: Server) -> None:
    path, _, _ = open_first(page, server, "de")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the file").click()
    assert download.value.suggested_filename == path.name
    assert Path(download.value.path()).read_bytes() == path.read_bytes()
