"""The one item of the map: keeps an image of point indices, and paints it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from audioclust_gui.plots import marks, palette, raster
from audioclust_gui.plots.image import image_of
from audioclust_gui.plots.stamps import raised_stamps, stamps

SHAPES_UP_TO = 20_000
"""Points up to which shapes are drawn; beyond, they are too small to be told apart."""

_SMALLEST_SHAPE = 2.0


class PointsItem(QGraphicsObject):
    """Points of a `pyqtgraph.ViewBox`, rasterised when the view or the points change.

    A change of labels or theme only colours the image again, a change of the selection
    draws the selected points on a copy of it. The item lies on the box itself, not
    among its children: its coordinates are those of the screen, so that every pixel of
    the image is a pixel of the screen.

    Parameters
    ----------
    box : pyqtgraph.ViewBox
        The view to follow; becomes the parent.
    """

    def __init__(self, box: pg.ViewBox) -> None:
        super().__init__(box)
        self._box = box
        self._positions = np.empty((0, 2), np.float32)
        self._placed = 0
        self._bounds = (0.0, 0.0, 0.0, 0.0)
        self._labels = np.empty(0, np.int32)
        self._selected = np.empty(0, np.intp)
        self._lit: NDArray[np.bool_] | None = None
        self._current = self._playing = self._hovered = -1
        self._dark = False
        self._focused = False
        self._message = ""
        self._ratio = 1.0
        # From the positions to the screen, each made from the one before it.
        self._radius: float | None = None
        self._places: raster.Pixels | None = None
        self._base: raster.Codes | None = None
        self._codes: raster.Codes | None = None
        self._seen: raster.Seen | None = None
        self._pixels: NDArray[np.uint32] | None = None
        self._image: QImage | None = None
        box.sigRangeChanged.connect(self._view_changed)
        box.sigResized.connect(self._view_changed)

    # What is shown ----------------------------------------------------------------

    @property
    def positions(self) -> NDArray[np.float32]:
        """The places of the points, float32 (n, 2); not to be written to."""
        return self._positions

    @property
    def placed(self) -> int:
        """How many points have a place."""
        return self._placed

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of all points that have a place."""
        return self._bounds

    def set_positions(self, positions: NDArray[np.float32]) -> None:
        """Place the points, (n, 2); those at NaN are not drawn."""
        if len(positions) != len(self._positions):
            self._labels = np.zeros(len(positions), np.int32)
            self._selected, self._lit = np.empty(0, np.intp), None
            self._current = self._playing = self._hovered = -1
        self._positions = positions
        placed = positions[~np.isnan(positions[:, 0])]
        self._placed = len(placed)
        if self._placed:
            ends = *placed.min(axis=0), *placed.max(axis=0)
            left, bottom, right, top = (float(end) for end in ends)
            self._bounds = (left, bottom, right, top)
        else:
            self._bounds = (0.0, 0.0, 0.0, 0.0)
        self._place_again()

    def set_labels(self, labels: NDArray[np.int32]) -> None:
        """Colour the points by cluster id, (n,), NOISE or UNPLACED."""
        self._labels = labels
        if self._shaped:
            self._redraw()
        else:
            self._recolour()

    def set_selected(self, selected: NDArray[np.intp]) -> None:
        """Raise these points, ascending indices, and put rings around them."""
        self._selected = selected
        self._raise_again()

    def set_current(self, index: int) -> None:
        """Mark one point as the current one, -1 for none."""
        self._current = index
        self._raise_again()

    def set_playing(self, index: int) -> None:
        """Mark one point as sounding, -1 for none."""
        self._playing = index
        self._raise_again()

    def set_hovered(self, index: int) -> None:
        """Mark the point under the cursor, -1 for none."""
        self._hovered = index
        self.update()

    def set_lit(self, lit: NDArray[np.bool_] | None) -> None:
        """Make all points faint but these, (n,), and raise these; None for no light."""
        self._lit = lit
        self._raise_again()

    def set_dark(self, dark: bool) -> None:
        """Draw for a dark or a light background."""
        self._dark = dark
        self._recolour()

    def set_focused(self, focused: bool) -> None:
        """Show or hide the frame that says where the keyboard goes."""
        self._focused = focused
        self.update()

    def set_message(self, message: str) -> None:
        """Say something where there are no points to see."""
        self._message = message
        self.update()

    # What is under the cursor -----------------------------------------------------

    def index_at(self, place: QPointF, radius: float) -> int:
        """Return the point seen at a place, or the nearest within a radius, or -1."""
        self._prepare()
        if self._codes is None:
            return -1
        row, column = int(place.y() * self._ratio), int(place.x() * self._ratio)
        return raster.index_at(self._codes, row, column, round(radius * self._ratio))

    def place_of(self, index: int) -> QPointF | None:
        """Return where a point is on the item, or None when it has no place."""
        if not 0 <= index < len(self._positions) or np.isnan(self._positions[index, 0]):
            return None
        left, bottom, right, top = self._view()
        x, y = self._positions[index].tolist()
        column = (x - left) / (right - left) * self._box.width() * self._ratio
        row = (top - y) / (top - bottom) * self._box.height() * self._ratio
        centre = QPointF(np.floor(column) + 0.5, np.floor(row) + 0.5)
        return centre / self._ratio

    @property
    def point_radius(self) -> float:
        """How large points are drawn, in pixels: fewer in view, larger."""
        if self._radius is None:
            self._radius = self._radius_in_view()
        return self._radius

    def _radius_in_view(self) -> float:
        left, bottom, right, top = self._view()
        x0, y0, x1, y1 = self._bounds
        area = (x1 - x0) * (y1 - y0)
        share = min(1.0, (right - left) * (top - bottom) / area) if area else 1.0
        count = np.log10(max(1.0, self._placed * share))
        radius = np.interp(count, [0.5, 2.5, 4, 5, 6], [7.5, 5.5, 2.75, 1.75, 1.0])
        return float(np.round(4 * radius) / 4)

    # From the positions to the screen ---------------------------------------------

    @property
    def _shaped(self) -> bool:
        few = len(self._positions) <= SHAPES_UP_TO
        return few and self.point_radius >= _SMALLEST_SHAPE

    def _view(self) -> tuple[float, float, float, float]:
        (left, right), (bottom, top) = self._box.viewRange()
        return left, bottom, right, top

    def _view_changed(self) -> None:
        self.prepareGeometryChange()
        self._place_again()

    def _place_again(self) -> None:
        self._radius = self._places = None
        self._redraw()

    def _redraw(self) -> None:
        self._base = None
        self._raise_again()

    def _raise_again(self) -> None:
        self._codes = self._seen = None
        self._recolour()

    def _recolour(self) -> None:
        self._image = None
        self.update()

    def _prepare(self) -> None:
        """Make what is missing of the chain that ends in the image."""
        size = (
            round(self._box.height() * self._ratio),
            round(self._box.width() * self._ratio),
        )
        if not self._placed or min(size) < 1:
            return
        if self._codes is None:
            self._draw(size)
        if self._seen is None:
            self._seen = raster.seen_in(self._codes)
        if self._image is None:
            self._colour()

    def _draw(self, size: tuple[int, int]) -> None:
        view, radius = self._view(), self.point_radius * self._ratio
        shapes = palette.shapes(self._labels) if self._shaped else None
        every = stamps(radius) if self._shaped else stamps(radius, 1)
        if self._places is None:
            self._places = raster.pixels_of(self._positions, view, size, every.reach)
        if self._base is None:
            self._base = raster.rasterise(self._places, size, every, shapes)
        self._codes = self._base
        ringed = raised_stamps(radius, self._ratio)
        marked = np.array(sorted({self._current, self._playing} - {-1}), np.intp)
        lit = np.flatnonzero(self._lit) if self._lit is not None else marked[:0]
        for among, stamped in (lit, every), (self._selected, ringed), (marked, every):
            if len(among):
                pixels = raster.pixels_of(
                    self._positions, view, size, stamped.reach, among
                )
                self._codes = raster.raised(self._codes, pixels, stamped, shapes)

    def _colour(self) -> None:
        shading = _shading(self._dark)
        labels, half = self._labels, len(shading) // 2
        # Counted from the end, as points without a cluster are anyway.
        rows = np.where(labels < 0, labels, labels % palette.period() - half)
        if self._lit is not None:
            rows = np.where(self._lit, rows, rows - half)
        self._pixels = raster.coloured(self._seen, rows, shading)
        self._image = image_of(self._pixels, self._ratio)

    # Painting ---------------------------------------------------------------------

    def boundingRect(self) -> QRectF:
        return self._box.rect()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        ink = palette.ink(self._dark)
        ratio = painter.device().devicePixelRatioF()
        if ratio != self._ratio:
            self._ratio = ratio
            self._places = self._base = self._codes = self._seen = self._image = None
        self._prepare()
        if self._image is not None:
            painter.drawImage(QPointF(0, 0), self._image)
        elif self._message:
            painter.setPen(QColor(ink.muted))
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            inner = self.boundingRect().adjusted(24, 24, -24, -24)
            painter.drawText(inner, int(wrapped), self._message)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = self.point_radius
        if self._hovered != self._current:
            marks.paint_hovered(painter, self.place_of(self._hovered), radius, ink)
        marks.paint_current(painter, self.place_of(self._current), radius, ink)
        marks.paint_playing(painter, self.place_of(self._playing), radius, ink)
        if self._focused:
            painter.setPen(QPen(QColor(ink.accent), 2))
            painter.drawRect(self.boundingRect().adjusted(1, 1, -1, -1))


@cache
def _shading(dark: bool) -> NDArray[np.uint32]:
    """Return `raster.shades` of every colour made faint, and then of every colour."""
    table = palette.table(palette.period(), dark)
    both = np.concatenate([palette.faded(table, ()), table])
    return raster.shades(both, palette.as_rgb(palette.ink(dark).text))
