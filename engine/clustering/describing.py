"""What can be said about every single cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.clustering.contingency import UNKNOWN, Ints, codes_of, contingency
from engine.clustering.distances import blocks, prepared
from engine.clustering.internal import spread_of
from engine.clustering.method import Matrix
from engine.clustering.partition import NOISE
from engine.clustering.silhouette import SAMPLE, measured, silhouette_samples
from engine.errors import ParameterError
from engine.machine import limited_threads
from engine.progress import Report, Step, silent

# Up to so many clips every one may be the medoid, beyond only those nearest the centre.
_EXACT = 1_000
_CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """One cluster, or all noise; None where something is not defined.

    Parameters
    ----------
    id : int
        The cluster id, or `NOISE`.
    size : int
        Clips in it.
    labelled : int
        How many of them have a label.
    majority : str or None
        The most frequent label; of equals, the one that comes first in the collection.
    purity : float or None
        Share of the labelled clips that have it, 0 to 1.
    medoid : int or None
        The clip with the smallest mean distance to the others; of equals, the first.
        None for noise.
    medoid_exact : bool
        Whether every clip was tried, or only the 100 nearest the centre, as in clusters
        of more than 1 000.
    silhouette : float or None
        Mean over the cluster, -1 to 1. None for noise, for a single cluster, and for
        more than 5 000 of them among more clips than are sampled.
    sampled : int or None
        Clips whose silhouettes were averaged, where that is not all of them.
    radius : float or None
        Mean distance of the clips to the centre, in units of the matrix; None for
        noise.
    """

    id: int
    size: int
    labelled: int = 0
    majority: str | None = None
    purity: float | None = None
    medoid: int | None = None
    medoid_exact: bool = True
    silhouette: float | None = None
    sampled: int | None = None
    radius: float | None = None


def describe(
    labels: npt.ArrayLike,
    truth: Sequence[str] | None = None,
    matrix: npt.ArrayLike | None = None,
    rows: npt.ArrayLike | None = None,
    *,
    seed: int = 0,
    report: Report = silent,
) -> tuple[ClusterReport, ...]:
    """Describe every cluster, by ascending id, and the noise behind them.

    Parameters
    ----------
    labels : int array, shape (n_clips,)
        Cluster ids, `NOISE` or `UNPLACED` (left out).
    truth : sequence of str, length n_clips, optional
        Label of every clip, "" where unknown.
    matrix : float array, shape (n_rows, d), optional
        Where the clips lie, for medoids, silhouettes and radii.
    rows : int array, shape (n_rows,), optional
        The clip that each row stands for; without it there must be one row per clip.
    seed : int
        Which clips the silhouettes sample, where there are more than 5 000: as many of
        every cluster, so that also a small one has its say.
    report : Report

    Raises
    ------
    ParameterError
        If the lengths do not fit.
    """
    every = np.asarray(labels, np.int64)
    ids, sizes = np.unique(every[every >= NOISE], return_counts=True)
    reports = {
        i: ClusterReport(i, n)
        for i, n in zip(ids.tolist(), sizes.tolist(), strict=True)
    }
    if truth is not None:
        for i, (labelled, share, majority) in _majorities(every, truth).items():
            reports[i] = replace(
                reports[i], labelled=labelled, purity=share, majority=majority
            )
    if matrix is not None:
        given = np.asarray(matrix)
        clips = np.arange(len(every)) if rows is None else np.asarray(rows, np.int64)
        if len(given) != len(clips):
            raise ParameterError(
                f"The matrix must have one row per label, {len(clips)}; it has "
                f"{len(given)}"
            )
        inside = np.flatnonzero(every[clips] >= 0)
        of_rows = every[clips[inside]]
        spread = spread_of(given, every[clips])
        order = np.argsort(of_rows, kind="stable")
        members = np.split(inside[order], np.cumsum(spread.sizes))[:-1]
        widths, sampled = _silhouettes(given, inside, of_rows, seed, report)
        with limited_threads():
            for place, (i, some) in enumerate(
                zip(spread.ids.tolist(), members, strict=True)
            ):
                report(Step(place, len(members), "Looking for medoids"))
                width = widths[place]
                reports[i] = replace(
                    reports[i],
                    medoid=int(clips[some[medoid_of(given[some])]]),
                    medoid_exact=len(some) <= _EXACT,
                    silhouette=None if np.isnan(width) else float(width),
                    sampled=None if np.isnan(width) else sampled,
                    radius=float(spread.radii[place]),
                )
    return tuple(reports[i] for i in sorted(reports, key=lambda i: (i == NOISE, i)))


def _majorities(ids: Ints, truth: Sequence[str]) -> dict[int, tuple[int, float, str]]:
    """Return, of every group with labelled clips, their number and most of them."""
    codes = codes_of(truth)
    table = contingency(ids, codes)
    counted = (ids >= NOISE) & (codes > UNKNOWN)
    names = list(dict.fromkeys(name for name in truth if name))
    group_ids, class_codes = np.unique(ids[counted]), np.unique(codes[counted])
    # Cells by group, the most frequent class first; of equals, the earlier one.
    order = np.lexsort((table.classes, -table.counts, table.groups))
    first = order[np.searchsorted(table.groups[order], np.arange(len(group_ids)))]
    return {
        int(i): (int(size), int(count) / int(size), names[code])
        for i, size, count, code in zip(
            group_ids,
            table.group_sizes,
            table.counts[first],
            class_codes[table.classes[first]],
            strict=True,
        )
    }


def _silhouettes(
    matrix: npt.NDArray[Any], inside: Ints, ids: Ints, seed: int, report: Report
) -> tuple[Matrix, int | None]:
    """Return the mean silhouette of every cluster, and of how many clips, if sampled.

    Parameters
    ----------
    matrix : float array, shape (n_rows, d)
    inside, ids : int64 array, shape (n,)
        The rows in a cluster, and their clusters.
    """
    _, own, sizes = np.unique(ids, return_inverse=True, return_counts=True)
    k, chosen = len(sizes), np.arange(len(own))
    if k > SAMPLE and len(own) > SAMPLE:
        return np.full(k, np.nan), None
    if len(own) > SAMPLE:
        mixed = np.random.default_rng(seed).permutation(len(own))
        mixed = mixed[np.argsort(own[mixed], kind="stable")]
        rank = np.arange(len(own)) - (np.cumsum(sizes) - sizes)[own[mixed]]
        chosen = np.sort(mixed[rank < max(2, SAMPLE // k)])
    widths = silhouette_samples(matrix[inside[chosen]], own[chosen], report)
    means = np.bincount(own[chosen], widths, k) / np.bincount(own[chosen], minlength=k)
    return means, len(chosen) if len(chosen) < len(own) else None


def medoid_of(members: npt.NDArray[Any]) -> int:
    """Return the position of the row with the smallest mean distance to the others.

    Parameters
    ----------
    members : float array, shape (n, d), n at least 1
        Of more than 1 000 only the 100 nearest to their centre are tried.
    """
    if len(members) <= 2:
        return 0
    rows = prepared(members)
    tried = np.arange(len(rows))
    if len(rows) > _EXACT:
        from_centre = np.einsum("ij,ij->i", rows, rows)
        tried = np.sort(np.argsort(from_centre, kind="stable")[:_CANDIDATES])
    sums = np.concatenate(
        [
            measured(rows[tried[block]], rows).sum(axis=1)
            for block in blocks(len(tried), len(rows))
        ]
    )
    # Of equals the first, although rounding tells them apart.
    return int(tried[np.argmax(sums <= sums.min() * (1.0 + 1e-12))])
