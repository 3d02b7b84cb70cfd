"""Filling a collection in a real browser, and safety against what is in it."""

import shutil
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.server import Server, running, settled

HOSTILE = "<img src=x onerror=alert(1)> :red[boo] $boo$ **boo** [boo](javascript:alert(1)) www.boo.example"


def test_an_uploaded_file_is_read_and_answers_in_another_language(
    page: Page, sample_folder: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with running(home / "mine", home) as address:
        page.goto(f"{address}/library")
        expect(page.get_by_text("There is no collection yet.")).to_be_visible()
        page.get_by_role("tab", name="Upload files").click()
        page.locator("input[type=file]").set_input_files(next(sample_folder.glob("de-*.pdf")))
        page.get_by_role("button", name="Store and read").click()
        expect(page.get_by_text("1 added")).to_be_visible(timeout=120_000)
        page.get_by_role("link", name="Ask").first.click()
        box = page.get_by_placeholder("Ask in any language")
        box.fill("Why does a ticket down the mountain cost less?")
        box.press("Enter")
        expect(page.locator("#hit-1 mark")).to_contain_text("hinunter")
        page.goto("about:blank")


def test_hostile_documents_and_names_are_inert(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    name = HOSTILE.replace("/", "")
    (folder / f"{name}.md").write_text(f"# {HOSTILE}\n\n{HOSTILE} The lighthouse was lit in autumn.")
    (folder / f"{name} b.txt").write_text(f"{HOSTILE}\n\nThe ferry crosses the river every hour.")
    (folder / f"{name}.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    hostile = tmp_path / HOSTILE.replace("/", "").replace("|", "")
    shutil.copytree(folder, hostile / "one")
    shutil.copytree(folder, hostile / "two")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    with running(tmp_path / "hostile", tmp_path) as address:
        page.goto(f"{address}/library")
        page.get_by_label("Folder on this machine").fill(str(hostile))
        page.get_by_role("button", name="Read the folder").click()
        expect(page.get_by_text("4 added").or_(page.get_by_text("2 added"))).to_be_visible(timeout=120_000)
        for place in ("/library", f"/?q={HOSTILE}", "/read?d=1", f"/read?p=1&q={HOSTILE}", "/map", "/settings"):
            page.goto(address + place.replace("$", "%24").replace("<", "%3C").replace(">", "%3E"))
            settled(page)
            assert page.locator("img[src=x]").count() == 0
            places = page.locator("a[href]").evaluate_all("links => links.map(link => new URL(link.href).origin)")
            assert set(places) <= {address}
            assert page.locator("[data-testid=stMain] .katex").count() == 0
            assert page.locator("strong:not(.ps-heading), b, span[style*=color]").filter(has_text="boo").count() == 0
        page.goto("about:blank")
    assert dialogs == []


def test_nothing_is_shown_to_who_does_not_know_the_password(page: Page, server: Server, tmp_path: Path) -> None:
    with running(server.collection, tmp_path, POLYSEEK_UI_PASSWORD="correct horse") as address:  # noqa: S106  of a test
        page.goto(f"{address}/library")
        expect(page.get_by_label("Password", exact=True)).to_be_visible()
        assert "sample" not in page.locator("body").inner_text()
        page.get_by_label("Password", exact=True).fill("wrong horse")
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_text("This is not the password.")).to_be_visible()
        page.get_by_label("Password", exact=True).fill("correct horse")
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_text("Last read")).to_be_visible()
        page.reload()
        expect(page.get_by_text("Last read")).to_be_visible()
        page.goto("about:blank")
