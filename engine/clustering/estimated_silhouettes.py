"""The silhouette of every clip of a large collection, from distances to some of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.clustering.distances import blocks, prepared
from engine.clustering.method import Matrix
from engine.clustering.silhouette import SAMPLE, measured
from engine.machine import limited_threads
from engine.progress import Report, Step, silent


def estimated_silhouettes(
    matrix: npt.ArrayLike,
    labels: npt.ArrayLike,
    seed: int = 0,
    report: Report = silent,
) -> Matrix:
    """Return the silhouette of every row, from its distances to about 5 000 rows.

    As many of every cluster stand for it, so that also a small one is met; one that has
    no more counts whole.

    Parameters
    ----------
    matrix : float array, shape (n, d)
    labels : int array, shape (n,)
        Negative ids are in no cluster.
    seed : int
        Which rows stand for their clusters.
    report : Report
        Called once per block of rows.

    Returns
    -------
    float64 array, shape (n,)
        -1 to 1; 0 for a cluster of one; NaN for rows in no cluster, and everywhere
        unless there are 2 to 5 000 clusters, fewer than rows in one.
    """
    ids = np.asarray(labels, np.int64)
    result = np.full(len(ids), np.nan)
    inside = np.flatnonzero(ids >= 0)
    _, own, sizes = np.unique(ids[inside], return_inverse=True, return_counts=True)
    k = len(sizes)
    if not 2 <= k < len(inside) or k > SAMPLE:
        return result
    rows = prepared(np.asarray(matrix)[inside])
    chosen, starts = _stand_ins(own, sizes, seed)
    counts = np.diff(starts, append=len(chosen))
    is_chosen = np.isin(np.arange(len(rows)), chosen)
    with limited_threads():
        for block in blocks(len(rows), len(chosen)):
            report(Step(block.start, len(rows), "Measuring silhouettes"))
            sums = np.add.reduceat(measured(rows[block], rows[chosen]), starts, axis=1)
            mine, line = own[block], np.arange(len(sums))
            # A row does not count among its own company.
            company = np.maximum(counts[mine] - is_chosen[block], 1)
            within = sums[line, mine] / company
            sums /= counts
            sums[line, mine] = np.inf
            outside = sums.min(axis=1)
            scale = np.maximum(within, outside)
            valid = (sizes[mine] > 1) & (scale > 0.0)
            found = np.zeros(len(line))
            found[valid] = (outside - within)[valid] / scale[valid]
            result[inside[block]] = found
    return result


def _stand_ins(
    own: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64], seed: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return some rows of every cluster, by cluster, and where each cluster begins."""
    mixed = np.random.default_rng(seed).permutation(len(own))
    mixed = mixed[np.argsort(own[mixed], kind="stable")]
    rank = np.arange(len(own)) - (np.cumsum(sizes) - sizes)[own[mixed]]
    chosen = mixed[rank < max(2, SAMPLE // len(sizes))]
    return chosen, np.searchsorted(own[chosen], np.arange(len(sizes)))
