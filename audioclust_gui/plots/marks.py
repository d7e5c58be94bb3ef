"""Rings, waves and lines for the points that matter now: signs without colour."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from audioclust_gui.plots.palette import Ink


def paint_hovered(
    painter: QPainter, place: QPointF | None, radius: float, ink: Ink
) -> None:
    """Draw a thin ring about a point of this radius; nothing without a place."""
    if place is not None:
        painter.setPen(QPen(QColor(ink.text), 1.2))
        painter.drawEllipse(place, radius + 3, radius + 3)


def paint_current(
    painter: QPainter, place: QPointF | None, radius: float, ink: Ink
) -> None:
    """Draw a bold ring, set off from what lies around it."""
    if place is not None:
        for colour, width in (ink.background, 6.0), (ink.text, 2.6):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawEllipse(place, radius + 5, radius + 5)


def paint_playing(
    painter: QPainter, place: QPointF | None, radius: float, ink: Ink
) -> None:
    """Draw waves to both sides, as on a loudspeaker."""
    if place is None:
        return
    for reach in radius + 10, radius + 15:
        around = QRectF(-reach, -reach, 2 * reach, 2 * reach).translated(place)
        for colour, width in (ink.background, 4.5), (ink.accent, 2.2):
            pen = QPen(QColor(colour), width)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            for middle in 0, 180:
                # Qt counts sixteenths of a degree.
                painter.drawArc(around, (middle - 40) * 16, 80 * 16)


def paint_links(
    painter: QPainter, start: QPointF, ends: Sequence[QPointF | None], ink: Ink
) -> None:
    """Draw lines from a point to others, the first one strongest."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    # The strongest lie above.
    for rank, end in reversed(list(enumerate(ends))):
        weak = rank / max(1, len(ends) - 1)
        opacity, width = 0.92 - 0.64 * weak, 2.6 - 1.5 * weak
        if end is not None and end != start:
            line, within = QColor(ink.text), QColor(ink.background)
            line.setAlphaF(opacity)
            within.setAlphaF(opacity)
            for colour, wide in (within, width + 2), (line, width):
                painter.setPen(QPen(colour, wide))
                painter.drawLine(start, end)
    painter.restore()


def paint_band(painter: QPainter, band: QPainterPath, ink: Ink) -> None:
    """Draw the box or the outline that the mouse is drawing."""
    fill = QColor(ink.accent)
    fill.setAlpha(36)
    painter.fillPath(band, fill)
    painter.strokePath(band, QPen(QColor(ink.background), 3))
    pen = QPen(QColor(ink.accent), 1.4)
    pen.setDashPattern([4, 3])
    painter.strokePath(band, pen)
