"""The exact tree of merges, without a second copy of the distances."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.clustering.distances import condensed
from engine.clustering.method import Matrix
from engine.progress import Report, Step, silent

_WORKSPACE = 64 * 2**20  # blocks of distances, and what the merging itself notes down


def linkage(
    matrix: npt.ArrayLike,
    method: str = "ward",
    metric: str = "euclidean",
    report: Report = silent,
) -> Matrix:
    """Merge the nearest groups until one is left, with ``fastcluster``.

    Muellner (2013), "fastcluster: Fast hierarchical, agglomerative clustering routines
    for R and Python".

    Parameters
    ----------
    matrix : float array, shape (n, d)
    method : {"ward", "average", "complete", "single"}
    metric : {"euclidean", "cosine"}
    report : Report
        Called while distances are measured; merging cannot be interrupted.

    Returns
    -------
    float64 array, shape (n - 1, 4)
        SciPy's convention.
    """
    from fastcluster import linkage_wrap, mthidx

    distances = condensed(matrix, metric, report)
    n = len(np.asarray(matrix))
    report(Step(1, 1, "Building the tree"))
    tree = np.empty((n - 1, 4))
    if n > 1:
        # What ``fastcluster.linkage`` calls; that one first copies the distances, also
        # with ``preserve_input=False`` (1.3.0), which doubles the memory.
        linkage_wrap(n, distances, tree, mthidx[method])
    return tree


def memory_needed(n: int, d: int) -> int:
    """Return the bytes that `linkage` takes for n rows of d numbers, at its peak."""
    return 8 * (n * (n - 1) // 2 + n * d) + _WORKSPACE


def most_rows(memory: int, d: int) -> int:
    """Return how many rows of d numbers `linkage` can take with so many bytes."""
    room = max(0, memory - _WORKSPACE) / 8
    # Solves n (n - 1) / 2 + n d = room.
    return int(((2 * d - 1) ** 2 + 8 * room) ** 0.5 - (2 * d - 1)) // 2
