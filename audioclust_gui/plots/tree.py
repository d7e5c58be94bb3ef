"""The dendrogram: a tree to be seen, pointed at, walked and cut by hand."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from audioclust_gui.plots import tree_walking
from audioclust_gui.plots.tree_frame import TOP, View
from audioclust_gui.plots.tree_hand import TreeHand

Key, Held = Qt.Key, Qt.KeyboardModifier

_STEPS = {Key.Key_Up: -1, Key.Key_Down: 1}
_PAGES = {Key.Key_PageUp: -1, Key.Key_PageDown: 1}
_SIDES = {Key.Key_Left: -1, Key.Key_Right: 1}
_ZOOMS = {
    Key.Key_Plus: 0.8,
    Key.Key_Equal: 0.8,
    Key.Key_Minus: 1.25,
    Key.Key_Underscore: 1.25,
}
_FITS = (Key.Key_0, Key.Key_Home)
_ENTERS = (Key.Key_Return, Key.Key_Enter)
_LEAVING = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_ALONG = 2.0  # a line less than so many times as high as a branch is shown with it


class TreePlot(TreeHand):
    """A dendrogram with a cut line.

    The line is dragged with the mouse or goes by the arrow keys up and down; PageUp and
    PageDown lead to the next natural cut. Left and right walk from branch to branch,
    with Shift up and down; Return chooses the current branch, Ctrl+Return activates it,
    F2 renames it, the menu key asks for its menu. Plus and minus zoom, Home or 0 shows
    all. Setters never emit.

    Parameters
    ----------
    parent : QWidget, optional
    """

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
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # The view ---------------------------------------------------------------------

    def fit(self) -> None:
        """Show all of the tree."""
        self._set_view(self._whole)

    def zoom(self, factor: float) -> None:
        """Make the visible part this many times as wide, around its middle."""
        middle = (self._view.left + self._view.right) / 2
        self._set_view(self._view.zoomed(factor, middle, self._whole))

    def zoom_to(self, node: int) -> None:
        """Show one branch in full width and height."""
        tree = self._tree
        if tree is None or not 0 <= node < len(tree.sizes):
            return
        node = tree.shown(node)
        left, right = float(tree.left[node]), float(tree.right[node])
        aside = 0.02 * (right - left)
        share = self._scale.share(float(tree.heights[node]))
        line = math.inf if self._line is None else self._scale.share(self._line)
        if line < _ALONG * share:  # so that it can be taken from here
            share = max(share, line)
        top = min(share * TOP, TOP) if share > 0 else TOP
        view = View(left - aside, right + aside, 0.0, top)
        self._set_view(view.moved(0, 0, self._whole))

    def reveal(self, node: int) -> None:
        """Move the view, no more than needed, until a branch is inside."""
        tree, view = self._tree, self._view
        if tree is None:
            return
        left, right = float(tree.left[node]), float(tree.right[node])
        if right - left > view.right - view.left:
            left = right = float(tree.x[node])
        aside = max(right - view.right, 0.0) + min(left - view.left, 0.0)
        share = self._scale.share(float(tree.heights[node]))
        upward = max(share - view.top, 0.0) + min(share - view.bottom, 0.0)
        self._set_view(view.moved(aside, upward, self._whole))

    # The keyboard -----------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._tree is None:
            event.ignore()
            return
        key = Key(event.key())
        held = event.modifiers() & ~Held.KeypadModifier
        if key == Key.Key_Escape and self._drag is not None:
            drag = self._drag
            self._put_line(drag.node, drag.began)
            self._let_go(drag)
        elif key in _ZOOMS and held in (Held.NoModifier, Held.ShiftModifier):
            self.zoom(_ZOOMS[key])
        elif held == Held.NoModifier:
            self._press_plain(key, event)
        elif held == Held.ShiftModifier and key in _STEPS:
            self._climb(_STEPS[key])
        elif held == Held.ShiftModifier and key == Key.Key_F10:
            self._ask_menu()
        elif held == Held.ControlModifier and key in _ENTERS and self._marked:
            self.activated.emit(self._current)
        else:
            event.ignore()

    def _press_plain(self, key: Key, event: QKeyEvent) -> None:
        if key in _STEPS or key in _PAGES:
            self._point_at_nothing()  # what the line does is to be seen everywhere
        if key in _STEPS:
            self.stepped.emit(_STEPS[key])
        elif key in _PAGES:
            self.natural_stepped.emit(_PAGES[key])
        elif key in _SIDES:
            self._walk_aside(_SIDES[key])
        elif key in _FITS:
            self.fit()
        elif key == Key.Key_Menu:
            self._ask_menu()
        elif key in _ENTERS and self._marked:
            self.chosen.emit(self._current)
        elif key == Key.Key_F2 and self._marked:
            self.rename_asked.emit(self._current)
        else:
            event.ignore()

    @property
    def _marked(self) -> bool:
        return self._current is not None

    def _walk_aside(self, direction: int) -> None:
        if self._current is None:
            self._walk_in()
        else:
            node = self._tree.shown(self._current)
            self._walk_to(
                tree_walking.beside(self._tree, self._labels, node, direction)
            )

    def _climb(self, direction: int) -> None:
        if self._current is None:
            self._walk_in()
        else:
            node = self._tree.shown(self._current)
            towards = tree_walking.up if direction < 0 else tree_walking.down
            self._walk_to(towards(self._tree, node))

    def _walk_in(self) -> None:
        """Begin with the cluster in the middle of the view."""
        tree, middle = self._tree, (self._view.left + self._view.right) / 2
        left, _ = tree.place_edges
        place = max(int(left.searchsorted(middle, "right")) - 1, 0)
        self._walk_to(tree_walking.cluster_at(tree, self._labels, place))

    def _walk_to(self, node: int) -> None:
        if node >= 0:
            self.set_current(node)
            self.reveal(node)
            self.walked.emit(node)

    def _ask_menu(self) -> None:
        """Ask for the menu of the current branch, at a height that splits it in two."""
        tree, node = self._tree, self._current
        if node is None:
            height = self._line or 0.0
            place = self._plot.center()
        else:
            node = tree.shown(node)
            height = tree.height_in_two(node)
            place = self.place_of(node)
        plot = self._plot
        x = min(max(place.x(), plot.left()), plot.right())
        y = min(max(place.y(), plot.top()), plot.bottom())
        at = self.mapToGlobal(QPointF(x, y)).toPoint()
        self.menu_asked.emit(-1 if node is None else node, height, at)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() in _LEAVING:
            self._point_at_nothing()
        self.update()
