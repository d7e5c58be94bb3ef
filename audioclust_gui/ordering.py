"""A short walk through points: the order in which a part of the map is heard."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Order = NDArray[np.int64]

_IMPROVED_UP_TO = 2_000  # points; beyond, a curve through all of them has to do
_ROUNDS = 10
_BITS = 10  # of a coordinate on the curve's grid
_AROUND = 4  # points before and behind one on a curve that may be its neighbours
_TURN = 0.6  # radians from one curve to the other: they part different neighbours
_LEAST = 1e-9  # of the extent: a gain below is rounding


def walk(points: NDArray[np.floating]) -> Order:
    """Order points so that each lies near the one before it.

    Up to 2 000 points: always on to the nearest, then 2-opt moves (Croes, 1958) between
    neighbours: about 10% longer than the shortest path. More points follow a Hilbert
    curve, which is 37% longer. The same points always give the same walk.

    Parameters
    ----------
    points : float array, shape (n, 2)
        A point without a place is NaN.

    Returns
    -------
    int64 array, shape (n,)
        Every row once; those without a place at the end, in the order given.
    """
    placed = np.isfinite(points[:, 0]) & np.isfinite(points[:, 1])
    known = np.flatnonzero(placed)
    # Column by column, which numpy does many times quicker than row by row.
    places = np.stack([points[known, axis] for axis in (0, 1)]).astype(np.float64).T
    if len(known) > _IMPROVED_UP_TO:
        order = _along_curve(places)
    elif len(known) > 2:
        order = _improved(places, _nearest_next(places))
    else:
        order = np.argsort(places[:, 0], kind="stable")
    return np.concatenate([known[order], np.flatnonzero(~placed)])


def _nearest_next(points: Points) -> Order:
    """Begin at the left, and go on to the nearest point that is left."""
    x, y = points.T.copy()
    left = np.arange(len(points))
    order = np.empty_like(left)
    at = int(x.argmin())
    for place in range(len(order)):
        order[place] = left[at]
        here, last = (x[at], y[at]), len(order) - 1 - place
        for array in (x, y, left):  # what is left stays together
            array[at] = array[last]
        if last:
            across, up = x[:last] - here[0], y[:last] - here[1]
            at = int((across * across + up * up).argmin())
    return order


def _improved(points: Points, order: Order) -> Order:
    """Turn round parts of a path as long as that makes it shorter, for some rounds.

    Looked for all at once, and only between a point and its neighbours; tried one after
    another, since each changes what the next would gain.
    """
    z = points[:, 0] + 1j * points[:, 1]
    near = _neighbours(points)
    apart = np.abs(z[:, None] - z[near])
    apart[near == np.arange(len(z))[:, None]] = np.inf
    least = _LEAST * float(np.abs(z - z[0]).max())
    order, place_of = order.copy(), np.empty_like(order)
    for _ in range(_ROUNDS):
        place_of[order] = np.arange(len(order))
        gains = [_gains(z, path, near, apart) for path in (order, order[::-1])]
        both = np.concatenate(gains, axis=1)
        best = both.argmax(axis=1)
        gain = both[np.arange(len(z)), best]
        better = np.flatnonzero(gain > least)
        turned = False
        for point in better[np.argsort(-gain[better], kind="stable")].tolist():
            backward, which = divmod(int(best[point]), near.shape[1])
            ends = int(place_of[point]), int(place_of[near[point, which]])
            first, last = min(ends) + 1 - backward, max(ends) - backward
            if first < last and _shortens(z, order, first, last, least):
                part = slice(first, last + 1)
                order[part] = order[part][::-1]
                place_of[order[part]] = np.arange(first, last + 1)
                turned = True
        if not turned:
            break
    return order


def _gains(
    z: NDArray[np.complex128], path: Order, near: Order, apart: Points
) -> Points:
    """Return what joining each point to a neighbour, and what follows both, saves."""
    after = np.full(len(z), -1)
    after[path[:-1]] = path[1:]
    ends = after < 0
    step = np.where(ends, 0.0, np.abs(z - z[after]))
    joined = np.abs(z[after][:, None] - z[after][near])
    joined[ends[:, None] | ends[near]] = 0.0  # nothing follows one of them
    return step[:, None] + step[near] - apart - joined


def _shortens(
    z: NDArray[np.complex128], order: Order, first: int, last: int, least: float
) -> bool:
    gain = 0.0
    if first > 0:
        before = z[order[first - 1]]
        gain += abs(before - z[order[first]]) - abs(before - z[order[last]])
    if last + 1 < len(order):
        behind = z[order[last + 1]]
        gain += abs(behind - z[order[last]]) - abs(behind - z[order[first]])
    return bool(gain > least)


def _neighbours(points: Points) -> Order:
    """Return some points near each: those beside it on two curves, (n, 16)."""
    turned = points @ [
        [np.cos(_TURN), np.sin(_TURN)],
        [-np.sin(_TURN), np.cos(_TURN)],
    ]
    steps = np.array([k for k in range(-_AROUND, _AROUND + 1) if k])
    places = np.arange(len(points))[:, None] + steps
    places = places.clip(0, len(points) - 1)
    near = np.empty((2, *places.shape), np.int64)
    for found, laid in zip(near, (points, turned), strict=True):
        order = _along_curve(laid)
        found[order] = order[places]
    return np.concatenate(near, axis=1)


def _along_curve(points: Points) -> Order:
    """Order points along a Hilbert curve through the square around them."""
    cells = 1 << _BITS
    x, y = points.T
    scale = (cells - 1) / (max(np.ptp(x), np.ptp(y)) or 1.0)
    columns, rows = (((axis - axis.min()) * scale).astype(np.int32) for axis in (x, y))
    ranks = _curve().take(columns * cells + rows)
    # By 16 bits at a time: only these does numpy sort in linear time.
    order = np.argsort(ranks.astype(np.uint16), kind="stable")
    return order[np.argsort((ranks >> 16).astype(np.uint16)[order], kind="stable")]


@cache
def _curve() -> NDArray[np.int32]:
    """Return the place of every cell on the Hilbert curve: flat, column by column."""
    ranks = np.zeros((1, 1), np.int32)
    for _ in range(_BITS):
        size = ranks.size
        turned = ranks[::-1, ::-1].T
        ranks = np.block(
            [[ranks.T, ranks + size], [turned + 3 * size, ranks + 2 * size]]
        )
    return ranks.ravel()
