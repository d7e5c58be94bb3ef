"""K-Means: every clip joins the nearest of ``n_clusters`` centres."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.clustering.distances import prepared
from engine.clustering.method import Fit, Matrix, Method
from engine.clustering.partition import size_order, tidy
from engine.machine import limited_threads
from engine.params import Params, param
from engine.progress import Report, Step, silent

_MOST = 300  # iterations, which is scikit-learn's own limit
_WAVERING = 6  # iterations within which what has settled may move a little once more
_HALF_SECOND = 12 * 10**8  # multiplications, or about that many


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
    from sklearn.utils import check_random_state

    rows = prepared(matrix)

    stream = check_random_state(params.seed)
    best = None
    # One thread: with more, the order of the sums, and so the result, is up to chance.
    with limited_threads(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # said in the notes instead
        for start in range(params.n_init):
            step = Step(start, params.n_init, "K-Means")
            model = settled(rows, params.n_clusters, stream, step, report)
            if best is None or model.inertia_ < best.inertia_:
                best = model
    assert best is not None
    used = size_order(best.labels_)
    found = len(used)
    notes = (
        (
            f"{found} cluster{'s' if found > 1 else ''} instead of "
            f"{params.n_clusters}: no more clips are different.",
        )
        if found < params.n_clusters
        else ()
    )
    unused = np.setdiff1d(np.arange(params.n_clusters), used)
    centres = best.cluster_centers_[np.concatenate([used, unused])]
    centres += matrix.mean(axis=0)
    return Fit(tidy(best.labels_), centres=centres, notes=notes)


def settled(
    rows: Matrix, k: int, stream: np.random.RandomState, step: Step, report: Report
) -> Any:
    """Run one start of scikit-learn's ``KMeans``, a few iterations at a time.

    Parameters
    ----------
    rows : float64 array, shape (n, d)
        Centred, as from `distances.prepared`.
    k : int
    stream : RandomState
        Draws the first centres, by k-means++ (Arthur and Vassilvitskii 2007).
    step : Step
        What to report a few times a second.
    report : Report

    Returns
    -------
    sklearn.cluster.KMeans
        As ``KMeans(k, n_init=1, random_state=stream).fit(rows)`` would be.
    """
    from sklearn.cluster import KMeans, kmeans_plusplus

    def run(centres: Matrix, iterations: int) -> Any:
        report(step)
        return KMeans(k, init=centres, n_init=1, max_iter=iterations).fit(rows)

    report(step)
    before, _ = kmeans_plusplus(rows, k, random_state=stream)
    several = min(_MOST, max(2, _HALF_SECOND // (rows.size * k)))
    model = run(before, several)
    for done in range(several, _MOST, several):
        if model.n_iter_ < several:
            break
        after = run(model.cluster_centers_, min(several, _MOST - done))
        if after.n_iter_ < min(several, _WAVERING):
            # It may have settled at the end of the last round already, which only a
            # longer round can tell.
            return run(before, several + after.n_iter_)
        before, model = model.cluster_centers_, after
    return model


METHOD = Method(
    "kmeans",
    "K-Means",
    "Round groups of similar spread, each around its mean. Fast and a good first look.",
    KMeansParams,
    fit,
)
