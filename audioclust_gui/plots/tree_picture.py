"""The picture of a tree: where everything is, and how it comes to the screen."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap

from audioclust_gui.plots import palette, tree_marks, tree_walking, tree_writing
from audioclust_gui.plots.palette import Ink
from audioclust_gui.plots.plain import one_line
from audioclust_gui.plots.tree_arrays import Ints, TreeArrays
from audioclust_gui.plots.tree_frame import Frame
from audioclust_gui.plots.tree_image import TreeImage
from audioclust_gui.plots.tree_scale import short
from audioclust_gui.plots.tree_shown import TreeShown

_LONGEST_NAME = 132.0
_TRIED = 200
_LEFT, _TOP, _RIGHT = tree_marks.AXIS + tree_marks.GUTTER, 8, 12


class TreePicture:
    """A dendrogram with a cut line, in a rectangle of some size.

    The branches are rasterised when the tree, the view or the size change; labels and
    light only colour the image again. What is written is drawn once as well, so that a
    line that moves costs two copies, itself and the axis, which makes room for its tag.

    Whoever changes what is shown says so: `redraw`, `recolour`, `rewrite` or `rename`;
    not for the line and the marks, which are painted every time.

    Parameters
    ----------
    shown : TreeShown

    Attributes
    ----------
    bold : int or None
        Whose line is drawn bold, the one under the mouse: a node or `WHOLE`.
    laid_out : list of Title
        The names of branches that are written, and where.
    """

    def __init__(self, shown: TreeShown) -> None:
        self.bold: int | None = None
        self.laid_out: list[tree_writing.Title] = []
        self._shown = shown
        self._size, self._ratio = QSize(), 1.0
        self._font: QFont | None = None
        self._small_font = QFont()
        self._longest: float | None = None  # of the names, once measured
        self._image = TreeImage()
        self._writing: QPixmap | None = None

    def arrange(self, size: QSize, ratio: float, font: QFont) -> None:
        """Fit into a size, in points of so many pixels, and write in a font."""
        if (size, ratio) != (self._size, self._ratio):
            self._size, self._ratio = size, ratio
            self.redraw()
        if font != self._font:
            self._font, self._small_font = font, QFont(font)
            self._small_font.setPointSizeF(max(font.pointSizeF() * 0.86, 7.0))
            self.rename()

    def redraw(self) -> None:
        """Draw the branches again: they lie elsewhere now."""
        self._image.redraw()
        self.rewrite()

    def recolour(self) -> None:
        """Colour the branches again."""
        self._image.recolour()

    def rewrite(self) -> None:
        """Write again what does not move with the line."""
        self._writing = None

    def rename(self) -> None:
        """Measure the names of the leaves again."""
        self._longest = None
        self.redraw()

    # Where things are -------------------------------------------------------------

    @property
    def plot(self) -> QRectF:
        """The rectangle of the branches, each of its edges between two pixels."""
        ratio, below = self._ratio, tree_marks.BAND + self._names_room
        left, top = (round(edge * ratio) / ratio for edge in (_LEFT, _TOP))
        wide = max(round((self._size.width() - _LEFT - _RIGHT) * ratio), 16)
        high = max(round((self._size.height() - _TOP - 4 - below) * ratio), 16)
        return QRectF(left, top, wide / ratio, high / ratio)

    @property
    def frame(self) -> Frame:
        """What is in view, and where."""
        return Frame(self._shown.view, self.plot)

    @property
    def _names_room(self) -> float:
        """How many points the names of leaves take, or the counts of bundles."""
        tree, name_of = self._shown.tree, self._shown.name_of
        if tree is not None and not self._leaves_have_room:
            per_leaf, folded = self._per_leaf, tree.largest_folded
            return tree_writing.counts_room(per_leaf, folded, self._small_font)
        if name_of is None:
            return 0.0
        if self._longest is None:
            self._longest = self._measured(name_of)
        return min(self._longest, _LONGEST_NAME, 0.4 * self._size.height())

    @property
    def _per_leaf(self) -> float:
        view = self._shown.view
        wide = max(self._size.width() - _LEFT - _RIGHT, 16)
        return wide / (view.right - view.left)

    @property
    def _leaves_have_room(self) -> bool:
        return self._per_leaf >= tree_writing.NAMES_FROM

    def _measured(self, name_of: Callable[[int], str]) -> float:
        """Return how long names are, of some leaves where there are many."""
        n = self._shown.n_leaves
        metrics = QFontMetricsF(self._small_font)
        names = (one_line(name_of(i))[:80] for i in range(0, n, n // _TRIED + 1))
        return max(map(metrics.horizontalAdvance, names), default=0.0) + 4

    def place_of(self, node: int) -> QPointF | None:
        """Return where the top of a branch is, None without a tree."""
        tree = self._shown.tree
        if tree is None or not 0 <= node < len(tree.x):
            return None
        node, frame = tree.shown(node), self.frame
        share = self._shown.scale.share(float(tree.heights[node]))
        return QPointF(frame.x_of(float(tree.x[node])), frame.y_of(share))

    def place_of_height(self, height: float) -> float:
        """Return how far down a height is."""
        return self.frame.y_of(self._shown.scale.share(height))

    def height_at(self, y: float) -> float:
        """Return the height that is so far down."""
        return self._shown.scale.height(self.frame.share_at(y))

    def node_at(self, place: QPointF, radius: float) -> int:
        """Return the branch seen at a place, or near it, or -1.

        The band under the leaves stands for their clusters, the names for the leaves,
        the counts for the bundles.
        """
        tree, plot = self._shown.tree, self.plot
        if tree is None:
            return -1
        self._draw(tree)
        if place.y() > plot.bottom():
            return self._node_under(tree, place)
        inside = place - plot.topLeft()
        return self._image.node_at(inside.x(), inside.y(), radius)

    def _node_under(self, tree: TreeArrays, place: QPointF) -> int:
        x, plot, (left, _) = self.frame.x_at(place.x()), self.plot, tree.place_edges
        inside = plot.left() <= place.x() <= plot.right()
        if not inside or not tree.left[-1] <= x < tree.right[-1]:
            return -1
        at = int(left.searchsorted(x, "right")) - 1
        if place.y() <= plot.bottom() + tree_marks.BAND:
            return tree_walking.cluster_at(tree, self._shown.labels, at)
        wedges = self.wedges
        over = wedges[(tree.left[wedges] <= x) & (x < tree.right[wedges])]
        return int(over[0]) if len(over) else int(tree.order[at])

    @property
    def wedges(self) -> Ints:
        """The branches last drawn as wedges: too narrow to open, or folded."""
        return self._image.wedges

    # To the screen ----------------------------------------------------------------

    def _draw(self, tree: TreeArrays) -> None:
        self._image.draw(tree, self._shown.scale, self.frame, self._ratio)

    def paint(self, painter: QPainter) -> None:
        """Draw all, or without a tree the message."""
        shown, ink = self._shown, palette.ink(self._shown.dark)
        everywhere = QRect(QPointF(0, 0).toPoint(), self._size)
        painter.fillRect(everywhere, QColor(ink.background))
        if shown.tree is not None:
            self._paint_tree(painter, shown.tree, ink)
        else:
            painter.setPen(QColor(ink.muted))
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            inner = everywhere.adjusted(24, 16, -24, -16)
            painter.drawText(inner, int(wrapped), shown.message)

    def _paint_tree(self, painter: QPainter, tree: TreeArrays, ink: Ink) -> None:
        shown, frame = self._shown, self.frame
        low, high = (shown.scale.share(height) for height in shown.gap)
        tree_marks.paint_gap(painter, frame, shown.pieces, (low, high), ink)
        self._draw(tree)
        image = self._image.coloured(shown.labels, shown.lit, shown.dark)
        painter.drawImage(frame.plot.topLeft(), image)
        if self._writing is None:
            self._writing = self._write(tree, frame, ink)
        painter.drawPixmap(0, 0, self._writing)
        if shown.selected is not None:
            tree_marks.paint_selected(painter, frame, tree, shown.selected, ink)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if shown.current is not None:
            node = tree.shown(shown.current)
            left, right = (frame.x_of(float(x[node])) for x in (tree.left, tree.right))
            top = self.place_of(node)
            tree_marks.paint_current(painter, frame, top, left, right, ink)
        if shown.playing is not None:
            middle = float(tree.left[shown.playing] + tree.right[shown.playing]) / 2
            tree_marks.paint_playing(painter, frame, frame.x_of(middle), ink)
        self._paint_line(painter, frame, ink)

    def _write(self, tree: TreeArrays, frame: Frame, ink: Ink) -> QPixmap:
        shown, font, room = self._shown, self._small_font, self._names_room
        picture = QPixmap(self._size * self._ratio)
        picture.setDevicePixelRatio(self._ratio)
        picture.fill(Qt.GlobalColor.transparent)
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(font)
            natural = [shown.scale.share(height) for height, _ in shown.natural]
            tree_writing.paint_guides(painter, frame, natural, ink)
            wedges = self.wedges.tolist()
            tree_writing.paint_counts(painter, frame, tree, wedges, room, ink)
            if shown.name_of and self._leaves_have_room and room:
                names = shown.name_of, room
                tree_writing.paint_names(painter, frame, tree, *names, ink)
        titles = shown.titles
        self.laid_out = tree_writing.laid_out(font, frame, tree, shown.scale, titles)
        return picture

    def _paint_line(self, painter: QPainter, frame: Frame, ink: Ink) -> None:
        shown, scale = self._shown, self._shown.scale
        painter.setFont(self._small_font)
        cuts = [(scale.share(height), k) for height, k in shown.natural]
        share = math.inf if shown.line is None else scale.share(shown.line)
        y = frame.y_of(share)
        tagged = frame.plot.top() - 1 <= y <= frame.plot.bottom() + 1
        tree_writing.paint_axis(painter, frame, scale, y if tagged else math.inf, ink)
        if shown.line is not None:
            line = shown.pieces
            tree_marks.paint_line(painter, frame, line, scale, ink, self.bold)
        tree_writing.paint_titles(painter, self.laid_out, ink)
        if shown.line is not None and tagged:
            said = short(shown.line), shown.text
            titles = [plate for plate, _ in self.laid_out]
            tree_marks.paint_handle(painter, frame, y, *said, titles, ink)
        # Over the tag, which says then that the line is at a natural cut.
        tree_marks.paint_natural(painter, frame, cuts, share, ink)
