"""Which clips of a cluster are typical, which lie at its edge, and who lives next door.

What a person should hear of a cluster, and of one clip what lies nearest, without any
two of all clips being compared. By Euclidean distance, as silhouettes and medoids are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.clustering.describing import medoid_of
from engine.clustering.distances import blocks, prepared
from engine.clustering.method import Matrix
from engine.clustering.silhouette import measured
from engine.errors import ParameterError
from engine.machine import limited_threads
from engine.progress import Report, Step, silent

Ints = npt.NDArray[np.int64]

_SHOWN = 3  # typical members, and as many at the boundary
_CORE = (0.1, 0.4)  # of the members, by how near they are to the medoid
_BLOCK = 1_000_000  # numbers of the matrix at a time
_PAIRS = 25_000_000  # distances to each of two clusters, about a quarter of a second
_STAND_INS = 500  # clips of a large cluster that are measured, at least


@dataclass(frozen=True, eq=False)
class Portrait:
    """A cluster in a few of its rows, from its middle to its nearest rival.

    Parameters
    ----------
    medoid : int
        As from `engine.clustering.describing.medoid_of`.
    typical : int64 array, shape (at most 3,)
        Members of the core, the nearest to the medoid first.
    boundary : int64 array, shape (at most 3,)
        Members at the edge, the outermost last.
    rival : int or None
        The id of the nearest other cluster; None where there is none.
    rival_medoid : int or None
    """

    medoid: int
    typical: Ints
    boundary: Ints
    rival: int | None
    rival_medoid: int | None


def distances_from(matrix: npt.NDArray[np.floating], row: int) -> Matrix:
    """Return the distances of all rows to one: float64, shape (n,), exact.

    By subtraction, so that equal rows are at a distance of 0.
    """
    result = np.empty(len(matrix))
    place = matrix[row].astype(np.float64)
    size = max(1, _BLOCK // max(1, matrix.shape[1]))
    for first in range(0, len(matrix), size):
        apart = matrix[first : first + size] - place
        result[first : first + size] = np.einsum("ij,ij->i", apart, apart)
    return np.sqrt(result, out=result)


def nearest(
    matrix: npt.NDArray[np.floating], row: int, count: int
) -> tuple[Ints, Matrix]:
    """Return the rows nearest to one, itself left out, and how far they are.

    Parameters
    ----------
    matrix : float array, shape (n, d)
    row : int
    count : int
        At least 1; fewer are returned where there are no more.

    Returns
    -------
    rows : int64 array, shape (min(count, n - 1),)
        The nearest first; equally near ones in the order of the matrix.
    distances : float64 array, of the same shape
    """
    far = distances_from(matrix, row)
    far[row] = np.inf
    count = min(count, len(far) - 1)
    if count < 1:
        return np.empty(0, np.int64), np.empty(0)
    # All that are as near as the last one, so that the order among equals is theirs.
    near = np.flatnonzero(far <= np.partition(far, count - 1)[count - 1])
    chosen = near[np.argsort(far[near], kind="stable")[:count]]
    return chosen, far[chosen]


def portrait(
    matrix: npt.NDArray[np.floating],
    labels: npt.ArrayLike,
    cluster: int,
    report: Report = silent,
) -> Portrait:
    """Choose what stands for a cluster.

    Parameters
    ----------
    matrix : float array, shape (n, d)
    labels : int array, shape (n,)
        Negative ids are in no cluster.
    cluster : int
        The id of a cluster that has rows.
    report : Report

    Raises
    ------
    ParameterError
        If no row has this id, or the id is negative.

    Notes
    -----
    The rival is the neighbour of the medoid as the silhouette defines it (Rousseeuw,
    1987): the other cluster whose clips are on average nearest to it. The boundary are
    the members of lowest silhouette as if there were these two clusters alone; without
    a rival, those farthest from the medoid. In clusters of more than 5 000 clips the
    means are over so many of them, drawn at random, that all takes under a second. At
    most every second member is at the boundary, so that small clusters have both.
    Typical are members of the core, from the first to the fourth tenth by distance to
    the medoid, each as far as possible from the medoid and those chosen before
    (farthest-first, Gonzalez, 1985): near the middle and yet not all the same.
    """
    ids = np.asarray(labels, np.int64)
    members = np.flatnonzero(ids == cluster) if cluster >= 0 else np.empty(0, np.int64)
    if not len(members):
        raise ParameterError(
            f"There is no cluster {cluster} with a clip that is usable"
        )
    report(Step(0, 3, "Looking for medoids"))
    with limited_threads():
        medoid = int(members[medoid_of(matrix[members])])
        report(Step(1, 3, "Looking for the nearest rival"))
        far = distances_from(matrix, medoid)
        rival = _nearest_cluster(far, ids, cluster)
        edge, rival_medoid = far[members], None
        if rival is not None:
            others = np.flatnonzero(ids == rival)
            rival_medoid = int(others[medoid_of(matrix[others])])
            report(Step(2, 3, "Looking for the boundary"))
            edge = -_silhouettes(matrix, members, others)
    rest = members != medoid
    count = min(_SHOWN, (int(rest.sum()) + 1) // 2)
    outward = np.argsort(np.where(rest, edge, -np.inf), kind="stable")
    boundary = members[outward[len(outward) - count :]]
    inside = members[rest & ~np.isin(members, boundary)]
    typical = _spread_over_core(matrix, far, inside)
    return Portrait(medoid, typical, boundary, rival, rival_medoid)


def _nearest_cluster(far: Matrix, ids: Ints, cluster: int) -> int | None:
    """Return the other cluster that is nearest on average; of equals, the first."""
    others = (ids >= 0) & (ids != cluster)
    found, place, sizes = np.unique(
        ids[others], return_inverse=True, return_counts=True
    )
    if not len(found):
        return None
    return int(found[np.argmin(np.bincount(place, far[others]) / sizes)])


def _silhouettes(
    matrix: npt.NDArray[np.floating], members: Ints, others: Ints
) -> Matrix:
    """Return the silhouette of every member as if there were these two clusters."""
    most = max(_STAND_INS, _PAIRS // len(members))
    own, next_door = _stand_ins(len(members), most), _stand_ins(len(others), most)
    rows = prepared(np.concatenate([matrix[members], matrix[others[next_door]]]))
    here, there = rows[: len(members)], rows[len(members) :]
    found = np.empty(len(here))
    for block in blocks(len(here), len(own) + len(there)):
        within = measured(here[block], here[own]).sum(axis=1)
        # A member does not count among its own company.
        known = np.isin(np.arange(len(here))[block], own)
        within /= np.maximum(len(own) - known, 1)
        outside = measured(here[block], there).mean(axis=1)
        scale = np.maximum(within, outside)
        found[block] = (outside - within) / np.where(scale > 0.0, scale, 1.0)
    return found


def _stand_ins(n: int, most: int) -> Ints:
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, most, replace=False))


def _spread_over_core(
    matrix: npt.NDArray[np.floating], far: Matrix, members: Ints
) -> Ints:
    order = members[np.argsort(far[members], kind="stable")]
    count = min(_SHOWN, len(order))
    last = max(count, int(np.ceil(_CORE[1] * len(order))))
    core = order[min(int(_CORE[0] * len(order)), last - count) : last]
    places = matrix[core].astype(np.float64)
    reach = far[core]  # to the medoid, or the nearest of those that are chosen
    chosen: list[int] = []
    for _ in range(count):
        chosen.append(int(np.argmax(reach)))
        apart = np.linalg.norm(places - places[chosen[-1]], axis=1)
        np.minimum(reach, apart, out=reach)
        reach[chosen] = -1.0
    return core[np.sort(np.array(chosen, np.int64))]
