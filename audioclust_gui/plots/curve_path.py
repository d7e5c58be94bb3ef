"""A curve as a path of few points, and as a line that is drawn quickly."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from audioclust_gui.plots.curve_runs import Floats, Ints

_DENSE = 0.6  # pixels from point to point, up to which a dash may end at any of them


def starts_of_columns(x: Floats) -> Ints:
    """Return the first point in every pixel column that has one: x is ascending."""
    columns = np.floor(x).astype(np.int64)
    return np.flatnonzero(np.diff(columns, prepend=columns[:1] - 1))


def thinned(x: Floats, y: Floats, starts: Ints) -> tuple[Floats, Floats]:
    """Return what is seen of a curve: of every pixel column its ends, up and down.

    Parameters
    ----------
    x, y : float64 arrays, shape (n,)
        Pixels, ascending, and values of any scale, NaN in gaps.
    starts : int64 array
        From `starts_of_columns`.

    Returns
    -------
    x, y : float64 arrays
        At most two points per column; a column with a gap is one only if it has no
        point besides.
    """
    if len(x) <= 2 * len(starts):
        return x, y
    ends = np.stack([np.fmin.reduceat(y, starts), np.fmax.reduceat(y, starts)], 1)
    return np.repeat(x[starts], 2), ends.ravel()


def path_of(x: Floats, y: Floats, dash: tuple[int, int]) -> QPainterPath:
    """Return a curve as a path, broken by gaps and into dashes.

    Dashes are counted along the horizontal axis: along a noisy curve they would be
    noise themselves.

    Parameters
    ----------
    x, y : float64 arrays, shape (n,)
        Pixels; x ascending, y NaN in gaps.
    dash : pixels drawn, pixels left out
    """
    drawn, left_out = dash
    if left_out and len(x) and x[-1] - x[0] > _DENSE * len(x):
        x, y = _with_ends_of_dashes(x, y, drawn, drawn + left_out)
    known = np.isfinite(y)
    joined = np.zeros(len(x), np.int32)
    joined[:-1] = known[:-1] & known[1:]
    if left_out:
        phase = (x[:-1] + x[1:]) / 2 % (drawn + left_out)
        joined[:-1] &= phase < drawn
    return pg.functions.arrayToQPath(
        x, np.where(known, y, 0.0), connect=joined, finiteCheck=False
    )


def draw_path(
    painter: QPainter, path: QPainterPath, colour: QColor, width: float
) -> None:
    """Draw a path with a line of about a width.

    Qt draws lines a pixel wide ten to a hundred times faster than wider ones: a wide
    one is several, one above the other.
    """
    ratio = painter.device().devicePixelRatioF()
    pen = QPen(colour, 1.0)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    spread = max(0.0, width - 1.0 / ratio)
    count = 1 + math.ceil(spread * ratio)
    step = spread / max(1, count - 1)
    painter.translate(0.0, -spread / 2)
    for _ in range(count):
        painter.drawPath(path)
        painter.translate(0.0, step)
    painter.translate(0.0, spread / 2 - count * step)


def _with_ends_of_dashes(
    x: Floats, y: Floats, drawn: int, period: int
) -> tuple[Floats, Floats]:
    """Return a curve that has points wherever a dash begins or ends."""
    starts = np.arange(np.floor(x[0] / period), x[-1] / period + 1) * period
    cuts: NDArray[np.float64] = np.sort(np.concatenate([starts, starts + drawn]))
    cuts = cuts[(cuts > x[0]) & (cuts < x[-1])]
    places = np.searchsorted(x, cuts)
    return np.insert(x, places, cuts), np.insert(y, places, np.interp(cuts, x, y))
