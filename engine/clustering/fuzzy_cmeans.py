"""Fuzzy C-Means: every clip belongs to every cluster, to a degree."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.clustering.distances import between, prepared
from engine.clustering.method import Fit, Matrix, Method
from engine.clustering.partition import size_order, tidy
from engine.machine import limited_threads
from engine.params import Params, param
from engine.progress import Report, Step, silent

# On MFCC statistics (38 features) of spoken digits, drums and bird syllables, 1.05 to
# 1.3 scored alike (NMI within the spread of eight seeds), 1.5 lower and 2 far lower.
_FUZZINESS = 1.2
# Below this share of the way from 1/k to 0/1, memberships say nothing.
_DEGENERATE = 0.01


@dataclass(frozen=True)
class FuzzyCMeansParams(Params):
    """What Fuzzy C-Means needs to know."""

    n_clusters: int = param(
        10,
        label="Clusters",
        low=1,
        grid=range(2, 21),
        help="How many groups to make.",
    )
    fuzziness: float = param(
        _FUZZINESS,
        label="Fuzziness",
        low=1.01,
        high=10.0,
        grid=(1.1, 1.2, 1.5, 2.0),
        help="The exponent m. Near 1 every clip belongs to one cluster alone; the more "
        "features there are, the smaller it must be (2 suits two or three).",
    )
    max_iter: int = param(
        150, label="Iterations", low=1, high=100_000, help="The most there will be."
    )
    tolerance: float = param(
        1e-3,
        label="Tolerance",
        low=0.0,
        high=1.0,
        help="Stop when no membership changes by more in one iteration.",
    )
    seed: int = param(
        0, label="Seed", low=0, high=2**31 - 1, help="Which random start to take."
    )


def fit(matrix: Matrix, params: FuzzyCMeansParams, report: Report = silent) -> Fit:
    """Run scikit-fuzzy's ``cmeans`` (Bezdek 1981), an iteration at a time.

    It starts from the nearest of k-means++ centres (Arthur and Vassilvitskii 2007).
    Random memberships, its own start, put every centre beside the mean, the more so
    the more clips there are, and it may never get away from there. The label is the
    cluster of the highest membership.
    """
    from skfuzzy.cluster import cmeans
    from sklearn.cluster import kmeans_plusplus

    n, k = len(matrix), params.n_clusters
    rows = prepared(matrix)
    # scikit-fuzzy wants features x samples.
    features = np.ascontiguousarray(rows.T)
    moved = np.inf
    # One thread: with more, the last digits depend on how many cores there are.
    with limited_threads(1):
        centres, _ = kmeans_plusplus(rows, k, random_state=params.seed)
        membership = np.eye(k)[:, between(rows, centres).argmin(axis=1)]
        for iteration in range(params.max_iter):
            report(Step(iteration, params.max_iter, "Fuzzy C-Means"))
            before = membership
            centres, membership, *_ = cmeans(
                features, k, params.fuzziness, 0.0, 1, init=before
            )
            moved = float(np.abs(membership - before).max())
            if moved <= params.tolerance:
                break

    hard = membership.argmax(axis=0)
    used = size_order(hard)
    columns = np.concatenate([used, np.setdiff1d(np.arange(k), used)])
    notes = []
    if moved > params.tolerance:
        notes.append(
            f"Not settled after {params.max_iter} iterations (the last one moved a "
            f"membership by {moved:.2g}); more iterations may change the groups."
        )
    suited = suggested_fuzziness(*matrix.shape)
    advice = (
        f": lower the fuzziness (now {params.fuzziness:g}); {suited:.2f} suits "
        f"{n} clips of {matrix.shape[1]} features"
        if suited < params.fuzziness
        else ""
    )
    if n > 1 and partition_sharpness(membership) < _DEGENERATE:
        notes.append(
            f"All memberships are about 1/{k}, so the groups mean nothing{advice}."
        )
    elif len(used) < k:
        # Too much fuzziness draws centres together before it draws all to the mean.
        notes.append(
            f"{k - len(used)} of {k} clusters are no clip's first choice{advice}."
        )
    return Fit(
        tidy(hard),
        membership=np.ascontiguousarray(membership[columns].T, np.float32),
        centres=centres[columns] + matrix.mean(axis=0),
        iterations=iteration + 1,
        notes=tuple(notes),
    )


def partition_sharpness(membership: Matrix) -> float:
    """Return how far memberships are from 1/k: 0 all equal, 1 all zero or one.

    The modified partition coefficient of Dave (1996), "Validating fuzzy partitions
    obtained through c-shells clustering". A single cluster has 1.

    Parameters
    ----------
    membership : float array, shape (k, n)
        Degrees of membership, every column adding up to 1.
    """
    k, n = membership.shape
    if k == 1:
        return 1.0
    coefficient = float(np.square(membership).sum()) / n
    sharpness: float = (k * coefficient - 1.0) / (k - 1.0)
    return sharpness


def suggested_fuzziness(n: int, d: int) -> float:
    """Return the exponent that suits ``n`` clips of ``d`` features.

    The largest one that finds no clusters in structureless data, by equation 5 of
    Schwaemmle and Jensen (2010), "A simple and fast method to determine the parameters
    for fuzzy c-means cluster analysis".
    """
    decay = math.pow(d, -0.0406 * math.log(n) - 0.1134)
    return 1.0 + (1418.0 / n + 22.05) / d**2 + (12.33 / n + 0.243) * decay


METHOD = Method(
    "fuzzy_cmeans",
    "Fuzzy C-Means",
    "Like K-Means, but a clip between two groups belongs to both, to a degree.",
    FuzzyCMeansParams,
    fit,
)
