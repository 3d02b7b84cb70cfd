"""Make the image of a page fit for recognition: dark letters on even paper, lines level."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""A grey image, shape (height, width), 0 is black."""

Ink = NDArray[np.bool_]
"""Where letters are, same shape."""

_PAPER: Final = 255
_TILE: Final = 64
"""Pixels: paper is as bright as the brighter pixels of a tile this wide and high."""

_PAPER_PERCENTILE: Final = 90
_DARKEST_PAPER: Final = 0.55
"""Of the page's own brightness: what is darker is no shadow but a coloured or black ground, and stays."""

_MOST_SKEW: Final = 5.0
_COARSE: Final = 0.5
_FINE: Final = 0.05
_LEAST_SKEW: Final = 0.05
"""Degrees: the search for the skew, and the skew that does no harm."""

_SKEW_HEIGHT: Final = 900
"""Pixels are enough to measure it."""

_NEIGHBOURS: Final = 0.4
"""Ink has this share of ink around it; specks of dust have less."""

_FRAME_ZONE: Final = 0.06
_FRAME_SHARE: Final = 0.75
"""The dark rim of a scan lies this near to the edge, and fills this share of its length."""


def prepared(pixels: Pixels) -> Pixels:
    """Give dark letters on white paper: shadows are taken out, white letters on black turned."""
    if (pixels <= _threshold(softened(pixels))).mean() > 1 / 2:
        pixels = _PAPER - pixels
    return _evenly_lit(pixels)


def softened(pixels: Pixels) -> Pixels:
    """Take out the grain of a scanner: each pixel is weighed with its neighbours, 1-2-1 in both directions."""
    wide = np.pad(pixels, 1, mode="edge").astype(np.uint16)
    rows = wide[:-2] + 2 * wide[1:-1] + wide[2:]
    soft: Pixels = ((rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:] + 8) // 16).astype(np.uint8)
    return soft


def turned(pixels: Pixels, degrees: int) -> Pixels:
    """Turn an image clockwise by a multiple of 90 degrees."""
    return np.ascontiguousarray(np.rot90(pixels, -degrees // 90))


def levelled(pixels: Pixels) -> Pixels:
    """Turn an image by the few degrees that make its lines level."""
    degrees = _skew_degrees(pixels)
    if abs(degrees) < _LEAST_SKEW:
        return pixels
    slope = float(np.tan(np.radians(degrees)))
    return _sheared(_sheared(pixels, slope).T, -slope).T


def ink_of(pixels: Pixels) -> Ink:
    """Tell letters from paper, dust and the dark rim of a scan."""
    dark = np.where(pixels <= _threshold(pixels), np.uint8(_PAPER), np.uint8(0))
    return _without_frame(softened(dark) > _NEIGHBOURS * _PAPER)


def doubled(pixels: Pixels) -> Pixels:
    """Give an image of twice the width and height."""
    return softened(pixels.repeat(2, axis=0).repeat(2, axis=1))


def halved(pixels: Pixels) -> Pixels:
    """Give an image of half the width and height."""
    height, width = (size // 2 for size in pixels.shape)
    quarters = pixels[: 2 * height, : 2 * width].reshape(height, 2, width, 2)
    small: Pixels = quarters.mean(axis=(1, 3)).astype(np.uint8)
    return small


def _threshold(pixels: Pixels) -> int:
    """Find the grey that parts dark from light best (Otsu 1979)."""
    counts = np.bincount(pixels.ravel(), minlength=256).astype(np.float64)
    below, mass = np.cumsum(counts), np.cumsum(counts * np.arange(256))
    parts = below * (below[-1] - below)
    spread = (mass[-1] * below - mass * below[-1]) ** 2 / np.where(parts > 0, parts, 1)
    return int(spread.argmax())


def _evenly_lit(pixels: Pixels) -> Pixels:
    """Make the paper equally white everywhere."""
    height, width = pixels.shape
    down, across = max(1, height // _TILE), max(1, width // _TILE)
    tiles = [
        [np.percentile(tile, _PAPER_PERCENTILE) for tile in np.array_split(band, across, axis=1)]
        for band in np.array_split(pixels, down, axis=0)
    ]
    paper = np.asarray(tiles, dtype=np.float32)
    usual = float(np.median(paper))
    paper = np.where(paper < _DARKEST_PAPER * usual, usual, paper)
    columns = (np.arange(width) + 0.5) * across / width - 0.5
    rows = (np.arange(height) + 0.5) * down / height - 0.5
    wide = np.stack([np.interp(columns, np.arange(across), band) for band in paper]).astype(np.float32)
    lower = np.clip(np.floor(rows).astype(int), 0, down - 1)
    upper = np.minimum(lower + 1, down - 1)
    share = np.clip(rows - lower, 0, 1).astype(np.float32)[:, None]
    lit = pixels / np.maximum(wide[lower] * (1 - share) + wide[upper] * share, 1) * _PAPER
    even: Pixels = np.minimum(lit, _PAPER).astype(np.uint8)
    return even


def _skew_degrees(pixels: Pixels) -> float:
    """Find the angle at which the rows of ink are most unlike their neighbours."""
    step = max(1, pixels.shape[0] // _SKEW_HEIGHT)
    small = pixels[::step, ::step]
    ys, xs = np.nonzero(ink_of(small))
    if not len(ys):
        return 0.0
    reach = small.shape[1]

    def contrast(degrees: float) -> float:
        rows = np.bincount((ys + xs * np.tan(np.radians(degrees)) + reach).astype(int))
        return float((np.diff(rows.astype(np.float64)) ** 2).sum())

    coarse = max(np.arange(-_MOST_SKEW, _MOST_SKEW + _COARSE, _COARSE), key=contrast)
    return float(max(np.arange(coarse - _COARSE, coarse + _COARSE, _FINE), key=contrast))


def _sheared(pixels: Pixels, slope: float) -> Pixels:
    """Move each column down by `slope` times its distance from the middle; paper comes in at the edges."""
    height, width = pixels.shape
    moves = np.rint((np.arange(width) - width / 2) * slope).astype(int)
    sheared = np.full_like(pixels, _PAPER)
    starts = np.flatnonzero(np.diff(moves, prepend=moves[0] - 1))
    for start, end in zip(starts, [*starts[1:], width], strict=True):
        move = int(moves[start])
        if move >= 0:
            sheared[move:, start:end] = pixels[: height - move, start:end]
        else:
            sheared[:move, start:end] = pixels[-move:, start:end]
    return sheared


def _without_frame(ink: Ink) -> Ink:
    ink = ink.copy()
    for view in (ink, ink[::-1], ink.T, ink.T[::-1]):
        zone = view[: int(len(view) * _FRAME_ZONE)]
        dark = np.flatnonzero(zone.mean(axis=1) > _FRAME_SHARE)
        if len(dark):
            view[: dark[-1] + 1] = False
    return ink
