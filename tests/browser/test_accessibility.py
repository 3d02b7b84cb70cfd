"""Every page against axe-core's rules, in light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.server import Server, settled

PAGES = {
    "ask": "/?q=Why+does+a+ticket+down+cost+less",
    "read": "/read?p=27&q=Why+does+a+ticket+down+cost+less",
    "library": "/library",
    "map": "/map",
    "quality": "/quality",
    "settings": "/settings",
}
SERIOUS = {"serious", "critical"}
STREAMLIT_S_OWN = {
    "scrollable-region-focusable",  # tables and the page itself scroll inside Streamlit's own elements
}


@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_a_serious_fault(page: Page, server: Server, name: str) -> None:
    page.goto(server.address + PAGES[name])
    settled(page)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        expect(page.locator("[data-testid=stApp]")).to_have_css("color-scheme", theme)
        violations = Axe().run(page).response["violations"]
        faults = [
            f"{theme} {fault['id']}: {node['target']}"
            for fault in violations
            if fault["impact"] in SERIOUS and fault["id"] not in STREAMLIT_S_OWN
            for node in fault["nodes"]
        ]
        assert faults == []
