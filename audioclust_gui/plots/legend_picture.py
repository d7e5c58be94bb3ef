"""A legend as a picture: lines, shapes and text, so that a page can have any size."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from audioclust_gui.plots.colour_bar import bar_height, paint_bar
from audioclust_gui.plots.legend_content import Entry, LegendContent
from audioclust_gui.plots.palette import Ink
from audioclust_gui.plots.plain import one_line
from audioclust_gui.plots.shape_paths import shape_path

_SPACING = 1.3  # lines, from one entry to the next
_GAP = 0.4  # lines, before the shapes
_SIGN = 0.3  # lines: the radius of a sign
_TEXT = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_LEFT = int(_TEXT | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(_TEXT | Qt.AlignmentFlag.AlignRight)


def paint_legend(
    painter: QPainter, rect: QRectF, legend: LegendContent, ink: Ink
) -> float:
    """Draw a legend from the top of a rectangle on, in the painter's font.

    Entries for which the rectangle has no room are counted in a last line.

    Parameters
    ----------
    painter : QPainter
    rect : QRectF
    legend : LegendContent
    ink : Ink
        The background is not drawn.

    Returns
    -------
    float
        The height that was needed, at most that of the rectangle where entries could be
        left out.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    page = _Page(painter, rect, ink)
    page.heading(legend.title)
    if legend.bar is not None:
        page.bar(legend)
    rest = _lines_after(legend) * page.line
    page.entries(legend.entries, rest)
    if legend.shapes:
        page.y += _GAP * page.line
        page.heading(legend.shapes_title)
        page.entries(legend.shapes, page.line if legend.note else 0.0)
    if legend.note:
        page.text(legend.note, ink.muted)
    painter.restore()
    return page.y - rect.top()


def _lines_after(legend: LegendContent) -> float:
    shapes = _GAP + 1 + len(legend.shapes) if legend.shapes else 0
    return shapes + bool(legend.note)


class _Page:
    """Where the next line goes."""

    def __init__(self, painter: QPainter, rect: QRectF, ink: Ink) -> None:
        self._painter, self._rect, self._ink = painter, rect, ink
        self._font = QFont(painter.font())
        self._metrics = QFontMetricsF(self._font, painter.device())
        self.line = _SPACING * self._metrics.height()
        self.y = rect.top()

    def heading(self, text: str) -> None:
        bold = QFont(self._font)
        bold.setBold(True)
        self._painter.setFont(bold)
        self.text(text, self._ink.text, QFontMetricsF(bold, self._painter.device()))
        self._painter.setFont(self._font)

    def text(
        self, text: str, colour: str, metrics: QFontMetricsF | None = None
    ) -> None:
        room = self._next()
        self._painter.setPen(QColor(colour))
        self._painter.drawText(
            room, _LEFT, _fitted(text, metrics or self._metrics, room)
        )

    def bar(self, legend: LegendContent) -> None:
        height = bar_height(self._metrics.height())
        room = QRectF(self._rect.left(), self.y, self._rect.width(), height)
        self.y += paint_bar(self._painter, room, legend.bar, self._ink)
        if legend.bar.scale.beyond:
            self.text(legend.bar.scale.beyond, self._ink.muted)

    def entries(self, entries: Sequence[Entry], rest: float) -> None:
        """Draw as many as leave so much height, and one line for the others."""
        free = int((self._rect.bottom() - rest - self.y) / self.line + 1e-6)
        shown = entries if len(entries) <= free else entries[: max(0, free - 1)]
        for entry in shown:
            self._entry(entry)
        left_out = entries[len(shown) :]
        if left_out:
            clips = sum(entry.count for entry in left_out)
            self.text(f"and {len(left_out):,} more: {clips:,}", self._ink.muted)

    def _entry(self, entry: Entry) -> None:
        room, radius = self._next(), _SIGN * self._metrics.height()
        centre = QPointF(room.left() + 1.4 * radius, room.center().y())
        path = shape_path(entry.shape, centre, radius)
        self._painter.fillPath(path, QColor(*entry.colour))
        count = f"{entry.count:,}"
        self._painter.setPen(QColor(self._ink.muted))
        self._painter.drawText(room, _RIGHT, count)
        wide = self._metrics.horizontalAdvance(count) + radius
        name = room.adjusted(4 * radius, 0, -wide, 0)
        self._painter.setPen(QColor(self._ink.text))
        self._painter.drawText(name, _LEFT, _fitted(entry.text, self._metrics, name))

    def _next(self) -> QRectF:
        room = QRectF(self._rect.left(), self.y, self._rect.width(), self.line)
        self.y += self.line
        return room


def _fitted(text: str, metrics: QFontMetricsF, room: QRectF) -> str:
    """Return as much of a text as there is room for."""
    end = Qt.TextElideMode.ElideRight
    return metrics.elidedText(one_line(text), end, room.width())
