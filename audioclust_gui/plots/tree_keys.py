"""The keyboard on a tree: move its line, walk from branch to branch, act on them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, SignalInstance
from PySide6.QtGui import QKeyEvent

from audioclust_gui.plots import tree_walking

if TYPE_CHECKING:
    from audioclust_gui.plots.tree import TreePlot
    from audioclust_gui.plots.tree_arrays import TreeArrays

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


class TreeKeys:
    """What keys do to a tree.

    Parameters
    ----------
    plot : TreePlot
        Is told where to go, and says what is wanted.
    """

    def __init__(self, plot: TreePlot) -> None:
        self._plot, self._shown = plot, plot.shown

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key stands for; return whether it stands for anything here."""
        do = self._meaning(event)
        if do is not None:
            do()
        return do is not None

    def wants(self, event: QKeyEvent) -> bool:
        """Tell whether a key stands for anything here, and so is not the window's."""
        return self._meaning(event) is not None

    def _meaning(self, event: QKeyEvent) -> Callable[[], None] | None:
        tree = self._shown.tree
        if tree is None:
            return None
        key, plot, current = Key(event.key()), self._plot, self._shown.current
        held = event.modifiers() & ~Held.KeypadModifier
        if key in _ZOOMS and held in (Held.NoModifier, Held.ShiftModifier):
            return partial(plot.zoom, _ZOOMS[key])
        if held == Held.NoModifier:
            return self._plain_meaning(tree, key)
        if held == Held.ShiftModifier and key in _STEPS:
            return partial(self._walk, tree, up=_STEPS[key] < 0)
        if held == Held.ShiftModifier and key == Key.Key_F10:
            return partial(self._ask_menu, tree)
        if held == Held.ControlModifier and key in _ENTERS and current is not None:
            return partial(plot.activated.emit, current)
        return None

    def _plain_meaning(self, tree: TreeArrays, key: Key) -> Callable[[], None] | None:
        plot, current = self._plot, self._shown.current
        if key in _STEPS:
            return partial(self._lead, plot.stepped, _STEPS[key])
        if key in _PAGES:
            return partial(self._lead, plot.natural_stepped, _PAGES[key])
        if key in _SIDES:
            return partial(self._walk, tree, aside=_SIDES[key])
        if key in _FITS:
            return plot.fit
        if key == Key.Key_Menu:
            return partial(self._ask_menu, tree)
        if key in _ENTERS and current is not None:
            return partial(plot.chosen.emit, current)
        if key == Key.Key_F2 and current is not None:
            return partial(plot.rename_asked.emit, current)
        return None

    def _lead(self, signal: SignalInstance, by: int) -> None:
        self._plot.point_at_nothing()  # what the line does is to be seen everywhere
        signal.emit(by)

    def _walk(self, tree: TreeArrays, aside: int = 0, up: bool = False) -> None:
        """Go to the branch beside, above or below; at first into the view."""
        shown, current = self._shown, self._shown.current
        if current is None:  # the cluster in the middle of the view
            middle = (shown.view.left + shown.view.right) / 2
            left, _ = tree.place_edges
            place = max(int(left.searchsorted(middle, "right")) - 1, 0)
            to = tree_walking.cluster_at(tree, shown.labels, place)
        elif aside:
            at = tree.shown(current)
            to = tree_walking.beside(tree, shown.labels, at, aside)
        else:
            towards = tree_walking.up if up else tree_walking.down
            to = towards(tree, tree.shown(current))
        if to >= 0:
            self._plot.set_current(to)
            self._plot.reveal(to)
            self._plot.walked.emit(to)

    def _ask_menu(self, tree: TreeArrays) -> None:
        """Ask for the menu of the current branch, at a height that splits it in two."""
        node, plot = self._shown.current, self._plot.picture.plot
        height, place = self._shown.line or 0.0, plot.center()
        if node is not None:
            node = tree.shown(node)
            height, place = tree.height_in_two(node), self._plot.place_of(node)
        x = min(max(place.x(), plot.left()), plot.right())
        y = min(max(place.y(), plot.top()), plot.bottom())
        at = self._plot.mapToGlobal(QPointF(x, y)).toPoint()
        self._plot.menu_asked.emit(-1 if node is None else node, height, at)
