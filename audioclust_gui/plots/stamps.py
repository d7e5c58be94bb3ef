"""The pixels of one point: small shapes with softened edges, as levels.

A level says how a pixel shows its point: `HALO` (it belongs to the point and lets the
background through), 1 to `FILL` (a quarter to all of the point's colour), and
`FILL` + 1 to `RING` (a third to all of the outline's colour).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

LEVELS = 8
HALO = 0
FILL = 4
RING = 7
COVERAGE = np.array([0, 1 / 4, 2 / 4, 3 / 4, 1, 1 / 3, 2 / 3, 1])
"""The opacity of every level."""

N_SHAPES = 9
"""Those of `palette.SHAPES`, in that order."""

_SUBPIXELS = 8


@dataclass(frozen=True, slots=True)
class Stamps:
    """The pixels of every shape, all shapes padded to the same number of pixels.

    Parameters
    ----------
    rows, columns : int32 arrays, shape (n_shapes, n_pixels)
        Offsets from the pixel of the point; padding repeats (0, 0).
    levels : int32 array, shape (n_shapes, n_pixels)
    reach : int
        The largest offset.
    """

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    levels: NDArray[np.int32]
    reach: int


@cache
def stamps(radius: float, n_shapes: int = N_SHAPES) -> Stamps:
    """Return the first shapes at a radius in pixels, at least 0.5."""
    reach = int(np.ceil(1.35 * radius))
    return _packed([_filled(shape, radius, reach) for shape in range(n_shapes)])


@cache
def raised_stamps(radius: float, pixel: float = 1.0) -> Stamps:
    """Return the shapes of raised points: in a ring, with a gap between.

    Parameters
    ----------
    radius : float
        The radius of the shape in pixels.
    pixel : float
        How many pixels of the image are as long as one the person sees; the gap and the
        ring are about that wide.
    """
    inner = max(1.05 * radius, 1.8 * pixel) + 1.5 * pixel
    outer = inner + 1.6 * pixel
    reach = int(np.ceil(outer))
    x, y = _grid(reach)
    distance = np.hypot(x, y)
    ring = np.rint(3 * _share((distance >= inner) & (distance <= outer)))
    levels = np.full(ring.shape, -1)
    levels[_share(distance <= outer) > 0.5] = HALO
    levels[ring > 0] = FILL + ring[ring > 0]
    fills = [_filled(shape, radius, reach) for shape in range(N_SHAPES)]
    return _packed([np.where(fill > 0, fill, levels) for fill in fills])


def _filled(shape: int, radius: float, reach: int) -> NDArray[np.intp]:
    """Return the levels of a shape in a square of 2 reach + 1 pixels, -1 outside."""
    x, y = _grid(reach)
    level = np.rint(FILL * _share(_inside(shape, x / radius, y / radius))).astype(int)
    level[reach, reach] = max(level[reach, reach], 1)
    return np.where(level > 0, level, -1)


def _inside(shape: int, x: NDArray, y: NDArray) -> NDArray[np.bool_]:
    """Tell which places lie inside a shape of about the area of the unit disc."""
    across, up = abs(x), abs(y)
    match shape:
        case 0:
            return x**2 + y**2 <= 1
        case 1:
            return np.maximum(across, up) <= 0.88
        case 2:
            return (y >= -0.8) & (2 * across + (y + 0.8) * 1.05 <= 2.1)
        case 3:
            return across + up <= 1.2
        case 4:
            return (np.minimum(across, up) <= 0.36) & (np.maximum(across, up) <= 1.12)
        case 5:
            return _inside(2, x, -y)
        case 6:
            return _inside(4, (x + y) / np.sqrt(2), (x - y) / np.sqrt(2))
        case 7:
            # Folded onto half a point of the star, which ends in one straight edge.
            fifth = 2 * np.pi / 5
            angle = abs((np.arctan2(x, y) + fifth / 2) % fifth - fifth / 2)
            along, aside = np.hypot(x, y) * np.array([np.cos(angle), np.sin(angle)])
            rise, run = 0.5 * np.sin(fifth / 2), 1 - 0.5 * np.cos(fifth / 2)
            return along * rise + aside * run <= 1.35 * rise
        case _:
            return x**2 + y**2 <= 0.62**2


def _grid(reach: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the places inside the pixels, y upwards."""
    side = (2 * reach + 1) * _SUBPIXELS
    along = (np.arange(side) + 0.5) / _SUBPIXELS - reach - 0.5
    x, y = np.meshgrid(along, -along)
    return x, y


def _share(inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how much of every pixel lies inside."""
    side = len(inside) // _SUBPIXELS
    return inside.reshape(side, _SUBPIXELS, side, _SUBPIXELS).mean(axis=(1, 3))


def _packed(squares: list[NDArray[np.intp]]) -> Stamps:
    reach = len(squares[0]) // 2
    found = [np.nonzero(square >= 0) for square in squares]
    shape = len(squares), max(len(rows) for rows, _ in found)
    rows, columns = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
    levels = np.empty(shape, np.int32)
    for i, (square, (row, column)) in enumerate(zip(squares, found, strict=True)):
        rows[i, : len(row)] = row - reach
        columns[i, : len(row)] = column - reach
        levels[i] = square[reach, reach]
        levels[i, : len(row)] = square[row, column]
    return Stamps(rows, columns, levels, reach)
