"""A sound as its waveform: see where it is loud, click to hear from there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from audioclust_gui.plots import palette, time_axis
from audioclust_gui.plots.envelope import Envelope
from audioclust_gui.plots.image import image_of
from audioclust_gui.plots.plain import plain

_KEY_STEPS = {Qt.Key.Key_Left: -1 / 40, Qt.Key.Key_Right: 1 / 40}
_SIDE = 8


class Waveform(QWidget):
    """The waveform of one sound, with what has been heard in colour.

    A click or a drag seeks, and so do the arrow keys, Home and End. The waveform is
    drawn once per sound and size; a moving playhead only copies it. Setters never emit.

    Parameters
    ----------
    parent : QWidget, optional
    """

    sought = Signal(float)
    """The person wants to hear from here: seconds from the start."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._envelope = Envelope(np.empty(0, np.float32))
        self._duration = 0.0
        self._placeholder = "Nothing to show"
        self._position: float | None = None
        self._dark = False
        self._drawn: tuple[QPixmap, QPixmap] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Waveform")
        self.setMinimumHeight(56)
        self._say_what_is_shown()

    # What is shown ----------------------------------------------------------------

    def set_placeholder(self, words: str) -> None:
        """Choose what is said while there is no sound, as plain text."""
        self._placeholder = plain(words)
        self._say_what_is_shown()
        self.update()

    def set_samples(self, samples: NDArray[np.float32] | None, rate: float) -> None:
        """Show a sound from its start.

        Parameters
        ----------
        samples : float32 array, shape (n,), or None
            Shown relative to its peak; None shows nothing.
        rate : float
            Samples per second, positive.
        """
        samples = np.empty(0, np.float32) if samples is None else samples
        self._envelope = Envelope(samples)
        self._duration = len(samples) / rate
        self._position = None
        self._redraw()
        self._say_what_is_shown()

    def set_position(self, seconds: float | None) -> None:
        """Put the playhead somewhere, or take it away."""
        before, self._position = self._position, seconds
        if before is None or seconds is None:
            self.update()
        else:
            x0, x1 = sorted((self._x_of(before), self._x_of(seconds)))
            self.update(int(x0) - 3, 0, int(x1 - x0) + 7, self.height())

    def set_dark(self, dark: bool) -> None:
        """Draw for a dark or for a light theme."""
        self._dark = dark
        self._redraw()

    @property
    def duration(self) -> float:
        """How long the sound is, in seconds."""
        return self._duration

    def sizeHint(self) -> QSize:
        return QSize(480, 110)

    def _say_what_is_shown(self) -> None:
        said = f"{self._duration:.2f} seconds" if self._duration else self._placeholder
        self.setAccessibleDescription(f"{said}. Left and right arrow keys seek.")

    # Painting ---------------------------------------------------------------------

    def _redraw(self) -> None:
        self._drawn = None
        self.update()

    def _plot(self) -> QRectF:
        inner = QRectF(self.rect()).adjusted(_SIDE, 4, -_SIDE, -time_axis.HEIGHT)
        return inner if inner.isValid() else QRectF(0, 0, 1, 1)

    def _x_of(self, seconds: float) -> float:
        return time_axis.x_at(self._plot(), seconds, self._duration)

    def _draw(self) -> tuple[QPixmap, QPixmap]:
        """Draw the sound twice: as it is before and after it has been heard."""
        ink, ratio = palette.ink(self._dark), self.devicePixelRatioF()
        plot, middle = self._plot(), self._plot().center().y()
        low, high = self._envelope.columns(max(1, round(plot.width() * ratio)))
        scale = plot.height() / 2 / max(self._envelope.peak, 1e-9) * 0.96
        # Silence is a line, half a pixel to both sides.
        top, bottom = middle - high * scale - 0.5, middle - low * scale + 0.5
        rows = np.arange(round(self.height() * ratio))
        inside = _share_of_pixels(rows, top * ratio, bottom * ratio)
        pictures = []
        for colour in ink.muted, ink.accent:
            picture = QPixmap(self.size() * ratio)
            picture.setDevicePixelRatio(ratio)
            picture.fill(QColor(ink.surface))
            pixels = _between(QColor(ink.surface), QColor(colour), inside)
            with QPainter(picture) as painter:
                painter.drawImage(QPointF(plot.left(), 0), image_of(pixels, ratio))
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                time_axis.paint_time_axis(painter, plot, self._duration, ink)
            pictures.append(picture)
        ahead, heard = pictures
        return ahead, heard

    def paintEvent(self, event: QPaintEvent) -> None:
        ink, plot = palette.ink(self._dark), self._plot()
        with QPainter(self) as painter:
            if not self._duration:
                painter.fillRect(self.rect(), QColor(ink.surface))
                painter.setPen(QColor(ink.muted))
                painter.drawText(
                    self.rect(), int(Qt.AlignmentFlag.AlignCenter), self._placeholder
                )
            else:
                ratio = self.devicePixelRatioF()
                if self._drawn is None or self._drawn[0].devicePixelRatio() != ratio:
                    self._drawn = self._draw()
                ahead, heard = self._drawn
                painter.drawPixmap(0, 0, ahead)
                if self._position is not None:
                    x = self._x_of(self._position)
                    painter.save()
                    painter.setClipRect(QRectF(0, 0, x, self.height()))
                    painter.drawPixmap(0, 0, heard)
                    painter.restore()
                    painter.setPen(QPen(QColor(ink.text), 1.5))
                    painter.drawLine(QPointF(x, 0), QPointF(x, plot.bottom()))
            if self.hasFocus():
                painter.setPen(QPen(QColor(ink.accent), 2))
                painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._drawn = None

    # What the person does ---------------------------------------------------------

    def _seek(self, seconds: float) -> None:
        if self._duration:
            self.sought.emit(min(max(seconds, 0.0), self._duration))

    def _seek_to_x(self, x: float) -> None:
        plot = self._plot()
        self._seek((x - plot.left()) / plot.width() * self._duration)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._seek_to_x(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._seek_to_x(event.position().x())

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and Qt.Key(event.key()) in _KEY_STEPS and not event.modifiers():
            event.accept()  # before the window takes it for a key of its own
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _KEY_STEPS:
            self._seek((self._position or 0.0) + _KEY_STEPS[key] * self._duration)
        elif key == Qt.Key.Key_Home:
            self._seek(0.0)
        elif key == Qt.Key.Key_End:
            self._seek(self._duration)
        else:
            super().keyPressEvent(event)


def _share_of_pixels(
    rows: NDArray[np.int64], top: NDArray[np.float64], bottom: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return how much of every pixel lies between top and bottom of its column.

    A polygon around the same has thousands of edges where the sound is dense, for which
    a painter takes up to a tenth of a second.
    """
    above, below = rows[:, None].astype(np.float32), rows[:, None] + np.float32(1)
    share = np.minimum(below, bottom.astype(np.float32))
    share -= np.maximum(above, top.astype(np.float32))
    return np.clip(share, 0, 1, out=share)


def _between(
    ground: QColor, colour: QColor, share: NDArray[np.float32]
) -> NDArray[np.uint32]:
    """Return opaque pixels, of which a share has the colour."""
    steps = np.linspace(0, 1, 256)
    table = np.full(256, 0xFF, np.uint32)
    for first, last in zip(ground.getRgb()[:3], colour.getRgb()[:3], strict=True):
        table = table << 8 | np.rint(first + (last - first) * steps).astype(np.uint32)
    return table[(share * 255).astype(np.uint8)]
