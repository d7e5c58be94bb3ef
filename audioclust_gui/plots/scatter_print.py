"""The map elsewhere than on the screen: at any resolution, or as numbers to draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter

from audioclust_gui.plots import palette
from audioclust_gui.plots.scatter_picture import ScatterPicture
from audioclust_gui.plots.scatter_shown import Indices, Rectangle, ScatterShown


@dataclass(frozen=True, slots=True)
class ViewPoints:
    """The points in view in the order of drawing: later ones lie above.

    Parameters
    ----------
    x, y : float64 arrays, shape (n_in_view,)
        Where they are, in points of the screen from the left and from the top.
    index : intp array, shape (n_in_view,)
        Which points they are.
    rows : int32 array, shape (n_in_view,)
        The row of `table` for each.
    table : uint8 array, shape (m, 4)
        Red, green, blue, alpha, as they are seen: also of points that are not lit.
    shapes : intp array, shape (n_in_view,)
        Indices into `palette.SHAPES`.
    radius : float
        Of a disc of the same area as the shapes, in points of the screen.
    size : width, height
        Of the view, in points of the screen.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    index: Indices
    rows: NDArray[np.int32]
    table: NDArray[np.uint8]
    shapes: Indices
    radius: float
    size: tuple[float, float]


def paint_view(
    painter: QPainter,
    rect: QRectF,
    ratio: float,
    shown: ScatterShown,
    view: Rectangle,
    size: QSizeF,
    marks: bool,
) -> None:
    """Paint a view of so many points of the screen into a rectangle, as `ScatterPlot`.

    All grows with the rectangle; where it is wider or higher than the view, more of the
    plane is seen.
    """
    if rect.isEmpty() or size.isEmpty():
        return
    scale = min(rect.width() / size.width(), rect.height() / size.height())
    picture = ScatterPicture(shown, ringed=marks)
    wanted = rect.size() / scale
    picture.arrange(_grown(view, size, wanted), wanted, ratio * scale)
    painter.save()
    painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
    painter.translate(rect.topLeft())
    painter.scale(scale, scale)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    picture.paint(painter)
    if marks:
        picture.paint_marks(painter)
    painter.restore()


def points_in_view(shown: ScatterShown, picture: ScatterPicture) -> ViewPoints:
    """Return the points in view, with those just outside that reach into it."""
    width, height = picture.size.toTuple()
    left, bottom, right, top = picture.view
    x = (shown.drawn[:, 0].astype(np.float64) - left) / (right - left) * width
    y = (top - shown.drawn[:, 1].astype(np.float64)) / (top - bottom) * height
    reach = 1.5 * picture.radius
    inside = (
        (x >= -reach) & (x <= width + reach) & (y >= -reach) & (y <= height + reach)
    )
    index = np.flatnonzero(inside)
    table, rows = shown.colours(), shown.colour_rows()[index]
    rows = np.where(rows < 0, rows + len(table), rows)
    if shown.lit is not None:
        lit = shown.lit[index]
        rows = np.where(lit, rows, rows + len(table))
        table = np.concatenate([table, palette.faded(table, ())])
        order = np.argsort(lit, kind="stable")
        index, rows = index[order], rows[order]
    shapes = shown.shape_rows()[index] if picture.shaped else np.zeros_like(index)
    size = float(width), float(height)
    return ViewPoints(
        x[index], y[index], index, rows, table, shapes, picture.radius, size
    )


def _grown(view: Rectangle, size: QSizeF, wanted: QSizeF) -> Rectangle:
    """Return the view with more of the plane about it, at the same scale."""
    left, bottom, right, top = view
    more_x = (wanted.width() / size.width() - 1) * (right - left) / 2
    more_y = (wanted.height() / size.height() - 1) * (top - bottom) / 2
    return left - more_x, bottom - more_y, right + more_x, top + more_y
