"""The page a passage stands on, as it looks, with the passage and the answering sentence marked."""

import io
from typing import Final

import streamlit as st
from PIL import Image, ImageChops, ImageDraw

from app.ui import render
from app.ui.workspace import Workspace
from indexer import PageImage, PageKind, ReadFailure
from retriever import Hit

PASSAGE_COLOUR: Final = (255, 249, 214)
ANSWER_COLOUR: Final = (255, 221, 87)
"""What the passage and its answering sentence are laid over with, as with a marker pen."""


def show_page_of(workspace: Workspace, hit: Hit) -> None:
    """Offer to show the page a passage stands on, where its format has pages to look at."""
    if hit.document_type != "pdf" or hit.page_kind is not PageKind.PAGE:
        return
    if not st.toggle("Show the page", key=f"page-{hit.passage_id}"):
        return
    answer = (hit.highlight.start, hit.highlight.end)
    numbers = dict.fromkeys([hit.page, hit.end_page])
    for number in numbers:
        with st.spinner(f"Drawing page {number}"):
            page = workspace.draw(hit, [(0, len(hit.text)), answer], last_page=number != hit.page)
        if isinstance(page, ReadFailure):
            render.show_note(f"The page cannot be shown: {page.message}")
        else:
            st.image(marked(page), width="stretch")


def marked(page: PageImage) -> bytes:
    """Lay colours over the passage and its answer; returns a PNG.

    Args:
        page: A page with the boxes of the passage and of its answer.
    """
    image = Image.open(io.BytesIO(page.png)).convert("RGB")
    colours = Image.new("RGB", image.size, "white")
    pen = ImageDraw.Draw(colours)
    for boxes, colour in zip(page.boxes, (PASSAGE_COLOUR, ANSWER_COLOUR), strict=True):
        for box in boxes:
            pen.rectangle(box, fill=colour)
    file = io.BytesIO()
    ImageChops.multiply(image, colours).save(file, "PNG")
    return file.getvalue()
