"""From one point to the next in a direction: a map that can be walked by keyboard."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def step(
    positions: NDArray[np.float32], start: int, direction: tuple[float, float]
) -> int:
    """Return the nearest point in a direction, or -1 when there is none.

    What lies aside counts twice, so that a walk keeps its direction where it can.
    Points in the very place of `start` are passed in the order of their indices when
    walking right or down, and in the other order when walking left or up.

    Parameters
    ----------
    positions : float32 array, shape (n, 2)
        Horizontal and vertical (upwards); points at NaN are left out.
    start : int
        The point to walk from, not at NaN.
    direction : horizontal, vertical
        A unit vector along one axis, such as (1, 0) for right and (0, -1) for down.
    """
    x, y = (positions[:, axis] - positions[start, axis] for axis in (0, 1))
    along, aside = (x * direction[0], y) if direction[0] else (y * direction[1], x)
    aside = abs(aside)
    cost = np.where(along > 0, along + 2 * aside, np.inf)
    onward = direction[0] - direction[1] > 0
    twins = np.flatnonzero((along == 0) & (aside == 0))
    twins = twins[twins > start][:1] if onward else twins[twins < start][-1:]
    cost[twins] = 0
    nearest = int(cost.argmin())
    return nearest if np.isfinite(cost[nearest]) else -1


def nearest_to(positions: NDArray[np.float32], place: tuple[float, float]) -> int:
    """Return the point nearest to a place, or -1 when all are at NaN."""
    x, y = (positions[:, axis] - np.float32(place[axis]) for axis in (0, 1))
    distance = x**2 + y**2
    distance[np.isnan(distance)] = np.inf
    return int(distance.argmin()) if np.isfinite(distance).any() else -1
