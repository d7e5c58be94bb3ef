"""Agglomerative clustering: the nearest groups merge until one is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.clustering.distances import condensed
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.machine import limited_threads, memory_at_hand
from engine.clustering.method import Fit, Matrix, Method
from engine.errors import ParameterError
from engine.params import Params, param
from engine.progress import Report, Step, silent


@dataclass(frozen=True)
class AgglomerativeParams(Params):
    """What agglomerative clustering needs to know."""

    n_clusters: int = param(
        10, label="Clusters", low=1, help="Where to cut the tree; it can be cut again."
    )
    linkage: str = param(
        "ward",
        label="Linkage",
        choices={
            "ward": "Ward",
            "average": "Average",
            "complete": "Complete",
            "single": "Single",
        },
        help="How far apart two groups are: the growth of the summed squares (Ward), "
        "or the average, largest or smallest distance between their clips.",
    )
    metric: str = param(
        "euclidean",
        label="Distance",
        choices={"euclidean": "Euclidean", "cosine": "Cosine"},
        needs=("linkage", ("average", "complete", "single")),
        help="How far apart two clips are. Ward is Euclidean by definition.",
    )


def fit(matrix: Matrix, params: AgglomerativeParams, report: Report = silent) -> Fit:
    """Build the tree with ``fastcluster`` (Muellner 2013) and cut it once.

    Raises
    ------
    ParameterError
        If the distances do not fit into the memory at hand.
    """
    from fastcluster import linkage_wrap, mthidx

    n = len(matrix)
    _check_memory(n)
    metric = params.metric if params.matters("metric") else "euclidean"
    with limited_threads():
        distances = condensed(matrix, metric, report)
    report(Step(1, 1, "Building the tree"))
    tree = np.empty((n - 1, 4))
    if n > 1:
        # What ``fastcluster.linkage`` calls; that one first copies the distances, also
        # with ``preserve_input=False`` (1.3.0), which doubles the memory.
        linkage_wrap(n, distances, tree, mthidx[params.linkage])
    return Fit(Hierarchy(tree).labels_at(params.n_clusters), linkage=tree)


def _check_memory(n: int) -> None:
    needed, there = n * (n - 1) // 2 * 8, memory_at_hand()
    if needed > there:
        raise ParameterError(
            f"Agglomerative clustering of {n} clips needs {needed / 2**30:.1f} GiB for "
            f"their distances; this machine can spare {there / 2**30:.1f} GiB. Take at "
            f"most {int((there / 4) ** 0.5)} clips, or K-Means."
        )


METHOD = Method(
    "agglomerative",
    "Agglomerative",
    "A tree of merges that can be cut into any number of groups without a new fit.",
    AgglomerativeParams,
    fit,
    grows_tree=True,
)
