"""DBSCAN: dense regions are clusters, of any shape; the rest is noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.clustering.distances import prepared
from engine.clustering.kdistance import k_distances, suggested_eps
from engine.clustering.method import Fit, Matrix, Method
from engine.clustering.neighbours import Neighbours, cut
from engine.clustering.partition import NOISE, tidy
from engine.machine import limited_threads
from engine.params import Params, param
from engine.progress import Report, Step, silent


@dataclass(frozen=True)
class DBSCANParams(Params):
    """What DBSCAN needs to know."""

    radius: str = param(
        "automatic",
        label="Radius",
        choices={"automatic": "From the data", "fixed": "Fixed"},
        help="Where the distance between neighbours comes from.",
    )
    eps: float = param(
        0.5,
        label="Fixed radius",
        low=1e-6,
        logarithmic=True,
        needs=("radius", ("fixed",)),
        help="Largest distance between neighbours, in units of the scaled features.",
    )
    min_samples: int = param(
        5,
        label="Core size",
        low=1,
        grid=(3, 5, 10),
        help="How many clips, itself included, must lie within the radius of a clip "
        "for it to be the core of a cluster.",
    )


def fit(matrix: Matrix, params: DBSCANParams, report: Report = silent) -> Fit:
    """Group by density (Ester, Kriegel, Sander and Xu 1996).

    Clusters are the connected components of the cores' neighbour graph, and a border
    clip goes to the first cluster that reaches it: scikit-learn's ``DBSCAN``, but
    without keeping the neighbours, and in tiles that can be followed and stopped.
    """
    notes = []
    rows = prepared(matrix)
    with limited_threads():
        if params.radius == "automatic":
            # With more threads its last digits depend on how many cores there are.
            with limited_threads(1):
                eps = suggested_eps(rows, params.min_samples, report)
            notes.append(
                f"Radius {eps:.4g}, suggested by the distances between the clips."
            )
        else:
            eps = params.eps
        labels = _components(rows, eps, params.min_samples, report)
    clusters, noise = int(labels.max()) + 1, int((labels == NOISE).sum())
    if clusters == 0:
        notes.append("Every clip is noise: raise the radius or lower the core size.")
    elif clusters == 1 and noise == 0 and len(rows) > 1:
        notes.append("All clips are one cluster: lower the radius.")
    elif noise:
        notes.append(f"{noise} of {len(rows)} clips are noise.")
    return Fit(labels, notes=tuple(notes))


def candidates(matrix: Matrix, params: DBSCANParams) -> dict[str, tuple[Any, ...]]:
    """Return radii worth trying: those at which a tenth to nearly all clips are cores.

    Parameters
    ----------
    matrix : float array, shape (n, d)
    params : DBSCANParams
        Its core size counts.
    """
    curve = k_distances(np.asarray(matrix, np.float64), params.min_samples)
    radii = np.unique(np.quantile(curve, np.linspace(0.1, 0.95, 18)).clip(1e-6))
    return {"radius": ("fixed",), "eps": tuple(radii.tolist())}


def _components(
    rows: Matrix, eps: float, min_samples: int, report: Report
) -> npt.NDArray[np.int32]:
    near = Neighbours(rows, eps)
    n = len(rows)
    everyone = np.arange(n)

    counts = np.zeros(n, np.int64)
    for part in cut(everyone):
        for a, b, pairs in near.tiles(part, everyone[part[0] :]):
            report(Step(int(part[0]), n, "Counting neighbours"))
            counts[a] += np.count_nonzero(pairs, axis=1)
            if b[0] > a[0]:
                counts[b] += np.count_nonzero(pairs, axis=0)
    core = counts >= min_samples

    cores = np.flatnonzero(core)
    component = _connected(near, cores, report)
    # A border clip goes to the component with the first core of the given rows.
    earliest = np.full(n, n)
    np.minimum.at(earliest, component[cores], near.order[cores])
    first = np.where(core, earliest[component], n)
    border = np.flatnonzero(~core & (counts > 1))
    for a, b, pairs in near.tiles(border, cores):
        report(Step(int(a[0]), n, "Joining borders"))
        i, j = np.nonzero(pairs)
        np.minimum.at(first, a[i], first[b[j]])

    labels = np.empty(n, np.int64)
    labels[near.order] = np.where(first < n, first, NOISE)
    return tidy(labels)


def _connected(
    near: Neighbours, cores: npt.NDArray[np.int64], report: Report
) -> npt.NDArray[np.int64]:
    """Return a component for every position, the same for all connected cores."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(near.order)
    component = np.arange(n)
    for part in cut(cores):
        # Most of the work is left out: no pair inside the biggest can join anything.
        biggest = np.bincount(component[cores]).argmax()
        rest = cores[cores >= part[0]]
        inside = component[part] == biggest
        outside = rest[component[rest] != biggest]
        for some, others in ((part[inside], outside), (part[~inside], rest)):
            for a, b, pairs in near.tiles(some, others):
                report(Step(int(part[0]), n, "Joining neighbours"))
                i, j = np.nonzero(pairs)
                x, y = component[a[i]], component[b[j]]
                joins = x != y
                if joins.any():
                    k = int(component.max()) + 1
                    graph = coo_array(
                        (joins[joins], (x[joins], y[joins])), shape=(k, k)
                    )
                    _, joined = connected_components(graph, directed=False)
                    component = joined[component].astype(np.int64)
    return component


METHOD = Method(
    "dbscan",
    "DBSCAN",
    "Dense regions of any shape, as many as there are; clips far from all are noise.",
    DBSCANParams,
    fit,
    candidates=candidates,
)
