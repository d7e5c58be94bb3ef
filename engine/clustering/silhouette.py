"""The silhouette: how much nearer a clip is to its own cluster than to the next."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.clustering.distances import between, blocks, prepared
from engine.progress import Report, Step, silent

SAMPLE = 5_000


def silhouette(
    matrix: npt.ArrayLike,
    labels: npt.ArrayLike,
    seed: int = 0,
    report: Report = silent,
) -> tuple[float | None, int | None]:
    """Return the mean silhouette (Rousseeuw 1987) by Euclidean distance.

    Parameters
    ----------
    matrix : float array, shape (n, d)
    labels : int array, shape (n,)
        Cluster of every row, each at least 0.
    seed : int
        Which rows to sample, where there are more than `SAMPLE`.
    report : Report
        Called once per block of rows.

    Returns
    -------
    mean : float or None
        -1 to 1; None unless 2 <= number of clusters < n.
    sampled : int or None
        How many rows were averaged, or None for all. The silhouette of each is exact,
        for it is measured against every row.
    """
    ids = np.asarray(labels, np.int64)
    n = len(ids)
    _, own, sizes = np.unique(ids, return_inverse=True, return_counts=True)
    if not 2 <= len(sizes) < n:
        return None, None
    order = np.argsort(own, kind="stable")
    rows, own = prepared(matrix)[order], own[order]
    starts = np.cumsum(sizes) - sizes

    chosen = np.arange(n)
    if n > SAMPLE:
        chosen = np.sort(np.random.default_rng(seed).choice(n, SAMPLE, replace=False))
    total = 0.0
    for block in blocks(len(chosen), n):
        report(Step(block.start, len(chosen), "Measuring silhouettes"))
        some = chosen[block]
        line = np.arange(len(some))
        distances = between(rows[some], rows)
        sums = np.add.reduceat(distances, starts, axis=1)
        mine = own[some]
        within = sums[line, mine] / np.maximum(sizes[mine] - 1, 1)
        sums /= sizes
        sums[line, mine] = np.inf
        nearest = sums.min(axis=1)
        scale = np.maximum(within, nearest)
        # A cluster of one has no inside, and coinciding clusters no outside.
        valid = (sizes[mine] > 1) & (scale > 0.0)
        total += float(((nearest - within)[valid] / scale[valid]).sum())
    return total / len(chosen), len(chosen) if n > SAMPLE else None
