"""One run as it is drawn: lines, and signs on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath

from audioclust_gui.plots.curve_layout import CurveLayout
from audioclust_gui.plots.curve_legend import colour_of, paint_sign
from audioclust_gui.plots.curve_path import (
    draw_path,
    path_of,
    starts_of_columns,
    thinned,
)
from audioclust_gui.plots.curve_runs import QUANTITIES, RATE, SCORE, RunCurves

BEST = 5.6
"""The radius of the sign of the best epoch, in pixels."""

_SIGN = 3.6
_EDGE = 1.5  # a line at an end of its axis is whole
_APART = 16.0  # pixels between signs on a curve
_RATE = 0.7  # how opaque the learning rate is, which is thin as well


class Line(NamedTuple):
    """A curve, and the strip that it stays in."""

    path: QPainterPath
    strip: QRectF
    thin: bool


class DrawnRun(NamedTuple):
    """A run on a plot.

    Parameters
    ----------
    run : RunCurves
    lines : sequence of Line
    signs : sequence of QPointF
        The kept epochs, some way apart, on the curve that stands for the run, and the
        ends of all curves.
    best : QPointF or None
        The best kept epoch.
    """

    run: RunCurves
    lines: Sequence[Line]
    signs: Sequence[QPointF]
    best: QPointF | None

    def paint(self, painter: QPainter, width: float, dark: bool) -> None:
        """Draw it with lines of a width."""
        colour = colour_of(self.run, dark)
        faint = QColor(colour)
        faint.setAlphaF(_RATE)
        for path, strip, thin in self.lines:
            painter.setClipRect(strip.adjusted(0, -_EDGE, 0, _EDGE))
            draw_path(painter, path, faint if thin else colour, 1.0 if thin else width)
        painter.setClipping(False)
        for place in self.signs:
            paint_sign(painter, place, self.run, dark, _SIGN)
        if self.best is not None:
            paint_sign(painter, self.best, self.run, dark, BEST)


def drawn(run: RunCurves, names: Sequence[str], layout: CurveLayout) -> DrawnRun:
    """Return what some curves of a run look like where everything is just now."""
    x = layout.x_of(run.epochs.astype(np.float64))
    starts = starts_of_columns(x)
    lines, ends = [], []
    for name in (name for name in names if name in run.extremes):
        _, axis, dash = QUANTITIES[name]
        values, over, firsts = run.values[name], x, starts
        if axis == SCORE:  # measured every few epochs: that is no gap
            there = np.isfinite(values)
            values, over = values[there], x[there]
            firsts = starts_of_columns(over)
        # Whatever the scale, it keeps the order: only what is left is measured by it.
        over, values = thinned(over, values, firsts)
        y = layout.y_of(axis, values)
        path = path_of(over, y, dash)
        strip = layout.strip_of(axis)
        lines.append(Line(path, strip, thin=axis == RATE))
        last = np.flatnonzero(np.isfinite(y))[-1]
        if axis != RATE and strip.contains(over[last], y[last]):
            ends.append(QPointF(over[last], y[last]))
    if run.leading not in names:
        return DrawnRun(run, lines, ends, None)
    best = None if run.best is None else layout.place(run, run.leading, run.best)
    return DrawnRun(run, lines, [*_kept(run, layout), *ends], best)


def _kept(run: RunCurves, layout: CurveLayout) -> list[QPointF]:
    found: list[QPointF] = []
    for epoch in run.kept:
        if found and layout.x_at(epoch) - found[-1].x() < _APART:
            continue
        place = layout.place(run, run.leading, epoch)
        if place is not None:
            found.append(place)
    return found
