"""The page of a passage as it looks, with the passage and the answering sentence marked."""

import io
from typing import Final, Literal

import streamlit as st
from PIL import Image, ImageChops, ImageDraw

from app.ui import render
from app.ui.language import _, percent
from app.ui.read.sheet import Marks
from app.ui.read.target import Target
from app.ui.wording import unit
from indexer import Page, PageImage, PageImages, ReadFailure, Verdict

PASSAGE_COLOUR: Final = (255, 249, 214)
ANSWER_COLOUR: Final = (255, 221, 87)
"""What the passage and its answering sentence are laid over with, as with a marker pen."""
FULL_WIDTH_PX: Final = 900
"""Width of a page at 100 %."""
ZOOMS: Final = (0, 100, 150, 200)
"""Percentages to choose from; 0 fits the page into its column."""


def show_page_image(images: PageImages, target: Target, page: Page, marks: Marks) -> None:
    """Show a page of a PDF.

    Args:
        images: What draws it.
        target: What the reader asked for.
        page: The page.
        marks: What is marked, in the page's text.
    """
    zoom = st.segmented_control(
        _("Zoom"),
        options=ZOOMS,
        format_func=lambda value: percent(value / 100) if value else _("Fit"),
        default=0,
        required=True,
        key="zoom",
        persist_state="session",
        label_visibility="collapsed",
    )
    width_px = FULL_WIDTH_PX * max(zoom or 0, 150) // 100
    with st.spinner(_("Drawing the page")):
        drawn = images.draw(target.document.id, page.number, [marks.passage, marks.answer], width_px=width_px)
    if isinstance(drawn, ReadFailure):
        render.show_note(_("The page cannot be shown: {reason}", reason=drawn.message))
        return
    if page.check is not None and page.check.verdict is Verdict.RECOGNISED:
        render.show_quiet(_("The words of a page that was read from its image are not marked on it."))
    shown_width: Literal["stretch"] | int = FULL_WIDTH_PX * zoom // 100 if zoom else "stretch"
    with st.container(key="page-image"):
        st.image(marked(drawn), width=shown_width, alt=unit(target.document.page_kind, page.number))


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
