"""The shapes of points as outlines, for pictures of any resolution.

They cover what the stamps of `audioclust_gui.plots.stamps` cover.
"""

from __future__ import annotations

import math
from functools import cache

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPolygonF, QTransform

_Corners = tuple[tuple[float, float], ...]

_CROSS = tuple(
    (x, y)
    for x, y in (
        *((-0.36, 1.12), (0.36, 1.12), (0.36, 0.36), (1.12, 0.36)),
        *((1.12, -0.36), (0.36, -0.36), (0.36, -1.12), (-0.36, -1.12)),
        *((-0.36, -0.36), (-1.12, -0.36), (-1.12, 0.36), (-0.36, 0.36)),
    )
)
_TRIANGLE = ((-1.05, -0.8), (1.05, -0.8), (0.0, 1.2))
_CORNERS: dict[int, _Corners] = {
    1: ((-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)),
    2: _TRIANGLE,
    3: ((0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)),
    4: _CROSS,
    5: tuple((x, -y) for x, y in _TRIANGLE),
    6: tuple(((x - y) / math.sqrt(2), (x + y) / math.sqrt(2)) for x, y in _CROSS),
    7: tuple(
        (r * math.sin(i * math.pi / 5), r * math.cos(i * math.pi / 5))
        for i in range(10)
        for r in (1.35 if i % 2 == 0 else 0.675,)
    ),
}
_DISC, _DOT = 1.0, 0.62


@cache
def _unit(shape: int) -> QPainterPath:
    path = QPainterPath()
    if shape in _CORNERS:
        # On a screen, down is more.
        corners = [QPointF(x, -y) for x, y in _CORNERS[shape]]
        path.addPolygon(QPolygonF(corners))
        path.closeSubpath()
    else:
        radius = _DOT if shape else _DISC
        path.addEllipse(QPointF(0, 0), radius, radius)
    return path


def shape_path(shape: int, centre: QPointF, radius: float) -> QPainterPath:
    """Return the outline of a shape, its place in `palette.SHAPES`, around a place."""
    moved = QTransform.fromTranslate(centre.x(), centre.y()).scale(radius, radius)
    return moved.map(_unit(shape))
