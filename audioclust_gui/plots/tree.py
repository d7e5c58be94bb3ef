"""The dendrogram: a tree to be seen, pointed at, walked and cut by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from audioclust_gui.plots import palette
from audioclust_gui.plots.plain import plain
from audioclust_gui.plots.tree_arrays import Bools, TreeArrays
from audioclust_gui.plots.tree_frame import View
from audioclust_gui.plots.tree_hand import TreeHand
from audioclust_gui.plots.tree_keys import TreeKeys
from audioclust_gui.plots.tree_picture import TreePicture
from audioclust_gui.plots.tree_scale import SCALES
from audioclust_gui.plots.tree_shown import TreeShown

_Item = TypeVar("_Item", np.int32, np.bool_)

_LEAVING = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class TreePlot(QWidget):
    """A dendrogram with a cut line.

    The line is dragged with the mouse or goes by the arrow keys up and down; PageUp and
    PageDown lead to the next natural cut. Left and right walk from branch to branch,
    with Shift up and down; Return chooses the current branch, Ctrl+Return activates it,
    F2 renames it, the menu key asks for its menu. Plus and minus zoom, Home or 0 shows
    all. Setters never emit.

    Parameters
    ----------
    parent : QWidget, optional

    Attributes
    ----------
    shown : TreeShown
        What it was told, to be read.
    """

    line_dragged = Signal(float)
    """The cut line is on its way, now at this height."""
    line_released = Signal(float)
    """The cut line was let go at this height."""
    branch_dragged = Signal(int, float)
    """The line of this branch alone is on its way, now at this height."""
    branch_released = Signal(int, float)
    """The line of this branch alone was let go at this height."""
    hovered = Signal(int)
    """The branch that the cursor came to, -1 when it left the last one."""
    clicked = Signal(int, object)
    """The branch that was clicked, -1 beside all, and the keyboard modifiers."""
    activated = Signal(int)
    """The branch that was double-clicked, or is current at Ctrl+Return."""
    menu_asked = Signal(int, float, QPoint)
    """The branch that a menu is wanted for, -1 for none; the height where it was asked
    for, and the place on the screen."""
    stepped = Signal(int)
    """So many clusters more are wanted, fewer where negative: Down is 1, Up is -1."""
    natural_stepped = Signal(int)
    """The next natural cut is wanted, with more clusters (1) or with fewer (-1)."""
    chosen = Signal(int)
    """The branch that is current when Return is pressed."""
    walked = Signal(int)
    """The branch that a key leads to from the current one."""
    rename_asked = Signal(int)
    """The branch that is current when F2 is pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = TreeShown()
        self._picture = TreePicture(self.shown)
        self._hand, self._keys = TreeHand(self), TreeKeys(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(160, 110)
        self.setAccessibleName("Tree")
        self._show()

    def sizeHint(self) -> QSize:
        return QSize(700, 300)

    @property
    def current(self) -> int | None:
        """The branch from which the keys lead on."""
        return self.shown.current

    @property
    def picture(self) -> TreePicture:
        """Where things are on the widget, as it is now."""
        self._picture.arrange(self.size(), self.devicePixelRatioF(), self.font())
        return self._picture

    # What is shown ----------------------------------------------------------------

    def set_tree(self, tree: TreeArrays | None) -> None:
        """Show a tree, or none.

        A tree with as many leaves as before, such as one with a branch collapsed, keeps
        the view, the labels and the marks.
        """
        self.shown.put(tree)
        self._picture.rename()
        self._show()

    def set_labels(self, labels: ArrayLike) -> None:
        """Colour the branches.

        Parameters
        ----------
        labels : int32 array, shape (2n - 1,)
            Of every node: a cluster id from 0, `palette.NOISE`, `palette.UNPLACED`, or
            `tree_colours.SPLIT` where its leaves are in several clusters.

        Raises
        ------
        ValueError
            Unless there is one label for every node.
        """
        n = len(self.shown.labels)
        self.shown.labels = _fitting("labels", np.asarray(labels, np.int32), n)
        self._picture.recolour()
        self._show()

    def set_line(
        self,
        height: float | None,
        low: float = 0.0,
        high: float = 0.0,
        text: str = "",
    ) -> None:
        """Put the line at a height, or take it away.

        Parameters
        ----------
        height : float or None
        low, high : float
            How far it can go before anything changes; high may be infinite.
        text : str
            What is said beside it.
        """
        shown = self.shown
        shown.line, shown.gap, shown.text = height, (low, high), plain(text)
        self._show()

    def set_branch_lines(self, lines: Sequence[tuple[int, float]]) -> None:
        """Give branches lines of their own: (node, height) of each."""
        self.shown.branches = tuple(lines)
        self.update()

    def set_natural(self, cuts: Sequence[tuple[float, int]]) -> None:
        """Mark natural cuts, (height, number of clusters), the best ones first."""
        self.shown.natural = tuple(cuts)
        self._picture.rewrite()
        self.update()

    def set_lit(self, lit: ArrayLike | None) -> None:
        """Make all nodes faint but these, bool (2n - 1,); None for none faint."""
        self.shown.lit = _flags("lit", lit, len(self.shown.labels))
        self._picture.recolour()
        self.update()

    def set_current(self, node: int | None) -> None:
        """Mark the branch from which the keys lead on."""
        there = node is not None and 0 <= node < len(self.shown.labels)
        self.shown.current = node if there else None
        self._show()

    def set_selected(self, selected: ArrayLike | None) -> None:
        """Put ticks under leaves: bool array, shape (n,), by leaf."""
        self.shown.selected = _flags("selected", selected, self.shown.n_leaves)
        self.update()

    def set_playing(self, leaf: int | None) -> None:
        """Mark the leaf that is heard."""
        there = leaf is not None and 0 <= leaf <= len(self.shown.labels) // 2
        self.shown.playing = leaf if there else None
        self.update()

    def set_leaf_names(self, name_of: Callable[[int], str]) -> None:
        """Say what leaves are called; written under them where there is room."""
        self.shown.name_of = name_of
        self._picture.rename()
        self.update()

    def set_titles(self, titles: Mapping[int, str]) -> None:
        """Say what branches are called that have a name, by node."""
        if titles != self.shown.titles:
            self.shown.titles = dict(titles)
            self._picture.rewrite()
            self.update()

    def set_description(self, describe: Callable[[int], str]) -> None:
        """Say how to describe a branch: shown as plain text, and read to the blind."""
        self.shown.describe = describe
        self._show()

    def set_scale(self, scale: str) -> None:
        """Show heights as they are ("height") or their logarithm ("log")."""
        if scale not in SCALES:
            raise ValueError(f'scale: one of {SCALES} expected, found "{scale}"')
        self.shown.rescale(scale)
        self._picture.redraw()
        self._show()

    def set_dark(self, dark: bool) -> None:
        """Draw for a dark or for a light theme."""
        self.shown.dark = dark
        self._picture.rewrite()
        self._picture.recolour()
        self.update()

    def set_message(self, message: str) -> None:
        """Say something where there is no tree, as plain text."""
        self.shown.message = plain(message)
        self._show()

    def _show(self) -> None:
        """Draw, and tell those who do not see it, what is shown now."""
        self.update()
        self.setAccessibleDescription(self.shown.said())

    # What is in view --------------------------------------------------------------

    def look_at(self, view: View) -> None:
        """Show this part of the tree."""
        if view != self.shown.view:
            self.shown.view = view
            self._picture.redraw()
            self.update()

    def fit(self) -> None:
        """Show all of the tree."""
        self.look_at(self.shown.whole)

    def zoom(self, factor: float) -> None:
        """Make the visible part this many times as wide, around its middle."""
        view = self.shown.view
        middle = (view.left + view.right) / 2
        self.look_at(view.zoomed(factor, middle, self.shown.whole))

    def zoom_to(self, node: int) -> None:
        """Show one branch in full width and height."""
        self.look_at(self.shown.view_of(node))

    def reveal(self, node: int) -> None:
        """Move the view, no more than needed, until a branch is inside."""
        self.look_at(self.shown.view_with(node))

    def place_of(self, node: int) -> QPointF | None:
        """Return where the top of a branch is on the widget, None without a tree."""
        return self.picture.place_of(node)

    def place_of_height(self, height: float) -> float:
        """Return how far down on the widget a height is."""
        return self.picture.place_of_height(height)

    def node_at(self, place: QPointF, radius: float = 9.0) -> int:
        """Return the branch seen at a place of the widget, or near it, or -1."""
        return self.picture.node_at(place, radius)

    def point_at_nothing(self) -> None:
        """Light nothing any more, and say so: the mouse or a key leads elsewhere."""
        self._hand.point_at_nothing()

    # Events -----------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self.picture.paint(painter)
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(palette.ink(self.shown.dark).accent), 2))
                painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def put_back(self) -> bool:
        """Take back the drag of a line, as Esc does; return whether there was one."""
        return self._hand.put_back()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and self._wants(event):
            event.accept()  # before the window takes it for a key of its own
            return True
        return super().event(event)

    def _wants(self, event: QKeyEvent) -> bool:
        escape = event.key() == Qt.Key.Key_Escape and self._hand.dragging
        return escape or self._keys.wants(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        escaped = event.key() == Qt.Key.Key_Escape and self.put_back()
        if not escaped and not self._keys.press(event):
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._hand.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hand.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._hand.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._hand.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._hand.turn(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._hand.ask_menu(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hand.leave()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() in _LEAVING:
            self.point_at_nothing()
        self.update()


def _fitting(name: str, array: NDArray[_Item], n: int) -> NDArray[_Item]:
    """Return an array, if it has so many items."""
    if array.shape != (n,):
        raise ValueError(f"{name}: shape ({n},) expected, found {array.shape}")
    return array


def _flags(name: str, array: ArrayLike | None, n: int) -> Bools | None:
    return None if array is None else _fitting(name, np.asarray(array, bool), n)
