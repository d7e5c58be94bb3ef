"""Grey pictures from left to right, on which a place is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from audioclust_gui.plots import palette
from audioclust_gui.plots.grey import Pixels, fitted, grey_image, paint_grey
from audioclust_gui.plots.plain import one_line, plain

_GAP = 4
_CENTRED = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip)


class PictureRow(QWidget):
    """Pictures side by side, as wide as there is room, each with a word below.

    Setters never emit.

    Parameters
    ----------
    parent : QWidget, optional
    """

    clicked = Signal(int)
    """The picture that was clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images: list[QImage] = []
        self._words: list[str] = []
        self._current = -1
        self._dark = False
        self._message = ""
        self.setMinimumSize(160, 44)

    def set_pictures(self, pictures: Sequence[Pixels], words: Sequence[str]) -> None:
        """Show pictures.

        Parameters
        ----------
        pictures : sequence of uint8 array, shape (channels, height, width)
            All of one shape; none shows the message.
        words : sequence of str
            One for each; any text.
        """
        self._images = [grey_image(picture) for picture in pictures]
        self._words = [one_line(word) for word in words]
        self._current = min(self._current, len(self._images) - 1)
        self.update()

    def set_current(self, place: int) -> None:
        """Frame a picture, -1 for none."""
        if place != self._current:
            self._current = place
            self.update()

    def set_dark(self, dark: bool) -> None:
        """Draw for a dark or for a light theme."""
        self._dark = dark
        self.update()

    def set_message(self, message: str) -> None:
        """Choose what is said while there are no pictures, as plain text."""
        self._message = plain(message)
        self.setAccessibleDescription(self._message)
        self.update()

    @property
    def count(self) -> int:
        """How many pictures there are."""
        return len(self._images)

    def sizeHint(self) -> QSize:
        return QSize(600, 90)

    def cell(self, place: int) -> QRectF:
        """Return where a picture is, with its word."""
        step = self.width() / max(1, self.count)
        return QRectF(place * step, 0, step, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        ink = palette.ink(self._dark)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(ink.surface))
            metrics = painter.fontMetrics()
            if not self._images:
                painter.setPen(QColor(ink.muted))
                wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(self.rect(), int(wrapped), self._message)
                return
            for place, image in enumerate(self._images):
                cell = self.cell(place)
                room = cell.adjusted(_GAP, _GAP, -_GAP, -_GAP - metrics.height())
                picture = fitted((image.width(), image.height()), room)
                paint_grey(painter, picture, image)
                below = QRectF(cell.left(), room.bottom(), cell.width(), 0)
                below.setHeight(metrics.height() + _GAP)
                current = place == self._current
                painter.setPen(QColor(ink.text if current else ink.muted))
                middle = Qt.TextElideMode.ElideMiddle
                # Between pictures there is a gap that a word may need.
                width = int(cell.width()) + _GAP
                word = metrics.elidedText(self._words[place], middle, width)
                painter.drawText(below, _CENTRED, word)
                if current:
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.setPen(QPen(QColor(ink.accent), 2))
                    painter.drawRect(picture.adjusted(-2, -2, 2, 2))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self.clicked.emit(place)
        else:
            event.ignore()

    def _place_at(self, point: QPointF) -> int:
        found = (i for i in range(self.count) if self.cell(i).contains(point))
        return next(found, -1)
