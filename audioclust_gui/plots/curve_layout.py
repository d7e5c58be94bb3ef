"""Where the parts of learning curves are: strips, their axes, and the legends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QFont, QFontMetricsF

from audioclust_gui.plots.curve_legend import Entry, height_of, quantities_in, runs_in
from audioclust_gui.plots.curve_runs import (
    LOSS,
    QUANTITIES,
    RATE,
    SCORE,
    Floats,
    RunCurves,
)
from audioclust_gui.plots.curve_scale import Axes

_SIDE, _GAP, _TICK = 8.0, 6.0, 4.0
_INSET = 6.0  # so that signs on the first and the last epoch are whole
_RUN_ROWS, _LOW = 2, 280.0
_LOSSES = 0.62  # of the height of both strips
_LEAST = 24.0


@dataclass
class CurveLayout:
    """Rectangles of the widget, and what places in them stand for.

    Parameters
    ----------
    axes : Axes
    strips : dict of axis to QRectF
        LOSS, and SCORE where there are scores.
    entries : list of Entry
        Of all legends.
    rated : bool
        Whether there is an axis at the right.
    """

    axes: Axes = field(default_factory=Axes)
    strips: dict[str, QRectF] = field(default_factory=lambda: {LOSS: QRectF()})
    entries: list[Entry] = field(default_factory=list)
    rated: bool = False

    def strip_of(self, axis: str) -> QRectF:
        """Return where the curves of an axis are."""
        return self.strips[LOSS if axis == RATE else axis]

    def strip_at(self, place: QPointF) -> str:
        """Return the strip at a place, or ""."""
        return next((axis for axis, r in self.strips.items() if r.contains(place)), "")

    @property
    def across(self) -> tuple[float, float]:
        """The pixels of the first and of the last epoch."""
        plot = self.strips[LOSS]
        return plot.left() + _INSET, plot.right() - _INSET

    def x_of(self, epochs: Floats) -> Floats:
        """Return the pixels of epochs."""
        first, last = self.across
        return first + self.axes.across(epochs) * (last - first)

    def x_at(self, epoch: float) -> float:
        """Return the pixel of one epoch."""
        return float(self.x_of(np.array(epoch, np.float64)))

    def epoch_at(self, x: float) -> float:
        """Return the epoch at a pixel, maybe between two."""
        first, last = self.across
        return self.axes.epoch((x - first) / max(last - first, 1.0))

    def y_of(self, axis: str, values: Floats) -> Floats:
        """Return the pixels of values; beyond its strip what is beyond its axis."""
        plot = self.strip_of(axis)
        return plot.bottom() - self.axes.up(axis, values) * plot.height()

    def place(self, run: RunCurves, name: str, epoch: int) -> QPointF | None:
        """Return where an epoch of a curve is, None where it is not on the plot."""
        axis = QUANTITIES[name].axis
        y = float(self.y_of(axis, np.array(run.value(name, epoch))))
        plot = self.strip_of(axis)
        inside = plot.top() <= y <= plot.bottom()
        return QPointF(self.x_at(epoch), y) if inside else None


def laid_out(
    size: QSizeF,
    font: QFont,
    axes: Axes,
    runs: Sequence[RunCurves],
    names: Sequence[str],
) -> CurveLayout:
    """Return where everything is for runs with these curves."""
    metrics, found = QFontMetricsF(font), CurveLayout(axes)
    line = metrics.height()
    found.rated = any(QUANTITIES[name].axis == RATE for name in names)
    left = _SIDE + metrics.horizontalAdvance("0.0005") + _TICK
    right = left if found.rated else _SIDE
    room = QRectF(left, _GAP, size.width() - left - right, size.height() - _GAP)

    upper = [name for name in names if QUANTITIES[name].axis != SCORE]
    lower = [name for name in names if QUANTITIES[name].axis == SCORE]
    wide = QRectF(_SIDE, _GAP, size.width() - 2 * _SIDE, room.height())
    above = quantities_in(upper, wide, metrics)
    amid = quantities_in(lower, wide, metrics)
    rows = _RUN_ROWS if size.height() > _LOW else 1
    below = runs_in(runs, room, metrics, rows)

    top = _GAP + height_of(above) + _TICK
    between = height_of(amid) + _GAP + 2 * _TICK if lower else 0.0
    ticks = line + 2 * _TICK
    bottom = size.height() - height_of(below) - ticks - _TICK
    height = max(_LEAST, bottom - top - between)
    share = _LOSSES if lower else 1.0
    losses = QRectF(left, top, room.width(), share * height)
    found.strips[LOSS] = losses
    end = losses.bottom()
    if lower:
        start = losses.bottom() + between
        scores = QRectF(left, start, room.width(), (1 - share) * height)
        found.strips[SCORE] = scores
        end = scores.bottom()
    found.entries = [
        *above,
        *_moved(amid, losses.bottom() + _TICK),
        *_moved(below, end + ticks - _GAP),
    ]
    return found


def _moved(entries: Sequence[Entry], down: float) -> list[Entry]:
    return [entry._replace(place=entry.place.translated(0, down)) for entry in entries]
