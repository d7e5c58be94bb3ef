"""The mouse on a tree: take its line, point at its branches, move about."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from audioclust_gui.plots import tree_marks
from audioclust_gui.plots.plain import tooltip
from audioclust_gui.plots.tree_canvas import TreeCanvas
from audioclust_gui.plots.tree_frame import View
from audioclust_gui.plots.tree_line import WHOLE

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


class TreeHand(TreeCanvas):
    """A tree that answers to the mouse.

    The line is dragged wherever it is taken, and sticks to natural cuts unless Alt is
    held; dragging elsewhere pans, the wheel zooms, with Ctrl in height.
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

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drag: _Drag | None = None
        self._press: _Press | None = None
        self._under_cursor = -1
        self.setMouseTracking(True)

    # The line in the hand ---------------------------------------------------------

    def _line_near(self, place: QPointF) -> tuple[int, float] | None:
        """Return the line under the mouse: whose it is, and its height."""
        frame = self._frame
        on_tag = place.x() < tree_marks.AXIS
        near = [
            (abs(place.y() - self.place_of_height(piece.height)), piece)
            for piece in self._pieces()
            if frame.x_of(piece.left) <= place.x() <= frame.x_of(piece.right)
        ]
        far, piece = min(near, key=lambda pair: pair[0], default=(math.inf, None))
        if piece is None or far > (_GRAB_TAG if on_tag else _GRAB):
            return None
        return piece.node, piece.height

    def _natural_at(self, place: QPointF) -> tuple[float, int] | None:
        """Return the natural cut whose sign is under the mouse: (height, clusters)."""
        frame, near = self._frame, []
        for height, k in self._natural:
            sign = tree_marks.diamond_at(frame, self._scale.share(height))
            if -8 <= place.x() - sign.x() <= tree_marks.GUTTER - 6:
                near.append((abs(place.y() - sign.y()), height, k))
        far, *cut = min(near, default=(math.inf,))
        return tuple(cut) if far <= _GRAB else None

    def _carry(self, drag: _Drag, place: QPointF, held: Held) -> None:
        """Bring the line to where the mouse is, or to a natural cut close by."""
        if self._line is None:  # the tree went away
            return
        y, view = place.y() - drag.off, self._view
        share = min(max(self._frame.share_at(y), view.bottom), view.top)
        height = self._scale.height(share)
        if drag.node == WHOLE and not held & Held.AltModifier:
            near = [
                (abs(self.place_of_height(cut) - y), cut) for cut, _ in self._natural
            ]
            far, cut = min(near, default=(_SNAP + 1, height))
            height = cut if far <= _SNAP else height
        self._put_line(drag.node, height)

    def _put_line(self, node: int, height: float) -> None:
        if node == WHOLE:
            self.set_line(height, *self._gap, self._text)
            self.line_dragged.emit(height)
        else:
            moved = ((n, height if n == node else h) for n, h in self._branches)
            self.set_branch_lines(tuple(moved))
            self.branch_dragged.emit(node, height)

    def _let_go(self, drag: _Drag) -> None:
        """End a drag, if the line is still there, where the line is now."""
        self._drag = self._bold = None
        self.update()
        height = {WHOLE: self._line, **dict(self._branches)}.get(drag.node)
        if height is not None and drag.node == WHOLE:
            self.line_released.emit(height)
        elif height is not None:
            self.branch_released.emit(drag.node, height)

    # The mouse --------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._tree is None:
            return
        place = event.position()
        grabbed, natural = self._line_near(place), self._natural_at(place)
        if natural is not None and (grabbed is None or self._line != natural[0]):
            self._put_line(WHOLE, natural[0])
            self.line_released.emit(natural[0])
        elif grabbed is not None:
            node, height = grabbed
            off = place.y() - self.place_of_height(height)
            self._drag, self._bold = _Drag(node, height, off), node
            self._hover(-1)
            self.setCursor(Shape.SizeVerCursor)
            self.update()
        else:
            self._press = _Press(place, self._view)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
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

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        drag, press, self._press = self._drag, self._press, None
        if drag is not None:
            self._let_go(drag)
        elif press is not None and not press.panning:
            node = self.node_at(press.place)
            if node >= 0:
                self.set_current(node)
            self.clicked.emit(node, event.modifiers())
        self._point_at(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._tree is None:
            return
        if self._line_near(event.position()) is not None:
            self.mousePressEvent(event)  # as quick as a second drag may begin
            return
        node = self.node_at(event.position())
        if node >= 0 and self._natural_at(event.position()) is None:
            self.activated.emit(node)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._tree is None or self._drag is not None:
            event.ignore()
            return
        view, frame = self._view, self._frame
        factor = _PER_NOTCH ** (event.angleDelta().y() / _NOTCH)
        if event.modifiers() & Held.ControlModifier:
            view = view.raised(factor)
        else:
            about = frame.x_at(event.position().x())
            view = view.zoomed(factor, about, self._whole)
            across = (
                event.pixelDelta().x() or event.angleDelta().x() / _NOTCH * _SIDEWAYS
            )
            view = view.moved(-across / frame.per_leaf, 0, self._whole)
        self._set_view(view)
        self._point_at(event.position())
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # The menu key also arrives as a key.
        event.accept()
        if self._tree is None or event.reason() == QContextMenuEvent.Reason.Keyboard:
            return
        place = QPointF(event.pos())
        node = self.node_at(place)
        height = self._scale.height(self._frame.share_at(place.y()))
        if node >= 0 and place.y() > self._plot.bottom():
            height = self._tree.height_in_two(node)
        self.menu_asked.emit(node, height, event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _pan(self, press: _Press, place: QPointF) -> None:
        way = place - press.place
        if not press.panning:
            if way.manhattanLength() < QApplication.startDragDistance():
                return
            press.panning = True
            self._hover(-1)
            self.setCursor(Shape.ClosedHandCursor)
        view, plot = press.view, self._plot
        up = way.y() / plot.height() * (view.top - view.bottom)
        right = -way.x() / plot.width() * (view.right - view.left)
        self._set_view(view.moved(right, up, self._whole))

    def _point_at(self, place: QPointF) -> None:
        """Show what a press would take hold of."""
        natural, line = self._natural_at(place), self._line_near(place)
        node, words, shape = -1, "", Shape.ArrowCursor
        if natural is not None:
            words, shape = _NATURAL.format(natural[1]), Shape.PointingHandCursor
        elif line is not None:
            words, shape = _LINE, Shape.SizeVerCursor
        else:
            node = self.node_at(place)
        if node >= 0:
            shape = Shape.PointingHandCursor
        bold = line[0] if line is not None and natural is None else None
        if bold != self._bold:
            self._bold = bold
            self.update()
        self.setCursor(shape)
        self._hover(node, words)

    def _hover(self, node: int, words: str = "") -> None:
        """Come to a branch, or to something else that has a tooltip."""
        if node < 0:
            self.setToolTip(words)
        if node == self._under_cursor:
            return
        self._under_cursor = node
        if node >= 0:
            self.setToolTip(tooltip(self._describe(node)))
        QToolTip.hideText()
        self.hovered.emit(node)

    def _point_at_nothing(self) -> None:
        """Leave what the mouse or a key came to."""
        self._under_cursor = -1
        self.setToolTip("")
        self.hovered.emit(-1)
