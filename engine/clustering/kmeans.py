"""K-Means: every clip joins the nearest of ``n_clusters`` centres."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from engine.clustering.method import Fit, Matrix, Method
from engine.clustering.partition import size_order, tidy
from engine.machine import limited_threads
from engine.params import Params, param
from engine.progress import Report, Step, silent


@dataclass(frozen=True)
class KMeansParams(Params):
    """What K-Means needs to know."""

    n_clusters: int = param(
        10,
        label="Clusters",
        low=1,
        grid=range(2, 21),
        help="How many groups to make.",
    )
    n_init: int = param(
        10,
        label="Starts",
        low=1,
        high=1000,
        help="How many times to start from other centres; the tightest result counts.",
    )
    seed: int = param(
        0, label="Seed", low=0, high=2**31 - 1, help="Which random starts to take."
    )


def fit(matrix: Matrix, params: KMeansParams, report: Report = silent) -> Fit:
    """Run scikit-learn's ``KMeans`` once per start and keep the lowest inertia.

    One random stream feeds all starts, so the result is that of scikit-learn's own
    ``n_init``; running them one by one gives progress, and a place to stop.
    """
    from sklearn.cluster import KMeans
    from sklearn.utils import check_random_state

    stream = check_random_state(params.seed)
    best = None
    # One thread: with more, the order of the sums, and so the result, is up to chance.
    with limited_threads(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # said in the notes instead
        for start in range(params.n_init):
            report(Step(start, params.n_init, "K-Means"))
            model = KMeans(params.n_clusters, n_init=1, random_state=stream).fit(matrix)
            if best is None or model.inertia_ < best.inertia_:
                best = model
    assert best is not None
    used = size_order(best.labels_)
    found = len(used)
    notes = (
        (
            f"{found} clusters instead of {params.n_clusters}: "
            f"there are only {found} different clips.",
        )
        if found < params.n_clusters
        else ()
    )
    unused = np.setdiff1d(np.arange(params.n_clusters), used)
    centres = best.cluster_centers_[np.concatenate([used, unused])]
    return Fit(tidy(best.labels_), centres=centres, notes=notes)


METHOD = Method(
    "kmeans",
    "K-Means",
    "Round groups of similar spread, each around its mean. Fast and a good first look.",
    KMeansParams,
    fit,
)
