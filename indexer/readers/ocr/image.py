"""Make the image of a page fit for recognition: dark letters on even paper, lines level."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""A grey image, shape (height, width), 0 is black."""

Ink = NDArray[np.bool_]
"""Where letters are, same shape."""

_PAPER: Final = 255
_DARK: Final = 110
"""Grey value: a page more than half of which is darker has white letters on black."""

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

_FAINTEST: Final = 32
"""Grey values: ink is darker than paper by this at least, or an empty page would be full of it."""

_NEIGHBOURS: Final = 0.4
"""Ink has this share of ink around it; specks of dust have less."""

_RIM: Final = 0.04
"""The dark rim of a scan is no wider than this share of the page; a coloured band in its layout mostly is."""


def prepared(pixels: Pixels) -> Pixels:
    """Give dark letters on white paper: shadows and dark rims are taken out, white on black is turned."""
    if np.median(pixels) < _DARK:
        pixels = np.uint8(_PAPER) - pixels
    return _evenly_lit(_without_rim(pixels))


def softened(pixels: Pixels) -> Pixels:
    """Take out the grain of a scanner: each pixel is weighed with its neighbours, 1-2-1 in both directions."""
    wide = np.pad(pixels, 1, mode="edge").astype(np.uint16)
    rows = wide[:-2] + 2 * wide[1:-1] + wide[2:]
    sums: NDArray[np.uint16] = rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]
    return ((sums + 8) // 16).astype(np.uint8)


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
    """Tell letters from paper and dust."""
    grey = min(_threshold(pixels), int(np.median(pixels)) - _FAINTEST)
    dark = np.where(pixels <= grey, np.uint8(_PAPER), np.uint8(0))
    ink: Ink = softened(dark) > _NEIGHBOURS * _PAPER
    return ink


def doubled(pixels: Pixels) -> Pixels:
    """Give an image of twice the width and height."""
    return softened(pixels.repeat(2, axis=0).repeat(2, axis=1))


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
    wide = np.stack([np.interp(columns, np.arange(across), band) for band in paper]).astype(np.float32)
    lit = np.empty_like(pixels)
    for row in range(height):
        place = min(max((row + 0.5) * down / height - 0.5, 0), down - 1)
        upper = int(place)
        lower = min(upper + 1, down - 1)
        here = wide[upper] + (place - upper) * (wide[lower] - wide[upper])
        lit[row] = np.minimum(pixels[row] * (_PAPER / np.maximum(here, 1)), _PAPER)
    return lit


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


def _without_rim(pixels: Pixels) -> Pixels:
    """Whiten what is dark from an edge of the image inwards, if that soon ends."""
    dark = softened(pixels) <= _threshold(pixels)
    white = pixels.copy()
    for seen, kept in ((dark, white), (dark[::-1], white[::-1]), (dark.T, white.T), (dark.T[::-1], white.T[::-1])):
        from_edge = np.logical_and.accumulate(seen, axis=0)
        from_edge[:, from_edge.sum(axis=0) > _RIM * len(seen)] = False
        kept[from_edge] = _PAPER
    return white
