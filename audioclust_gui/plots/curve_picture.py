"""The picture of learning curves: what stays while one of them grows, and that one."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap

from audioclust_gui.plots import palette
from audioclust_gui.plots.curve_drawn import BEST, DrawnRun, drawn
from audioclust_gui.plots.curve_ground import paint_ground, paint_message
from audioclust_gui.plots.curve_layout import CurveLayout, laid_out
from audioclust_gui.plots.curve_legend import paint_frame, paint_sign
from audioclust_gui.plots.curve_runs import LOSS, QUANTITIES, SCORE, RunCurves
from audioclust_gui.plots.curve_scale import Axes
from audioclust_gui.plots.palette import Ink

_WIDTH, _THIN, _STRONG = 1.5, 1.0, 2.2
_BOTH = 180  # pixels from which there is room for scores below the losses
_CROWD = 12  # runs beyond which all lines are thin


class CurvePicture:
    """What a `CurvesPlot` shows.

    All runs but the one that changed last are drawn once for every size, theme and
    range of the axes, a few at a time: a hundred of them take longer than a frame.
    Whoever changes an attribute that curves depend on calls `forget`.

    Attributes
    ----------
    runs : dict of str to RunCurves
        By what they are known by, in the order of the legend; changed by `set_runs`.
    live : str
        The run that is drawn anew every time, "" for none.
    quantities : tuple of str
        Which curves are drawn, of `QUANTITIES`.
    chosen : (run, epoch) or None
    hovered : (run, epoch) or None
        What lies under the pointer.
    logarithmic, dark, focused : bool
    message : str
        What is said while there is no run.
    layout : CurveLayout
        Where everything was drawn last.
    """

    def __init__(self) -> None:
        self.runs: dict[str, RunCurves] = {}
        self.live = ""
        self.quantities: tuple[str, ...] = tuple(QUANTITIES)
        self.chosen: tuple[str, int] | None = None
        self.hovered: tuple[str, int] | None = None
        self.logarithmic, self.dark, self.focused = True, False, False
        self.message = ""
        self.layout = CurveLayout()
        self._layer: QPixmap | None = None
        self._waiting: deque[str] = deque()
        self._drawn: dict[str, DrawnRun] = {}
        self._low = False

    def set_runs(self, runs: Iterable[RunCurves]) -> bool:
        """Show other runs; tell whether any differs from what is shown.

        One that changes alone is drawn alone from then on.
        """
        before, now = self.runs, {run.run: run for run in runs}
        changed = [
            name
            for name, run in now.items()
            if name not in before or not before[name].same_as(run)
        ]
        same = list(before) == list(now)
        if same and not changed:
            return False
        self.runs = now
        if same and changed == [self.live] and self._fits(before[self.live]):
            self._drawn.pop(self.live, None)
            return True
        if len(changed) == 1:
            self.live = changed[0]
        elif self.live not in now:
            self.live = ""
        self.forget()
        return True

    def forget(self) -> None:
        """Draw everything anew the next time."""
        self._layer = None
        self._drawn.clear()

    def _fits(self, before: RunCurves) -> bool:
        """Tell whether axes and legends are as they were before the live run grew."""
        now = self.runs[self.live]
        return (
            (before.name, before.colour) == (now.name, now.colour)
            and before.extremes.keys() == now.extremes.keys()
            and self._axes() == self.layout.axes
        )

    def _axes(self) -> Axes:
        runs = tuple(self.runs.values())
        return Axes.of(runs, self.quantities, self.logarithmic)

    @property
    def _names(self) -> list[str]:
        """The curves that there are, of those to be drawn and that have room."""
        there = {name for run in self.runs.values() for name in run.extremes}
        names = [n for n in QUANTITIES if n in there and n in self.quantities]
        losses = [n for n in names if QUANTITIES[n].axis != SCORE]
        return losses if self._low and losses else names

    def nearest(self, place: QPointF) -> tuple[str, float] | None:
        """Return the run with a curve nearest above or below, and how far it is."""
        strip, epoch = self.layout.strip_at(place), self.layout.epoch_at(place.x())
        found: list[tuple[float, str]] = []
        for name in self._names:
            if QUANTITIES[name].axis != strip:
                continue
            for run in self.runs.values():
                if name in run.extremes:
                    value = np.array(run.between(name, epoch))
                    away = abs(float(self.layout.y_of(strip, value)) - place.y())
                    found.append((away, run.run))
        away, run_id = min(
            (each for each in found if np.isfinite(each[0])), default=(0, "")
        )
        return (run_id, away) if run_id else None

    # Painting ---------------------------------------------------------------------

    @property
    def finished(self) -> bool:
        """Whether all runs are drawn."""
        return self._layer is not None and not self._waiting

    def prepare(self, size: QSize, ratio: float, font: QFont, seconds: float) -> None:
        """Draw what stays, for about so long; see `finished`."""
        layer = self._layer
        if (
            layer is None
            or layer.devicePixelRatio() != ratio
            or layer.size() != size * ratio
        ):
            layer = self._layer = self._begin(size, ratio, font)
        if not self._waiting:
            return
        until = time.perf_counter() + seconds
        with QPainter(layer) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            while self._waiting and time.perf_counter() < until:
                self._paint_run(painter, self._waiting.popleft(), self._width)

    def _begin(self, size: QSize, ratio: float, font: QFont) -> QPixmap:
        self._drawn.clear()
        runs = list(self.runs.values())
        self._low = size.height() < _BOTH
        self.layout = laid_out(QSizeF(size), font, self._axes(), runs, self._names)
        layer = QPixmap(size * ratio)
        layer.setDevicePixelRatio(ratio)
        layer.fill(QColor(palette.ink(self.dark).surface))
        with QPainter(layer) as painter:
            painter.setFont(font)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if runs:
                paint_ground(painter, self.layout, self.dark)
            else:
                room = QRectF(QPointF(), QSizeF(size))
                paint_message(painter, room, self.message, self.dark)
        self._waiting = deque(name for name in self.runs if name != self.live)
        return layer

    def paint(self, painter: QPainter) -> None:
        """Draw what was prepared, the live run, and what is pointed at."""
        if self._layer is None:
            return
        painter.drawPixmap(0, 0, self._layer)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = palette.ink(self.dark)
        if self.live:
            self._paint_run(painter, self.live, self._width)
        if self.chosen is not None and len(self.runs) > 1:
            self._paint_run(painter, self.chosen[0], _STRONG)
            paint_frame(painter, self.layout.entries, self.dark, self.chosen[0])
        if self.hovered is not None:
            painter.setPen(QPen(QColor(ink.muted), 1, Qt.PenStyle.DashLine))
            self._paint_upright(painter, self.layout.x_at(self.hovered[1]))
        if self.chosen is not None:
            self._paint_chosen(painter, *self.chosen, ink)
        if self.focused:
            size = self._layer.deviceIndependentSize()
            painter.setPen(QPen(QColor(ink.accent), 2))
            painter.drawRect(QRectF(QPointF(), size).adjusted(1, 1, -1, -1))

    @property
    def _width(self) -> float:
        return _WIDTH if len(self.runs) <= _CROWD else _THIN

    def _paint_run(self, painter: QPainter, name: str, width: float) -> None:
        if name not in self._drawn:
            run = self.runs[name]
            self._drawn[name] = drawn(run, self._names, self.layout)
        self._drawn[name].paint(painter, width, self.dark)

    def _paint_upright(self, painter: QPainter, x: float) -> None:
        for plot in self.layout.strips.values():
            painter.drawLine(QLineF(x, plot.top(), x, plot.bottom()))

    def _paint_chosen(self, painter: QPainter, name: str, epoch: int, ink: Ink) -> None:
        x, run = self.layout.x_at(epoch), self.runs[name]
        for colour, width in (ink.background, 3.0), (ink.text, 1.0):
            painter.setPen(QPen(QColor(colour), width))
            self._paint_upright(painter, x)
        shown = run.leading in self._names
        place = self.layout.place(run, run.leading, epoch) if shown else None
        if place is not None:
            paint_sign(painter, place, run, self.dark, BEST)
            painter.setPen(QPen(QColor(ink.text), 1.4))
            painter.drawEllipse(place, BEST + 3, BEST + 3)
        metrics, plot = painter.fontMetrics(), self.layout.strips[LOSS]
        text = f"epoch {epoch:,}"
        width = metrics.horizontalAdvance(text) + 8
        left = x + 4 if x + 4 + width < plot.right() else x - 4 - width
        box = QRectF(left, plot.top() + 2, width, metrics.height() + 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ink.surface))
        painter.drawRoundedRect(box, 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(ink.text))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
