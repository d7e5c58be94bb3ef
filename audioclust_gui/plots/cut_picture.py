"""The picture of a strip: what stays while the line moves, and what moves with it."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap

from audioclust_gui.plots import palette
from audioclust_gui.plots.cut_axis import CutAxis
from audioclust_gui.plots.cut_curves import (
    NO_CURVES,
    number_pen,
    paint_curves,
    paint_k_ticks,
    paint_range,
    pens,
    y_at,
)
from audioclust_gui.plots.cut_labels import (
    CurveLabel,
    counted,
    note_height,
    paint_labels,
    paint_note,
    said,
    width_of,
)

_NUMBER = "Clusters"
_ALONE = "by the line alone"
_LINES = 5
_TICKS = 5
_GAP = 10


class CutPicture:
    """What a `CutStrip` shows below and beside its slider.

    Whoever changes an attribute calls `forget`, and `arrange` after a change of size.

    Attributes
    ----------
    axis : CutAxis or None
    curves : CutCurves
    sampled, message : str
        How the scores were found; what is said while there are none.
    parted : bool
        Whether branches have lines of their own, which the scores leave out.
    natural : tuple of int
        The numbers of clusters of the cuts to mark, ascending.
    dark : bool
    plot : QRectF
        Where the curves are; the middles of the pixels of both ends of the axis.
    column : QRectF
        Where their names and values are, the number of clusters above them.
    """

    def __init__(self) -> None:
        self.axis: CutAxis | None = None
        self.curves = NO_CURVES
        self.sampled = self.message = ""
        self.natural: tuple[int, ...] = ()
        self.dark = self.parted = False
        self.plot = self.column = QRectF(0, 0, 1, 1)
        self._drawn: QPixmap | None = None
        self._labels: list[CurveLabel] = []
        self._noted = 0.0

    def forget(self) -> None:
        """Draw everything anew the next time."""
        self._drawn = None

    # Where things are -------------------------------------------------------------

    @staticmethod
    def height(font: QFont) -> int:
        """Return the pixels that curves and ticks need."""
        return (_LINES + 1) * QFontMetrics(font).height() + _TICKS

    def margins(self, width: int, font: QFont) -> tuple[int, int]:
        """Return the pixels left and right of the plot in a strip of this width."""
        left = QFontMetrics(font).horizontalAdvance("\N{MINUS SIGN}0.25") + 8
        names = [*self.curves.values, _NUMBER]
        column = min(width_of(names, font), 0.42 * width)
        return left, int(column) + 2 * _GAP

    def arrange(
        self, first: int, last: int, top: int, size: QSize, font: QFont
    ) -> None:
        """Put the ends of the axis at two pixels, and the plot below `top`."""
        self.forget()
        bottom = size.height() - QFontMetrics(font).height() - _TICKS
        self.plot = QRectF(first + 0.5, top, last - first, bottom - top)
        column = self.margins(size.width(), font)[1] - 2 * _GAP
        left = size.width() - column - 3
        self.column = QRectF(left, 0, column, size.height() - 1)

    def x_of(self, k: int) -> float:
        """Return where a cut is; there must be an axis."""
        return self.plot.left() + self.axis.position(k) * self.plot.width()

    def k_under(self, x: float) -> int:
        """Return the cut at a place; there must be an axis."""
        return self.axis.k_at((x - self.plot.left()) / self.plot.width())

    # What there is to say ---------------------------------------------------------

    @property
    def natural_shown(self) -> list[int]:
        """The natural cuts that are on the axis, ascending."""
        most = 0 if self.axis is None else self.axis.highest
        return [k for k in self.natural if 1 <= k <= most]

    @property
    def note(self) -> str:
        """What has to be known of the curves."""
        last = self.curves.last
        ends = self.axis is not None and 0 < last < self.axis.highest
        reach = f"scores up to {last:,}" if ends else ""
        parts = (reach, last and self.sampled, last and self.parted and _ALONE)
        return ", ".join(part for part in parts if part)

    def read(self, k: int) -> list[str]:
        """Return what there is to say of a cut, item by item."""
        scores = [said(name, self.curves.value(name, k)) for name in self.curves.values]
        natural = ["a natural cut"] if k in self.natural else []
        alone = [_ALONE] if self.parted else []
        return [counted(k), *scores, *natural, *alone]

    # Painting ---------------------------------------------------------------------

    def paint(
        self, painter: QPainter, k: int, line: QRectF, hovered: int | None
    ) -> None:
        """Draw the strip.

        Parameters
        ----------
        painter : QPainter
            Of the strip, with its font.
        k : int
            The present cut.
        line : QRectF
            A pixel wide, from the handle down.
        hovered : int or None
            The cut under the pointer.
        """
        device = painter.device()
        ratio = device.devicePixelRatioF()
        if self._drawn is None or self._drawn.devicePixelRatio() != ratio:
            self._drawn = self._draw(
                QSize(device.width(), device.height()), ratio, painter.font()
            )
        painter.drawPixmap(0, 0, self._drawn)
        if self.axis is None:
            return
        ink, plot = palette.ink(self.dark), self.plot
        if hovered is not None:
            x = self.x_of(hovered)
            painter.setPen(QPen(QColor(ink.muted), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(x, plot.top(), x, plot.bottom()))
        painter.fillRect(line.adjusted(-1, 0, 1, 0), QColor(ink.background))
        painter.fillRect(line, QColor(ink.text))
        self._paint_values(painter, k, ink)

    def _paint_values(self, painter: QPainter, k: int, ink: palette.Ink) -> None:
        above, beside = QRectF(self.column), QRectF(self.column)
        above.setBottom(self.plot.top())
        painter.setPen(QColor(ink.text))
        painter.drawText(above, int(Qt.AlignmentFlag.AlignVCenter), f"k = {k:,}")
        beside.setTop(self.plot.top())
        beside.setBottom(min(self.plot.bottom(), self.column.bottom() - self._noted))
        scores = [said(name, self.curves.value(name, k)) for name in self.curves.values]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # The number of clusters comes last, where it is a curve of its own.
        texts = [*scores, f"{_NUMBER} {k:,}"][: len(self._labels)]
        paint_labels(painter, beside, self._labels, texts, ink)

    def _draw(self, size: QSize, ratio: float, font: QFont) -> QPixmap:
        """Draw all that stays while the line moves."""
        ink, plot = palette.ink(self.dark), self.plot
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(ink.surface))
        with QPainter(picture) as painter:
            painter.setFont(font)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(plot, QColor(ink.background))
            painter.setPen(QPen(QColor(ink.muted), 0.6))
            painter.drawLine(plot.bottomLeft(), plot.bottomRight())
            self._labels = []
            self._noted = note_height(self.column, self.note, font)
            if self.axis is not None:
                paint_k_ticks(painter, plot, self.axis, ink)
                painter.setPen(QPen(QColor(ink.muted), 1, Qt.PenStyle.DotLine))
                for x in map(self.x_of, self.natural_shown):
                    painter.drawLine(QLineF(x, plot.top(), x, plot.bottom()))
                paint_curves(painter, plot, self.axis, self.curves, self.dark)
                self._labels = self._named(self.axis)
            if self.curves.last:
                paint_range(painter, plot, self.curves.low, ink)
                paint_note(painter, self.column, self.note, ink)
            elif self.message:
                wrapped = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
                place = painter.boundingRect(plot, wrapped, self.message)
                painter.fillRect(place.adjusted(-6, 0, 6, 0), QColor(ink.background))
                painter.setPen(QColor(ink.muted))
                painter.drawText(plot, wrapped, self.message)
        return picture

    def _named(self, axis: CutAxis) -> list[CurveLabel]:
        curves, plot = self.curves, self.plot
        ends, drawn = curves.ends(), pens(list(curves.values), self.dark)
        named = [
            CurveLabel(pen, y_at(plot, ends[name], curves.low))
            for name, pen in drawn.items()
        ]
        if not axis.counted:
            named.append(CurveLabel(number_pen(self.dark), plot.top()))
        return named
