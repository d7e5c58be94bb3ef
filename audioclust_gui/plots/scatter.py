"""The map: points in a plane, to be seen, pointed at and walked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from audioclust_gui.plots import palette
from audioclust_gui.plots.plain import plain, tooltip
from audioclust_gui.plots.points_item import PointsItem
from audioclust_gui.plots.walking import nearest_to, step

_DIRECTIONS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, 1.0),
    Qt.Key.Key_Down: (0.0, -1.0),
}
_ZOOMS = {
    Qt.Key.Key_Plus: 0.8,
    Qt.Key.Key_Equal: 0.8,
    Qt.Key.Key_Minus: 1.25,
    Qt.Key.Key_Underscore: 1.25,
}
_FITS = (Qt.Key.Key_0, Qt.Key.Key_Home)
_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MARGIN = 0.07
_FARTHEST = 1e12
_TINY = 1e-300


class ScatterPlot(pg.GraphicsView):
    """Points in a plane, coloured by cluster.

    Dragging pans, the wheel zooms; arrow keys walk from point to point, plus and minus
    zoom, Home or 0 shows all, Return activates the current point. Setters never emit.

    Parameters
    ----------
    parent : QWidget, optional
    radius : float
        How far from a point, in pixels, a click or the cursor still means it.
    """

    clicked = Signal(int, object)
    """The point that was clicked, -1 beside all points, and the keyboard modifiers."""
    activated = Signal(int)
    """The point that was double-clicked, or is current when Return is pressed."""
    hovered = Signal(int)
    """The point that the cursor came to, -1 when it left the last one."""
    walked = Signal(int)
    """The point that an arrow key leads to from the current one."""

    def __init__(self, parent: QWidget | None = None, *, radius: float = 12.0) -> None:
        super().__init__(parent, useOpenGL=False)
        self._radius = radius
        self._box = pg.ViewBox(lockAspect=True, enableMenu=False, defaultPadding=0)
        self._box.disableAutoRange()
        self.setCentralItem(self._box)
        self._points = PointsItem(self._box)
        self._current = self._under_cursor = -1
        self._describe: Callable[[int], str] = str
        self._moved_by_hand = False
        self._box.sigRangeChangedManually.connect(self._on_moved_by_hand)
        self.scene().sigMouseClicked.connect(self._on_click)
        self.setMinimumSize(120, 90)
        self.setAccessibleName("Map of sounds")
        self.set_dark(False)
        self._say_what_is_shown()

    # What is shown ----------------------------------------------------------------

    @property
    def positions(self) -> NDArray[np.float32]:
        """Where the points are, float32 (n, 2), NaN for none; not to be written."""
        return self._points.positions

    def set_positions(self, positions: ArrayLike) -> None:
        """Place the points.

        The view shows all of them until the person moves it by hand, and again when
        their number changes or none is left in view. Another number of points also
        resets labels (to 0), light, selection, current and playing point.

        Parameters
        ----------
        positions : float32 array, shape (n, 2)
            Horizontal and vertical, upwards. A point with a coordinate that is not
            finite or beyond 1e12 has no place and is not drawn.
        """
        positions = np.asarray(positions, np.float32).reshape(-1, 2)
        placed = (np.abs(positions) <= _FARTHEST).all(axis=1)
        if not placed.all():
            positions = np.where(placed[:, None], positions, np.float32(np.nan))
        changed = len(positions) != len(self._points.positions)
        if changed:
            self._moved_by_hand = False
            self._current = self._under_cursor = -1
        self._points.set_positions(positions)
        self._limit_zoom()
        if changed or self._view_has_lost_the_points():
            self.fit()
        if changed:
            self._say_what_is_shown()

    def set_labels(self, labels: ArrayLike) -> None:
        """Colour the points.

        Parameters
        ----------
        labels : int32 array, shape (n,)
            Cluster ids from 0, `palette.NOISE` or `palette.UNPLACED`.

        Raises
        ------
        ValueError
            Unless there is one label for every point.
        """
        labels = np.asarray(labels, np.int32)
        expected = (len(self._points.positions),)
        if labels.shape != expected:
            raise ValueError(f"labels: shape {expected} expected, found {labels.shape}")
        self._points.set_labels(labels)

    def set_selection(self, selection: ArrayLike | None) -> None:
        """Put rings around points, and the points above all others.

        Parameters
        ----------
        selection : bool array, shape (n,), or int array of indices, or None
        """
        chosen = np.asarray([] if selection is None else selection)
        chosen = np.flatnonzero(chosen) if chosen.dtype == bool else np.unique(chosen)
        self._points.set_selected(chosen.astype(np.intp))

    def set_current(self, index: int | None) -> None:
        """Mark one point as the current one: arrow keys walk from there."""
        self._current = -1 if index is None else index
        self._points.set_current(self._current)
        self._say_what_is_shown()

    def set_playing(self, index: int | None) -> None:
        """Mark the point that is heard."""
        self._points.set_playing(-1 if index is None else index)

    def set_lit(self, indices: ArrayLike | None) -> None:
        """Make all points faint but these, and these the upper ones.

        Parameters
        ----------
        indices : int array, or None
            In any order; None makes no point faint, an empty array all of them.
        """
        lit = None
        if indices is not None:
            lit = np.zeros(len(self._points.positions), bool)
            lit[np.asarray(indices, np.intp)] = True
        self._points.set_lit(lit)

    def set_dark(self, dark: bool) -> None:
        """Draw for a dark or for a light theme."""
        self.setBackground(palette.ink(dark).background)
        self._points.set_dark(dark)

    def set_description(self, describe: Callable[[int], str]) -> None:
        """Say how to describe a point: shown as plain text, and read to the blind."""
        self._describe = describe
        self._say_what_is_shown()

    def set_message(self, message: str) -> None:
        """Say something where there are no points yet, as plain text."""
        self._points.set_message(plain(message))

    # The view ---------------------------------------------------------------------

    def fit(self) -> None:
        """Show all points, and keep showing all until the view is moved by hand."""
        left, bottom, right, top = self._points.bounds
        half = self._span() / 2
        # A straight line of points gets a view with an area all the same.
        grow_x = max(0.0, half / 50 - (right - left))
        grow_y = max(0.0, half / 50 - (top - bottom))
        self._box.setRange(
            xRange=(left - grow_x, right + grow_x),
            yRange=(bottom - grow_y, top + grow_y),
            padding=_MARGIN,
        )
        self._moved_by_hand = False

    def refit(self) -> None:
        """Show all points, unless the view was moved by hand."""
        if not self._moved_by_hand:
            self.fit()

    def zoom(self, factor: float) -> None:
        """Make the visible part this many times as wide, around its centre."""
        self._box.scaleBy((factor, factor))
        self._moved_by_hand = True

    def reveal(self, index: int) -> None:
        """Move the view, no more than needed, until a point is well inside."""
        place = self._points.place_of(index)
        if place is None:
            return
        size = self._box.size()
        edge = min(40.0, size.width() / 4, size.height() / 4)
        wanted_x = min(max(place.x(), edge), size.width() - edge)
        wanted_y = min(max(place.y(), edge), size.height() - edge)
        wide, high = self._box.viewPixelSize()
        x, y = (place.x() - wanted_x) * wide, (wanted_y - place.y()) * high
        if x or y:
            self._box.translateBy((x, y))
            self._moved_by_hand = True

    def index_at(self, place: QPoint | QPointF) -> int:
        """Return the point at a place of the widget, or the nearest about it, or -1."""
        on_box = self._box.mapFromScene(self.mapToScene(QPointF(place).toPoint()))
        return self._points.index_at(on_box, self._radius)

    def place_of(self, index: int) -> QPointF | None:
        """Return where on the widget a point is, or None when it has no place."""
        on_box = self._points.place_of(index)
        return None if on_box is None else self._box.mapToScene(on_box)

    def _span(self) -> float:
        left, bottom, right, top = self._points.bounds
        return max(right - left, top - bottom) or 1.0

    def _limit_zoom(self) -> None:
        # Beyond, pixels would be finer than the positions are known.
        least, most = 1e-4 * self._span(), 100 * self._span()
        self._box.setLimits(
            minXRange=least, maxXRange=most, minYRange=least, maxYRange=most
        )

    def _view_has_lost_the_points(self) -> bool:
        left, bottom, right, top = self._points.bounds
        (x0, x1), (y0, y1) = self._box.viewRange()
        if self._moved_by_hand:
            return right < x0 or left > x1 or top < y0 or bottom > y1
        outside = left < x0 or right > x1 or bottom < y0 or top > y1
        if outside:
            return True
        # A view so far out that it has no width shows at most one point.
        wide, high = max(x1 - x0, _TINY), max(y1 - y0, _TINY)
        return max((right - left) / wide, (top - bottom) / high) < 0.7

    def _on_moved_by_hand(self) -> None:
        self._moved_by_hand = True

    def _say_what_is_shown(self) -> None:
        if self._current >= 0:
            said = plain(self._describe(self._current))
        else:
            said = f"{self._points.placed} points. Arrow keys walk from point to point."
        self.setAccessibleDescription(said)

    # What the person does ---------------------------------------------------------

    def _on_click(self, event: object) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        index = self._points.index_at(
            self._box.mapFromScene(event.scenePos()), self._radius
        )
        if not event.double():
            self.clicked.emit(index, event.modifiers())
        elif index >= 0:
            self.activated.emit(index)

    def _walk(self, direction: tuple[float, float]) -> None:
        positions = self._points.positions
        if self._points.place_of(self._current) is None:
            (x0, x1), (y0, y1) = self._box.viewRange()
            index = nearest_to(positions, ((x0 + x1) / 2, (y0 + y1) / 2))
        else:
            index = step(positions, self._current, direction)
        if index >= 0:
            self.reveal(index)
            self.walked.emit(index)

    def _hover(self, index: int) -> None:
        if index == self._under_cursor:
            return
        self._under_cursor = index
        self._points.set_hovered(index)
        self._points.setToolTip("" if index < 0 else tooltip(self._describe(index)))
        shape = (
            Qt.CursorShape.ArrowCursor
            if index < 0
            else Qt.CursorShape.PointingHandCursor
        )
        self.viewport().setCursor(shape)
        QToolTip.hideText()
        self.hovered.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        held = event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        )
        if held:
            event.ignore()
        elif key in _DIRECTIONS:
            self._walk(_DIRECTIONS[key])
        elif key in _ZOOMS:
            self.zoom(_ZOOMS[key])
        elif key in _FITS:
            self.fit()
        elif key in _ENTERS and self._current >= 0:
            self.activated.emit(self._current)
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if not event.buttons():
            self._hover(self.index_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._points.set_focused(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._points.set_focused(False)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        # The base class also calls this while it is being made.
        if event is not None and not self._moved_by_hand:
            self.fit()

    def close(self) -> bool:
        """Close as any widget does: the base class would take the plot apart."""
        return QWidget.close(self)
