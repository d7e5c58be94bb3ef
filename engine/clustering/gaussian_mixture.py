"""Gaussian mixture: every cluster is a bell of its own place, width and weight."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.clustering import kmeans
from engine.clustering.distances import prepared
from engine.clustering.method import Fit, Matrix, Method
from engine.clustering.partition import size_order, tidy
from engine.errors import ParameterError
from engine.machine import limited_threads, memory_at_hand
from engine.params import Params, param
from engine.progress import Report, Step, silent

_ROUND = 5  # iterations between two reports; each round costs one more
_SECOND = 10**10  # multiplications, or about that many in a second


@dataclass(frozen=True)
class GaussianMixtureParams(Params):
    """What a Gaussian mixture needs to know."""

    n_clusters: int = param(
        10,
        label="Clusters",
        low=1,
        grid=range(2, 21),
        help="How many groups to make.",
    )
    # On digits, environmental sounds, bird syllables and drums (38 features), "tied"
    # had an NMI 0.01 to 0.04 above K-Means; "diag" less of that, "full" none.
    covariance: str = param(
        "tied",
        label="Shape",
        choices={
            "tied": "One shape for all",
            "diag": "Along the features",
            "spherical": "Round",
            "full": "Any shape each",
        },
        grid=("tied", "diag", "spherical", "full"),
        help="What the groups may look like. The freer they are, the more clips it "
        "takes to tell: any shape needs more clips in every group than features.",
    )
    regularisation: float = param(
        0.01,
        label="Regularisation",
        low=1e-9,
        high=10.0,
        logarithmic=True,
        help="What is added to every variance, as a share of the mean variance of the "
        "features, so that no group shrinks to a point.",
    )
    max_iter: int = param(
        100, label="Iterations", low=1, high=100_000, help="The most there will be."
    )
    n_init: int = param(
        3,
        label="Starts",
        low=1,
        high=1000,
        help="How many times to start from other centres; the likeliest result counts.",
    )
    seed: int = param(
        0, label="Seed", low=0, high=2**31 - 1, help="Which random starts to take."
    )


def fit(matrix: Matrix, params: GaussianMixtureParams, report: Report = silent) -> Fit:
    """Run scikit-learn's ``GaussianMixture`` (Dempster, Laird and Rubin 1977).

    Starts come from K-Means and run one by one, a few iterations at a time, which gives
    progress and a place to stop. The likeliest counts.

    Raises
    ------
    ParameterError
        If the covariances do not fit into the memory at hand.
    """
    from sklearn.utils import check_random_state

    n, k = len(matrix), params.n_clusters
    if n == 1:
        return Fit(
            np.zeros(1, np.int32),
            membership=np.ones((1, 1), np.float32),
            centres=matrix.copy(),
            iterations=1,
        )
    covariance, notes = _shape(matrix, params)
    middle = matrix.mean(axis=0)
    rows = prepared(matrix)
    spread = float(rows.var(axis=0).mean()) or 1.0
    stream = check_random_state(params.seed)
    best: Any = None
    iterations = 0
    # One thread: with more, the order of the sums, and so the result, is up to chance.
    with limited_threads(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # said in the notes instead
        for start in range(params.n_init):
            model, took = _settled(
                rows, params, covariance, spread, stream, start, report
            )
            if best is None or model.lower_bound_ > best.lower_bound_:
                best, iterations = model, took
        membership = best.predict_proba(rows)
    hard = membership.argmax(axis=1)
    used = size_order(hard)
    order = np.concatenate([used, np.setdiff1d(np.arange(k), used)])
    if not best.converged_:
        notes.append(
            f"Not settled after {params.max_iter} iterations; more may change the "
            "groups."
        )
    if len(used) < k:
        notes.append(f"{k - len(used)} of {k} clusters are no clip's first choice.")
    return Fit(
        tidy(hard),
        membership=np.ascontiguousarray(membership[:, order], np.float32),
        centres=best.means_[order] + middle,
        iterations=iterations,
        notes=tuple(notes),
    )


def _settled(
    rows: Matrix,
    params: GaussianMixtureParams,
    covariance: str,
    spread: float,
    stream: np.random.RandomState,
    start: int,
    report: Report,
) -> tuple[Any, int]:
    """Run one start until it settles; a warm start goes on where it was."""
    from sklearn.mixture import GaussianMixture

    total = params.n_init * params.max_iter
    n, d = rows.shape
    k, floor = params.n_clusters, params.regularisation * spread
    first = Step(start * params.max_iter, total, "Gaussian mixture")
    labels = kmeans.settled(rows, k, stream, first, report).labels_
    report(first)
    model = GaussianMixture(
        k,
        covariance_type=covariance,
        reg_covar=floor,
        random_state=0,
        warm_start=True,
        # As from K-Means, scikit-learn's own start, which nobody could follow.
        init_params="random_from_data",
        **_bells(rows, labels, k, covariance, floor),
    )
    cost = _multiplications(n, d, k, covariance)
    several = max(1, min(_ROUND, _SECOND // 2 // cost))
    done = 0
    while done < params.max_iter:
        report(Step(start * params.max_iter + done, total, "Gaussian mixture"))
        model.max_iter = min(several, params.max_iter - done)
        try:
            model.fit(rows)
        except ValueError as error:  # a covariance without an inverse
            raise ParameterError(
                "GaussianMixtureParams.regularisation must be higher: a group has no "
                f"width in some direction; it is {params.regularisation:g}"
            ) from error
        done += model.n_iter_
        if model.converged_:
            break
    return model, done


def _bells(
    rows: Matrix, labels: npt.NDArray[np.int32], k: int, covariance: str, floor: float
) -> dict[str, Matrix]:
    """Return where a mixture starts: the weight, mean and precision of every group."""
    n, d = rows.shape
    sizes = np.bincount(labels, minlength=k) + 10.0 * np.finfo(np.float64).eps
    member = np.eye(k)[labels]
    means = member.T @ rows / sizes[:, None]
    apart = rows - means[labels]
    if covariance == "full":
        width = np.stack([apart[labels == c].T @ apart[labels == c] for c in range(k)])
        width = width / sizes[:, None, None] + floor * np.eye(d)
    elif covariance == "tied":
        width = apart.T @ apart / n + floor * np.eye(d)
    else:
        width = member.T @ np.square(apart) / sizes[:, None] + floor
        if covariance == "spherical":
            width = width.mean(axis=1)
    precisions = np.linalg.inv(width) if covariance in ("full", "tied") else 1.0 / width
    return {
        "weights_init": sizes / sizes.sum(),
        "means_init": means,
        "precisions_init": precisions,
    }


def _shape(matrix: Matrix, params: GaussianMixtureParams) -> tuple[str, list[str]]:
    """Return the covariance type that the clips can tell, and why it is another."""
    (n, d), k = matrix.shape, params.n_clusters
    covariance, notes = params.covariance, []
    least = {"full": k * (d + 1), "tied": d + k}.get(covariance, 0)
    label = {f.name: dict(f.choices) for f in params.declared()}["covariance"]
    reason = ""
    if n < least:
        reason = (
            f"“{label[covariance]}” needs at least {least} clips for {k} clusters of "
            f"{d} features; there are {n}"
        )
    elif _multiplications(n, d, k, covariance) > _SECOND:
        reason = (
            f"“{label[covariance]}” takes too long with {k} clusters, {n} clips and "
            f"{d} features; with fewer features it would not"
        )
    if reason:
        covariance = "diag"
        notes.append(f"{reason}. So the groups spread along the features alone.")
    # Covariances and their factors, of this start and of the best one.
    needed = 4 * 8 * math.prod({"full": (k, d, d), "tied": (d, d)}.get(covariance, ()))
    there = memory_at_hand()
    if needed > there:
        raise ParameterError(
            f"GaussianMixtureParams.covariance {covariance!r} with {k} clusters of {d} "
            f"features needs {needed / 2**30:.1f} GiB; this machine can spare "
            f"{there / 2**30:.1f} GiB. Take 'diag', or fewer features."
        )
    return covariance, notes


def _multiplications(n: int, d: int, k: int, covariance: str) -> int:
    """Return about how many one iteration takes, at least 1."""
    return n * k * d * (d if covariance in ("full", "tied") else 1)


METHOD = Method(
    "gaussian_mixture",
    "Gaussian mixture",
    "Oval groups of different size and spread; a clip between two belongs to both, "
    "as likely as not.",
    GaussianMixtureParams,
    fit,
)
