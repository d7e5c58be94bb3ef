"""One feature of one sound as an image: time to the right, low rows at the bottom."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from audioclust_gui.plots import palette, time_axis
from audioclust_gui.plots.plain import plain

_TITLE = 20
_SIDE = 8
_MOST_COLUMNS = 2048


class FeatureImage(QWidget):
    """An array of rows and frames as colours from its least to its largest value.

    Setters never emit; all text is shown letter by letter.

    Parameters
    ----------
    parent : QWidget, optional
    placeholder : str
        What is said while there is nothing to show.
    """

    def __init__(
        self, parent: QWidget | None = None, *, placeholder: str = "Nothing to show"
    ) -> None:
        super().__init__(parent)
        self._placeholder = plain(placeholder)
        self._title = ""
        self._duration = 0.0
        self._ticks: tuple[tuple[float, str], ...] = ()
        self._rows = 1
        self._position: float | None = None
        self._dark = False
        self._image: QImage | None = None
        self.setMinimumHeight(60)
        self.setAccessibleName("Feature")

    def set_feature(
        self,
        feature: NDArray[np.float32] | None,
        title: str = "",
        duration: float = 0.0,
        ticks: Sequence[tuple[float, str]] = (),
    ) -> None:
        """Show a feature.

        Parameters
        ----------
        feature : float array, shape (rows, frames), or None
            Row 0 is drawn at the bottom. None or an empty array shows the placeholder.
        title : str
            The name of the feature, drawn above.
        duration : float
            Seconds that the frames span; 0 leaves the time axis out.
        ticks : sequence of (row, text)
            What to write beside which rows, 0 to rows - 1, as in ``(12, "440 Hz")``.
        """
        self._title = plain(title)
        self._duration = duration
        self._ticks = tuple((row, plain(text)) for row, text in ticks)
        self._position = None
        if feature is None or not feature.size:
            self._image = None
        else:
            self._rows = len(feature)
            self._image = _pictured(feature)
        self.setAccessibleName(self._title or "Feature")
        self.setAccessibleDescription(
            self._placeholder
            if self._image is None
            else f"{feature.shape[0]} rows, {feature.shape[1]} frames"
        )
        self.update()

    def set_position(self, seconds: float | None) -> None:
        """Put the playhead somewhere, or take it away."""
        before, self._position = self._position, seconds
        for time in before, seconds:
            if time is not None:
                x = time_axis.x_at(self._plot(), time, self._duration)
                self.update(int(x) - 3, 0, 7, self.height())

    def set_dark(self, dark: bool) -> None:
        """Draw for a dark or for a light theme."""
        self._dark = dark
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, 140)

    def paintEvent(self, event: QPaintEvent) -> None:
        ink = palette.ink(self._dark)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(ink.surface))
            plot = self._plot()
            if self._title:
                above = QRectF(
                    plot.left(), 0, self.width() - plot.left() - _SIDE, _TITLE
                )
                title = painter.fontMetrics().elidedText(
                    self._title, Qt.TextElideMode.ElideMiddle, int(above.width())
                )
                painter.setPen(QColor(ink.text))
                painter.drawText(above, int(Qt.AlignmentFlag.AlignVCenter), title)
            if self._image is None or not plot.isValid():
                painter.setPen(QColor(ink.muted))
                wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(self.rect(), int(wrapped), self._placeholder)
                return
            smooth = QPainter.RenderHint.SmoothPixmapTransform
            painter.setRenderHint(smooth, self._crowded(plot))
            painter.drawImage(plot, self._image)
            self._paint_ticks(painter, plot, ink)
            if self._duration > 0:
                time_axis.paint_time_axis(painter, plot, self._duration, ink)
                if self._position is not None:
                    x = time_axis.x_at(plot, self._position, self._duration)
                    # Dark beside light is seen on every colour of the map.
                    for colour, width in ("#000000", 3.0), ("#ffffff", 1.4):
                        painter.setPen(QPen(QColor(colour), width))
                        painter.drawLine(
                            QPointF(x, plot.top()), QPointF(x, plot.bottom())
                        )

    def _plot(self) -> QRectF:
        """Return where the image goes: beside the texts of its rows."""
        metrics = self.fontMetrics()
        widths = [metrics.horizontalAdvance(text) for _, text in self._ticks]
        left = _SIDE + (max(widths) + 6 if widths else 0)
        below = time_axis.HEIGHT if self._duration > 0 else _SIDE
        above = _TITLE if self._title else _SIDE
        return QRectF(self.rect()).adjusted(left, above, -_SIDE, -below)

    def _crowded(self, plot: QRectF) -> bool:
        """Tell whether pixels of the image are smaller than those of the screen."""
        image = self._image
        return image.height() > plot.height() or image.width() > plot.width()

    def _paint_ticks(self, painter: QPainter, plot: QRectF, ink: palette.Ink) -> None:
        painter.setPen(QColor(ink.muted))
        height = painter.fontMetrics().height()
        room = np.inf
        for row, text in sorted(self._ticks):
            y = plot.bottom() - (row + 0.5) / self._rows * plot.height()
            # From the bottom upwards, leaving out what would lie on the one before.
            if y + height / 2 > room or not plot.top() <= y <= plot.bottom():
                continue
            room = y - height / 2
            painter.drawLine(QPointF(plot.left() - 4, y), QPointF(plot.left() - 1, y))
            beside = QRectF(0, y - height / 2, plot.left() - 6, height)
            to_the_right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(beside, int(to_the_right), text)


@cache
def _colour_map() -> NDArray[np.uint8]:
    """Magma: even steps to the eye, readable in grey and to the colour-blind."""
    return pg.colormap.get("magma").getLookupTable(nPts=256)


def _pictured(feature: NDArray[np.float32]) -> QImage:
    frames = feature.shape[1]
    if frames > _MOST_COLUMNS:
        # Means of neighbouring frames: an hour has more than any screen has pixels.
        starts = np.arange(_MOST_COLUMNS) * frames // _MOST_COLUMNS
        widths = np.diff(starts, append=frames)
        feature = np.add.reduceat(feature, starts, axis=1) / widths
    finite = np.isfinite(feature)
    low = feature.min(where=finite, initial=np.inf)
    high = feature.max(where=finite, initial=-np.inf)
    span = high - low if high > low else 1.0
    shares = np.where(finite, (feature - low) / span, 0.0)
    rgb = _colour_map()[np.rint(255 * shares[::-1]).astype(np.uint8)]
    rows, columns = shares.shape
    image = QImage(rgb.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
    # A copy, because the image only borrows the array.
    return image.copy()
