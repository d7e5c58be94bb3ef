"""The scores of every cut of a tree as curves over a `CutAxis`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen

from audioclust_gui.plots import palette
from audioclust_gui.plots.cut_axis import CutAxis, Floats, Ints

_DASHES = ([], [5.0, 2.5], [1.2, 2.2], [7.0, 2.5, 1.2, 2.5])
_WIDTH = 1.6
_BEST = 3.4
_UNKNOWN = Qt.BrushStyle.Dense7Pattern
_TICKS = [step * 10**power for power in range(7) for step in (1, 2, 5)]


@dataclass(frozen=True, eq=False)
class CutCurves:
    """Scores of cuts.

    Parameters
    ----------
    k : int64 array, shape (m,)
        Numbers of clusters, ascending.
    values : dict of name to float64 array, shape (m,)
        At most 1; NaN where a cut has no such score.
    """

    k: Ints
    values: Mapping[str, Floats]

    def value(self, name: str, k: int) -> float:
        """Return a score of the cut into `k` clusters, NaN where there is none."""
        place = int(np.searchsorted(self.k, k))
        known = place < len(self.k) and self.k[place] == k
        return float(self.values[name][place]) if known else math.nan

    def best(self, name: str) -> tuple[int, float] | None:
        """Return the k and the score of the best cut, of equals that of fewer."""
        values = np.where(np.isfinite(self.values[name]), self.values[name], -np.inf)
        if values.max(initial=-np.inf) == -np.inf:
            return None
        place = int(values.argmax())
        return int(self.k[place]), float(values[place])

    @property
    def last(self) -> int:
        """The most clusters whose scores are known; 0 without any."""
        return int(self.k[-1]) if len(self.k) and self.values else 0

    @property
    def low(self) -> float:
        """The lower end of what is shown: 0, or the quarter below the least score."""
        found = [v[np.isfinite(v)].min(initial=0.0) for v in self.values.values()]
        return max(-1.0, math.floor(4 * min(found, default=0.0)) / 4)

    def ends(self) -> dict[str, float]:
        """Return the last known score of every curve; of one without any, 0."""
        known = {name: v[np.isfinite(v)] for name, v in self.values.items()}
        return {name: float(v[-1]) if len(v) else 0.0 for name, v in known.items()}


NO_CURVES = CutCurves(np.empty(0, np.int64), {})


def pens(names: Sequence[str], dark: bool) -> dict[str, QPen]:
    """Return how each curve is drawn: a colour and a dash of its own."""
    made, colours = {}, palette.table(len(names), dark)
    for i, name in enumerate(names):
        made[name] = pen = QPen(QColor(*colours[i, :3].tolist()), _WIDTH)
        dash = _DASHES[i % len(_DASHES)]
        if dash:
            pen.setDashPattern(dash)
    return made


def number_pen(dark: bool) -> QPen:
    """Return how the curve of the number of clusters is drawn: thin."""
    return QPen(QColor(palette.ink(dark).muted), 1.0)


def y_at(plot: QRectF, value: float, low: float) -> float:
    """Return where a score is on the plot, inside it whatever the score."""
    share = (value - low) / (1 - low)
    return plot.bottom() - min(max(share, 0.0), 1.0) * plot.height()


def paint_curves(
    painter: QPainter, plot: QRectF, axis: CutAxis, curves: CutCurves, dark: bool
) -> None:
    """Draw the curves, their best cuts, and where the scores end."""
    ink, low = palette.ink(dark), curves.low
    if low < 0:
        painter.setPen(QPen(QColor(ink.muted), 0.6, Qt.PenStyle.DotLine))
        zero = y_at(plot, 0.0, low)
        painter.drawLine(QPointF(plot.left(), zero), QPointF(plot.right(), zero))
    if not axis.counted:
        k = np.arange(1, axis.highest + 1)
        shares = np.log(k) / math.log(axis.highest)
        _paint_line(painter, plot, axis, k, shares, 0.0, number_pen(dark))
    shown = curves.k <= axis.highest
    drawn = pens(list(curves.values), dark)
    for name, values in curves.values.items():
        _paint_line(
            painter, plot, axis, curves.k[shown], values[shown], low, drawn[name]
        )
    for name, pen in drawn.items():  # above all lines
        best = curves.best(name)
        if best is not None and best[0] <= axis.highest:
            x = plot.left() + axis.position(best[0]) * plot.width()
            painter.setPen(QPen(QColor(ink.surface), 1.2))
            painter.setBrush(pen.color())
            painter.drawEllipse(QPointF(x, y_at(plot, best[1], low)), _BEST, _BEST)
            painter.setBrush(Qt.BrushStyle.NoBrush)
    if 0 < curves.last < axis.highest:
        beyond = QRectF(plot)
        beyond.setLeft(plot.left() + axis.edges[curves.last] * plot.width())
        painter.fillRect(beyond, QBrush(QColor(ink.muted), _UNKNOWN))


def paint_k_ticks(
    painter: QPainter, plot: QRectF, axis: CutAxis, ink: palette.Ink
) -> None:
    """Write round numbers of clusters below the plot, as many as there is room for."""
    painter.setPen(QColor(ink.muted))
    metrics = painter.fontMetrics()
    taken: list[tuple[float, float]] = []
    between = [k for k in _TICKS if 1 < k < axis.highest]
    # The ends come first: of what is crowded, they say most.
    for k in dict.fromkeys((1, axis.highest, *between)):
        x = plot.left() + axis.position(k) * plot.width()
        half = metrics.horizontalAdvance(f"{k:,}") / 2 + 3
        if all(x + half <= left or x - half >= right for left, right in taken):
            taken.append((x - half, x + half))
            painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + 3))
            below = QRectF(x - half, plot.bottom() + 3, 2 * half, metrics.height())
            painter.drawText(below, int(Qt.AlignmentFlag.AlignCenter), f"{k:,}")
    aside = QRectF(0, plot.bottom() + 3, plot.left() - 12, metrics.height())
    painter.drawText(aside, int(Qt.AlignmentFlag.AlignRight), "k")


def paint_range(painter: QPainter, plot: QRectF, low: float, ink: palette.Ink) -> None:
    """Write at the left what scores the lower and the upper end stand for, and 0."""
    painter.setPen(QColor(ink.muted))
    height = painter.fontMetrics().height()
    beside = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    room = plot.bottom() - y_at(plot, 0.0, low) > height
    for value in {1.0, low, 0.0 if room else low}:
        y = y_at(plot, value, low)
        # The ends stay beside the plot.
        y = min(max(y, plot.top() + height / 2), plot.bottom() - height / 2)
        place = QRectF(0, y - height / 2, plot.left() - 4, height)
        painter.drawText(place, beside, f"{value:g}".replace("-", "\N{MINUS SIGN}"))


def _paint_line(
    painter: QPainter,
    plot: QRectF,
    axis: CutAxis,
    k: Ints,
    values: Floats,
    low: float,
    pen: QPen,
) -> None:
    """Draw one curve; what has no value is a gap.

    By height a cut holds for a stretch of the axis, and so does its score: a step.
    """
    path, dots = QPainterPath(), []
    for run in _runs(np.isfinite(values)):
        y = [y_at(plot, value, low) for value in values[run].tolist()]
        if axis.counted:
            places = axis.position(k[run])
        else:
            places = np.stack([axis.edges[k[run] - 1], axis.edges[k[run]]], 1).ravel()
            y = [value for value in y for _ in range(2)]
        x = (plot.left() + places * plot.width()).tolist()
        points = [QPointF(*point) for point in zip(x, y, strict=True)]
        path.moveTo(points[0])
        for point in points[1:]:
            path.lineTo(point)
        if len(points) == 1:
            dots.append(points[0])
    painter.strokePath(path, pen)
    painter.setPen(QPen(pen.color(), 2 * pen.widthF(), c=Qt.PenCapStyle.RoundCap))
    painter.drawPoints(dots)


def _runs(known: NDArray[np.bool_]) -> Iterator[slice]:
    """Yield the stretches in which all is known."""
    edges = np.flatnonzero(np.diff(known, prepend=False, append=False))
    for start, stop in edges.reshape(-1, 2).tolist():
        yield slice(start, stop)
