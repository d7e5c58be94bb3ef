"""The keyboard on the map: walk from point to point, look about, choose a tool."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from audioclust_gui.plots.walking import nearest_to, step

if TYPE_CHECKING:
    from audioclust_gui.plots.scatter import ScatterPlot

Key, Held = Qt.Key, Qt.KeyboardModifier

_DIRECTIONS = {
    Key.Key_Left: (-1.0, 0.0),
    Key.Key_Right: (1.0, 0.0),
    Key.Key_Up: (0.0, 1.0),
    Key.Key_Down: (0.0, -1.0),
}
_ZOOMS = {
    Key.Key_Plus: 0.8,
    Key.Key_Equal: 0.8,
    Key.Key_Minus: 1.25,
    Key.Key_Underscore: 1.25,
}
_FITS = (Key.Key_0, Key.Key_Home)
_ENTERS = (Key.Key_Return, Key.Key_Enter)
_TOOLS = {Key.Key_M: "move", Key.Key_R: "box", Key.Key_O: "outline"}


class ScatterKeys:
    """What keys do to the map.

    Parameters
    ----------
    plot : ScatterPlot
        Is told where to go, and says what is wanted.
    """

    def __init__(self, plot: ScatterPlot) -> None:
        self._plot, self._shown = plot, plot.shown

    def wants(self, event: QKeyEvent) -> bool:
        """Tell whether a key stands for anything here, just now."""
        if event.key() == Key.Key_Escape:
            return self._plot.dragging
        return self._deed(event) is not None

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key stands for; return whether it stands for anything here."""
        if event.key() == Key.Key_Escape:
            return self._plot.put_back()
        deed = self._deed(event)
        if deed is not None:
            deed()
        return deed is not None

    def _deed(self, event: QKeyEvent) -> Callable[[], None] | None:
        plot, key = self._plot, Key(event.key())
        held = event.modifiers() & ~Held.KeypadModifier
        if held & ~Held.ShiftModifier:
            return None
        if key in _DIRECTIONS:
            return partial(self._walk, _DIRECTIONS[key])
        if key in _ZOOMS:  # with Shift on some keyboards, as the next ones
            return partial(plot.zoom, _ZOOMS[key])
        if key in _FITS:
            return plot.fit
        if held:
            return None
        if key in _ENTERS and self._shown.current >= 0:
            return partial(plot.activated.emit, self._shown.current)
        if key in _TOOLS:
            return partial(self._take, _TOOLS[key])
        return plot.zoom_to_selection if key == Key.Key_Z else None

    def _take(self, tool: str) -> None:
        if tool != self._plot.tool:
            self._plot.set_tool(tool)
            self._plot.tool_changed.emit(tool)

    def _walk(self, direction: tuple[float, float]) -> None:
        """Go to the next point in a direction; at first into the view."""
        shown, plot = self._shown, self._plot
        if shown.place_of(shown.current) is None:
            index = nearest_to(shown.drawn, plot.middle())
        else:
            index = step(shown.drawn, shown.current, direction)
        if index >= 0:
            plot.reveal(index)
            plot.walked.emit(index)
