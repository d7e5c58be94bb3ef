"""HDBSCAN: DBSCAN at every radius at once; the clusters that last are kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.clustering.density import Density, Floats, Indices, density, memory_needed
from engine.clustering.method import Fit, Matrix, Method
from engine.clustering.partition import NOISE, Labels, tidy
from engine.errors import ParameterError
from engine.machine import limited_threads, memory_at_hand
from engine.params import Params, param
from engine.progress import Report, silent


@dataclass(frozen=True)
class HDBSCANParams(Params):
    """What HDBSCAN needs to know."""

    min_cluster_size: int = param(
        10,
        label="Smallest cluster",
        low=2,
        grid=(5, 10, 15, 25, 50),
        help="Fewer clips than this are noise.",
    )
    min_samples: int = param(
        3,
        label="Core size",
        low=0,
        grid=(1, 3, 5, 10),
        help="How many clips, itself included, make a clip's surroundings dense; the "
        "more, the more noise. 0 takes the size of the smallest cluster.",
    )
    # With "eom" the syllables of a bird were two clusters, with "leaf" nine; on digits,
    # environmental sounds and drums it was never better (NMI 0.3 and 0.5 on average).
    selection: str = param(
        "leaf",
        label="Selection",
        choices={"leaf": "Finest", "eom": "Longest lasting"},
        grid=("leaf", "eom"),
        help="Whether to take the finest clusters, or those that last over the "
        "widest range of densities, which may be a few big ones.",
    )
    epsilon: float = param(
        0.0,
        label="Join below",
        low=0.0,
        help="Clusters with no gap wider than this between them, in units of the "
        "scaled features, are one; 0 keeps them apart.",
    )


def fit(matrix: Matrix, params: HDBSCANParams, report: Report = silent) -> Fit:
    """Group by density at all scales (Campello, Moulavi and Sander 2013).

    The tree of mutual reachability comes from distances by matrix multiplication;
    scikit-learn's ``HDBSCAN`` condenses it and chooses the clusters. Where edges of the
    tree tie, its own tree breaks the tie in another way, and a few rows may differ.

    Raises
    ------
    ParameterError
        If the distances do not fit into the memory at hand.
    """
    n = len(matrix)
    _check_memory(n)
    # One thread: with more, the last digits depend on how many cores there are.
    with limited_threads(1):
        found = density(matrix, params.min_samples or params.min_cluster_size, report)
    if n < params.min_cluster_size:
        labels, strength = np.full(n, NOISE, np.int32), np.zeros(n)
    else:
        labels, strength = _chosen(found, params)
    noise = int((labels == NOISE).sum())
    notes: tuple[str, ...] = ()
    if noise == n:
        notes = (
            "Every clip is noise: there are no denser regions of "
            f"{params.min_cluster_size} clips and more. Lower the smallest cluster or "
            "the core size.",
        )
    elif noise:
        notes = (f"{noise} of {n} clips are noise.",)
    return Fit(labels, strength=strength.astype(np.float32), notes=notes)


def _chosen(found: Density, params: HDBSCANParams) -> tuple[Labels, Floats]:
    from scipy.sparse import coo_array
    from sklearn.cluster import HDBSCAN

    n = len(found.core)
    lengths = found.lengths
    # A sparse array takes 0 for absent, and the density at a distance of 0 is infinite.
    lengths = np.maximum(lengths, 1e-9 * (lengths[-1] or 1.0))
    ends = np.hstack([found.edges.T, found.edges[:, ::-1].T])
    graph = coo_array((np.tile(lengths, 2), ends), shape=(n, n)).tocsr()
    # A core size of 1 leaves the lengths of a given tree as they are.
    model = HDBSCAN(
        metric="precomputed",
        min_cluster_size=params.min_cluster_size,
        min_samples=1,
        cluster_selection_method=params.selection,
        copy=True,
    ).fit(graph)
    labels = model.labels_
    if params.epsilon > 0.0:
        labels = _joined(labels, found.edges[found.lengths <= params.epsilon])
    return tidy(labels), model.probabilities_


def _joined(labels: Labels, bridges: Indices) -> Labels:
    """Give one label to all clusters that bridges, pairs of rows, lead between.

    scikit-learn's own ``cluster_selection_epsilon`` fails with NumPy 2.4 (its issue
    33219), and takes in the noise around the clusters that it joins.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n, clusters = len(labels), int(labels.max()) + 1
    placed = np.flatnonzero(labels != NOISE)
    ends = np.hstack([bridges.T, np.array([placed, n + labels[placed]])])
    shape = (n + clusters, n + clusters)
    graph = coo_array((np.ones(ends.shape[1], bool), ends), shape=shape)
    _, component = connected_components(graph, directed=False)
    return np.where(labels == NOISE, NOISE, component[:n]).astype(np.int32)


def _check_memory(n: int) -> None:
    needed, there = memory_needed(n), memory_at_hand()
    if needed > there:
        raise ParameterError(
            f"HDBSCAN of {n} clips needs {needed / 2**30:.1f} GiB for their distances; "
            f"this machine can spare {there / 2**30:.1f} GiB. Take at most "
            f"{int((max(0, there - memory_needed(0)) / 4) ** 0.5)} clips, or DBSCAN."
        )


METHOD = Method(
    "hdbscan",
    "HDBSCAN",
    "Dense regions of any shape and of different densities, as many as there are; "
    "clips far from all are noise.",
    HDBSCANParams,
    fit,
)
