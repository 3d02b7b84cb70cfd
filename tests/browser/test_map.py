"""The Map page in a real browser."""

import re

from playwright.sync_api import Page, expect

from indexer import Collection
from tests.browser.server import Server, settled

POINTS = ".mark-symbol path[aria-roledescription='circle']"


def test_both_pictures_draw_every_passage(page: Page, server: Server) -> None:
    with Collection.open(server.collection) as collection, collection.session() as session:
        passages = len(session.snapshot.rows)
    page.goto(f"{server.address}/map")
    settled(page)
    for picture in ("plain", "neutral"):
        expect(page.locator(f".st-key-{picture} {POINTS}")).to_have_count(passages)


def test_a_click_on_a_point_opens_its_passage_and_the_way_to_read_it(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/map")
    settled(page)
    point = page.locator(f".st-key-neutral {POINTS}").last
    described = point.get_attribute("aria-label") or ""
    words = re.search(r"Text: (.+?)(?:; |$)", described)
    assert words is not None, described
    point.click()
    card = page.locator(".ps-card")
    expect(card.locator(".ps-text")).to_contain_text(words[1][:30])
    assert re.search(r"[?&]p=\d+", page.url)
    page.get_by_role("link", name="Read").click()
    expect(page.locator(".ps-sheet mark, .ps-sheet .ps-here").first).to_be_visible()
    assert "/read?" in page.url
