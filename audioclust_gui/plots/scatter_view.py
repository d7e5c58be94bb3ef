"""The part of the plane that the map shows: moved, zoomed, and painted elsewhere."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF
from PySide6.QtGui import QPainter, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

from audioclust_gui.plots import scatter_print
from audioclust_gui.plots.points_item import PointsItem
from audioclust_gui.plots.scatter_print import ViewPoints
from audioclust_gui.plots.scatter_shown import Rectangle, ScatterShown, bounds_of

_MARGIN = 0.07
_TINY = 1e-300
_FLATTEST = 1 / 50  # of the span: a straight line gets a view with an area as well
_CLOSEST = 1 / 20  # of the span, around a few points that are zoomed to


class ScatterView(pg.GraphicsView):
    """A part of the plane with points in it.

    It shows all of them until it is moved by hand.

    Parameters
    ----------
    parent : QWidget or None
    radius : float
        How far from a point, in pixels, a click still means it.

    Attributes
    ----------
    shown : ScatterShown
        What it was told, to be read.
    """

    def __init__(self, parent: QWidget | None, radius: float) -> None:
        super().__init__(parent, useOpenGL=False)
        self.shown = ScatterShown()
        self._radius = radius
        self._moved_by_hand = False
        self._covered = 0.0  # pixels at the right side
        self._over: QWidget | None = None
        self._box = pg.ViewBox(lockAspect=True, enableMenu=False, defaultPadding=0)
        self._box.disableAutoRange()
        self.setCentralItem(self._box)
        self._points = PointsItem(self._box, self.shown)

    def _place(self, positions: NDArray[np.float32]) -> bool:
        """Place the points; return whether their number changed."""
        changed = self.shown.place(positions)
        if changed:
            self._moved_by_hand = False
        self._points.picture.replace()
        self._points.update()
        self._limit_zoom()
        if changed or self._view_has_lost_the_points():
            self.fit()
        return changed

    def set_covered(self, right: float) -> None:
        """Say how much at the right side, in pixels, something else lies over.

        What is fitted into the view then lies beside that.
        """
        if right != self._covered:
            self._covered = right
            self.refit()

    def set_over(self, widget: QWidget) -> None:
        """Say what lies over it and is not seen through.

        Other colours do not have it painted again: it would be in every frame.
        """
        self._over = widget

    def _repaint(self) -> None:
        """Paint what can be seen."""
        viewport, over = self.viewport(), self._over
        seen = QRegion(viewport.rect())
        if over is not None and over.isVisible():
            corner = viewport.mapFromGlobal(over.mapToGlobal(QPoint()))
            seen -= QRect(corner, over.size())
        viewport.update(seen)

    def fit(self) -> None:
        """Show all points, and keep showing all until the view is moved by hand."""
        self._look_at(self.shown.bounds, _FLATTEST * self._span())
        self._moved_by_hand = False

    def refit(self) -> None:
        """Show all points, unless the view was moved by hand."""
        if not self._moved_by_hand:
            self.fit()

    def zoom_to(self, indices: ArrayLike) -> None:
        """Show these points in the whole view, hidden ones left aside."""
        bounds = bounds_of(self.shown.drawn[np.asarray(indices, np.intp)])
        if bounds is not None:
            self._look_at(bounds, _CLOSEST * self._span())
            self._moved_by_hand = True

    def zoom_to_selection(self) -> None:
        """Show the selected points in the whole view; without any, all points."""
        if len(self.shown.selected):
            self.zoom_to(self.shown.selected)
        else:
            self.fit()

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Make the visible part this many times as wide.

        The centre stays where it is, or a place of the widget does.
        """
        centre = None if about is None else self._box.mapSceneToView(about)
        self._box.scaleBy((factor, factor), center=centre)
        self._moved_by_hand = True

    def pan(self, right: float, down: float) -> None:
        """Move what is seen by so many points of the screen."""
        wide, high = self._box.viewPixelSize()
        self._box.translateBy((-right * wide, down * high))
        self._moved_by_hand = True

    def reveal(self, index: int) -> None:
        """Move the view, no more than needed, until a point is well inside."""
        place = self._points.picture.place_of(index)
        if place is None:
            return
        size = self._box.size()
        edge = min(40.0, size.width() / 4, size.height() / 4)
        wanted_x = min(max(place.x(), edge), size.width() - edge)
        wanted_y = min(max(place.y(), edge), size.height() - edge)
        if place != QPointF(wanted_x, wanted_y):
            self.pan(wanted_x - place.x(), wanted_y - place.y())

    def middle(self) -> tuple[float, float]:
        """Return the place in the plane in the middle of the view."""
        left, bottom, right, top = self._points.view
        return (left + right) / 2, (bottom + top) / 2

    def index_at(self, place: QPoint | QPointF, radius: float | None = None) -> int:
        """Return the point at a place of the widget, or the nearest about it, or -1.

        Parameters
        ----------
        place : QPoint or QPointF
        radius : float, optional
            How far the point may be, in pixels; by default as far as that of a click.
        """
        on_box = self._box.mapFromScene(QPointF(place))
        radius = self._radius if radius is None else radius
        return self._points.picture.index_at(on_box, radius)

    def place_of(self, index: int) -> QPointF | None:
        """Return where on the widget a point is; None without a place, or if hidden."""
        on_box = self._points.picture.place_of(index)
        return None if on_box is None else self._box.mapToScene(on_box)

    def in_plane(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where places of the widget are in the plane, both (m, 2)."""
        return self._points.picture.in_plane(places)

    # Elsewhere than on the screen -------------------------------------------------

    def paint(
        self, painter: QPainter, rect: QRectF, ratio: float, *, marks: bool = False
    ) -> None:
        """Paint the points and the links as they are in view, at any resolution.

        No background is painted. What is in view fills the rectangle, and grows with
        it; where its sides have another ratio, more of the plane is seen.

        Parameters
        ----------
        painter : QPainter
        rect : QRectF
            Where, in the painter's units.
        ratio : float
            Pixels per unit of the painter: 600 / 96 for 600 dpi, if units are as large
            as points of the screen.
        marks : bool
            Whether to paint the rings of selected points, and the marks of the current,
            the playing and the hovered one.
        """
        view, size = self._points.view, self._box.size()
        scatter_print.paint_view(painter, rect, ratio, self.shown, view, size, marks)

    def points_in_view(self) -> ViewPoints:
        """Return the points in view, for those who draw them in their own way."""
        return scatter_print.points_in_view(self.shown, self._points.picture)

    def _span(self) -> float:
        left, bottom, right, top = self.shown.bounds
        return max(right - left, top - bottom) or 1.0

    def _look_at(self, around: Rectangle, least: float) -> None:
        """Show a part of the plane, at least so wide and so high, where it is free."""
        left, bottom, right, top = around
        size = self._box.size()
        wide, high = max(size.width(), 1.0), max(size.height(), 1.0)
        free = wide * self._free
        # In units of the plane per point of the screen, which are square.
        scale = (1 + 2 * _MARGIN) * max(
            max(right - left, least) / free, max(top - bottom, least) / high
        )
        x0 = (left + right - scale * free) / 2
        y0 = (bottom + top - scale * high) / 2
        self._box.setRange(
            xRange=(x0, x0 + scale * wide), yRange=(y0, y0 + scale * high), padding=0
        )

    @property
    def _free(self) -> float:
        """The share of the width that nothing lies over."""
        return max(1.0 - self._covered / max(self._box.size().width(), 1.0), 0.5)

    def _limit_zoom(self) -> None:
        # Beyond, pixels would be finer than the positions are known.
        least, most = 1e-4 * self._span(), 100 * self._span()
        self._box.setLimits(
            minXRange=least, maxXRange=most, minYRange=least, maxYRange=most
        )

    def _view_has_lost_the_points(self) -> bool:
        left, bottom, right, top = self.shown.bounds
        x0, y0, x1, y1 = self._points.view
        if self._moved_by_hand:
            return right < x0 or left > x1 or top < y0 or bottom > y1
        outside = left < x0 or right > x1 or bottom < y0 or top > y1
        if outside:
            return True
        # A view so far out that it has no width shows at most one point.
        wide, high = max(x1 - x0, _TINY), max(y1 - y0, _TINY)
        return max((right - left) / wide / self._free, (top - bottom) / high) < 0.7

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        # The base class also calls this while it is being made.
        if event is not None and not self._moved_by_hand:
            self.fit()

    def close(self) -> bool:
        """Close as any widget does: the base class would take the plot apart."""
        return QWidget.close(self)
