"""The points of the map as the text of an SVG: a circle or a path for each."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF

from audioclust_gui.plots.scatter_print import ViewPoints
from audioclust_gui.plots.shape_paths import shape_path

_UNIT = 100.0


def shapes_as_svg(
    points: ViewPoints, ringed: NDArray[np.bool_], ring: str, halo: str | None
) -> str:
    """Return an element for every point, the lowest first; those with rings lie above.

    Parameters
    ----------
    points : ViewPoints
    ringed : bool array, shape (n_in_view,)
    ring : str
        The colour of rings, "#rrggbb".
    halo : str or None
        The colour between a point and its ring; None for none.
    """
    fills = [_fill(colour) for colour in points.table.tolist()]
    radius = points.radius
    inner = max(1.05 * radius, 1.8) + 1.5  # as the stamps of the screen are
    lines = []
    for i in np.argsort(ringed, kind="stable").tolist():
        x, y = points.x[i], points.y[i]
        if ringed[i]:
            lines.append(
                f'<circle class="ring" cx="{x:.2f}" cy="{y:.2f}" r="{inner + 0.8:.2f}" '
                f'fill="{halo or "none"}" stroke="{ring}" stroke-width="1.6"/>\n'
            )
        fill = fills[points.rows[i]]
        lines.append(_element(int(points.shapes[i]), radius).format(x, y, fill))
    return "".join(lines)


@cache
def _element(shape: int, radius: float) -> str:
    """Return a template that takes a place and the fill."""
    path = shape_path(shape, QPointF(0, 0), _UNIT)
    scale = radius / _UNIT
    if path.elementAt(1).isCurveTo():
        reach = path.boundingRect().width() / 2 * scale
        return f'<circle cx="{{:.2f}}" cy="{{:.2f}}" r="{reach:.4g}" {{}}/>\n'
    corners = [path.elementAt(i) for i in range(path.elementCount())]
    places = np.array([(corner.x, corner.y) for corner in corners]) * scale
    first, *steps = np.diff(places, axis=0, prepend=0.0).tolist()
    # Every path begins at its point: the step to the first corner draws nothing.
    way = " ".join(f"{dx:.3f},{dy:.3f}" for dx, dy in steps[:-1])
    start = f"m{first[0]:.3f},{first[1]:.3f}"
    return f'<path d="M{{:.2f}},{{:.2f}}{start} {way}z" {{}}/>\n'


def _fill(colour: list[int]) -> str:
    red, green, blue, alpha = colour
    opacity = "" if alpha == 255 else f' fill-opacity="{alpha / 255:.3f}"'
    return f'fill="#{red:02x}{green:02x}{blue:02x}"{opacity}'
