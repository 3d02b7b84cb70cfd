"""The Read page: a passage in its document, as the page looks and as its text was read."""

from pathlib import Path

import streamlit as st

from app.ui import render
from app.ui.language import _, name_of_language, number
from app.ui.read.page_image import show_page_image
from app.ui.read.sheet import Marks, part_borders, part_of, sheet
from app.ui.read.style import CSS
from app.ui.read.target import Target, read_target
from app.ui.wording import unit, verdict_meaning, verdict_name
from app.ui.workspace import PageName, Workspace
from embedder import EmbedderError
from indexer import Collection, IndexerError, Page, PageKind, Verdict, read_page, spans_on_page

_SCROLL = """
<script>
for (const box of document.querySelectorAll(".ps-sheet")) {
  const place = box.querySelector("mark.ps-here") || box.querySelector(".ps-here");
  if (place) box.scrollTop = place.offsetTop - box.offsetTop - box.clientHeight / 3;
}
</script>
"""


def show_read_page(workspace: Workspace) -> None:
    """Read a passage in its document."""
    st.html(f"<style>{CSS}</style>")
    try:
        retriever = workspace.retriever()
        target = None if retriever is None else read_target(retriever)
        if retriever is None or target is None:
            render.show_title(_("Read"))
            render.show_note(_("There is no such passage in this collection, or not any more. Ask again."))
            _link_back(workspace, st.query_params.get("q", ""))
        else:
            _show(workspace, retriever.collection, target)
    except (IndexerError, EmbedderError) as error:
        render.show_error(str(error))


def _link_back(workspace: Workspace, question: str) -> None:
    label = _("Back to the results") if question else _("Ask")
    address = {"q": question} if question else None
    st.page_link(workspace.pages[PageName.ASK], label=label, icon=":material/search:", query_params=address)


def _show(workspace: Workspace, collection: Collection, target: Target) -> None:
    document = target.document
    with collection.session() as session:
        page = read_page(session, document.id, target.number)
        marks = Marks()
        if target.passage is not None:
            answer = (0, 0) if target.answer is None else (target.answer.start, target.answer.end)
            wanted = [(0, len(target.passage.text)), answer]
            spans = spans_on_page(session, target.passage, wanted, target.number)
            marks = Marks(passage=spans[0], answer=spans[1])
    if page is None:
        return
    # A link from this page to itself changes what is shown, but not what the browser's address line says.
    st.query_params.update(target.address(part=target.part))
    _link_back(workspace, target.question)
    _show_heading(target, page)
    if document.document_type == "pdf" and document.page_kind is PageKind.PAGE:
        left, right = st.columns([3, 2])
        with left:
            _show_steps(workspace, target)
            show_page_image(workspace.images(collection), target, page, marks)
        with right:
            _show_verdict(page)
            _show_text(workspace, target, page, marks)
    else:
        _show_steps(workspace, target)
        _show_text(workspace, target, page, marks)
    _offer_file(target)


def _show_heading(target: Target, page: Page) -> None:
    document = target.document
    language = document.language if target.passage is None else target.passage.language
    render.show_title(document.title)
    place = unit(document.page_kind, page.number) if len(document.characters) > 1 else ""
    label = page.label if page.label != str(page.number) else ""
    facts = [render.short_path(document.paths[0]), place, label, name_of_language(language)]
    render.show_quiet(" · ".join(filter(None, facts)))
    if target.question:
        render.show_quiet(_("Question: {question}", question=target.question))


def _show_steps(workspace: Workspace, target: Target) -> None:
    """Lead to the other pages."""
    count, kind = len(target.document.characters), target.document.page_kind
    if count == 1:
        return
    pages = workspace.pages
    with st.container(horizontal=True, vertical_alignment="center", key="steps"):
        for step, label in ((target.number - 1, _("Previous")), (target.number + 1, _("Next"))):
            if 1 <= step <= count:
                st.page_link(
                    pages[PageName.READ],
                    label=label,
                    icon=":material/chevron_left:" if step < target.number else ":material/chevron_right:",
                    icon_position="left" if step < target.number else "right",
                    query_params=target.address(number=step),
                )
        place = f"{target.document.id}-{target.number}"
        wanted = st.number_input(
            _("Page"),
            min_value=1,
            max_value=count,
            value=target.number,
            key=f"page-{place}",
            label_visibility="collapsed",
            width=130,
        )
        render.show_quiet(_("{place} of {count}", place=unit(kind, target.number), count=count))
    if wanted != target.number:
        st.switch_page(pages[PageName.READ], query_params=target.address(number=int(wanted)))


def _show_verdict(page: Page) -> None:
    """Say how far the page's text can be trusted."""
    if page.check is None:
        return
    verdict = page.check.verdict
    said = f"{verdict_name(verdict)}: {verdict_meaning(verdict)}"
    if verdict is Verdict.OK:
        render.show_quiet(said)
    else:
        render.show_note(said)
    if page.check.signs:
        with st.expander(_("What was measured on this page")):
            signs = {sign: number(value, "0.###") for sign, value in page.check.signs.items()}
            render.show_facts({_("Read with"): page.check.extractor, **signs})


def _show_text(workspace: Workspace, target: Target, page: Page, marks: Marks) -> None:
    """Show the page's text, or the part of it with the passage."""
    borders = part_borders(page.text)
    parts = len(borders) - 1
    part = min(max(target.part or part_of(borders, marks.answer[0] or marks.passage[0]), 1), parts)
    if parts > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            for step, label in ((part - 1, _("Previous part")), (part + 1, _("Next part"))):
                if 1 <= step <= parts:
                    st.page_link(workspace.pages[PageName.READ], label=label, query_params=target.address(part=step))
            render.show_quiet(_("Part {part} of {count}", part=part, count=parts))
    if not page.text:
        render.show_quiet(_("This page has no text."))
        return
    st.html(sheet(page, borders[part - 1], borders[part], marks, target.document.language))
    st.html(_SCROLL, unsafe_allow_javascript=True)


def _offer_file(target: Target) -> None:
    path = Path(target.document.paths[0])
    if path.is_file():
        st.download_button(
            _("Download the file"), data=path.read_bytes, file_name=path.name, icon=":material/download:", key="file"
        )
    else:
        render.show_note(_("The file is not there any more: {path}", path=path))
