"""Rings and waves about the few points that matter now: signs that need no colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

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
