"""Agglomerative clustering: the nearest groups merge until one is left."""

from __future__ import annotations

from dataclasses import dataclass

from engine.clustering.hierarchy import Hierarchy
from engine.clustering.linkage import linkage, memory_needed, most_rows
from engine.clustering.method import Fit, Matrix, Method
from engine.clustering.microclusters import MICRO_CLUSTERS, ward_by_micro_clusters
from engine.clustering.ordering import ordered
from engine.errors import ParameterError
from engine.machine import limited_threads, memory_at_hand
from engine.params import Params, param
from engine.progress import Report, silent

EXACT_LIMIT = 30_000  # clips: some 20 s and 3.6 GB; either grows with the square


@dataclass(frozen=True)
class AgglomerativeParams(Params):
    """What agglomerative clustering needs to know."""

    n_clusters: int = param(
        10,
        label="Clusters",
        low=1,
        grid=range(2, 21),
        help="Where to cut the tree; it can be cut again.",
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
        grid=("ward", "average", "complete", "single"),
        help="How far apart two groups are: the growth of the summed squares (Ward), "
        "or the average, largest or smallest distance between their clips.",
    )
    metric: str = param(
        "euclidean",
        label="Distance",
        choices={"euclidean": "Euclidean", "cosine": "Cosine"},
        grid=("euclidean", "cosine"),
        needs=("linkage", ("average", "complete", "single")),
        help="How far apart two clips are. Ward is Euclidean by definition.",
    )
    route: str = param(
        "automatic",
        label="Route",
        choices={
            "automatic": "Exact while it fits",
            "exact": "Exact",
            "micro": "Micro-clusters",
        },
        needs=("linkage", ("ward",)),
        help="The exact tree needs the distance of every pair of clips. By way of "
        "micro-clusters it is exact inside small groups and between them; that is the "
        f"automatic route above {EXACT_LIMIT:,} clips or past the memory.",
    )
    micro_clusters: int = param(
        MICRO_CLUSTERS,
        label="Micro-clusters",
        low=2,
        high=5_000,
        needs=("route", ("micro",)),
        help="Into how many small groups the clips are parted; 1,000 to 3,000 suit "
        "up to 200,000 clips.",
    )


def fit(matrix: Matrix, params: AgglomerativeParams, report: Report = silent) -> Fit:
    """Build the tree by the exact route or that of micro-clusters, and cut it once.

    The first column of its linkage has the left children, as
    `engine.clustering.ordering.ordered` chooses them.

    Raises
    ------
    ParameterError
        If the distances do not fit into the memory at hand, and there is no other way.
    """
    reason = _reason_for_micro_clusters(matrix, params)
    notes: tuple[str, ...] = ()
    metric = params.metric if params.matters("metric") else "euclidean"
    # One thread: with more, the last digits of the sums, and so the tree, depend on how
    # many cores the machine has.
    with limited_threads(1):
        if reason is None:
            tree = linkage(matrix, params.linkage, metric, report)
        else:
            count = MICRO_CLUSTERS
            if params.matters("micro_clusters"):
                count = params.micro_clusters
            tree = ward_by_micro_clusters(matrix, count, report)
        tree = ordered(tree, matrix, metric, report)
    if reason is not None:
        notes = (
            f"The tree was built by way of up to {count} micro-clusters, {reason}: "
            "exact inside and between them, not across their borders.",
        )
    return Fit(Hierarchy(tree).labels_at(params.n_clusters), linkage=tree, notes=notes)


def _reason_for_micro_clusters(
    matrix: Matrix, params: AgglomerativeParams
) -> str | None:
    """Choose the route: say why not the exact one, or None for it."""
    n, d = matrix.shape
    ward = params.matters("route")
    if ward and params.route == "micro":
        return "as chosen"
    needed, there = memory_needed(n, d), memory_at_hand()
    short = needed > there
    if ward and params.route == "automatic":
        if short:
            return f"because the exact one needs {needed / 2**30:.1f} GiB"
        if n > EXACT_LIMIT:
            return f"because there are more than {EXACT_LIMIT:,} clips"
    if short:
        other = "the route by micro-clusters" if ward else "Ward linkage"
        raise ParameterError(
            f"Agglomerative clustering of {n} clips needs {needed / 2**30:.1f} GiB for "
            f"their distances; this machine can spare {there / 2**30:.1f} GiB. Take at "
            f"most {most_rows(there, d)} clips, or {other}, or K-Means."
        )
    return None


METHOD = Method(
    "agglomerative",
    "Agglomerative",
    "A tree of merges that can be cut into any number of groups without a new fit.",
    AgglomerativeParams,
    fit,
    grows_tree=True,
)
