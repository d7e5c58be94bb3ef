"""What a ramp of colours means: a bar from low to high with round values below."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from audioclust_gui.plots import palette
from audioclust_gui.plots.legend_content import Bar
from audioclust_gui.plots.palette import Ink
from audioclust_gui.plots.plain import one_line, tooltip

_THICK, _TICK, _GAP = 12.0, 3.0, 2.0
_WIDEST_TEXT = "-0.00"


def bar_height(line: float) -> float:
    """Return the pixels that a bar and its values take, with lines so high."""
    return _THICK + _TICK + _GAP + line


def paint_bar(painter: QPainter, rect: QRectF, bar: Bar, ink: Ink) -> float:
    """Draw a bar over the width of a rectangle, and its values with the unit below.

    Colours that let the background through are drawn on that of the plot.

    Returns
    -------
    float
        The height it took.
    """
    metrics = QFontMetricsF(painter.font(), painter.device())
    plot = QRectF(rect.left(), rect.top(), rect.width(), _THICK)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(plot, QColor(ink.background))
    edges = np.linspace(plot.left(), plot.right(), len(bar.colours) + 1)
    for colour, left, right in zip(
        bar.colours.tolist(), edges[:-1], edges[1:], strict=True
    ):
        painter.fillRect(
            QRectF(left, plot.top(), right - left, _THICK), QColor(*colour)
        )
    painter.setPen(QColor(ink.muted))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(plot)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_values(painter, plot, bar, ink, metrics)
    painter.restore()
    return bar_height(metrics.height())


def _paint_values(
    painter: QPainter, plot: QRectF, bar: Bar, ink: Ink, metrics: QFontMetricsF
) -> None:
    room = metrics.horizontalAdvance(_WIDEST_TEXT) + 4
    ticks = bar.scale.ticks(max(2, min(6, int(plot.width() / room))))
    taken = plot.left() - 4
    for share, text in ticks:
        x = plot.left() + share * plot.width()
        painter.setPen(QColor(ink.muted))
        painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + _TICK))
        width = metrics.horizontalAdvance(text)
        # The first and the last stay inside.
        left = min(max(x - width / 2, plot.left()), plot.right() - width)
        if left < taken + 4:
            continue
        taken = left + width
        top = plot.bottom() + _TICK + _GAP
        painter.setPen(QColor(ink.text))
        below = QRectF(left, top, width + 1, metrics.height())
        painter.drawText(below, int(Qt.AlignmentFlag.AlignCenter), text)


class ColourBar(QWidget):
    """A bar as a widget; without one it takes no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar: Bar | None = None
        self._dark = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Colour scale")
        self.hide()

    def set_bar(self, bar: Bar | None, dark: bool) -> None:
        """Show another bar, or none."""
        self._bar, self._dark = bar, dark
        self.setVisible(bar is not None)
        if bar is not None:
            ticks = bar.scale.ticks()
            unit = f" {one_line(bar.scale.unit)}" if bar.scale.unit else ""
            said = f"From {ticks[0][1]} to {ticks[-1][1]}{unit}. {bar.scale.beyond}"
            self.setAccessibleDescription(said.strip())
            self.setToolTip(tooltip(said.strip()))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, round(bar_height(self.fontMetrics().height())) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._bar is None:
            return
        with QPainter(self) as painter:
            inner = QRectF(self.rect()).adjusted(0.5, 0.5, -1.5, -0.5)
            paint_bar(painter, inner, self._bar, palette.ink(self._dark))
