"""Whether clusters come back when the clips, or the random starts, are others.

A method always finds something. What it finds again in other samples of the same
collection is a property of the sounds; what it does not is one of the sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.clustering.contingency import Ints, contingency
from engine.clustering.external import ari
from engine.clustering.method import Matrix, Method
from engine.clustering.partition import NOISE
from engine.errors import ParameterError
from engine.params import Params, param
from engine.progress import Report, Step, silent

# Hennig (2008), "Dissolution point and isolation robustness", and his clusterboot (the
# R package fpc): a mean Jaccard index from which a cluster deserves the words.
_VERDICTS = (
    (0.85, "highly stable"),
    (0.75, "stable"),
    (0.6, "a pattern with doubtful borders"),
    (0.0, "not to be trusted"),
)
_RECOVERED, _DISSOLVED = 0.75, 0.5


@dataclass(frozen=True)
class StabilityParams(Params):
    """How thoroughly to ask."""

    rounds: int = param(
        20,
        label="Samples",
        low=2,
        high=1000,
        help="How many samples of the clips to group again.",
    )
    seeds: int = param(
        5,
        label="Seeds",
        low=2,
        high=100,
        help="How many other seeds to try, where the method has one.",
    )
    seed: int = param(
        0, label="Seed", low=0, high=2**31 - 1, help="Which samples and seeds to take."
    )


@dataclass(frozen=True, eq=False)
class Stability:
    """How reliably a partition comes back.

    Parameters
    ----------
    ids : int64 array, shape (k,)
        Cluster ids, ascending.
    jaccard : float64 array, shape (k,)
        Mean likeness of every cluster to the most similar one of each sample, 0 to 1;
        NaN for one that was in no sample.
    recovered, dissolved, seen : int64 array, shape (k,)
        In how many samples that likeness was above 0.75, at most 0.5, and in how many
        the cluster had a member.
    ari_mean, ari_deviation : float
        Agreement of the partition with those of other seeds; of a method without a
        seed, with those of the samples, over the clips in them. The adjusted Rand index
        counts noise as one more group.
    over_seeds : bool
        Which of the two.
    rounds : int
        Samples that were grouped.
    """

    ids: Ints
    jaccard: Matrix
    recovered: Ints
    dissolved: Ints
    seen: Ints
    ari_mean: float
    ari_deviation: float
    over_seeds: bool
    rounds: int

    @property
    def verdicts(self) -> tuple[str, ...]:
        """What Hennig's thresholds say about every cluster, in words."""
        return tuple(verdict(value) for value in self.jaccard.tolist())


def verdict(jaccard: float) -> str:
    """Say in words how far a cluster of this mean Jaccard index can be trusted."""
    return next((words for low, words in _VERDICTS if jaccard >= low), "not known")


def stability(
    matrix: npt.ArrayLike,
    method: Method,
    params: Params | None = None,
    stability_params: StabilityParams | None = None,
    report: Report = silent,
    *,
    labels: npt.ArrayLike | None = None,
) -> Stability:
    """Group bootstrap samples, and with other seeds, and compare with the partition.

    The bootstrap of Hennig (2007), "Cluster-wise assessment of cluster stability", as
    fpc's ``clusterboot`` does it by default: as many clips are drawn as there are, and
    those drawn more than once count once, so that a sample holds about 63 % of them.

    Parameters
    ----------
    matrix : float array, shape (n, d)
    method : Method
    params : Params, optional
        Of the method's own type; by default its defaults.
    stability_params : StabilityParams, optional
    report : Report
        Called for every fit and within it.
    labels : int array, shape (n,), optional
        The partition in question, negative ids for clips in no cluster; by default what
        the method finds.

    Raises
    ------
    ParameterError
        If the labels do not fit the matrix, or the method cannot work.
    """
    chosen = stability_params or StabilityParams()
    params = method.params() if params is None else params
    over_seeds = any(field.name == "seed" for field in params.declared())
    fits = chosen.rounds + (chosen.seeds if over_seeds else 0) + (labels is None)
    again = _Again(np.asarray(matrix), method, params, fits, report)
    n = len(again.matrix)
    every = np.arange(n)
    reference = np.asarray(
        again.labels(every, "Grouping all clips") if labels is None else labels,
        np.int64,
    )
    if reference.shape != (n,):
        raise ParameterError(
            f"There must be one label per row, {n}; their shape is {reference.shape}"
        )
    ids = np.unique(reference[reference >= 0])
    likeness = np.full((chosen.rounds, len(ids)), np.nan)
    agreements = []
    stream = np.random.default_rng(chosen.seed)
    for i in range(chosen.rounds):
        sample = np.unique(stream.integers(0, n, n))
        found = again.labels(sample, f"Grouping sample {i + 1} of {chosen.rounds}")
        likeness[i] = best_jaccard(reference[sample], found, ids)
        if not over_seeds:
            agreements.append(_ari(reference[sample], found))
    if over_seeds:
        for i, seed in enumerate(stream.integers(0, 2**31, chosen.seeds).tolist()):
            words = f"Grouping with seed {i + 1} of {chosen.seeds}"
            agreements.append(_ari(reference, again.labels(every, words, seed=seed)))
    seen = ~np.isnan(likeness)
    times = seen.sum(axis=0)
    sums = np.where(seen, likeness, 0.0).sum(axis=0)
    return Stability(
        ids=ids,
        jaccard=np.where(times > 0, sums / np.maximum(times, 1), np.nan),
        recovered=(likeness > _RECOVERED).sum(axis=0),
        dissolved=(likeness <= _DISSOLVED).sum(axis=0),
        seen=times,
        ari_mean=float(np.mean(agreements)),
        ari_deviation=float(np.std(agreements)),
        over_seeds=over_seeds,
        rounds=chosen.rounds,
    )


def best_jaccard(labels: Ints, others: Ints, ids: Ints) -> Matrix:
    """Return every cluster's largest Jaccard index with a cluster of the others.

    Parameters
    ----------
    labels, others : int64 array, shape (n,)
        Two partitions of the same clips, negative ids for clips in no cluster.
    ids : int64 array, shape (k,)
        The clusters of ``labels`` in question, ascending.

    Returns
    -------
    float64 array, shape (k,)
        0 to 1; NaN for clusters without a clip.
    """
    result = np.full(len(ids), np.nan)
    table = contingency(np.maximum(labels, NOISE), np.maximum(others, NOISE) - NOISE)
    here = np.unique(np.maximum(labels, NOISE))
    apart = table.group_sizes[table.groups] + table.class_sizes[table.classes]
    shares = table.counts / (apart - table.counts)
    if others.min(initial=0) < 0:
        shares[table.classes == 0] = 0.0  # noise, the lowest id, is no cluster
    best = np.zeros(len(here))
    np.maximum.at(best, table.groups, shares)
    present = np.isin(ids, here)
    result[present] = best[np.searchsorted(here, ids[present])]
    return result


def _ari(labels: Ints, others: Ints) -> float:
    return ari(contingency(labels, others - NOISE))


class _Again:
    """Fits of one method to parts of one matrix, with the progress of all of them."""

    def __init__(
        self,
        matrix: npt.NDArray[Any],
        method: Method,
        params: Params,
        fits: int,
        report: Report,
    ) -> None:
        self.matrix = matrix
        self._method = method
        self._params = params
        self._fits = fits
        self._report = report
        self._done = 0

    def labels(self, rows: Ints, words: str, **changes: int) -> Ints:
        """Group some rows, with other values of some parameters.

        Fewer rows than clusters become as many clusters as there are rows.
        """
        asked = getattr(self._params, "n_clusters", 0)
        if asked > len(rows) < len(self.matrix):
            changes["n_clusters"] = len(rows)

        def inside(step: Step) -> None:
            done = 100 * self._done + int(100 * (step.fraction or 0.0))
            self._report(Step(done, 100 * self._fits, words))

        inside(Step(0, 1, words))
        params = self._params.replace(**changes)
        fit = self._method.fit(self.matrix[rows], params, inside)
        self._done += 1
        return fit.labels.astype(np.int64)
