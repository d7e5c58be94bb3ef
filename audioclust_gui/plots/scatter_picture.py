"""From the points of the map to its pixels: each step kept until it is outdated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSizeF
from PySide6.QtGui import QImage, QPainter

from audioclust_gui.plots import marks, palette, raster
from audioclust_gui.plots.image import image_of
from audioclust_gui.plots.scatter_shown import Indices, Rectangle, ScatterShown
from audioclust_gui.plots.stamps import Stamps, raised_stamps, stamps

SHAPES_UP_TO = 20_000
"""Points up to which shapes are drawn; beyond, they are too small to be told apart."""

_SMALLEST_SHAPE = 2.0
_LARGEST_WHOLE = 8_000_000  # pixels drawn in one piece, of a screen; paper has more
_BAND = 512

Layer = tuple[raster.Pixels, Stamps]


class ScatterPicture:
    """The points as an image of point indices, coloured.

    A change of colours or theme only colours the image again, a change of the selection
    draws the selected points on a copy of it.

    Parameters
    ----------
    shown : ScatterShown
    ringed : bool
        Whether the selected points have rings, and these and the points that are
        current or playing lie above the others.
    """

    def __init__(self, shown: ScatterShown, ringed: bool = True) -> None:
        self._shown, self._ringed = shown, ringed
        self.view: Rectangle = (0.0, 0.0, 1.0, 1.0)
        self.size, self.ratio = QSizeF(), 1.0
        self._radius: float | None = None
        self._places: raster.Pixels | None = None
        self._base: raster.Codes | None = None
        self._codes: raster.Codes | None = None
        self._seen: raster.Seen | None = None
        self._pixels: NDArray[np.uint32] | None = None
        self._image: QImage | None = None

    # What is outdated -------------------------------------------------------------

    def arrange(self, view: Rectangle, size: QSizeF, ratio: float) -> None:
        """Say which part of the plane is seen on how many points of the screen."""
        if (view, size, ratio) != (self.view, self.size, self.ratio):
            self.view, self.size, self.ratio = view, size, ratio
            self.replace()

    def replace(self) -> None:
        """Points are elsewhere."""
        self._radius = self._places = None
        self.reshape()

    def reshape(self) -> None:
        """Points may have other shapes, with other colours."""
        self._base = None
        self.raise_anew()

    def raise_anew(self) -> None:
        """Other points lie above the others."""
        self._codes = self._seen = None
        self.recolour()

    def recolour(self) -> None:
        """Points have other colours."""
        self._image = None

    # Where things are -------------------------------------------------------------

    @property
    def radius(self) -> float:
        """How large points are, in points of the screen: fewer in view, larger."""
        if self._radius is None:
            left, bottom, right, top = self.view
            x0, y0, x1, y1 = self._shown.bounds
            area = (x1 - x0) * (y1 - y0)
            share = min(1.0, (right - left) * (top - bottom) / area) if area else 1.0
            count = np.log10(max(1.0, self._shown.placed * share))
            radius = np.interp(count, [0.5, 2.5, 4, 5, 6], [7.5, 5.5, 2.75, 1.75, 1.0])
            self._radius = float(np.round(4 * radius) / 4)
        return self._radius

    @property
    def shaped(self) -> bool:
        """Whether points have shapes, and are not all discs."""
        few = len(self._shown.positions) <= SHAPES_UP_TO
        return few and self.radius >= _SMALLEST_SHAPE

    def place_of(self, index: int) -> QPointF | None:
        """Return where a point is seen, or None when it has no place or is hidden."""
        place = self._shown.place_of(index)
        if place is None:
            return None
        left, bottom, right, top = self.view
        column = (place[0] - left) / (right - left) * self.size.width() * self.ratio
        row = (top - place[1]) / (top - bottom) * self.size.height() * self.ratio
        return QPointF(np.floor(column) + 0.5, np.floor(row) + 0.5) / self.ratio

    def in_plane(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where in the plane places on the screen are: (m, 2)."""
        left, bottom, right, top = self.view
        share = places / (max(self.size.width(), 1), max(self.size.height(), 1))
        return (left, top) + share * (right - left, bottom - top)

    def index_at(self, place: QPointF, radius: float) -> int:
        """Return the point seen at a place, or the nearest within a radius, or -1."""
        if not self._shown.placed or min(self._size) < 1:
            return -1
        row, column = int(place.y() * self.ratio), int(place.x() * self.ratio)
        return raster.index_at(self._drawn(), row, column, round(radius * self.ratio))

    # From the positions to the screen ---------------------------------------------

    @property
    def _size(self) -> tuple[int, int]:
        """Rows and columns of the image."""
        width, height = self.size.width(), self.size.height()
        return round(height * self.ratio), round(width * self.ratio)

    def _shapes(self) -> Indices | None:
        return self._shown.shape_rows() if self.shaped else None

    def _layer(self, stamped: Stamps, among: Indices | None = None) -> Layer:
        drawn, reach = self._shown.drawn, stamped.reach
        return raster.pixels_of(drawn, self.view, self._size, reach, among), stamped

    def _ground(self) -> Layer:
        """All points, the lowest layer."""
        every = self._every()
        if self._places is None:
            self._places, _ = self._layer(every)
        return self._places, every

    def _every(self) -> Stamps:
        radius = self.radius * self.ratio
        return stamps(radius) if self.shaped else stamps(radius, 1)

    def _raised(self) -> list[Layer]:
        """Those that lie above, from the lowest to the highest."""
        shown, every, layers = self._shown, self._every(), []
        if shown.lit is not None:
            layers.append((every, np.flatnonzero(shown.lit)))
        if self._ringed:
            ringed = raised_stamps(self.radius * self.ratio, self.ratio)
            marked = sorted({shown.current, shown.playing} - {-1})
            layers += [(ringed, shown.selected), (every, np.array(marked, np.intp))]
        return [self._layer(stamped, among) for stamped, among in layers if len(among)]

    def _drawn(self) -> raster.Codes:
        """Return the image of point indices."""
        if self._base is None:
            places, every = self._ground()
            self._base = raster.rasterise(places, self._size, every, self._shapes())
        if self._codes is None:
            self._codes, shapes = self._base, self._shapes()
            for places, stamped in self._raised():
                self._codes = raster.raised(self._codes, places, stamped, shapes)
        return self._codes

    def _coloured(self, seen: raster.Seen) -> NDArray[np.uint32]:
        shown = self._shown
        shading, faded = shown.shading()
        return raster.coloured(seen, shown.colour_rows(), shading, shown.lit, faded)

    def _in_bands(self) -> NDArray[np.uint32]:
        """Return the pixels drawn a few rows at a time, in as much memory."""
        rows, columns = self._size
        image = np.empty((rows, columns), np.uint32)
        layers, shapes = [self._ground(), *self._raised()], self._shapes()
        for top in range(0, rows, _BAND):
            bottom = min(top + _BAND, rows)
            codes = np.full((bottom - top, columns), raster.EMPTY, np.int32)
            for places, stamped in layers:
                among = places.between(top, bottom, stamped.reach)
                codes = raster.raised(codes, among, stamped, shapes)
            image[top:bottom] = self._coloured(raster.seen_in(codes))
        return image

    def image(self) -> QImage | None:
        """Return the image, see-through beside the points; None where none has room."""
        if not self._shown.placed or min(self._size) < 1:
            return None
        if self._image is None:
            if np.prod(self._size) > _LARGEST_WHOLE:
                self._pixels = self._in_bands()
            else:
                if self._seen is None:
                    self._seen = raster.seen_in(self._drawn())
                self._pixels = self._coloured(self._seen)
            self._image = image_of(self._pixels, self.ratio)
        return self._image

    # Painting ---------------------------------------------------------------------

    def paint(self, painter: QPainter) -> bool:
        """Paint points and links; return whether there are any points to be seen.

        The links lie under the points while these are few. Many would bury them.
        """
        image = self.image()
        if image is None:
            return False
        over = len(self._shown.positions) > SHAPES_UP_TO
        if not over:
            self._paint_links(painter)
        painter.drawImage(QPointF(), image)
        if over:
            self._paint_links(painter)
        return True

    def paint_marks(self, painter: QPainter) -> None:
        """Paint rings and waves about the points that matter now."""
        shown, ink = self._shown, palette.ink(self._shown.dark)
        if shown.hovered != shown.current:
            place = self.place_of(shown.hovered)
            marks.paint_hovered(painter, place, self.radius, ink)
        place, playing = self.place_of(shown.current), self.place_of(shown.playing)
        marks.paint_current(painter, place, self.radius, ink)
        marks.paint_playing(painter, playing, self.radius, ink)

    def _paint_links(self, painter: QPainter) -> None:
        shown = self._shown
        start = self.place_of(shown.link_start)
        if start is not None:
            ends = [self.place_of(index) for index in shown.link_ends.tolist()]
            marks.paint_links(painter, start, ends, palette.ink(shown.dark))
