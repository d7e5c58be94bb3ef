"""A page with the map on it: where points, links, title and legend are.

All lengths are in units of 1/96 inch, the pixel of CSS and of SVG, and so text has the
same size on every page. Nothing here needs the window's thread.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from audioclust_gui.plots import marks, palette
from audioclust_gui.plots.legend_content import LegendContent
from audioclust_gui.plots.legend_picture import paint_legend
from audioclust_gui.plots.palette import Colours, Ink
from audioclust_gui.plots.plain import one_line
from audioclust_gui.plots.scatter_picture import ScatterPicture
from audioclust_gui.plots.scatter_print import paint_view
from audioclust_gui.plots.scatter_shown import Rectangle, ScatterShown

MM = 96 / 25.4
"""Units in a millimetre."""

_MARGIN, _GAP = 4 * MM, 5 * MM
_TEXT, _TITLE = 11, 15  # pixels
_NARROWEST, _WIDEST = 34 * MM, 64 * MM  # of a legend
_LOWEST = 40 * MM
_FINE = 32.0  # pixels per point of the screen, for places that are as good as exact


@dataclass(frozen=True, eq=False)
class MapScene:
    """What is on the map, and which part of it is in view.

    Parameters
    ----------
    shown : ScatterShown
        Never changed here; give a copy where somebody else may.
    view : left, bottom, right, top
    size : QSizeF
        Of the view on the screen, in points of it.
    legend : LegendContent, optional
    """

    shown: ScatterShown
    view: Rectangle
    size: QSizeF
    legend: LegendContent | None = None

    @staticmethod
    def of(
        shown: ScatterShown,
        view: Rectangle,
        size: QSizeF,
        dark: bool,
        table: Colours | None = None,
        legend: LegendContent | None = None,
    ) -> MapScene:
        """Take what is shown for a ground, without what matters for a moment only.

        Parameters
        ----------
        shown, view, size
            Of the plot.
        dark : bool
            Whether the ground is dark.
        table : uint8 array, shape (m, 4), optional
            The colours on it, where they are not those of clusters.
        legend : LegendContent, optional
        """
        still = replace(
            shown, dark=dark, table=table, current=-1, playing=-1, hovered=-1
        )
        return MapScene(still, view, size, legend)


@dataclass(frozen=True)
class Page:
    """What the map is drawn on.

    Parameters
    ----------
    width : float
        In millimetres.
    dpi : int
        Pixels per inch of what is not drawn as shapes.
    clear : bool
        Whether the ground shows what lies below.
    title : str
        Any text; no line is left for an empty one.
    """

    width: float = 180.0
    dpi: int = 300
    clear: bool = False
    title: str = ""


class Sheet:
    """Where everything is on a page, in units, and how it is painted.

    Parameters
    ----------
    scene : MapScene
    page : Page

    Attributes
    ----------
    size : width, height
    map : QRectF
        The rectangle of the points; its edges lie between two pixels of the page.
    ratio : float
        Pixels per unit.
    scale : float
        Units per point of the screen.
    """

    def __init__(self, scene: MapScene, page: Page) -> None:
        self._scene, self._page = scene, page
        self.ratio = ratio = page.dpi / 96
        self.ink: Ink = palette.ink(scene.shown.dark)
        self._font, self._title_font = _font(_TEXT), _font(_TITLE, bold=True)
        width = page.width * MM
        beside = min(max(0.26 * width, _NARROWEST), _WIDEST) if scene.legend else 0.0
        gap = _GAP if scene.legend else 0.0
        top = _MARGIN
        self._title = one_line(page.title).strip()
        if self._title:
            top += 1.6 * QFontMetricsF(self._title_font).height()
        # Pixels of the points are those of the page.
        left, top = self._on_pixel(_MARGIN), self._on_pixel(top)
        room = self._on_pixel(width - left - _MARGIN - gap - beside)
        self.scale = room / max(scene.size.width(), 1.0)
        high = math.ceil(scene.size.height() * self.scale * ratio - 1e-6) / ratio
        self.map = QRectF(left, top, room, max(high, 1 / ratio))
        inner = max(high, _LOWEST) if scene.legend else high
        self._beside = QRectF(self.map.right() + gap, top, beside, inner)
        self.size = width, self._on_pixel(top + inner + _MARGIN)

    def _on_pixel(self, length: float) -> float:
        return round(length * self.ratio) / self.ratio

    def picture(self) -> ScatterPicture:
        """Return where things are on the map, in points of the screen."""
        picture = ScatterPicture(self._scene.shown)
        picture.arrange(self._scene.view, self._scene.size, _FINE)
        return picture

    def paint_ground(self, painter: QPainter) -> None:
        if not self._page.clear:
            whole = QRectF(0, 0, *self.size).adjusted(-1, -1, 1, 1)
            painter.fillRect(whole, QColor(self.ink.background))

    def paint_image(self, painter: QPainter) -> None:
        """Paint points and links as the screen shows them, in finer pixels."""
        scene, rings = self._scene, True
        paint_view(
            painter, self.map, self.ratio, scene.shown, scene.view, scene.size, rings
        )

    def paint_links(self, painter: QPainter) -> None:
        shown, picture = self._scene.shown, self.picture()
        start = picture.place_of(shown.link_start)
        if start is None:
            return
        ends = [picture.place_of(index) for index in shown.link_ends.tolist()]
        painter.save()
        painter.translate(self.map.topLeft())
        painter.scale(self.scale, self.scale)
        marks.paint_links(painter, start, ends, self.ink)
        painter.restore()

    def paint_words(self, painter: QPainter) -> None:
        """Paint the title and the legend."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._title:
            painter.setFont(self._title_font)
            painter.setPen(QColor(self.ink.text))
            metrics, room = QFontMetricsF(self._title_font), self.size[0] - 2 * _MARGIN
            shown = metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QPointF(_MARGIN, _MARGIN + metrics.ascent()), shown)
        if self._scene.legend is not None:
            painter.setFont(self._font)
            paint_legend(painter, self._beside, self._scene.legend, self.ink)


def _font(pixels: int, *, bold: bool = False) -> QFont:
    font = QFont()
    font.setPixelSize(pixels)
    font.setBold(bold)
    # Widths have to grow with the page.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font
