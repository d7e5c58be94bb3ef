"""What is written about a tree; all but the heights stays while a line is dragged."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from audioclust_gui.plots.palette import Ink
from audioclust_gui.plots.plain import one_line
from audioclust_gui.plots.tree_arrays import TreeArrays
from audioclust_gui.plots.tree_frame import Frame
from audioclust_gui.plots.tree_marks import BAND, GUTTER, TAG, clear, diamond_at
from audioclust_gui.plots.tree_raster import opens_from
from audioclust_gui.plots.tree_scale import HeightScale, height_ticks

NAMES_FROM = 11.0
"""The least width of a leaf, in points, at which it has room for its name."""

Title = tuple[QRectF, str]
"""What a branch is called, and where that is written."""

_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_COUNTS_FROM = 9.0  # the least width of a wedge, in points, for digits upwards
_PLATE = 15.0  # how high a plate is that is written on
_LONGEST_TITLE = 150.0
_OFF = 9.0  # a title is so far from the ring that may be at the top of its branch


def paint_axis(
    painter: QPainter, frame: Frame, scale: HeightScale, tag: float, ink: Ink
) -> None:
    """Draw the heights at the left, but none that peeps out from under a tag there.

    Parameters
    ----------
    painter : QPainter
    frame : Frame
    scale : HeightScale
    tag : float
        How far down its middle is; infinite where there is none.
    ink : Ink
    """
    plot, view = frame.plot, frame.view
    end = plot.left() - GUTTER
    painter.setPen(clear(ink.muted, 110))
    painter.drawLine(QPointF(end, plot.top()), QPointF(end, plot.bottom()))
    for share, text in height_ticks(scale, view.bottom, view.top, plot.height()):
        y = frame.y_of(share)
        painter.setPen(clear(ink.muted, 110))
        painter.drawLine(QPointF(end - 3, y), QPointF(end, y))
        if abs(y - tag) >= TAG:
            painter.setPen(QColor(ink.muted))
            painter.drawText(QRectF(0, y - 8, end - 5, 16), _RIGHT, text)


def paint_names(
    painter: QPainter,
    frame: Frame,
    tree: TreeArrays,
    name_of: Callable[[int], str],
    room: float,
    ink: Ink,
) -> None:
    """Write the names of the leaves in view, upwards, each on its own line."""
    metrics = QFontMetricsF(painter.font())
    left, right = tree.place_edges
    first = int(right.searchsorted(frame.view.left, "right"))
    last = int(left.searchsorted(frame.view.right))
    painter.setPen(QColor(ink.text))
    painter.save()
    painter.translate(0, frame.plot.bottom() + BAND + room)
    painter.rotate(-90)
    for place in range(first, last):
        x = frame.x_of((left[place] + right[place]) / 2)
        if tree.folded[place] < 0 and frame.plot.left() <= x <= frame.plot.right():
            name = one_line(name_of(int(tree.order[place])))
            name = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
            painter.drawText(QRectF(0, x - 8, room, 16), _RIGHT, name)
    painter.restore()


def paint_guides(
    painter: QPainter, frame: Frame, shares: Iterable[float], ink: Ink
) -> None:
    """Lead from the signs of the natural cuts, at these shares, across the tree."""
    painter.setPen(QPen(clear(ink.muted, 120), 1, Qt.PenStyle.DotLine))
    for share in shares:
        at = diamond_at(frame, share)
        if frame.plot.top() <= at.y() <= frame.plot.bottom():
            painter.drawLine(
                QPointF(frame.plot.left(), at.y()), QPointF(frame.plot.right(), at.y())
            )


def counts_room(per_leaf: float, folded: int, font: QFont) -> float:
    """Return how many points the counts of bundles take under the leaves.

    None where branches open before they are wide enough for that.

    Parameters
    ----------
    per_leaf : float
        How wide a leaf is, in points.
    folded : int
        The leaves of the biggest folded branch, whose count should fit in as well.
    font : QFont
    """
    widest = opens_from(per_leaf)
    if widest <= _COUNTS_FROM:
        return 0.0
    most = f"{max(math.ceil(widest / per_leaf), folded):,}"
    return QFontMetricsF(font).horizontalAdvance(most) + 4


def paint_counts(
    painter: QPainter,
    frame: Frame,
    tree: TreeArrays,
    wedges: Iterable[int],
    room: float,
    ink: Ink,
) -> None:
    """Write for wedges how many leaves they have, or mark folded ones at least.

    Under them where there is room, upwards in narrow ones; else on the wedge.
    """
    metrics, plot = QFontMetricsF(painter.font()), frame.plot
    below = BAND + 2 if room >= _PLATE + 2 else -_PLATE - 3
    painter.setClipRect(plot.adjusted(0, 0, 0, BAND + room))
    for node in wedges:
        left = max(frame.x_of(tree.left[node]), plot.left())
        right = min(frame.x_of(tree.right[node]), plot.right())
        foot = QPointF((left + right) / 2, frame.y_of(0))
        text = f"{tree.sizes[node]:,}"
        wide = metrics.horizontalAdvance(text)
        if wide + 6 <= right - left and (below > 0 or node in tree.collapsed):
            plate = QRectF(-wide / 2 - 3, below, wide + 6, _PLATE).translated(foot)
            _paint_plate(painter, plate, text, ink)
        elif wide <= room and right - left >= _COUNTS_FROM:
            painter.save()
            painter.translate(foot.x(), plot.bottom() + BAND + room)
            painter.rotate(-90)
            painter.setPen(QColor(ink.text))
            painter.drawText(QRectF(0, -8, room, 16), _RIGHT, text)
            painter.restore()
        elif node in tree.collapsed:
            corners = ((0, -11), (5, -1), (-5, -1))
            painter.setPen(QPen(QColor(ink.background), 1.5))
            painter.setBrush(QColor(ink.text))
            painter.drawPolygon(QPolygonF([foot + QPointF(*c) for c in corners]))
    painter.setClipping(False)


def laid_out(
    font: QFont,
    frame: Frame,
    tree: TreeArrays,
    scale: HeightScale,
    titles: Mapping[int, str],
) -> list[Title]:
    """Find room for what branches are called, bigger ones first.

    At the top of each, on its stem, or under its bar where the stem is short; those
    that would lie on others are left out.
    """
    plot, metrics = frame.plot, QFontMetricsF(font)
    found: list[Title] = []

    def top_of(node: int) -> float:
        return frame.y_of(scale.share(float(tree.heights[node])))

    for node in sorted(titles, key=lambda node: (-tree.sizes[node], node)):
        place = QPointF(frame.x_of(float(tree.x[node])), top_of(node))
        if tree.hidden[node] or not plot.adjusted(-1, -1, 1, 1).contains(place):
            continue
        text = metrics.elidedText(
            one_line(titles[node]), Qt.TextElideMode.ElideRight, _LONGEST_TITLE
        )
        plate = QRectF(0, 0, metrics.horizontalAdvance(text) + 10, _PLATE)
        plate.moveCenter(place)
        parent = int(tree.parents[node])
        above = parent >= 0 and place.y() - top_of(parent) > _OFF + _PLATE
        plate.moveTop(place.y() + (-_OFF - _PLATE if above else _OFF))
        plate.moveRight(min(plate.right(), plot.right()))
        plate.moveLeft(max(plate.left(), plot.left()))
        plate.moveBottom(min(plate.bottom(), plot.bottom()))
        if not any(plate.intersects(other) for other, _ in found):
            found.append((plate, text))
    return found


def paint_titles(painter: QPainter, titles: Iterable[Title], ink: Ink) -> None:
    """Write what branches are called."""
    for plate, text in titles:
        _paint_plate(painter, plate, text, ink)


def _paint_plate(painter: QPainter, plate: QRectF, text: str, ink: Ink) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(clear(ink.background, 215))
    painter.drawRoundedRect(plate, 3, 3)
    painter.setPen(QColor(ink.text))
    painter.drawText(plate, _CENTRE, text)
