"""DBSCAN: dense regions are clusters, of any shape; the rest is noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.clustering.distances import blocks, prepared
from engine.clustering.kdistance import k_distances, suggested_eps
from engine.clustering.method import Fit, Matrix, Method
from engine.clustering.partition import NOISE, tidy
from engine.errors import ParameterError
from engine.machine import limited_threads, memory_at_hand
from engine.params import Params, param
from engine.progress import Report, Step, silent

_BYTES_PER_PAIR = 24


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
    clip goes to the first cluster that reaches it: scikit-learn's ``DBSCAN``, but in
    blocks that can be followed and stopped.

    Raises
    ------
    ParameterError
        If there are more pairs of neighbours than the memory at hand can hold.
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
    from scipy.sparse import vstack
    from scipy.sparse.csgraph import connected_components
    from sklearn.neighbors import NearestNeighbors

    n = len(rows)
    index = NearestNeighbors(radius=eps).fit(rows)
    found, pairs = [], 0
    for block in blocks(n, n):
        report(Step(block.start, n, "Finding neighbours"))
        near = index.radius_neighbors_graph(rows[block]).astype(np.bool_)
        found.append(near)
        pairs += near.nnz
        if pairs * _BYTES_PER_PAIR > memory_at_hand():
            raise ParameterError(
                f"DBSCANParams.eps must be lower: within {eps:.4g} of each other there "
                f"are over {pairs} pairs among {n} clips, more than the memory can hold"
            )
    graph = vstack(found, format="csr")
    core = np.diff(graph.indptr) >= min_samples
    labels = np.full(n, NOISE, np.int32)
    if core.any():
        to_core = graph[:, core]
        _, component = connected_components(to_core[core], directed=False)
        labels[core] = component
        border = to_core[~core].tocoo()
        reached = np.full((~core).sum(), n)
        np.minimum.at(reached, border.row, component[border.col])
        labels[~core] = np.where(reached < n, reached, NOISE)
    return tidy(labels)


METHOD = Method(
    "dbscan",
    "DBSCAN",
    "Dense regions of any shape, as many as there are; clips far from all are noise.",
    DBSCANParams,
    fit,
    candidates=candidates,
)
