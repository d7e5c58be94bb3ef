"""The mouse on the map: point at points, move the view, draw a box or an outline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainterPath, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QApplication

from audioclust_gui.plots.outline import Indices, in_box, in_outline

if TYPE_CHECKING:
    from audioclust_gui.plots.scatter import ScatterPlot

Held, Button, Shape = Qt.KeyboardModifier, Qt.MouseButton, Qt.CursorShape

TOOLS = ("move", "box", "outline")
"""What dragging does: moves the view, or chooses the points in a box or an outline."""

_DRAWS = Held.ShiftModifier | Held.ControlModifier | Held.AltModifier
_NOTCH = 120.0
_PER_NOTCH = 0.75
_FINEST = 2.0  # points of the screen between two corners of an outline


@dataclass(slots=True)
class _Press:
    """A button that went down: a click, or a drag once the mouse has gone far enough.

    Parameters
    ----------
    button : Qt.MouseButton
    held : Qt.KeyboardModifier
        When it went down.
    tool : str
        What the drag does.
    way : list of QPointF
        Where the mouse was: at the press, then on the way.
    """

    button: Button
    held: Held
    tool: str
    way: list[QPointF] = field(default_factory=list)
    dragging: bool = False

    def corners(self) -> list[QPointF]:
        """Return the corners of what is drawn."""
        if self.tool == "outline":
            return self.way
        box = QRectF(self.way[0], self.way[-1]).normalized()
        return [box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft()]


class ScatterHand:
    """The mouse on the map.

    Parameters
    ----------
    plot : ScatterPlot
        Is moved, shows what is drawn, and says what was pointed at and chosen.
    """

    def __init__(self, plot: ScatterPlot) -> None:
        self._plot, self._shown = plot, plot.shown
        self._press: _Press | None = None
        self._under_cursor = -1

    @property
    def dragging(self) -> bool:
        """Whether something is being dragged."""
        return self._press is not None and self._press.dragging

    # What the mouse does ----------------------------------------------------------

    def press(self, event: QMouseEvent) -> None:
        """Begin what may become a click or a drag."""
        button, held = event.button(), event.modifiers()
        if self._press is not None or button not in (
            Button.LeftButton,
            Button.MiddleButton,
        ):
            return
        tool = self._plot.tool
        if button == Button.MiddleButton:
            tool = "move"
        elif tool == "move" and held & _DRAWS:
            tool = "outline"
        self._press = _Press(button, held, tool, [event.position()])

    def move(self, event: QMouseEvent) -> None:
        """Drag on, or point at what is there."""
        place, press = event.position(), self._press
        if press is not None and event.buttons() & press.button:
            self._drag(press, place)
        elif press is not None:  # the release went to another window
            self.put_back()
        elif not event.buttons():
            self._point_at(place)

    def release(self, event: QMouseEvent) -> None:
        """End a drag; what was not dragged was clicked."""
        press = self._press
        if press is None or event.button() != press.button:
            return
        dragged = press.dragging
        if dragged:
            self._drag(press, event.position())
        self._end()
        if dragged and press.tool != "move":
            self._plot.chosen.emit(self._inside(press), press.held)
        elif not dragged and press.button == Button.LeftButton:
            self._plot.clicked.emit(self._plot.index_at(press.way[0]), press.held)
        self._point_at(event.position())

    def double_click(self, event: QMouseEvent) -> None:
        """Activate a point; beside all points, as quick as a drag may begin."""
        left = event.button() == Button.LeftButton
        index = self._plot.index_at(event.position()) if left else -1
        if index >= 0:
            self._plot.activated.emit(index)
        else:
            self.press(event)

    def turn(self, event: QWheelEvent) -> None:
        """Zoom about where the mouse is."""
        notches = (event.angleDelta().y() or event.angleDelta().x()) / _NOTCH
        if notches and not self.dragging:
            self._plot.zoom(_PER_NOTCH**notches, event.position())
            self._point_at(event.position())
        event.accept()

    def leave(self) -> None:
        """Point at nothing any more."""
        self._hover(-1)

    def forget(self) -> None:
        """Know of no point any more: they have become others."""
        self._under_cursor = -1

    def put_back(self) -> bool:
        """Forget what was pressed; return whether it was dragged."""
        dragged = self.dragging
        self._end()
        return dragged

    # Dragging ---------------------------------------------------------------------

    def _drag(self, press: _Press, place: QPointF) -> None:
        way = place - press.way[-1]
        if not press.dragging:
            if way.manhattanLength() < QApplication.startDragDistance():
                return
            press.dragging = True
            self._hover(-1)
            self.show_tool()
        if press.tool == "move":
            self._plot.pan(way.x(), way.y())
            press.way[-1] = place
            return
        if press.tool == "box":
            del press.way[1:]
        if press.tool == "box" or way.manhattanLength() >= _FINEST:
            press.way.append(place)
        band = QPainterPath()
        band.addPolygon(QPolygonF(press.corners()))
        band.closeSubpath()
        self._plot.set_band(band)

    def _end(self) -> None:
        self._press = None
        self._plot.set_band(None)
        self.show_tool()

    def _inside(self, press: _Press) -> Indices:
        """Return the points in what was drawn."""
        places = np.array([corner.toTuple() for corner in press.corners()])
        corners = self._plot.in_plane(places)
        if press.tool == "outline":
            return in_outline(self._shown.drawn, corners)
        (left, top), (right, bottom) = corners[0], corners[2]
        return in_box(self._shown.drawn, (left, bottom, right, top))

    # Pointing ---------------------------------------------------------------------

    def show_tool(self) -> None:
        """Give the mouse the form of what it does."""
        tool = self._plot.tool if self._press is None else self._press.tool
        form = Shape.ArrowCursor if tool == "move" else Shape.CrossCursor
        if self.dragging and tool == "move":
            form = Shape.ClosedHandCursor
        elif not self.dragging and self._under_cursor >= 0:
            form = Shape.PointingHandCursor
        self._plot.viewport().setCursor(form)

    def _point_at(self, place: QPointF) -> None:
        inside = self._plot.rect().contains(place.toPoint())
        self._hover(self._plot.index_at(place, self._plot.reach) if inside else -1)

    def _hover(self, index: int) -> None:
        if index != self._under_cursor:
            self._under_cursor = index
            self._plot.set_hovered(index)
            self.show_tool()
            self._plot.hovered.emit(index)
