"""UMAP: rows to a few dimensions in which neighbours stay neighbours.

An epoch at a time, so that a run can be watched and cancelled, and without
compiling anything large: umap-learn's own search for neighbours and weighing of the
graph cost every new process some ten seconds before they begin.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.features.reduction import pca
from engine.progress import Report, Step, silent

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_FEWEST_ROWS = 6  # below, there are no neighbourhoods to keep
_BLOCK = 512  # rows whose neighbours are sought at once
_MANY_ROWS = 10_000  # above, umap-learn finds 200 epochs enough instead of 500
_EXTENT = 10.0
_NEGATIVES = 5  # points that push for one that pulls


@dataclass(frozen=True, eq=False)
class Begun:
    """How far an arrangement of rows had come when it was stopped.

    Parameters
    ----------
    positions : float32 array, shape (n, dimensions)
        As last reported.
    done : int
        The steps that had been reported with them; with 0, it starts anew.
    """

    positions: Floats
    done: int


def has_neighbourhoods(matrix: Floats) -> bool:
    """Tell whether there are enough rows, and not all of them equal."""
    return len(matrix) >= _FEWEST_ROWS and bool((matrix != matrix[0]).any())


def umap(
    matrix: Floats,
    dimensions: int = 2,
    neighbours: int = 15,
    min_dist: float = 0.0,
    seed: int = 0,
    report: Report = silent,
    begun: Begun | None = None,
) -> Floats:
    """Lay the rows out so that near ones stay near, in few dimensions.

    Parameters
    ----------
    matrix : float32 array, shape (n, d)
        All finite, with neighbourhoods (`has_neighbourhoods`).
    dimensions : int
        At least 1.
    neighbours : int
        How many of its nearest rows, itself included, a row holds on to; at least 2, of
        which at most n count. Few show detail, many the whole.
    min_dist : float
        How near rows may come, 0 to 1; 0 packs clusters tightly.
    seed : int
        The same seed and rows give the same result on the same machine.
    report : callable
        Receives the positions so far as ``partial``, float32 of shape (n, dimensions),
        after every epoch; may raise Cancelled.
    begun : Begun, optional
        Where an earlier run of the same rows and parameters was stopped. The result is
        that of a run which was not.

    Returns
    -------
    float32 array, shape (n, dimensions)

    Notes
    -----
    McInnes, Healy and Melville, 2018, with the defaults of umap-learn, whose layout is
    used, from a PCA start (Kobak and Linderman, 2021). Neighbours are exact.
    """
    rng = np.random.default_rng(seed)
    placed = _start(matrix, dimensions, rng, seed)
    epochs = 500 if len(matrix) <= _MANY_ROWS else 200
    first = 0
    if begun is not None and begun.done > 0:
        first = min(begun.done, epochs)
        placed = np.array(begun.positions, np.float32, order="C")
        rng.integers(-(2**31), 2**31 - 1, (first, 3))  # as if they had been used
    message = "Preparing UMAP (the first time takes some seconds)"
    report(Step(first, epochs, message, placed.copy()))
    optimize, find_curve = _umap_learn()
    curve = find_curve(1.0, min_dist)
    indices, distances = nearest_rows(matrix, min(neighbours, len(matrix)), report)
    heads, tails, weights = _graph(indices, distances)
    strong = weights >= weights.max() / epochs
    heads, tails, weights = heads[strong], tails[strong], weights[strong]
    every = weights.max() / weights
    due = every * (np.floor((first - 1) / every) + 1.0) if first else every.copy()
    for epoch in range(first, epochs):
        report(Step(epoch, epochs, "Unfolding by UMAP", placed.copy()))
        now = due <= epoch
        due[now] += every[now]
        # The function's first epoch of two moves nothing, its second every edge that
        # it is given once, with one negative less than it is asked for, rounded down.
        optimize(
            placed,
            placed,
            heads[now],
            tails[now],
            n_epochs=2,
            n_vertices=len(matrix),
            epochs_per_sample=np.ones(int(now.sum())),
            a=curve[0],
            b=curve[1],
            rng_state=rng.integers(-(2**31), 2**31 - 1, 3),
            initial_alpha=1.0 - epoch / epochs,
            negative_sample_rate=_NEGATIVES + 1.5,
            move_other=True,
        )
    report(Step(epochs, epochs, "Unfolding by UMAP"))
    return placed


def _umap_learn() -> tuple[Any, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # says that TensorFlow is absent
        from umap.layouts import optimize_layout_euclidean
        from umap.umap_ import find_ab_params
    return optimize_layout_euclidean, find_ab_params


def nearest_rows(
    matrix: Floats, count: int, report: Report = silent
) -> tuple[NDArray[np.int64], Floats]:
    """Return the nearest rows of every row, itself first, and how far they are.

    Exact, and a block at a time, so that it can be cancelled.

    Parameters
    ----------
    matrix : float32 array, shape (n, d)
    count : int
        1 to n.
    report : Report

    Returns
    -------
    rows : int64 array, shape (n, count)
        Among equal rows, any of them is the first.
    distances : float32 array, shape (n, count)
    """
    from sklearn.neighbors import NearestNeighbors

    searching = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(matrix)
    indices = np.empty((len(matrix), count), np.int64)
    distances = np.empty((len(matrix), count), np.float32)
    for first in range(0, len(matrix), _BLOCK):
        report(Step(first, len(matrix), "Finding neighbours"))
        block = slice(first, first + _BLOCK)
        distances[block], indices[block] = searching.kneighbors(matrix[block])
    # The difference of large numbers leaves a trace between equal rows.
    distances[distances < 1e-6 * np.linalg.norm(matrix, axis=1).max()] = 0.0
    return indices, distances


def _graph(
    indices: NDArray[np.int64], distances: Floats
) -> tuple[NDArray[np.int32], NDArray[np.int32], Doubles]:
    """Return the edges of the neighbourhood graph, both ways, and their weights."""
    from scipy.sparse import coo_array

    n, count = indices.shape
    rows = np.repeat(np.arange(n), count)
    one_way = coo_array((_weights(distances).ravel(), (rows, indices.ravel())), (n, n))
    one_way.setdiag(0.0)
    one_way = one_way.tocsr()
    both = one_way + one_way.T - one_way.multiply(one_way.T)
    both.eliminate_zeros()
    edges = both.tocoo()
    return edges.row.astype(np.int32), edges.col.astype(np.int32), edges.data


def _weights(distances: Floats) -> Doubles:
    """Return how much each neighbour counts, 0 to 1, the nearest other row fully.

    The width of every row's neighbourhood is that at which the weights of n neighbours
    add up to log2(n), found by bisection.
    """
    far = distances.astype(np.float64)
    nearest = np.where(far > 0.0, far, np.inf).min(axis=1)
    beyond = np.maximum(far - np.where(np.isfinite(nearest), nearest, 0.0)[:, None], 0)
    wanted = np.log2(far.shape[1])
    low, high = np.zeros(len(far)), np.full(len(far), np.inf)
    width = np.ones(len(far))
    for _ in range(64):
        total = np.exp(-beyond[:, 1:] / width[:, None]).sum(axis=1)
        high = np.where(total > wanted, width, high)
        low = np.where(total > wanted, low, width)
        width = np.where(np.isinf(high), 2.0 * low, (low + high) / 2.0)
    # Below a thousandth of the mean distance a width is rounding.
    least = np.where(np.isfinite(nearest), far.mean(axis=1), far.mean())
    width = np.maximum(width, 1e-3 * least)
    weights: Doubles = np.exp(-beyond / width[:, None])
    return weights


def _start(
    matrix: Floats, dimensions: int, rng: np.random.Generator, seed: int
) -> Floats:
    """Place the rows by PCA, each axis over the same extent; noise parts equal rows."""
    axes = pca(matrix, min(dimensions, *matrix.shape), seed=seed).matrix
    placed = np.zeros((len(matrix), dimensions))
    placed[:, : axes.shape[1]] = axes
    placed *= _EXTENT / np.abs(placed).max()
    placed += rng.normal(scale=1e-4, size=placed.shape)
    placed -= placed.min(axis=0)
    placed *= _EXTENT / placed.max(axis=0)
    return np.ascontiguousarray(placed, np.float32)
