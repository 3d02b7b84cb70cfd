"""One file of the collection: what checking found on each of its pages, and the way to read it."""

import streamlit as st

from app.ui import render
from app.ui.language import _, number, plural
from app.ui.wording import verdict_name
from app.ui.workspace import PageName, Workspace
from indexer import Collection, Page, PageCheck, find_document_of


def show_file(workspace: Workspace, collection: Collection, path: str) -> None:
    """Show a file's pages as they were checked, and lead to them."""
    with collection.session() as session:
        pages = session.pages(path)
        document_id = find_document_of(session, path)
    if document_id is None:
        return
    read = workspace.pages[PageName.READ]
    st.page_link(read, label=_("Read"), icon=":material/menu_book:", query_params={"d": str(document_id)})
    checks = [(page, page.check) for page in pages if page.check is not None]
    if not checks:
        render.show_quiet(_("The text of this format needs no check."))
        return
    title = plural("How far its {count} page can be trusted", "How far its {count} pages can be trusted", len(checks))
    with st.expander(title, expanded=True):
        state = st.dataframe(
            [_row(page, check) for page, check in checks],
            hide_index=True,
            on_select="rerun",
            selection_mode="single-row",
            key=f"pages-{document_id}",
        )
        rows = state["selection"]["rows"]
        if rows:
            shown = checks[rows[0]][0].number
            st.page_link(
                read,
                label=_("Compare page {number} with its image", number=shown),
                query_params={"d": str(document_id), "page": str(shown)},
            )
        else:
            render.show_quiet(_("Select a page to compare its text with its image."))


def _row(page: Page, check: PageCheck) -> dict[str, str | int]:
    return {
        _("Page"): page.number,
        _("Printed as"): page.label,
        _("Characters"): len(page.text),
        _("Verdict"): verdict_name(check.verdict),
        _("Read with"): check.extractor,
        _("Signs"): ", ".join(f"{sign} {number(value, '0.###')}" for sign, value in check.signs.items()),
    }
