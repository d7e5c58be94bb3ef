"""The mouse on a tree: take its line, point at its branches, move about."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip

from audioclust_gui.plots import tree_marks
from audioclust_gui.plots.plain import tooltip
from audioclust_gui.plots.tree_frame import View
from audioclust_gui.plots.tree_line import WHOLE

if TYPE_CHECKING:
    from audioclust_gui.plots.tree import TreePlot

Held, Shape = Qt.KeyboardModifier, Qt.CursorShape

_LINE = "Drag to cut elsewhere (Up, Down)"
_NATURAL = "Natural cut: {} clusters (Page Up, Page Down)"

_GRAB = 6.0  # points from the line at which the mouse takes it
_GRAB_TAG = 9.0
_SNAP = 7.0
_NOTCH = 120.0
_PER_NOTCH = 0.8
_SIDEWAYS = 60.0  # points per notch


@dataclass(slots=True)
class _Drag:
    """A line in the hand: whose, where it began, and how far off the mouse took it."""

    node: int
    began: float
    off: float


@dataclass(slots=True)
class _Press:
    """A button that went down: a click, or a pan once the mouse has gone far enough."""

    place: QPointF
    view: View
    panning: bool = False


class TreeHand:
    """The mouse on a tree.

    The line is dragged wherever it is taken, and sticks to natural cuts unless Alt is
    held; dragging elsewhere pans, the wheel zooms, with Ctrl in height.

    Parameters
    ----------
    plot : TreePlot
        Gets the line and the view that the hand leads, and says so.
    """

    def __init__(self, plot: TreePlot) -> None:
        self._plot, self._shown = plot, plot.shown
        self._drag: _Drag | None = None
        self._press: _Press | None = None
        self._under_cursor = -1

    # The line in the hand ---------------------------------------------------------

    @property
    def dragging(self) -> bool:
        """Whether a line is in the hand."""
        return self._drag is not None

    def _line_near(self, place: QPointF) -> tuple[int, float] | None:
        """Return the line under the mouse: whose it is, and its height."""
        picture = self._plot.picture
        frame = picture.frame
        on_tag = place.x() < tree_marks.AXIS
        near = [
            (abs(place.y() - picture.place_of_height(piece.height)), piece)
            for piece in self._shown.pieces
            if frame.x_of(piece.left) <= place.x() <= frame.x_of(piece.right)
        ]
        far, piece = min(near, key=lambda pair: pair[0], default=(math.inf, None))
        if piece is None or far > (_GRAB_TAG if on_tag else _GRAB):
            return None
        return piece.node, piece.height

    def _natural_at(self, place: QPointF) -> tuple[float, int] | None:
        """Return the natural cut whose sign is under the mouse: (height, clusters)."""
        frame, near = self._plot.picture.frame, []
        for height, k in self._shown.natural:
            sign = tree_marks.diamond_at(frame, self._shown.scale.share(height))
            if -8 <= place.x() - sign.x() <= tree_marks.GUTTER - 6:
                near.append((abs(place.y() - sign.y()), height, k))
        far, *cut = min(near, default=(math.inf,))
        return tuple(cut) if far <= _GRAB else None

    def _carry(self, drag: _Drag, place: QPointF, held: Held) -> None:
        """Bring the line to where the mouse is, or to a natural cut close by."""
        shown, picture = self._shown, self._plot.picture
        if shown.line is None:  # the tree went away
            return
        y, view = place.y() - drag.off, shown.view
        share = min(max(picture.frame.share_at(y), view.bottom), view.top)
        height = shown.scale.height(share)
        if drag.node == WHOLE and not held & Held.AltModifier:
            near = [
                (abs(picture.place_of_height(cut) - y), cut) for cut, _ in shown.natural
            ]
            far, cut = min(near, default=(_SNAP + 1, height))
            height = cut if far <= _SNAP else height
        self._put_line(drag.node, height)

    def _put_line(self, node: int, height: float) -> None:
        plot, shown = self._plot, self._shown
        if node == WHOLE:
            plot.set_line(height, *shown.gap, shown.text)
            plot.line_dragged.emit(height)
        else:
            moved = ((n, height if n == node else h) for n, h in shown.branches)
            plot.set_branch_lines(tuple(moved))
            plot.branch_dragged.emit(node, height)

    def _let_go(self, drag: _Drag) -> None:
        """End a drag, if the line is still there, where the line is now."""
        self._drag = None
        self._embolden(None)
        height = {WHOLE: self._shown.line, **dict(self._shown.branches)}.get(drag.node)
        if height is not None and drag.node == WHOLE:
            self._plot.line_released.emit(height)
        elif height is not None:
            self._plot.branch_released.emit(drag.node, height)

    def put_back(self) -> bool:
        """Take a drag back; return whether there was one."""
        drag = self._drag
        if drag is None or self._shown.tree is None:
            return False
        self._put_line(drag.node, drag.began)
        self._let_go(drag)
        return True

    def _embolden(self, line: int | None) -> None:
        """Draw the line bold that the mouse has or can take."""
        if line != self._plot.picture.bold:
            self._plot.picture.bold = line
            self._plot.update()

    # What the mouse does ----------------------------------------------------------

    def press(self, event: QMouseEvent) -> None:
        """Take what is there, or hold on to the tree."""
        if event.button() != Qt.MouseButton.LeftButton or self._shown.tree is None:
            return
        place = event.position()
        grabbed, natural = self._line_near(place), self._natural_at(place)
        if natural is not None and (grabbed is None or self._shown.line != natural[0]):
            self._put_line(WHOLE, natural[0])
            self._plot.line_released.emit(natural[0])
        elif grabbed is not None:
            node, height = grabbed
            off = place.y() - self._plot.place_of_height(height)
            self._drag = _Drag(node, height, off)
            self._embolden(node)
            self._hover(-1)
            self._plot.setCursor(Shape.SizeVerCursor)
        else:
            self._press = _Press(place, self._shown.view)

    def move(self, event: QMouseEvent) -> None:
        """Lead the line or the view along, or point at what is there."""
        place = event.position()
        if event.buttons() & Qt.MouseButton.LeftButton:
            if self._drag is not None:
                self._carry(self._drag, place, event.modifiers())
            elif self._press is not None:
                self._pan(self._press, place)
        elif self._drag is not None:  # the release went to another window
            self._let_go(self._drag)
        elif not event.buttons():
            self._point_at(place)

    def release(self, event: QMouseEvent) -> None:
        """Let go; what was not dragged was clicked."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        drag, press, self._press = self._drag, self._press, None
        if drag is not None:
            self._let_go(drag)
        elif press is not None and not press.panning:
            node = self._plot.node_at(press.place)
            if node >= 0:
                self._plot.set_current(node)
            self._plot.clicked.emit(node, event.modifiers())
        self._point_at(event.position())

    def double_click(self, event: QMouseEvent) -> None:
        """Activate a branch."""
        if event.button() != Qt.MouseButton.LeftButton or self._shown.tree is None:
            return
        if self._line_near(event.position()) is not None:
            self.press(event)  # as quick as a second drag may begin
            return
        node = self._plot.node_at(event.position())
        if node >= 0 and self._natural_at(event.position()) is None:
            self._plot.activated.emit(node)

    def turn(self, event: QWheelEvent) -> None:
        """Zoom and move, about where the mouse is."""
        shown, frame = self._shown, self._plot.picture.frame
        if shown.tree is None or self._drag is not None:
            event.ignore()
            return
        view, whole = shown.view, shown.whole
        factor = _PER_NOTCH ** (event.angleDelta().y() / _NOTCH)
        if event.modifiers() & Held.ControlModifier:
            view = view.raised(factor)
        else:
            view = view.zoomed(factor, frame.x_at(event.position().x()), whole)
            across = (
                event.pixelDelta().x() or event.angleDelta().x() / _NOTCH * _SIDEWAYS
            )
            view = view.moved(-across / frame.per_leaf, 0, whole)
        self._plot.look_at(view)
        self._point_at(event.position())
        event.accept()

    def ask_menu(self, event: QContextMenuEvent) -> None:
        """Ask for a menu where the mouse is; the menu key also arrives as a key."""
        event.accept()
        tree, picture = self._shown.tree, self._plot.picture
        if tree is None or event.reason() == QContextMenuEvent.Reason.Keyboard:
            return
        place = QPointF(event.pos())
        node, height = self._plot.node_at(place), picture.height_at(place.y())
        if node >= 0 and place.y() > picture.plot.bottom():
            height = tree.height_in_two(node)
        self._plot.menu_asked.emit(node, height, event.globalPos())

    def leave(self) -> None:
        """Point at nothing any more."""
        self._hover(-1)

    def _pan(self, press: _Press, place: QPointF) -> None:
        way = place - press.place
        if not press.panning:
            if way.manhattanLength() < QApplication.startDragDistance():
                return
            press.panning = True
            self._hover(-1)
            self._plot.setCursor(Shape.ClosedHandCursor)
        view, plot = press.view, self._plot.picture.plot
        up = way.y() / plot.height() * (view.top - view.bottom)
        right = -way.x() / plot.width() * (view.right - view.left)
        self._plot.look_at(view.moved(right, up, self._shown.whole))

    def _point_at(self, place: QPointF) -> None:
        """Show what a press would take hold of."""
        natural, line = self._natural_at(place), self._line_near(place)
        node, words, shape = -1, "", Shape.ArrowCursor
        if natural is not None:
            words, shape = _NATURAL.format(natural[1]), Shape.PointingHandCursor
        elif line is not None:
            words, shape = _LINE, Shape.SizeVerCursor
        else:
            node = self._plot.node_at(place)
        if node >= 0:
            shape = Shape.PointingHandCursor
        self._embolden(line[0] if line is not None and natural is None else None)
        self._plot.setCursor(shape)
        self._hover(node, words)

    def _hover(self, node: int, words: str = "") -> None:
        """Come to a branch, or to something else that has a tooltip."""
        if node < 0:
            self._plot.setToolTip(words)
        if node == self._under_cursor:
            return
        self._under_cursor = node
        if node >= 0:
            self._plot.setToolTip(tooltip(self._shown.describe(node)))
        QToolTip.hideText()
        self._plot.hovered.emit(node)

    def point_at_nothing(self) -> None:
        """Leave what the mouse or a key came to, whatever it was, and say so."""
        self._under_cursor = -1
        self._plot.setToolTip("")
        self._plot.hovered.emit(-1)
