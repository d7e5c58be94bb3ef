"""How good a partition is: against the truth, and by itself.

The external scores read a `Contingency`, which holds only the cells that occur, so they
are quick enough to follow a hand: everything here but `accuracy` needs NumPy alone.

Clips without truth ("") or without features (`UNPLACED`) are left out. Noise counts as
one more group, so that a method gains nothing by discarding what is difficult;
`Scores.coverage` says how much it did discard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.clustering.partition import NOISE, UNPLACED
from engine.clustering.silhouette import silhouette
from engine.errors import ParameterError
from engine.progress import Report, silent

Ints = npt.NDArray[np.int64]

UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Scores:
    """What can be said about one partition; None where a score is not defined.

    Parameters
    ----------
    nmi : float or None
        Normalised mutual information, 0 to 1.
    accuracy : float or None
        Share of clips in the group that stands for their class, 0 to 1.
    ari : float or None
        Adjusted Rand index, -0.5 to 1; 0 is what chance would give.
    silhouette : float or None
        -1 to 1; clips without a cluster are left out.
    n_clusters : int
        Clusters that have a member, noise not counted.
    coverage : float
        Share of the clips with features that are in a cluster, not noise; 0 to 1.
    labelled : int
        Clips that the external scores count.
    sampled : int or None
        Clips whose silhouettes were averaged, where that is not all of them.
    """

    nmi: float | None
    accuracy: float | None
    ari: float | None
    silhouette: float | None
    n_clusters: int
    coverage: float
    labelled: int
    sampled: int | None


@dataclass(frozen=True, eq=False, slots=True)
class Contingency:
    """How many clips each group and class share; cells without any are left out.

    Parameters
    ----------
    groups, classes, counts : int64 array, shape (n_cells,)
        Position of the group and of the class, and the clips they share, at least 1.
    group_sizes : int64 array, shape (n_groups,)
    class_sizes : int64 array, shape (n_classes,)
        Every group and class has at least one clip.
    """

    groups: Ints
    classes: Ints
    counts: Ints
    group_sizes: Ints
    class_sizes: Ints

    @property
    def total(self) -> int:
        """Number of clips."""
        return int(self.group_sizes.sum())


def codes_of(truth: Sequence[str]) -> Ints:
    """Turn classes into numbers 0, 1, ... as they first occur, "" into `UNKNOWN`.

    Returns
    -------
    int64 array, shape (n_clips,)
        What `contingency` takes. It need not be made again for every cut.
    """
    numbers: dict[str, int] = {"": UNKNOWN}
    codes = (numbers.setdefault(value, len(numbers) - 1) for value in truth)
    return np.fromiter(codes, np.int64, len(truth))


def contingency(labels: npt.ArrayLike, codes: npt.ArrayLike) -> Contingency:
    """Count what groups and classes share.

    Parameters
    ----------
    labels : int array, shape (n_clips,)
        Cluster ids, `NOISE` (one group) or `UNPLACED` (left out).
    codes : int array, shape (n_clips,)
        Classes as from `codes_of`; `UNKNOWN` is left out.

    Raises
    ------
    ParameterError
        If the lengths differ.
    """
    groups, classes = np.asarray(labels, np.int64), np.asarray(codes, np.int64)
    if groups.shape != classes.shape:
        raise ParameterError(
            f"There must be one truth per label, {groups.size}; there are "
            f"{classes.size}"
        )
    counted = (groups > UNPLACED) & (classes > UNKNOWN)
    groups, group_sizes = _closed_up(groups[counted] - NOISE)
    classes, class_sizes = _closed_up(classes[counted])
    width = len(class_sizes)
    cells, counts = _count(groups * width + classes, len(group_sizes) * width)
    return Contingency(
        cells // max(1, width), cells % max(1, width), counts, group_sizes, class_sizes
    )


def nmi(table: Contingency) -> float:
    """Return the mutual information over the mean of the two entropies, 0 to 1.

    The arithmetic normalisation of Vinh, Epps and Bailey (2010), as in scikit-learn's
    ``normalized_mutual_info_score``; 1 where there is one group and one class.
    """
    if len(table.group_sizes) == len(table.class_sizes) <= 1:
        return 1.0
    n = table.total
    expected = table.group_sizes[table.groups] * table.class_sizes[table.classes] / n
    shared = float((table.counts * np.log(table.counts / expected)).sum()) / n
    mean = (_entropy(table.group_sizes) + _entropy(table.class_sizes)) / 2.0
    return min(1.0, max(0.0, shared / mean))


def ari(table: Contingency) -> float:
    """Return the Rand index adjusted for chance, -0.5 to 1.

    Hubert and Arabie (1985), as in scikit-learn's ``adjusted_rand_score``; 1 where
    neither side separates or neither side joins any two clips.
    """
    # Python's integers: the products of pairs outgrow 64 bits at 50 000 clips.
    both = _pairs(table.counts)
    grouped, classed = _pairs(table.group_sizes), _pairs(table.class_sizes)
    every = table.total * (table.total - 1) // 2
    if grouped == classed == both:
        return 1.0
    numerator = 2 * (both * every - grouped * classed)
    return numerator / ((grouped + classed) * every - 2 * grouped * classed)


def accuracy(table: Contingency) -> float:
    """Return the share of clips on the best one-to-one match of groups and classes.

    The assignment problem of Kuhn (1955), solved over the cells that occur, so that a
    "class" may be each clip's own name without a table of their product.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    # Each group also gets a place of its own that is worth nothing, so that all can be
    # matched; one is added everywhere because a weight of 0 would be no cell.
    k, width = len(table.group_sizes), len(table.class_sizes) + len(table.group_sizes)
    groups = np.concatenate([table.groups, np.arange(k)])
    places = np.concatenate([table.classes, np.arange(width - k, width)])
    weights = np.concatenate([table.counts, np.zeros(k)]) + 1.0
    graph = csr_array((weights, (groups, places)), shape=(k, width))
    group, place = min_weight_full_bipartite_matching(graph, maximize=True)
    chosen = np.isin(table.groups * width + table.classes, group * width + place)
    return int(table.counts[chosen].sum()) / table.total


def score(
    labels: npt.ArrayLike,
    truth: Sequence[str] | None = None,
    matrix: npt.ArrayLike | None = None,
    *,
    rows: npt.ArrayLike | None = None,
    seed: int = 0,
    report: Report = silent,
) -> Scores:
    """Score one partition.

    Parameters
    ----------
    labels : int array, shape (n_clips,)
        Cluster ids, `NOISE` or `UNPLACED`.
    truth : sequence of str, length n_clips, optional
        Class of every clip, "" where unknown.
    matrix : float array, shape (n_rows, d), optional
        Where the clips lie, for the silhouette.
    rows : int array, shape (n_rows,), optional
        The clip that each row stands for; without it there must be one row per clip.
    seed : int
        Which clips the silhouette samples, where there are too many.
    report : Report
        Called while silhouettes are measured.

    Returns
    -------
    Scores
        External scores are None without a cluster and with fewer than two classes; the
        silhouette is None unless 2 <= clusters < clustered clips.

    Raises
    ------
    ParameterError
        If the lengths do not fit.
    """
    ids = np.asarray(labels, np.int64)
    placed = int((ids != UNPLACED).sum())
    clustered = ids >= 0
    n_clusters = len(np.unique(ids[clustered]))
    table = contingency(ids, codes_of([""] * len(ids) if truth is None else truth))
    external = n_clusters > 0 and len(table.class_sizes) > 1
    width: float | None = None
    sampled: int | None = None
    if matrix is not None:
        where = np.asarray(matrix, np.float64)
        of_rows = ids if rows is None else ids[np.asarray(rows, np.int64)]
        if len(where) != len(of_rows):
            raise ParameterError(
                f"The matrix must have one row per label, {len(of_rows)}; it has "
                f"{len(where)}"
            )
        inside = of_rows >= 0
        width, sampled = silhouette(where[inside], of_rows[inside], seed, report)
    return Scores(
        nmi=nmi(table) if external else None,
        accuracy=accuracy(table) if external else None,
        ari=ari(table) if external else None,
        silhouette=width,
        n_clusters=n_clusters,
        coverage=int(clustered.sum()) / placed if placed else 0.0,
        labelled=table.total,
        sampled=sampled,
    )


def _count(ids: Ints, limit: int) -> tuple[Ints, Ints]:
    """Return the ids below ``limit`` that occur, ascending, and how often."""
    if limit > 16 * ids.size + 1024:
        return np.unique(ids, return_counts=True)
    counts = np.bincount(ids, minlength=1)
    found = np.flatnonzero(counts)
    return found, counts[found]


def _closed_up(ids: Ints) -> tuple[Ints, Ints]:
    """Renumber ids without gaps; return the new ids and the size of each."""
    found, counts = _count(ids, int(ids.max(initial=0)) + 1)
    return np.searchsorted(found, ids), counts


def _entropy(counts: Ints) -> float:
    share = counts / counts.sum()
    return -float((share * np.log(share)).sum())


def _pairs(counts: Ints) -> int:
    return int((counts * (counts - 1) // 2).sum())
