"""DBSCAN: dense regions are clusters, of any shape; the rest is noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.clustering.distances import blocks, prepared
from engine.clustering.machine import limited_threads, memory_at_hand
from engine.clustering.method import Fit, Matrix, Method
from engine.clustering.partition import NOISE, tidy
from engine.errors import ParameterError
from engine.params import Params, param
from engine.progress import Report, Step, silent

_SAMPLE = 5_000
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
            eps = suggested_eps(rows, params.min_samples, report)
            notes.append(
                f"Radius {eps:.4g}: the knee of the distances at which clips have "
                f"{min(params.min_samples, len(rows))} within reach."
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


def suggested_eps(matrix: Matrix, min_samples: int, report: Report = silent) -> float:
    """Return a radius that suits the data: the knee of the `k_distances`.

    The knee is the point farthest below the chord from the first to the last distance,
    as in Satopaa et al. (2011), "Finding a 'kneedle' in a haystack". Always above 0.
    """
    curve = k_distances(matrix, min_samples, report)
    # Where most clips have exact duplicates the knee is 0, which is no radius.
    least = 1e-6 * (float(np.abs(matrix).max()) or 1.0)
    rise = curve[-1] - curve[0]
    if rise <= 0.0:
        return max(float(curve[-1]), least)
    below = np.linspace(0.0, 1.0, len(curve)) - (curve - curve[0]) / rise
    return max(float(curve[below.argmax()]), least)


def k_distances(
    matrix: Matrix, k: int, report: Report = silent
) -> npt.NDArray[np.float64]:
    """Return the distances to the k-th nearest row, the row itself counted first.

    Parameters
    ----------
    matrix : float array, shape (n, d)
    k : int
        Core size; at most ``n`` rows are counted.
    report : Report
        Called once per block.

    Returns
    -------
    float64 array, shape (min(n, 5000),)
        Ascending; of evenly spread rows where there are more than 5 000.
    """
    from sklearn.neighbors import NearestNeighbors

    n = len(matrix)
    asked = matrix[np.linspace(0, n - 1, min(n, _SAMPLE)).astype(np.int64)]
    index = NearestNeighbors(n_neighbors=min(k, n)).fit(matrix)
    found = []
    for block in blocks(len(asked), n):
        report(Step(block.start, len(asked), "Looking for a radius"))
        found.append(index.kneighbors(asked[block])[0][:, -1])
    return np.sort(np.concatenate(found))


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
)
