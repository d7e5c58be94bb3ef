"""Two partitions of the same clips, cluster by cluster."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.clustering.contingency import Ints, contingency
from engine.clustering.external import ami, ari, nmi
from engine.clustering.partition import NOISE, UNPLACED, Labels
from engine.errors import ParameterError

_MOST_CELLS = 10_000_000


@dataclass(frozen=True, eq=False)
class Matching:
    """Which cluster of the second partition is which of the first.

    Clusters are matched one to one so that as many clips as possible stay where they
    are. Noise is matched with noise. Clips that are `UNPLACED` in either are left out.

    Parameters
    ----------
    rows, columns : int64 array, shape (n_first,) and (n_second,)
        Cluster ids of the first and the second partition, as a table shows them: first
        the matched pairs, by descending size of the first, then the others likewise,
        `NOISE` last where there is any.
    n_matched : int
        Pairs of clusters that belong together: ``rows[i]`` and ``columns[i]`` for every
        i below.
    renamed : int32 array, shape (n_clips,)
        The second partition with the ids of the first. A cluster without a partner has
        a new id, above all of the first; negative ids stay as they are.
    moved : int64 array, shape (n_moved,)
        The clips that are elsewhere in the second partition, ascending: in another
        cluster than the partner of their own, or in noise on one side only.
    compared : int
        Clips that are in both partitions, noise included.
    nmi, ari, ami : float or None
        Agreement as in `engine.clustering.external`, noise counted as one group; None
        where no clip can be compared.
    """

    rows: Ints
    columns: Ints
    n_matched: int
    renamed: Labels
    moved: Ints
    compared: int
    nmi: float | None
    ari: float | None
    ami: float | None
    _cells: tuple[Ints, Ints, Ints]

    @property
    def kept(self) -> float:
        """Share of the compared clips that did not move; 1 where there are none."""
        return 1.0 - len(self.moved) / self.compared if self.compared else 1.0

    @property
    def partners(self) -> dict[int, int]:
        """The id in the first partition of every matched cluster of the second."""
        pairs = zip(self.columns.tolist(), self.rows.tolist(), strict=False)
        return dict(list(pairs)[: self.n_matched])

    def table(self) -> Ints:
        """Return how many clips each row and column share, matches on the diagonal.

        Returns
        -------
        int64 array, shape (n_first, n_second)

        Raises
        ------
        ParameterError
            If that is more than ten million numbers, which nobody can look at.
        """
        shape = len(self.rows), len(self.columns)
        if shape[0] * shape[1] > _MOST_CELLS:
            raise ParameterError(
                f"A table must have at most {_MOST_CELLS:,} cells; {shape[0]:,} and "
                f"{shape[1]:,} clusters make {shape[0] * shape[1]:,}"
            )
        table = np.zeros(shape, np.int64)
        row, column, counts = self._cells
        table[row, column] = counts
        return table


def match(first: npt.ArrayLike, second: npt.ArrayLike) -> Matching:
    """Match the clusters of two partitions and say what differs.

    Parameters
    ----------
    first, second : int array, shape (n_clips,)
        Cluster ids, `NOISE` or `UNPLACED`.

    Raises
    ------
    ParameterError
        If the lengths differ.
    """
    one, two = np.asarray(first, np.int64), np.asarray(second, np.int64)
    if one.shape != two.shape:
        raise ParameterError(
            "Two partitions of the same clips must have the same length; they have "
            f"{one.size} and {two.size}"
        )
    both = (one > UNPLACED) & (two > UNPLACED)
    table = contingency(one[both], two[both] - NOISE)
    here, there = np.unique(one[both]), np.unique(two[both])
    group, label = here[table.groups], there[table.classes]

    # Without noise the same cells in the same order, only those that may be matched.
    clusters = contingency(one, two, noise=False)
    solid = (group >= 0) & (label >= 0)
    pairs = np.flatnonzero(solid)[clusters.matched((group == label)[solid])]
    partner = dict(zip(label[pairs].tolist(), group[pairs].tolist(), strict=True))
    by_size = np.argsort(-table.group_sizes[table.groups[pairs]], kind="stable")
    pairs = pairs[by_size]

    rows = _arranged(here, table.group_sizes, group[pairs])
    columns = _arranged(there, table.class_sizes, label[pairs])
    renamed = _renamed(two, one, partner)
    return Matching(
        rows=rows,
        columns=columns,
        n_matched=len(pairs),
        renamed=renamed,
        moved=np.flatnonzero(both & (renamed != one)),
        compared=table.total,
        nmi=nmi(table) if table.total else None,
        ari=ari(table) if table.total else None,
        ami=ami(table) if table.total else None,
        _cells=(_places(rows, group), _places(columns, label), table.counts),
    )


def _arranged(ids: Ints, sizes: Ints, matched: Ints) -> Ints:
    """Put the matched ids first as they come, the others by size, noise last."""
    rank = np.full(len(ids), len(matched))
    rank[np.searchsorted(ids, matched)] = np.arange(len(matched))
    rank[ids == NOISE] = len(matched) + 1
    return ids[np.lexsort((-sizes, rank))]


def _places(order: Ints, ids: Ints) -> Ints:
    """Return where each id stands in an order."""
    by_id = np.argsort(order)
    return by_id[np.searchsorted(order, ids, sorter=by_id)]


def _renamed(labels: Ints, others: Ints, partner: dict[int, int]) -> Labels:
    """Replace ids by their partners, and those without one by new ids."""
    ids, own = np.unique(labels, return_inverse=True)
    fresh = max(-1, int(others.max(initial=-1))) + 1
    names = np.empty(len(ids), np.int32)
    for i, name in enumerate(ids.tolist()):
        if name < 0:
            names[i] = name
        elif name in partner:
            names[i] = partner[name]
        else:
            names[i], fresh = fresh, fresh + 1
    return names[own]
