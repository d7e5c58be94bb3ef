"""Colours of numbers: one ramp from low to high, one to both sides of zero.

Both stand out from the background over all their length, differ evenly from step to
step, keep their order to eyes of every kind, and nowhere look like a point without a
value.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from audioclust_gui.plots.oklab import EYES, from_oklab, gamma, oklab
from audioclust_gui.plots.palette import Colours, Floats, table

STEPS = 256
"""Colours of a ramp."""

_FINE = 2048
_Stop = tuple[float, float, float]  # lightness, chroma and hue in degrees, in OKLab

# From blue to yellow, as cividis goes, for that every eye can follow (Nunez, Anderton
# and Renslow, "Optimizing colormaps with consideration for color vision deficiency",
# 2018); but by green and not by grey, for grey is what has no value.
_RISING: dict[bool, Sequence[_Stop]] = {
    True: ((0.55, 0.16, 262), (0.70, 0.12, 222), (0.83, 0.13, 160), (0.96, 0.17, 108)),
    False: ((0.24, 0.12, 268), (0.40, 0.09, 240), (0.53, 0.09, 150), (0.64, 0.13, 85)),
}
# From orange to blue, by about the colour of text.
_AROUND_ZERO: dict[bool, Sequence[_Stop]] = {
    True: (
        *((0.64, 0.17, 48), (0.80, 0.10, 65), (0.95, 0.0, 90)),
        *((0.80, 0.09, 240), (0.60, 0.15, 255)),
    ),
    False: (
        *((0.64, 0.14, 60), (0.43, 0.09, 55), (0.22, 0.0, 90)),
        *((0.42, 0.10, 260), (0.60, 0.14, 248)),
    ),
}


@cache
def ramp(dark: bool, *, diverging: bool = False) -> Colours:
    """Return the colours of `STEPS` values from the lowest to the highest.

    Parameters
    ----------
    dark : bool
        Whether the background is dark.
    diverging : bool
        Whether the middle is zero: orange below, blue above.

    Returns
    -------
    uint8 array, shape (STEPS + 2, 4), red, green, blue, alpha
        The last two rows are `palette.UNPLACED` and `palette.NOISE`: what has no value
        indexes the table as it is. The array is shared and cannot be written to.
    """
    if diverging:
        stops, half = _AROUND_ZERO[dark], STEPS // 2
        lab = np.concatenate([_evenly(stops[:3], half), _evenly(stops[2:], half)])
    else:
        lab = _evenly(_RISING[dark], STEPS)
    rows = np.empty((STEPS + 2, 4), np.uint8)
    rows[:STEPS, :3] = np.rint(255 * gamma(from_oklab(lab)))
    rows[:STEPS, 3] = 255
    rows[STEPS:] = table(0, dark)
    rows.flags.writeable = False
    return rows


def _evenly(stops: Sequence[_Stop], n_steps: int) -> Floats:
    """Return colours on the way along some stops: OKLab (n, 3).

    Their distances are equal on the average of all kinds of eyes.
    """
    lightness, chroma, hue = np.array(stops).T
    angle = np.radians(hue)
    corners = np.stack([lightness, chroma * np.cos(angle), chroma * np.sin(angle)])
    places = np.linspace(0, len(stops) - 1, _FINE)
    way = np.stack([np.interp(places, range(len(stops)), part) for part in corners], 1)
    seen = oklab(np.einsum("eij,nj->eni", EYES, from_oklab(way)))
    steps = np.linalg.norm(np.diff(seen, axis=1), axis=-1).mean(axis=0)
    gone = np.append(0.0, steps.cumsum())
    even = np.linspace(0, gone[-1], n_steps)
    return np.stack([np.interp(even, gone, part) for part in way.T], 1)
