"""Colours and shapes of clusters, for eyes of every kind.

The first colours are those of Okabe and Ito; the rest are chosen one by one, each as
far as possible from all before it as seen by normal, deuteranope and protanope eyes.
Every cluster has a shape as well, so that colour is never the only sign.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audioclust_gui.plots.oklab import EYES, from_oklab, gamma, linear, oklab

Floats = NDArray[np.float64]
Colours = NDArray[np.uint8]

NOISE = -1
UNPLACED = -2

SHAPES = (
    "disc",
    "square",
    "triangle",
    "diamond",
    "plus",
    "triangle down",
    "cross",
    "star",
    "dot",
)
DOT = len(SHAPES) - 1
"""The shape of a point in no cluster; the shapes before it belong to clusters."""

# Okabe and Ito, "Color Universal Design" (2008), without black, which has no place on a
# dark map; ordered so that the first few differ most.
_OKABE_ITO = (0x0072B2, 0xE69F00, 0x009E73, 0xCC79A7, 0x56B4E9, 0xD55E00, 0xF0E442)
_DISTINCT = 64
_LEAST_CONTRAST = 3.05

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True, slots=True)
class Ink:
    """What a plot is drawn with besides the cluster colours: "#rrggbb" strings."""

    background: str
    surface: str
    text: str
    muted: str
    accent: str


LIGHT = Ink("#ffffff", "#f6f7f9", "#1d2126", "#6a727d", "#1f6fb5")
DARK = Ink("#17191d", "#1c1f24", "#e6e8eb", "#949ca7", "#62b0f0")


def ink(dark: bool) -> Ink:
    """Return the inks of the dark or of the light theme."""
    return DARK if dark else LIGHT


def period() -> int:
    """Return how many ids have colours of their own: those of `table` begin again."""
    return len(_order())


@lru_cache(maxsize=64)
def table(n_ids: int, dark: bool) -> Colours:
    """Return one colour per cluster id, and the two of points in no cluster.

    Parameters
    ----------
    n_ids : int
        How many ids, from 0.
    dark : bool
        Whether the background is dark.

    Returns
    -------
    uint8 array, shape (n_ids + 2, 4), red, green, blue, alpha
        Row i is id i; the last two rows are `UNPLACED` and `NOISE`, so that a label
        indexes the table as it is. An id keeps its colour whatever `n_ids` is. The
        array is shared and cannot be written to.
    """
    series = _series(dark)
    rows = np.empty((n_ids + 2, 4), np.uint8)
    rows[:n_ids, :3] = series[np.arange(n_ids) % len(series)]
    rows[:n_ids, 3] = 255
    rows[NOISE] = (128, 133, 143, 235) if dark else (140, 145, 155, 235)
    rows[UNPLACED] = (128, 133, 143, 70) if dark else (120, 125, 135, 60)
    rows.flags.writeable = False
    return rows


def colours(labels: ArrayLike, dark: bool) -> Colours:
    """Return the colour of every label: uint8 (n, 4), red, green, blue, alpha."""
    labels = np.asarray(labels, np.intp)
    return table(int(labels.max(initial=-1)) + 1, dark)[labels]


def shapes(labels: ArrayLike) -> NDArray[np.intp]:
    """Return for every label the index of its shape in `SHAPES`.

    Every round begins three shapes further on: colours of the same hue, which come back
    about once a round, then meet another shape.
    """
    labels = np.asarray(labels, np.intp)
    return np.where(labels < 0, DOT, (labels + 3 * (labels // DOT)) % DOT)


def faded(rows: Colours, ids: Iterable[int]) -> Colours:
    """Return a copy of a colour table in which all but these ids are faint."""
    keep = np.zeros(len(rows), bool)
    keep[[i for i in ids if -2 <= i < len(rows) - 2]] = True
    rows = rows.copy()
    rows[~keep, 3] = rows[~keep, 3] // 6
    return rows


def contrast(rgb: ArrayLike, other: ArrayLike) -> Floats:
    """Contrast ratio of colours (..., 3) 0-255 after WCAG 2.2: 1 to 21."""
    a, b = (linear(np.asarray(c) / 255) @ _LUMINANCE + 0.05 for c in (rgb, other))
    return np.maximum(a, b) / np.minimum(a, b)


def as_rgb(hexadecimal: str) -> tuple[int, int, int]:
    """Return "#rrggbb" as three numbers 0-255."""
    red, green, blue = bytes.fromhex(hexadecimal.removeprefix("#"))
    return red, green, blue


@cache
def _series(dark: bool) -> Colours:
    """All colours in the order of the ids: uint8 (several hundred, 3)."""
    return np.rint(255 * gamma(_candidates(dark)[_order()])).astype(np.uint8)


@cache
def _candidates(dark: bool) -> Floats:
    """Okabe and Ito's colours, then a grid of hues: linear RGB (n, 3)."""
    first = np.array([as_rgb(f"{colour:06x}") for colour in _OKABE_ITO]) / 255
    lightness, chroma, hue = np.meshgrid(
        np.linspace(0.54, 0.90, 7), [0.06, 0.11, 0.16], np.arange(0, 360, 7.5)
    )
    angle = np.radians(hue)
    grid = np.stack([lightness, chroma * np.cos(angle), chroma * np.sin(angle)], -1)
    grid = grid.reshape(-1, 3)
    rgb = from_oklab(grid)
    grid = grid[((rgb >= 0) & (rgb <= 1)).all(1)]
    lab = np.concatenate([oklab(linear(first)), grid])
    if not dark:
        # The same hues, deeper: on white it is the light colours that get lost.
        lab[:, 0] = 0.46 + (lab[:, 0] - 0.52) * 0.62
        lab[:, 1:] *= 1.15
    return _legible(lab, dark)


def _legible(lab: Floats, dark: bool) -> Floats:
    """Bring colours into the gamut, far enough from the background: linear RGB."""
    background = as_rgb(ink(dark).background)
    for _ in range(60):
        rgb = from_oklab(lab)
        outside = ((rgb < -1e-3) | (rgb > 1 + 1e-3)).any(1)
        lab[outside, 1:] *= 0.96
        faint = contrast(255 * gamma(rgb), background) < _LEAST_CONTRAST
        lab[faint, 0] += 0.01 if dark else -0.01
        if not (outside | faint).any():
            break
    return from_oklab(lab).clip(0, 1)


@cache
def _order() -> NDArray[np.intp]:
    """Okabe and Ito's first, then always the colour farthest from all before it.

    The distance is the least of OKLab over three kinds of eyes and both themes. Past
    `_DISTINCT` colours nobody can tell them apart, and any order will do.
    """
    rgb = np.stack([_candidates(True), _candidates(False)])
    views = oklab(np.einsum("eij,tnj->neti", EYES, rgb))
    order = list(range(len(_OKABE_ITO)))
    nearest = np.full(rgb.shape[1], np.inf)
    for place in range(_DISTINCT):
        if place >= len(order):
            order.append(int(nearest.argmax()))
        gap = np.linalg.norm(views - views[order[place]], axis=-1).min(axis=(1, 2))
        nearest = np.minimum(nearest, gap)
    rest = np.setdiff1d(np.arange(len(nearest)), order)
    rest = np.random.default_rng(0).permutation(rest)
    return np.concatenate([order, rest])
