"""The one item of the map: paints its picture, and what lies above it for a moment."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from audioclust_gui.plots import marks, palette
from audioclust_gui.plots.scatter_picture import ScatterPicture
from audioclust_gui.plots.scatter_shown import Rectangle, ScatterShown


class PointsItem(QGraphicsObject):
    """Points of a `pyqtgraph.ViewBox`, with the marks, the frame and the message.

    The item lies on the box itself, not among its children: its coordinates are those
    of the screen, so that every pixel of the image is a pixel of the screen.

    Parameters
    ----------
    box : pyqtgraph.ViewBox
        The view to follow; becomes the parent.
    shown : ScatterShown
    """

    def __init__(self, box: pg.ViewBox, shown: ScatterShown) -> None:
        super().__init__(box)
        self._box, self._shown = box, shown
        self._picture = ScatterPicture(shown)
        self._ratio = 1.0
        self._focused = False
        self._band: QPainterPath | None = None
        box.sigRangeChanged.connect(self._view_changed)
        box.sigResized.connect(self._view_changed)

    @property
    def picture(self) -> ScatterPicture:
        """Where things are on the item, as it is now."""
        self._picture.arrange(self.view, self._box.size(), self._ratio)
        return self._picture

    @property
    def view(self) -> Rectangle:
        """Left, bottom, right and top of what is in view."""
        (left, right), (bottom, top) = self._box.viewRange()
        return left, bottom, right, top

    def set_focused(self, focused: bool) -> None:
        """Show or hide the frame that says where the keyboard goes."""
        self._focused = focused
        self.update()

    def set_band(self, band: QPainterPath | None) -> None:
        """Show a box or an outline that is being drawn, or none."""
        self._band = band
        self.update()

    def _view_changed(self) -> None:
        self.prepareGeometryChange()
        self.update()

    def boundingRect(self) -> QRectF:
        return self._box.rect()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        ink = palette.ink(self._shown.dark)
        self._ratio = painter.device().devicePixelRatioF()
        picture = self.picture
        if not picture.paint(painter) and self._shown.message:
            painter.setPen(QColor(ink.muted))
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            inner = self.boundingRect().adjusted(24, 24, -24, -24)
            painter.drawText(inner, int(wrapped), self._shown.message)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        picture.paint_marks(painter)
        if self._band is not None:
            marks.paint_band(painter, self._band, ink)
        if self._focused:
            painter.setPen(QPen(QColor(ink.accent), 2))
            painter.drawRect(self.boundingRect().adjusted(1, 1, -1, -1))
