"""Asking in a real browser."""

import time

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.server import Server, settled

QUESTION = "Why does a ticket down the mountain by train cost less than one up?"


def ask(page: Page, server: Server, question: str = QUESTION, **address: str) -> None:
    page.goto(server.address + "/?" + "&".join(f"{name}={value}" for name, value in {"q": question, **address}.items()))
    settled(page)


def test_a_question_in_one_language_finds_the_passage_in_another(page: Page, server: Server) -> None:
    page.goto(server.address)
    box = page.get_by_placeholder("Ask in any language")
    box.fill(QUESTION)
    started = time.monotonic()
    box.press("Enter")
    first = page.locator("#hit-1")
    expect(first.locator("mark")).to_contain_text("die Fahrt hinunter nur 5 Lum")
    print(f"question to shown results: {(time.monotonic() - started) * 1000:.0f} ms")  # noqa: T201  a measure, not a test
    expect(first.locator(".ps-badge")).to_have_text("German")
    expect(first.locator(".ps-text")).to_have_attribute("lang", "de")


def test_filters_stand_in_the_address_and_outlive_a_reload(page: Page, server: Server) -> None:
    ask(page, server)
    page.get_by_text("Hungarian (5)").click()
    settled(page)
    expect(page.locator("#hit-1 .ps-badge")).to_have_text("Hungarian")
    assert "l=hu" in page.url
    page.reload()
    settled(page)
    expect(page.get_by_role("checkbox", name="Hungarian (5)")).to_be_checked()
    expect(page.locator("article.ps-card .ps-badge").first).to_have_text("Hungarian")
    expect(page.get_by_placeholder("Ask in any language")).to_have_value(QUESTION)


def test_the_keyboard_is_enough(page: Page, server: Server) -> None:
    ask(page, server)
    page.locator("body").press("/")
    expect(page.get_by_placeholder("Ask in any language")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#hit-1")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#hit-2")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("h1.ps-page")).to_have_text("Die Tessamarer Bergbahn: Ein Porträt")
    assert "/read?" in page.url


def test_a_slash_in_the_question_is_a_slash(page: Page, server: Server) -> None:
    ask(page, server)
    box = page.get_by_placeholder("Ask in any language")
    box.fill("either")
    box.press("/")
    expect(box).to_have_value("either/")


def test_similar_passages_open_below_the_card(page: Page, server: Server) -> None:
    ask(page, server)
    page.locator(".st-key-hit-1").get_by_text("Similar passages").click()
    expect(page.locator(".st-key-hit-1 .ps-small")).to_have_count(5)


@pytest.mark.parametrize(("locale", "language"), [("ar-EG", "ar"), ("he-IL", "he"), ("fa-IR", "fa")])
def test_the_interface_is_laid_out_from_right_to_left(
    page: Page, server: Server, context: BrowserContext, locale: str, language: str
) -> None:
    page.goto(f"{server.address}/?q={QUESTION}&lang={language}")
    settled(page)
    root = page.locator("html")
    expect(root).to_have_attribute("dir", "rtl")
    expect(root).to_have_attribute("lang", language)
    card, badge = (page.locator(place).bounding_box() for place in ("#hit-1", "#hit-1 .ps-badge"))
    title = page.locator("#hit-1 h2").bounding_box()
    assert card
    assert badge
    assert title
    assert badge["x"] < title["x"], "the badge stands at the end of the line: on the left"
    assert badge["x"] - card["x"] < 40
    expect(page.locator("#hit-1 .ps-text")).to_have_css("direction", "ltr")  # German stays what it is


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_sticks_out_of_the_window(page: Page, server: Server, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    ask(page, server)
    widest = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert widest <= width
    for card in page.locator("article.ps-card").all():
        box = card.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_the_telephone_s_menu_leads_everywhere_also_from_right_to_left(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{server.address}/?lang=ar")
    settled(page)
    sidebar = page.locator("[data-testid=stSidebar]")
    expect(sidebar).to_be_hidden()
    page.locator("[data-testid=stExpandSidebarButton]").first.click()
    expect(sidebar).to_be_visible()
    box = sidebar.bounding_box()
    assert box
    assert box["x"] + box["width"] == pytest.approx(390, abs=2)
