"""The picture of a tree: where everything is, and how it comes to the screen."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from audioclust_gui.plots import palette, tree_marks, tree_walking, tree_writing
from audioclust_gui.plots.plain import one_line
from audioclust_gui.plots.tree_arrays import TreeArrays
from audioclust_gui.plots.tree_frame import Frame, View
from audioclust_gui.plots.tree_image import TreeImage
from audioclust_gui.plots.tree_line import Piece, pieces
from audioclust_gui.plots.tree_scale import short
from audioclust_gui.plots.tree_shown import TreeShown

_LONGEST_NAME = 132.0
_TRIED = 200
_LEFT, _TOP, _RIGHT = tree_marks.AXIS + tree_marks.GUTTER, 8, 12


class TreeCanvas(TreeShown):
    """A dendrogram with a cut line, to look at.

    The branches are rasterised when the tree, the view or the size change; labels and
    light only colour the image again. What is written is drawn once as well, so that a
    line that moves costs two copies and itself.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bold: int | None = None  # the line under the mouse
        self._image = TreeImage()
        self._writing: QPixmap | None = None
        self._laid_out: list[tree_writing.Title] = []
        self.setMinimumSize(160, 110)

    def sizeHint(self) -> QSize:
        return QSize(700, 300)

    # Where things are -------------------------------------------------------------

    @property
    def _plot(self) -> QRectF:
        """The rectangle of the branches, each of its edges between two pixels."""
        ratio, below = self.devicePixelRatioF(), tree_marks.BAND + self._names_room
        left, top = (round(edge * ratio) / ratio for edge in (_LEFT, _TOP))
        wide = max(round((self.width() - _LEFT - _RIGHT) * ratio), 16)
        high = max(round((self.height() - _TOP - 4 - below) * ratio), 16)
        return QRectF(left, top, wide / ratio, high / ratio)

    @property
    def _frame(self) -> Frame:
        return Frame(self._view, self._plot)

    @property
    def _names_room(self) -> float:
        """How many points the names take: none unless a leaf has room for its own."""
        per_leaf = (self.width() - _LEFT - _RIGHT) / (
            self._view.right - self._view.left
        )
        if per_leaf < tree_writing.NAMES_FROM or self._name_of is None:
            return 0.0
        if self._longest is None:
            self._longest = self._measured(self._name_of)
        return min(self._longest, _LONGEST_NAME, 0.4 * self.height())

    def _measured(self, name_of: Callable[[int], str]) -> float:
        """Return how long names are, of some leaves where there are many."""
        n = 0 if self._tree is None else self._tree.n_leaves
        metrics = QFontMetricsF(self._small_font)
        names = (one_line(name_of(i))[:80] for i in range(0, n, n // _TRIED + 1))
        return max(map(metrics.horizontalAdvance, names), default=0.0) + 4

    def place_of(self, node: int) -> QPointF | None:
        """Return where the top of a branch is on the widget, None without a tree."""
        if self._tree is None or not 0 <= node < len(self._tree.x):
            return None
        node = self._tree.shown(node)
        share = self._scale.share(float(self._tree.heights[node]))
        frame = self._frame
        return QPointF(frame.x_of(float(self._tree.x[node])), frame.y_of(share))

    def place_of_height(self, height: float) -> float:
        """Return how far down on the widget a height is."""
        return self._frame.y_of(self._scale.share(height))

    def node_at(self, place: QPointF, radius: float = 9.0) -> int:
        """Return the branch seen at a place of the widget, or near it, or -1.

        The band under the leaves stands for their clusters, the names for the leaves.
        """
        if self._tree is None:
            return -1
        if place.y() > self._plot.bottom():
            return self._node_under(self._tree, place)
        self._draw(self._tree)
        inside = place - self._plot.topLeft()
        return self._image.node_at(inside.x(), inside.y(), radius)

    def _node_under(self, tree: TreeArrays, place: QPointF) -> int:
        x, (left, _) = self._frame.x_at(place.x()), tree.place_edges
        inside = self._plot.left() <= place.x() <= self._plot.right()
        if not inside or not tree.left[-1] <= x < tree.right[-1]:
            return -1
        at = int(left.searchsorted(x, "right")) - 1
        if place.y() > self._plot.bottom() + tree_marks.BAND:
            return tree.shown(int(tree.order[at]))
        return tree_walking.cluster_at(tree, self._labels, at)

    def _pieces(self) -> list[Piece]:
        if self._tree is None or self._line is None:
            return []
        return pieces(self._tree, self._line, self._branches)

    def _set_view(self, view: View) -> None:
        if view != self._view:
            self._view = view
            self._redraw()

    # From the tree to the screen --------------------------------------------------

    def _redraw(self) -> None:
        self._image.redraw()
        self._rewrite()

    def _recolour(self) -> None:
        self._image.recolour()
        self.update()

    def _rewrite(self) -> None:
        self._writing = None
        self.update()

    @property
    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(font.pointSizeF() * 0.86, 7.0))
        return font

    def _draw(self, tree: TreeArrays) -> None:
        ratio = self.devicePixelRatioF()
        self._image.draw(tree, self._scale, self._frame, ratio)

    def _write(self, tree: TreeArrays) -> QPixmap:
        ink, ratio, frame = (
            palette.ink(self._dark),
            self.devicePixelRatioF(),
            self._frame,
        )
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(self._small_font)
            tree_writing.paint_axis(painter, frame, self._scale, ink)
            natural = [self._scale.share(height) for height, _ in self._natural]
            tree_writing.paint_guides(painter, frame, natural, ink)
            room = self._names_room
            tree_writing.paint_counts(painter, frame, tree, room, ink)
            if self._name_of is not None and room:
                tree_writing.paint_names(painter, frame, tree, self._name_of, room, ink)
        laid_out, font = tree_writing.laid_out, self._small_font
        self._laid_out = laid_out(font, frame, tree, self._scale, self._titles)
        return picture

    def paintEvent(self, event: QPaintEvent) -> None:
        ink = palette.ink(self._dark)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(ink.background))
            if self._tree is None:
                painter.setPen(QColor(ink.muted))
                wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                inner = self.rect().adjusted(24, 16, -24, -16)
                painter.drawText(inner, int(wrapped), self._message)
            else:
                self._paint_tree(painter, self._tree, ink)
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(ink.accent), 2))
                painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_tree(
        self, painter: QPainter, tree: TreeArrays, ink: palette.Ink
    ) -> None:
        frame, line = self._frame, self._pieces()
        low, high = (self._scale.share(height) for height in self._gap)
        tree_marks.paint_gap(painter, frame, line, (low, high), ink)
        self._draw(tree)
        colours = self._labels, self._lit, self._dark
        painter.drawImage(frame.plot.topLeft(), self._image.coloured(*colours))
        ratio = self.devicePixelRatioF()
        if self._writing is None or self._writing.devicePixelRatio() != ratio:
            self._writing = self._write(tree)
        painter.drawPixmap(0, 0, self._writing)
        if self._selected is not None:
            tree_marks.paint_selected(painter, frame, tree, self._selected, ink)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._current is not None:
            node = tree.shown(self._current)
            ends = (
                frame.x_of(float(tree.left[node])),
                frame.x_of(float(tree.right[node])),
            )
            tree_marks.paint_current(painter, frame, self.place_of(node), *ends, ink)
        if self._playing is not None:
            middle = float(tree.left[self._playing] + tree.right[self._playing]) / 2
            tree_marks.paint_playing(painter, frame, frame.x_of(middle), ink)
        self._paint_line(painter, frame, line, ink)

    def _paint_line(
        self, painter: QPainter, frame: Frame, line: list[Piece], ink: palette.Ink
    ) -> None:
        painter.setFont(self._small_font)
        cuts = [(self._scale.share(height), k) for height, k in self._natural]
        share = math.inf if self._line is None else self._scale.share(self._line)
        if self._line is not None:
            tree_marks.paint_line(painter, frame, line, self._scale, ink, self._bold)
        tree_writing.paint_titles(painter, self._laid_out, ink)
        if self._line is not None:
            y = frame.y_of(share)
            if frame.plot.top() - 1 <= y <= frame.plot.bottom() + 1:
                said = short(self._line), self._text
                titles = [plate for plate, _ in self._laid_out]
                tree_marks.paint_handle(painter, frame, y, *said, titles, ink)
        # Over the tag, which says then that the line is at a natural cut.
        tree_marks.paint_natural(painter, frame, cuts, share, ink)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._longest = None
            self._redraw()
