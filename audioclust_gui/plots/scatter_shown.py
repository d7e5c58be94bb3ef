"""What the map was told to show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audioclust_gui.plots import palette, raster

Bools = NDArray[np.bool_]
Indices = NDArray[np.intp]
Rectangle = tuple[float, float, float, float]

_Item = TypeVar("_Item", np.int32, np.intp, np.bool_)

_FARTHEST = 1e12


def _nowhere() -> NDArray[np.float32]:
    return np.empty((0, 2), np.float32)


def _nothing() -> Indices:
    return np.empty(0, np.intp)


@dataclass(slots=True)
class ScatterShown:
    """What a `ScatterPlot` was told; to be read by others, written by the plot alone.

    Attributes
    ----------
    positions : float32 array, shape (n, 2)
        Horizontal and vertical, upwards; NaN for a point without a place.
    drawn : float32 array, shape (n, 2)
        The same, but NaN for the hidden points as well: what can be seen and chosen.
    placed : int
        How many points have a place.
    bounds : left, bottom, right, top
        Of all points that have a place.
    rows : int32 array, shape (n,)
        The row of `table` for every point, negative ones from the end: the labels where
        the points are coloured by cluster.
    table : uint8 array, shape (m, 4), or None for the colours of clusters
    shapes : intp array, shape (n,), or None
        Indices into `palette.SHAPES`; None for the shapes of clusters.
    paint_shapes : intp array, shape (n,), or None
        Those that came with the paint, drawn where `shapes` is None.
    hidden, lit : bool array, shape (n,), or None
    selected : intp array, ascending
    current, playing, hovered : int
        A point, or -1.
    link_start, link_ends : int and intp array
        Lines from a point to others, nearest first.
    """

    positions: NDArray[np.float32] = field(default_factory=_nowhere)
    drawn: NDArray[np.float32] = field(default_factory=_nowhere)
    placed: int = 0
    bounds: Rectangle = (0.0, 0.0, 0.0, 0.0)
    rows: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    table: NDArray[np.uint8] | None = None
    shapes: Indices | None = None
    paint_shapes: Indices | None = None
    hidden: Bools | None = None
    lit: Bools | None = None
    selected: Indices = field(default_factory=_nothing)
    current: int = -1
    playing: int = -1
    hovered: int = -1
    link_start: int = -1
    link_ends: Indices = field(default_factory=_nothing)
    describe: Callable[[int], str] = str
    message: str = ""
    dark: bool = False

    def place(self, positions: NDArray[np.float32]) -> bool:
        """Take new positions; another number of points forgets all about them.

        Returns whether their number changed.
        """
        changed = len(positions) != len(self.positions)
        if changed:
            self._forget(len(positions))
        # Each coordinate in one piece is read twice as fast.
        positions = np.asfortranarray(positions)
        x, y = positions.T
        placed = (abs(x) <= _FARTHEST) & (abs(y) <= _FARTHEST)
        self.placed = int(np.count_nonzero(placed))
        if self.placed < len(positions):
            positions = np.where(placed[:, None], positions, np.float32(np.nan))
            positions = np.asfortranarray(positions)
        self.positions = positions
        self.bounds = bounds_of(positions) or (0.0, 0.0, 0.0, 0.0)
        self.hide(self.hidden)
        return changed

    def fitting(self, name: str, array: NDArray[_Item]) -> NDArray[_Item]:
        """Return an array, if it has one item for every point; raise ValueError."""
        expected = (len(self.positions),)
        if array.shape != expected:
            raise ValueError(f"{name}: shape {expected} expected, found {array.shape}")
        return array

    def shapes_of(self, shapes: ArrayLike) -> Indices:
        """Return shapes, if there is one for every point."""
        fitting = self.fitting("shapes", np.asarray(shapes, np.intp))
        if len(fitting) and not 0 <= fitting.min() <= fitting.max() <= palette.DOT:
            found = f"{fitting.min()} to {fitting.max()}"
            raise ValueError(f"shapes: 0 to {palette.DOT} expected, found {found}")
        return fitting

    def _forget(self, n: int) -> None:
        self.rows, self.table = np.zeros(n, np.int32), None
        self.shapes = self.paint_shapes = self.hidden = self.lit = None
        self.current = self.playing = self.hovered = self.link_start = -1
        self.selected = self.link_ends = _nothing()

    def hide(self, hidden: Bools | None) -> None:
        """Leave points out, or none."""
        self.hidden, self.drawn = hidden, self.positions
        if hidden is not None:
            self.drawn = self.positions.copy(order="F")
            self.drawn[hidden] = np.nan

    def place_of(self, index: int) -> tuple[float, float] | None:
        """Return where a point is in the plane; None without a place, or if hidden."""
        if not 0 <= index < len(self.drawn) or np.isnan(self.drawn[index, 0]):
            return None
        x, y = self.drawn[index].tolist()
        return x, y

    def shape_rows(self) -> Indices:
        """Return the shape of every point: its index in `palette.SHAPES`."""
        for shapes in self.shapes, self.paint_shapes:
            if shapes is not None:
                return shapes
        if self.table is not None:
            return np.where(self.rows < 0, palette.DOT, 0)
        return palette.shapes(self.rows)

    def colours(self) -> NDArray[np.uint8]:
        """Return the colour of every row: uint8 (m, 4)."""
        if self.table is not None:
            return self.table
        return palette.table(palette.period(), self.dark)

    def shading(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Return `raster.shades` of every colour, and of every colour made faint."""
        if self.table is None:
            return _cluster_shading(self.dark)
        return _shading(self.table, self.dark)

    def colour_rows(self) -> NDArray[np.int32]:
        """Return the row of `colours` for every point: those of clusters come again."""
        rows, period = self.rows, palette.period()
        if self.table is not None or rows.max(initial=-1) < period:
            return rows
        return np.where(rows < 0, rows, rows % period)


def bounds_of(positions: NDArray[np.float32]) -> Rectangle | None:
    """Return left, bottom, right and top of points, None if none has a place."""
    x, y = positions.T
    # "fmin" passes NaN by.
    ends = [np.fmin.reduce(x, initial=np.inf), np.fmin.reduce(y, initial=np.inf)]
    ends += [np.fmax.reduce(x, initial=-np.inf), np.fmax.reduce(y, initial=-np.inf)]
    left, bottom, right, top = (float(end) for end in ends)
    return (left, bottom, right, top) if left <= right else None


@cache
def _cluster_shading(dark: bool) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    return _shading(palette.table(palette.period(), dark), dark)


def _shading(
    table: NDArray[np.uint8], dark: bool
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    outline = palette.as_rgb(palette.ink(dark).text)
    faded = palette.faded(table, ())
    return raster.shades(table, outline), raster.shades(faded, outline)
