"""What is asked for an image of a page, and what comes back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """A page to be drawn.

    Attributes:
        page: Number of the page, from 1.
        text: Its text as it is stored.
        content_hash: SHA-256 of the file that text was taken from, in hexadecimal.
        spans: (start, end) of stretches of that text whose places are wanted.
        width_px: Width of the image.
    """

    page: int
    text: str
    content_hash: str
    spans: tuple[tuple[int, int], ...]
    width_px: int


Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels of the image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageImage:
    """A page as it looks.

    Attributes:
        png: The image.
        width_px: Its width.
        height_px: Its height.
        boxes: For each stretch that was asked for, one box a line; none where the page's text was read from its image.
    """

    png: bytes
    width_px: int
    height_px: int
    boxes: tuple[tuple[Box, ...], ...]
