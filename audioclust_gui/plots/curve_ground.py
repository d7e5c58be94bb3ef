"""What lies under learning curves: grids, round values, round epochs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from audioclust_gui.plots import palette
from audioclust_gui.plots.curve_layout import CurveLayout
from audioclust_gui.plots.curve_legend import paint_entries
from audioclust_gui.plots.curve_runs import RATE
from audioclust_gui.plots.palette import Ink

_GRID = 0.25
_TICK = 4.0


def paint_ground(painter: QPainter, layout: CurveLayout, dark: bool) -> None:
    """Draw strips without curves, with their axes and legends."""
    ink = palette.ink(dark)
    faint = QColor(ink.muted)
    faint.setAlphaF(_GRID)
    first, last = layout.across
    ticks = layout.axes.epoch_ticks(last - first)
    for axis, plot in layout.strips.items():
        painter.fillRect(plot, QColor(ink.background))
        painter.setPen(QPen(faint, 1))
        for share, _ in ticks:
            x = first + share * (last - first)
            painter.drawLine(QLineF(x, plot.top(), x, plot.bottom()))
        for share, _ in layout.axes.ticks(axis, plot.height()):
            y = plot.bottom() - share * plot.height()
            painter.drawLine(QLineF(plot.left(), y, plot.right(), y))
        _paint_values(painter, layout, axis, ink)
        painter.setPen(QPen(QColor(ink.muted), 0.6))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
    if layout.rated:
        _paint_values(painter, layout, RATE, ink)
    _paint_epochs(painter, layout, ticks, ink)
    paint_entries(painter, layout.entries, dark)


def paint_message(painter: QPainter, room: QRectF, message: str, dark: bool) -> None:
    """Say why there are no curves."""
    painter.setPen(QColor(palette.ink(dark).muted))
    wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(room, int(wrapped), message)


def _paint_values(painter: QPainter, layout: CurveLayout, axis: str, ink: Ink) -> None:
    """Write round values beside a strip: those of the learning rate at the right."""
    plot, height = layout.strip_of(axis), painter.fontMetrics().height()
    side = Qt.AlignmentFlag.AlignLeft if axis == RATE else Qt.AlignmentFlag.AlignRight
    flags = int(side | Qt.AlignmentFlag.AlignVCenter)
    painter.setPen(QColor(ink.muted))
    for share, text in layout.axes.ticks(axis, plot.height()):
        y = plot.bottom() - share * plot.height()
        beside = QRectF(0, y - height / 2, plot.left() - _TICK, height)
        if axis == RATE:
            beside = beside.translated(plot.right() + _TICK, 0)
        painter.drawText(beside, flags, text)


def _paint_epochs(
    painter: QPainter,
    layout: CurveLayout,
    ticks: Sequence[tuple[float, str]],
    ink: Ink,
) -> None:
    """Write round epochs below the last strip, and at the left what they are."""
    plot = list(layout.strips.values())[-1]
    metrics, (first, last) = painter.fontMetrics(), layout.across
    painter.setPen(QColor(ink.muted))
    top = plot.bottom() + _TICK
    side = QRectF(0, top, plot.left() - _TICK, metrics.height())
    painter.drawText(side, int(Qt.AlignmentFlag.AlignRight), "epoch")
    for share, text in ticks:
        width = metrics.horizontalAdvance(text) + 4.0
        x = first + share * (last - first)
        x = min(max(x - width / 2, plot.left()), plot.right() - width + 4)
        below = QRectF(x, top, width, metrics.height())
        painter.drawText(below, int(Qt.AlignmentFlag.AlignCenter), text)
