"""How compact and how separate clusters are, told by their centres alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.clustering.distances import blocks
from engine.clustering.method import Matrix
from engine.clustering.silhouette import measured

_MOST = 5_000  # clusters that are compared with each other; more would say nothing


@dataclass(frozen=True, eq=False, slots=True)
class Spread:
    """Where clusters lie and how far their clips are from there.

    Parameters
    ----------
    ids, sizes : int64 array, shape (k,)
        Cluster ids, ascending, and the clips in each.
    centres : float64 array, shape (k, d)
        The mean of every cluster.
    radii : float64 array, shape (k,)
        Mean distance of a cluster's clips to its centre.
    within : float64 array, shape (k,)
        Sum of squared distances of a cluster's clips to its centre.
    """

    ids: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    centres: Matrix
    radii: Matrix
    within: Matrix


def spread_of(matrix: npt.ArrayLike, labels: npt.ArrayLike) -> Spread:
    """Measure every cluster, in two passes over the rows and without a copy of them.

    Parameters
    ----------
    matrix : float array, shape (n, d)
    labels : int array, shape (n,)
        Negative ids are in no cluster.
    """
    from scipy.sparse import csr_array

    rows, every = np.asarray(matrix), np.asarray(labels, np.int64)
    inside = np.flatnonzero(every >= 0)
    ids, first, own, sizes = np.unique(
        every[inside], return_index=True, return_inverse=True, return_counts=True
    )
    k, d = len(ids), rows.shape[1]
    centres, radii, within = np.zeros((k, d)), np.zeros(k), np.zeros(k)
    pieces = blocks(len(inside), d)
    # From one of its clips each: so data far from zero keep their digits, and a cluster
    # of equal clips has no spread at all.
    origins = rows[inside[first]].astype(np.float64)
    for piece in pieces:
        block = rows[inside[piece]] - origins[own[piece]]
        index = (own[piece], np.arange(len(block)))
        centres += csr_array((np.ones(len(block)), index), (k, len(block))) @ block
    centres /= sizes[:, None]
    for piece in pieces:
        apart = rows[inside[piece]] - origins[own[piece]]
        apart -= centres[own[piece]]
        squares = np.einsum("ij,ij->i", apart, apart)
        within += np.bincount(own[piece], squares, k)
        radii += np.bincount(own[piece], np.sqrt(squares), k)
    return Spread(ids, sizes, centres + origins, radii / sizes, within)


def calinski_harabasz(spread: Spread) -> float | None:
    """Return the variance between clusters over that within them, 0 or more.

    Calinski and Harabasz (1974), as in scikit-learn's ``calinski_harabasz_score``: the
    higher the better, 1 where there is none within. None unless 2 <= number of
    clusters < number of clips.
    """
    n, k = int(spread.sizes.sum()), len(spread.sizes)
    if not 2 <= k < n:
        return None
    within = float(spread.within.sum())
    if within == 0.0:
        return 1.0
    apart = spread.centres - spread.sizes @ spread.centres / n
    between = float(spread.sizes @ np.einsum("ij,ij->i", apart, apart))
    return between / within * (n - k) / (k - 1)


def davies_bouldin(spread: Spread) -> float | None:
    """Return the mean likeness of a cluster to the one most like it, 0 or more.

    Davies and Bouldin (1979), as in scikit-learn's ``davies_bouldin_score``: the lower
    the better. None unless 2 <= number of clusters < number of clips, and for more than
    5 000 clusters.
    """
    k = len(spread.sizes)
    if not 2 <= k < int(spread.sizes.sum()) or k > _MOST:
        return None
    centres = spread.centres - spread.centres.mean(axis=0)
    worst, coincide = np.zeros(k), True
    # Centres that differ by rounding are one, and have no likeness.
    rounding = 1e-13 * float(np.linalg.norm(spread.centres, axis=1).max())
    for block in blocks(k, k):
        distances = measured(centres[block], centres)
        # scikit-learn's tolerance of what counts as no distance at all.
        coincide = coincide and bool((distances <= 1e-8).all())
        distances[distances <= rounding] = np.inf
        likeness = (spread.radii[block, None] + spread.radii) / distances
        worst[block] = likeness.max(axis=1)
    if coincide or bool((spread.radii <= 1e-8).all()):
        return 0.0
    return float(worst.mean())
