"""The map as a file for print: PNG or SVG, of a chosen width.

Nothing here needs the window's thread, nor holds it up for long.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from audioclust_gui.plots.map_shapes import shapes_as_svg
from audioclust_gui.plots.map_sheet import MM, MapScene, Page, Sheet
from audioclust_gui.plots.plain import one_line
from audioclust_gui.plots.scatter_print import points_in_view

SHAPES_UP_TO = 20_000
"""Points in view up to which an SVG has a shape for each; beyond, it has an image."""

_PER_POINT = ("x", "y", "index", "rows", "shapes")


def png(scene: MapScene, page: Page) -> bytes:
    """Return a PNG that knows its resolution."""
    sheet = Sheet(scene, page)
    image = _blank(*sheet.size, page.dpi)
    with QPainter(image) as painter:
        painter.scale(sheet.ratio, sheet.ratio)
        sheet.paint_ground(painter)
        sheet.paint_image(painter)
        sheet.paint_words(painter)
    if not page.clear:  # a third less to write, and to read
        image = image.convertToFormat(QImage.Format.Format_RGB32)
    return _encoded(image)


def svg(scene: MapScene, page: Page) -> bytes:
    """Return an SVG in which text is text, and so many points are shapes."""
    sheet = Sheet(scene, page)
    few = np.count_nonzero(_in_view(scene)) <= SHAPES_UP_TO
    buffer, generator = QBuffer(), QSvgGenerator()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator.setOutputDevice(buffer)
    generator.setResolution(96)
    generator.setViewBox(QRectF(0, 0, *sheet.size))
    generator.setTitle(one_line(page.title) or "Map of sounds")
    with QPainter(generator) as painter:
        sheet.paint_ground(painter)
        if few:
            sheet.paint_links(painter)
        sheet.paint_words(painter)
    text = bytes(buffer.data()).decode("utf-8")
    # Qt knows whole pixels only, and not what to do without the font.
    wide, high = (f"{side / MM:.3f}mm" for side in sheet.size)
    sides = f'<svg width="{wide}" height="{high}" '
    text = re.sub("<svg [^>]*?(?=viewBox)", sides, text, count=1)
    text = re.sub('font-family="([^"]+)"', r'font-family="\1, sans-serif"', text)
    drawn = _shapes(sheet, scene, page.clear) if few else _image(sheet, page.dpi)
    head, end, tail = text.rpartition("</svg>")
    return f"{head}{drawn}\n{end}{tail}".encode()


def _image(sheet: Sheet, dpi: int) -> str:
    """Return points and links as an element of an SVG.

    Qt's own way to draw it would hold up the window while it is encoded.
    """
    place = sheet.map
    image = _blank(place.width(), place.height(), dpi)
    with QPainter(image) as painter:
        painter.scale(sheet.ratio, sheet.ratio)
        painter.translate(-place.topLeft())
        sheet.paint_image(painter)
    data = b64encode(_encoded(image)).decode()
    return (
        f'<image id="points" x="{place.left():.3f}" y="{place.top():.3f}" '
        f'width="{place.width():.3f}" height="{place.height():.3f}" '
        f'preserveAspectRatio="none" xlink:href="data:image/png;base64,{data}"/>'
    )


def _shapes(sheet: Sheet, scene: MapScene, clear: bool) -> str:
    """Return an element of an SVG with a shape for every point."""
    points = points_in_view(scene.shown, sheet.picture())
    inside = _in_view(scene)[points.index]
    some = {name: getattr(points, name)[inside] for name in _PER_POINT}
    points = replace(points, **some)
    chosen = np.isin(points.index, scene.shown.selected)
    halo = None if clear else sheet.ink.background
    shapes = shapes_as_svg(points, chosen, sheet.ink.text, halo)
    left, top = sheet.map.left(), sheet.map.top()
    place = f"translate({left:.3f} {top:.3f}) scale({sheet.scale:.9g})"
    return f'<g id="points" stroke="none" transform="{place}">\n{shapes}</g>'


def _blank(width: float, height: float, dpi: int) -> QImage:
    """Return an image of a size in units, in which nothing is drawn."""
    pixels = QSize(*(max(1, round(side * dpi / 96)) for side in (width, height)))
    image = QImage(pixels, QImage.Format.Format_ARGB32_Premultiplied)
    if image.isNull():
        raise MemoryError(f"no memory for {pixels.width()} x {pixels.height()} pixels")
    image.fill(Qt.GlobalColor.transparent)
    image.setDotsPerMeterX(round(dpi / 0.0254))
    image.setDotsPerMeterY(round(dpi / 0.0254))
    return image


def _encoded(image: QImage) -> bytes:
    """Return a PNG: of all this the slowest, and the window goes on meanwhile."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data())


def _in_view(scene: MapScene) -> NDArray[np.bool_]:
    """Tell which points are in view: those that only reach into it are left out.

    So that nothing in an SVG has to be clipped.
    """
    left, bottom, right, top = np.array(scene.view, np.float32)
    x, y = scene.shown.drawn.T
    return (x >= left) & (x <= right) & (y >= bottom) & (y <= top)
