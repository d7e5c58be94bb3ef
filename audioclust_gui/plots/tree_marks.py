"""What is drawn about the branches of a tree: its line and its marks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from audioclust_gui.plots import marks
from audioclust_gui.plots.palette import Ink
from audioclust_gui.plots.tree_arrays import Bools, TreeArrays
from audioclust_gui.plots.tree_frame import Frame
from audioclust_gui.plots.tree_line import WHOLE, Piece
from audioclust_gui.plots.tree_scale import HeightScale

AXIS = 46
"""Points left of the plot that the heights take."""
GUTTER = 32
"""Points between the axis and the plot, for the natural cuts."""
BAND = 15
"""Points under the leaves, for the selected, the current and the sounding ones."""
TAG = 18
"""How high the tag on the axis is, in points."""

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_APART_FROM = 6.0
_LINE_OF_TEXT = 13.0
_SIZE = 4.5  # of a diamond, from its middle to a corner


def clear(colour: str, alpha: int) -> QColor:
    """Return a colour that lets the background through."""
    ink = QColor(colour)
    ink.setAlpha(alpha)
    return ink


def diamond_at(frame: Frame, share: float) -> QPointF:
    """Return where the sign of a natural cut at a share of the height is."""
    return QPointF(frame.plot.left() - GUTTER, frame.y_of(share))


def paint_natural(
    painter: QPainter,
    frame: Frame,
    cuts: Iterable[tuple[float, int]],
    line: float,
    ink: Ink,
) -> None:
    """Draw the natural cuts, (share, k); of close ones the first says its number.

    The line, at a share of the height, says its own.
    """
    said = [frame.y_of(line)]
    for share, k in cuts:
        at = diamond_at(frame, share)
        if not frame.plot.top() <= at.y() <= frame.plot.bottom():
            continue
        corners = ((0, -_SIZE), (_SIZE, 0), (0, _SIZE), (-_SIZE, 0))
        painter.setPen(QPen(QColor(ink.background), 1.5))
        painter.setBrush(QColor(ink.text))
        painter.drawPolygon(QPolygonF([at + QPointF(*corner) for corner in corners]))
        if all(abs(at.y() - y) >= _LINE_OF_TEXT for y in said):
            said.append(at.y())
            painter.setPen(QColor(ink.text))
            beside = QRectF(at.x() + _SIZE + 3, at.y() - 8, GUTTER - _SIZE - 3, 16)
            painter.drawText(beside, _LEFT, str(k))


# The line --------------------------------------------------------------------------


def paint_gap(
    painter: QPainter,
    frame: Frame,
    pieces: Sequence[Piece],
    between: tuple[float, float],
    ink: Ink,
) -> None:
    """Shade how far the line can go before anything changes: two shares."""
    plot = frame.plot
    low, high = (
        min(max(frame.y_of(min(share, 9)), plot.top()), plot.bottom())
        for share in between
    )
    for piece in pieces:
        left, right = _ends(frame, piece)
        if piece.node == WHOLE and left < right:
            painter.fillRect(
                QRectF(left, high, right - left, low - high), clear(ink.accent, 34)
            )


def paint_line(
    painter: QPainter,
    frame: Frame,
    pieces: Sequence[Piece],
    scale: HeightScale,
    ink: Ink,
    bold: int | None,
) -> None:
    """Draw the pieces of the line and the steps between them; one branch's is bold."""
    plot = frame.plot
    painter.setClipRect(plot.adjusted(0, -1, 0, 1))
    for before, after in pairwise(pieces):
        x = frame.x_of(after.left)
        ends = (frame.y_of(scale.share(piece.height)) for piece in (before, after))
        painter.setPen(QPen(clear(ink.accent, 170), 1, Qt.PenStyle.DashLine))
        painter.drawLine(*(QPointF(x, y) for y in ends))
    for colour, more in (ink.background, 2.0), (ink.accent, 0.0):
        for piece in pieces:
            y = frame.y_of(scale.share(piece.height))
            left, right = _ends(frame, piece)
            if left < right:
                wide = 3.0 if piece.node == bold else 1.8
                painter.setPen(QPen(QColor(colour), wide + more))
                painter.drawLine(QPointF(left, y), QPointF(right, y))
    painter.setPen(QPen(QColor(ink.background), 1.5))
    painter.setBrush(QColor(ink.accent))
    for piece in pieces:
        if piece.node != WHOLE:
            left, right = frame.x_of(piece.left), frame.x_of(piece.right)
            y = frame.y_of(scale.share(piece.height))
            painter.drawEllipse(QPointF((left + right) / 2, y), 4, 4)
    painter.setClipping(False)


def paint_handle(
    painter: QPainter,
    frame: Frame,
    y: float,
    height: str,
    text: str,
    titles: Sequence[QRectF],
    ink: Ink,
) -> None:
    """Draw the height as a tag on the axis, and what it means at the other end.

    That is over the line where it fits in, and beside the titles of branches.
    """
    plot = frame.plot
    end = plot.left() - GUTTER
    painter.setPen(QPen(QColor(ink.accent), 1.8))
    painter.drawLine(QPointF(end, y), QPointF(plot.left(), y))
    painter.setPen(QPen(QColor(ink.background), 1.5))
    painter.setBrush(QColor(ink.accent))
    half = TAG / 2
    corners = ((1, -half), (end, -half), (end + 8, 0), (end, half), (1, half))
    painter.drawPolygon(QPolygonF([QPointF(x, y + up) for x, up in corners]))
    painter.setPen(QColor(ink.background))
    painter.drawText(QRectF(2, y - half, end - 2 - _SIZE - 3, TAG), _RIGHT, height)
    if not text:
        return
    wide = QFontMetricsF(painter.font()).horizontalAdvance(text) + 14
    above = y - 23 >= plot.top() - 6
    plate = QRectF(plot.right() - wide, y - 23 if above else y + 4, wide, 19)
    for title in sorted(titles, key=QRectF.right, reverse=True):
        if plate.intersects(title):
            plate.moveRight(title.left() - 4)
    painter.setPen(QPen(clear(ink.accent, 150), 1))
    painter.setBrush(clear(ink.background, 226))
    painter.drawRoundedRect(plate, 5, 5)
    painter.setPen(QColor(ink.text))
    painter.drawText(plate, _CENTRE, text)


def _ends(frame: Frame, piece: Piece) -> tuple[float, float]:
    """Return where in view a piece begins and ends."""
    left, right = frame.x_of(piece.left), frame.x_of(piece.right)
    return max(left, frame.plot.left()), min(right, frame.plot.right())


# Marks -----------------------------------------------------------------------------


def paint_current(
    painter: QPainter, frame: Frame, top: QPointF, left: float, right: float, ink: Ink
) -> None:
    """Draw a ring at the top of a branch, and a bracket under all its leaves."""
    plot = frame.plot
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setClipRect(plot.adjusted(-8, -8, 8, BAND))
    marks.paint_current(painter, top, 1.0, ink)
    y = plot.bottom() + 10
    left, right = min(left, right - 4), max(right, left + 4)
    for colour, wide in (ink.background, 4.5), (ink.text, 2.2):
        painter.setPen(QPen(QColor(colour), wide))
        ends = (
            QPointF(left, y - 4),
            QPointF(left, y),
            QPointF(right, y),
            QPointF(right, y - 4),
        )
        painter.drawPolyline(QPolygonF(list(ends)))
    painter.setClipping(False)


def paint_selected(
    painter: QPainter, frame: Frame, tree: TreeArrays, selected: Bools, ink: Ink
) -> None:
    """Draw ticks under the selected leaves, those side by side as one."""
    left, right = (edges[selected[tree.order]] for edges in tree.place_edges)
    plot, columns = frame.plot, math.ceil(frame.plot.width())
    apart = 1.0 if frame.per_leaf >= _APART_FROM else 0.0
    first = np.floor((left - frame.view.left) * frame.per_leaf + apart)
    last = np.ceil((right - frame.view.left) * frame.per_leaf - apart)
    change = np.zeros(columns + 1, np.int64)
    np.add.at(change, first.clip(0, columns).astype(np.intp), 1)
    np.add.at(change, last.clip(0, columns).astype(np.intp), -1)
    covered = np.cumsum(change[:-1]) > 0
    edges = np.flatnonzero(np.diff(covered, prepend=False, append=False))
    for start, end in edges.reshape(-1, 2).tolist():
        tick = QRectF(plot.left() + start, plot.bottom() + 1, end - start, 5)
        painter.fillRect(tick & plot.adjusted(0, 0, 0, BAND), QColor(ink.accent))


def paint_playing(painter: QPainter, frame: Frame, x: float, ink: Ink) -> None:
    """Draw an arrow up to the leaf that sounds."""
    plot = frame.plot
    if plot.left() - 1 <= x <= plot.right() + 1:
        y = plot.bottom() + 1
        painter.setPen(QPen(QColor(ink.background), 1.5))
        painter.setBrush(QColor(ink.accent))
        corners = (0, 0), (6.5, 12), (-6.5, 12)
        painter.drawPolygon(QPolygonF([QPointF(x + a, y + b) for a, b in corners]))
