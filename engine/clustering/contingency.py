"""The contingency table of two partitions, as the external scores read it.

It holds only the cells that occur, so it is quick enough to follow a hand, and a
"class" may be each clip's own name without a table of their product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.clustering.partition import NOISE
from engine.errors import ParameterError

Ints = npt.NDArray[np.int64]

UNKNOWN = -1


@dataclass(frozen=True, eq=False, slots=True)
class Contingency:
    """How many clips each group and class share; cells without any are left out.

    Parameters
    ----------
    groups, classes, counts : int64 array, shape (n_cells,)
        Position of the group and of the class, and the clips they share, at least 1;
        by ascending group, then class.
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

    def matched(self, bonus: npt.NDArray[np.bool_] | None = None) -> Ints:
        """Return the cells of the one-to-one match that keeps the most clips together.

        The assignment problem of Kuhn (1955), solved over the cells that occur.

        Parameters
        ----------
        bonus : bool array, shape (n_cells,), optional
            Cells to prefer where several matches keep as many clips.

        Returns
        -------
        int64 array, shape (n_matches,)
            Positions in ``counts``, ascending.
        """
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import min_weight_full_bipartite_matching

        # Each group also gets a place of its own that is worth nothing, so that all can
        # be matched; one is added everywhere because a weight of 0 would be no cell.
        k, n = len(self.group_sizes), len(self.class_sizes)
        worth = self.counts.astype(np.float64)
        if bonus is not None:
            worth = worth * (k + 1) + bonus
        own = np.arange(k)
        groups = np.concatenate([self.groups, own])
        places = np.concatenate([self.classes, n + own])
        weights = np.concatenate([worth, np.zeros(k)]) + 1.0
        graph = csr_array((weights, (groups, places)), shape=(k, n + k))
        group, place = min_weight_full_bipartite_matching(graph, maximize=True)
        cells = self.groups * (n + k) + self.classes
        return np.flatnonzero(np.isin(cells, group * (n + k) + place))


def codes_of(truth: Sequence[str]) -> Ints:
    """Turn classes into numbers 0, 1, ... as they first occur, "" into `UNKNOWN`.

    Returns
    -------
    int64 array, shape (n_clips,)
        What `contingency` takes. It need not be made again for every cut.
    """
    classes = filter(None, dict.fromkeys(truth))
    numbers = {"": UNKNOWN} | {name: i for i, name in enumerate(classes)}
    return np.fromiter(map(numbers.__getitem__, truth), np.int64, len(truth))


def contingency(
    labels: npt.ArrayLike, codes: npt.ArrayLike, *, noise: bool = True
) -> Contingency:
    """Count what groups and classes share.

    Parameters
    ----------
    labels : int array, shape (n_clips,)
        Cluster ids, `NOISE` or `UNPLACED` (left out).
    codes : int array, shape (n_clips,)
        Classes as from `codes_of`; `UNKNOWN` is left out.
    noise : bool
        Whether noise is one more group, or left out.

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
    counted = (groups >= (NOISE if noise else 0)) & (classes > UNKNOWN)
    groups, group_sizes = _closed_up(groups[counted] - NOISE)
    classes, class_sizes = _closed_up(classes[counted])
    width = len(class_sizes)
    cells, counts = _count(groups * width + classes, len(group_sizes) * width)
    return Contingency(
        cells // max(1, width), cells % max(1, width), counts, group_sizes, class_sizes
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
