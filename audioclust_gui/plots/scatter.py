"""The map: points in a plane, to be seen, pointed at, chosen and walked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainterPath,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from audioclust_gui.plots import palette
from audioclust_gui.plots.plain import plain
from audioclust_gui.plots.scatter_hand import TOOLS, ScatterHand
from audioclust_gui.plots.scatter_keys import ScatterKeys
from audioclust_gui.plots.scatter_view import ScatterView


class ScatterPlot(ScatterView):
    """Points in a plane, coloured by cluster or by whatever else.

    The wheel zooms. Dragging does what the tool says: it moves the view (M), draws a
    box (R) or an outline (O); with the tool that moves, Shift, Ctrl or Alt draw an
    outline, and the middle button always moves. Arrow keys walk from point to point,
    plus and minus zoom, Home or 0 shows all, Z the selected points, Return activates
    the current point. Setters never emit.

    Parameters
    ----------
    parent : QWidget, optional
    radius : float
        How far from a point, in pixels, a click still means it.

    Attributes
    ----------
    shown : ScatterShown
        What it was told, to be read.
    reach : float
        How far from a point, in pixels, the cursor still hovers over it: `radius` until
        another number is set. Of several, the closest is meant.
    """

    clicked = Signal(int, object)
    """The point that was clicked, -1 beside all points, and the keyboard modifiers."""
    activated = Signal(int)
    """The point that was double-clicked, or is current when Return is pressed."""
    hovered = Signal(int)
    """The point that the cursor came to, -1 when it left the last one."""
    walked = Signal(int)
    """The point that an arrow key leads to from the current one."""
    chosen = Signal(object, object)
    """The points in a box or an outline, int64 ascending, and the keyboard modifiers
    with which it was begun. Hidden points are in none."""
    tool_changed = Signal(str)
    """The tool that a key has chosen."""

    def __init__(self, parent: QWidget | None = None, *, radius: float = 12.0) -> None:
        super().__init__(parent, radius)
        self.reach = radius
        self._tool = "move"
        self._hand, self._keys = ScatterHand(self), ScatterKeys(self)
        self.setMinimumSize(120, 90)
        self.setAccessibleName("Map of sounds")
        self.set_dark(False)
        self._say_what_is_shown()

    # What is shown ----------------------------------------------------------------

    @property
    def positions(self) -> NDArray[np.float32]:
        """Where the points are, float32 (n, 2), NaN for none; not to be written."""
        return self.shown.positions

    def set_positions(self, positions: ArrayLike) -> None:
        """Place the points.

        The view shows all of them until the person moves it by hand, and again when
        their number changes or none is left in view. Another number of points also
        resets labels (to 0), paint, shapes, light, selection, hidden, current and
        playing points, and links.

        Parameters
        ----------
        positions : float32 array, shape (n, 2)
            Horizontal and vertical, upwards. A point with a coordinate that is not
            finite or beyond 1e12 has no place and is not drawn.
        """
        if self._place(np.asarray(positions, np.float32).reshape(-1, 2)):
            self._hand.forget()
            self._say_what_is_shown()

    def set_labels(self, labels: ArrayLike) -> None:
        """Colour and shape the points by cluster.

        Parameters
        ----------
        labels : int32 array, shape (n,)
            Cluster ids from 0, `palette.NOISE` or `palette.UNPLACED`.

        Raises
        ------
        ValueError
            Unless there is one label for every point.
        """
        shown = self.shown
        shown.rows = shown.fitting("labels", np.asarray(labels, np.int32))
        shown.table = shown.paint_shapes = None
        self._recolour()

    def set_paint(
        self, rows: ArrayLike, table: ArrayLike, shapes: ArrayLike | None = None
    ) -> None:
        """Colour the points by a table of colours, until `set_labels` or other paint.

        Parameters
        ----------
        rows : int32 array, shape (n,)
            The row of `table` for every point. -1 is its last row, -2 the last but one,
            as in `palette.table`.
        table : uint8 array, shape (m, 4)
            Red, green, blue, and opacity.
        shapes : intp array, shape (n,), optional
            Indices into `palette.SHAPES`. Without, all are discs, and those in a
            negative row dots, as points in no cluster are.

        Raises
        ------
        ValueError
            Unless there is one row for every point, and it is one of the table.
        """
        fitting = None if shapes is None else self.shown.shapes_of(shapes)
        rows = self.shown.fitting("rows", np.asarray(rows, np.int32))
        table = np.array(table, np.uint8)
        if table.ndim != 2 or table.shape[1] != 4:
            raise ValueError(f"table: shape (m, 4) expected, found {table.shape}")
        m = len(table)
        if len(rows) and not -m <= rows.min() <= rows.max() < m:
            found = f"{rows.min()} to {rows.max()}"
            raise ValueError(f"rows: {-m} to {m - 1} expected, found {found}")
        self.shown.rows, self.shown.table = rows, table
        self.shown.paint_shapes = fitting
        self._recolour()

    def set_shapes(self, shapes: ArrayLike | None) -> None:
        """Give points shapes of their own, whatever colours they; None for none."""
        if shapes is self.shown.shapes is None:
            return
        self.shown.shapes = None if shapes is None else self.shown.shapes_of(shapes)
        self._recolour()

    def set_hidden(self, hidden: ArrayLike | None) -> None:
        """Leave points out: they are not drawn, found, chosen or walked to.

        Parameters
        ----------
        hidden : bool array, shape (n,), or None
        """
        if hidden is not None:
            hidden = self.shown.fitting("hidden", np.array(hidden, bool))
        before = self.shown.hidden
        if hidden is before or (before is not None and np.array_equal(hidden, before)):
            return  # nothing is drawn anew
        self.shown.hide(hidden)
        self._points.picture.replace()
        self._points.update()
        self._say_what_is_shown()

    def set_links(self, start: int | None, ends: ArrayLike = ()) -> None:
        """Draw lines from a point to others, the nearest first; None for no lines."""
        self.shown.link_start = -1 if start is None else start
        self.shown.link_ends = np.asarray(ends, np.intp)
        self._points.update()

    def set_selection(self, selection: ArrayLike | None) -> None:
        """Put rings around points, and the points above all others.

        Parameters
        ----------
        selection : bool array, shape (n,), or int array of indices, or None
        """
        chosen = np.asarray([] if selection is None else selection)
        chosen = np.flatnonzero(chosen) if chosen.dtype == bool else np.sort(chosen)
        # Each once; `np.unique` takes a third of a second for half a million.
        first = np.ones(len(chosen), bool)
        np.not_equal(chosen[1:], chosen[:-1], out=first[1:])
        self.shown.selected = chosen[first].astype(np.intp)
        self._raise_anew()

    def set_current(self, index: int | None) -> None:
        """Mark one point as the current one: arrow keys walk from there."""
        self.shown.current = -1 if index is None else index
        self._raise_anew()
        self._say_what_is_shown()

    def set_playing(self, index: int | None) -> None:
        """Mark the point that is heard."""
        self.shown.playing = -1 if index is None else index
        self._raise_anew()

    def set_lit(self, indices: ArrayLike | None) -> None:
        """Make all points faint but these, and these the upper ones.

        Parameters
        ----------
        indices : int array, or None
            In any order; None makes no point faint, an empty array all of them.
        """
        lit = None
        if indices is not None:
            lit = np.zeros(len(self.shown.positions), bool)
            lit[np.asarray(indices, np.intp)] = True
        self.shown.lit = lit
        self._raise_anew()

    def set_dark(self, dark: bool) -> None:
        """Draw for a dark or for a light theme."""
        self.setBackground(palette.ink(dark).background)
        self.shown.dark = dark
        self._points.picture.recolour()
        self._points.update()

    def set_description(self, describe: Callable[[int], str]) -> None:
        """Say how to describe a point: as plain text, read to the blind."""
        self.shown.describe = describe
        self._say_what_is_shown()

    def set_message(self, message: str) -> None:
        """Say something where there are no points yet, as plain text."""
        self.shown.message = plain(message)
        self._points.update()

    def _say_what_is_shown(self) -> None:
        shown = self.shown
        if shown.current >= 0:
            said = plain(shown.describe(shown.current))
        else:
            hidden = "" if shown.hidden is None else " Some are hidden."
            said = (
                f"{shown.placed} points.{hidden} Arrow keys walk from point to point."
            )
        self.setAccessibleDescription(said)

    def _recolour(self) -> None:
        picture = self._points.picture
        if picture.shaped:
            picture.reshape()
        else:
            picture.recolour()
        self._repaint()

    def _raise_anew(self) -> None:
        self._points.picture.raise_anew()
        self._points.update()

    # Tools ------------------------------------------------------------------------

    @property
    def tool(self) -> str:
        """What dragging does: one of `scatter_hand.TOOLS`."""
        return self._tool

    def set_tool(self, tool: str) -> None:
        """Let dragging move the view ("move"), draw a "box" or an "outline"."""
        if tool not in TOOLS:
            raise ValueError(f'tool: one of {TOOLS} expected, found "{tool}"')
        self._tool = tool
        self._hand.show_tool()

    def set_hovered(self, index: int) -> None:
        """Mark the point under the cursor, -1 for none."""
        self.shown.hovered = index
        self._points.update()

    def set_band(self, band: QPainterPath | None) -> None:
        """Show a box or an outline on its way, in places of the widget, or none."""
        self._points.set_band(band)

    @property
    def dragging(self) -> bool:
        """Whether the view or a box or an outline is being dragged."""
        return self._hand.dragging

    def put_back(self) -> bool:
        """Take back what is being dragged, as Esc does; return whether it was."""
        return self._hand.put_back()

    # Events -----------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        # A shortcut of the window waits where the plot has a use for the key.
        if event.type() == QEvent.Type.ShortcutOverride and self._keys.wants(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._keys.press(event):
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
        event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        self._hand.leave()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._points.set_focused(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._points.set_focused(False)
