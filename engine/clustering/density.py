"""Density: how far a row's neighbours are, and the tree that joins all rows through it.

The mutual reachability of two rows is their distance, or the core distance of either
where that is more. Its minimum spanning tree holds what DBSCAN finds at any radius and
what HDBSCAN chooses from: the rows with a core distance within the radius are cores,
and the edges within it join them to clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.clustering.distances import between, blocks, prepared
from engine.progress import Report, Step, silent

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Density:
    """Core distances and the minimum spanning tree of mutual reachability.

    Parameters
    ----------
    core : float64 array, shape (n,)
        Distance to the nearest row that makes ``min_samples`` with the row itself.
    reach : float64 array, shape (n,)
        The smallest radius at which the row is in a cluster, as a core or beside one.
    edges : int64 array, shape (n - 1, 2)
        Rows that are joined, the nearest pair first.
    lengths : float64 array, shape (n - 1,)
        Mutual reachability of each pair, ascending.
    """

    core: Floats
    reach: Floats
    edges: Indices
    lengths: Floats


def memory_needed(n: int) -> int:
    """Return the bytes that `density` takes for n rows, at its peak."""
    return 4 * n * n + 64 * 2**20


def density(
    matrix: npt.ArrayLike, min_samples: int, report: Report = silent
) -> Density:
    """Measure all distances once, in single precision, and grow the tree on them.

    The tree grows by the nearest row each time (Prim 1957), with the definitions of
    Campello, Moulavi and Sander (2013), "Density-based clustering based on hierarchical
    density estimates".

    Parameters
    ----------
    matrix : float array, shape (n, d)
    min_samples : int
        Core size, the row itself included; at most n rows are counted.
    report : Report
    """
    rows = prepared(matrix)
    n = len(rows)
    k = min(min_samples, n) - 1
    distances = np.empty((n, n), np.float32)
    core, reach = np.empty(n, np.float32), np.full(n, np.inf, np.float32)
    for block in blocks(n, n):
        report(Step(block.start, 2 * n, "Measuring distances"))
        some = distances[block]
        some[:] = between(rows[block], rows)
        np.fill_diagonal(some[:, block], 0.0)
        core[block] = np.partition(some, k, axis=1)[:, k]
        np.minimum(reach, np.maximum(some, core[block, None]).min(axis=0), out=reach)

    edges, lengths = np.empty((n - 1, 2), np.int64), np.empty(n - 1)
    nearest, through = np.full(n, np.inf, np.float32), np.zeros(n, np.int64)
    outside = np.ones(n, bool)
    row = 0
    for i in range(n - 1):
        if i % 1_000 == 0:
            report(Step(n + i, 2 * n, "Joining neighbours"))
        outside[row] = False
        step = np.maximum(np.maximum(distances[row], core), core[row])
        nearer = outside & (step < nearest)
        nearest[nearer], through[nearer] = step[nearer], row
        nearest[row] = np.inf
        row = int(nearest.argmin())
        edges[i], lengths[i] = (through[row], row), nearest[row]
    order = np.argsort(lengths, kind="stable")
    return Density(
        core.astype(np.float64), reach.astype(np.float64), edges[order], lengths[order]
    )
