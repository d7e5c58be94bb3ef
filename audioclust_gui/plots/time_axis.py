"""Seconds along the bottom of a plot."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from audioclust_gui.plots.palette import Ink

HEIGHT = 18
"""Pixels that the axis takes below the plot."""

_STEPS = (1, 2, 5)
_MINUTE_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)


def time_ticks(duration: float, width: float) -> list[tuple[float, str]]:
    """Return round times from 0 to the end, with room for what they are called.

    Parameters
    ----------
    duration : float
        Seconds; nothing is returned unless positive.
    width : float
        Pixels that the duration takes.

    Returns
    -------
    list of (seconds, text)
        The text has a unit, as in ``0.5 s``, or is minutes as in ``2:30``.
    """
    if not (duration > 0 and math.isfinite(duration) and width > 0):
        return []
    least = duration * min(1.0, 72 / width)
    if duration < 60:
        power = math.floor(math.log10(least))
        steps = [s * 10.0**p for p in (power, power + 1) for s in _STEPS]
    else:
        power = 0
        steps = [*_MINUTE_STEPS, 14400 * math.ceil(least / 14400)]
    step = next(s for s in steps if s >= least * 0.999)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    count = math.floor(duration / step + 1e-9)
    return [(i * step, _said(i * step, duration, decimals)) for i in range(count + 1)]


def _said(seconds: float, duration: float, decimals: int) -> str:
    if duration < 60:
        return f"{seconds:.{decimals}f} s"
    minutes, rest = divmod(round(seconds), 60)
    if duration < 3600:
        return f"{minutes}:{rest:02d}"
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def x_at(plot: QRectF, seconds: float, duration: float) -> float:
    """Return where a time is on a plot, inside it whatever the time."""
    share = seconds / duration if duration > 0 else 0.0
    return plot.left() + min(max(share, 0.0), 1.0) * plot.width()


def paint_time_axis(painter: QPainter, plot: QRectF, duration: float, ink: Ink) -> None:
    """Draw ticks and times below a plot that shows a duration over its width."""
    painter.setPen(QColor(ink.muted))
    metrics = painter.fontMetrics()
    for seconds, text in time_ticks(duration, plot.width()):
        x = x_at(plot, seconds, duration)
        painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + 3))
        width = metrics.horizontalAdvance(text)
        # The first and the last stay inside.
        left = min(max(x - width / 2, plot.left()), plot.right() - width)
        below = QRectF(left, plot.bottom() + 2, width + 1, HEIGHT - 2)
        painter.drawText(below, int(Qt.AlignmentFlag.AlignCenter), text)
