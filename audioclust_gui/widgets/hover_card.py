"""What lies under the cursor, in words and as a small picture, beside it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QFontMetricsF,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from audioclust_gui.plots import palette
from audioclust_gui.plots.plain import one_line

_PICTURE = QSize(144, 72)
_PAD = 8
_WIDEST = 300
_AWAY = 18  # from the cursor


class HoverCard(QWidget):
    """A card above a plot; it never takes the mouse or the keyboard.

    Parameters
    ----------
    parent : QWidget
        What it lies on, and is never larger than.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._dark = False
        self._lines: tuple[str, ...] = ()
        self._image: QImage | None = None
        self._pictured = False
        self._place = QPoint()
        self.hide()

    @property
    def lines(self) -> tuple[str, ...]:
        """What it says, a name first."""
        return self._lines

    @property
    def pictured(self) -> bool:
        """Whether the picture is there."""
        return self._image is not None

    def set_dark(self, dark: bool) -> None:
        """Draw for a dark or a light theme."""
        self._dark = dark
        self.update()

    def show_beside(
        self, place: QPoint, lines: tuple[str, ...], *, pictured: bool
    ) -> None:
        """Say something about what is at a place.

        Parameters
        ----------
        place : QPoint
            Of the parent.
        lines : tuple of str
            The first is drawn bold; each is shown letter by letter.
        pictured : bool
            Whether to keep room for a picture, so that nothing jumps when it comes.
        """
        self._lines, self._place = tuple(map(one_line, lines)), place
        self._pictured, self._image = pictured, None
        self._settle()
        self.show()
        self.raise_()

    def set_picture(self, picture: NDArray[np.uint8]) -> None:
        """Show a grey picture, (rows, columns), with the words."""
        rows, columns = picture.shape
        grey = np.ascontiguousarray(picture)
        kind = QImage.Format.Format_Grayscale8
        self._image = QImage(grey.data, columns, rows, columns, kind).copy()
        self.update()

    def _fonts(self) -> tuple[QFont, QFont]:
        bold = QFont(self.font())
        bold.setBold(True)
        return bold, self.font()

    def _settle(self) -> None:
        """Take the size that is needed, at a place where nothing is hidden by it."""
        bold, normal = self._fonts()
        fonts = [bold] + [normal] * (len(self._lines) - 1)
        widths = [
            math.ceil(QFontMetricsF(font).horizontalAdvance(line))
            for font, line in zip(fonts, self._lines, strict=True)
        ]
        least = _PICTURE.width() if self._pictured else 0
        wide = min(max([least, *widths]), _WIDEST) + 2 * _PAD
        high = 2 * _PAD + len(self._lines) * QFontMetrics(bold).lineSpacing()
        if self._pictured:
            high += _PICTURE.height() + _PAD // 2
        room = self.parentWidget().size()
        wide, high = min(wide, room.width()), min(high, room.height())
        x, y = self._place.x() + _AWAY, self._place.y() + _AWAY
        if x + wide > room.width():
            x = self._place.x() - _AWAY - wide
        if y + high > room.height():
            y = self._place.y() - _AWAY - high
        x = min(max(x, 0), room.width() - wide)
        y = min(max(y, 0), room.height() - high)
        self.setGeometry(x, y, wide, high)

    def paintEvent(self, event: QPaintEvent) -> None:
        ink = palette.ink(self._dark)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(ink.muted), 1))
            painter.setBrush(QColor(ink.surface))
            edge = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(edge, 4, 4)
            bold, normal = self._fonts()
            step = QFontMetrics(bold).lineSpacing()
            wide = self.width() - 2 * _PAD
            for row, line in enumerate(self._lines):
                painter.setFont(normal if row else bold)
                painter.setPen(QColor(ink.text if row < 1 else ink.muted))
                middle = Qt.TextElideMode.ElideMiddle
                shown = painter.fontMetrics().elidedText(line, middle, wide)
                place = QRectF(_PAD, _PAD + row * step, wide, step)
                painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)
            if self._pictured:
                top = _PAD + len(self._lines) * step + _PAD // 2
                self._paint_picture(painter, QRectF(_PAD, top, wide, _PICTURE.height()))

    def _paint_picture(self, painter: QPainter, room: QRectF) -> None:
        if self._image is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.ink(self._dark).background))
            painter.drawRect(room)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(room, self._image)
