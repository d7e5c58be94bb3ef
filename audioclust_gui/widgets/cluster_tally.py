"""Counts the clips and labels of every cluster, quickly enough to follow a hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.clustering.contingency import codes_of
from engine.clustering.partition import UNPLACED

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_MOST_CELLS = 1 << 20  # of clusters and labels; beyond, only those that occur


@dataclass(frozen=True, eq=False)
class Tally:
    """What one partition comes to; a row per cluster, by ascending id, then the rest.

    Parameters
    ----------
    ids : int64 array, shape (n_rows,)
        The clusters, then NOISE and UNPLACED where there are any.
    sizes : int64 array, shape (n_rows,)
        Clips, at least 1.
    majorities : int64 array, shape (n_rows,)
        The most frequent label, as its place in `Counting.names`; of equals, the one
        that comes first in the collection. -1 where no clip has a label.
    shares : float64 array, shape (n_rows,)
        Share of the labelled clips that have it, above 0 to 1; NaN where none has.
    row_of : int64 array
        The row of every id: NOISE and UNPLACED count from the end, as indices do.
        What does not occur has row -1.
    """

    ids: Ints
    sizes: Ints
    majorities: Ints
    shares: Floats
    row_of: Ints

    def within(self, labels: NDArray[np.int32]) -> Ints:
        """Count these clips, by their labels, in every row: shape (n_rows,)."""
        return np.bincount(self.row_of[labels], minlength=len(self.ids))


class Counting:
    """The labels of a collection, read once, to count every partition against.

    Parameters
    ----------
    truth : sequence of str, length n_clips, optional
        Label of every clip, "" where unknown.
    """

    def __init__(self, truth: Sequence[str] | None = None) -> None:
        self.names = tuple(filter(None, dict.fromkeys(truth or ())))
        self._codes = codes_of(truth or ()) + 1  # 0 without a label

    def tally(self, labels: ArrayLike) -> Tally:
        """Count a partition.

        Parameters
        ----------
        labels : int array, shape (n_clips,)
            Cluster ids, NOISE or UNPLACED.
        """
        every = np.asarray(labels, np.int64)
        # By id, and what is below 0 at the end, where an index below 0 finds it.
        counts = np.roll(np.bincount(every - UNPLACED, minlength=2), UNPLACED)
        found = np.flatnonzero(counts)
        if len(found) > 1 and found[-2] == len(counts) + UNPLACED:
            found[-2:] = found[:-3:-1]  # noise comes first
        row_of = np.full(len(counts), -1)
        row_of[found] = np.arange(len(found))
        ids = np.where(found < len(counts) + UNPLACED, found, found - len(counts))
        majorities, shares = self._majorities(row_of[every], len(ids))
        return Tally(ids, counts[found], majorities, shares, row_of)

    def _majorities(self, rows: Ints, n_rows: int) -> tuple[Ints, Floats]:
        width = len(self.names) + 1
        if width == 1 or not n_rows:
            return np.full(n_rows, -1), np.full(n_rows, np.nan)
        cells = rows * width + self._codes
        if n_rows * width <= _MOST_CELLS:
            table = np.bincount(cells, minlength=n_rows * width)
            table = table.reshape(n_rows, width)
            table[:, 0] = 0  # without a label
            best, labelled = table.argmax(axis=1), table.sum(axis=1)
            most = table[np.arange(n_rows), best]
        else:
            cells, counts = np.unique(cells[self._codes > 0], return_counts=True)
            of_row = cells // width
            order = np.lexsort((cells, -counts, of_row))
            there, first = np.unique(of_row, return_index=True)
            best, most = np.zeros(n_rows, np.int64), np.zeros(n_rows, np.int64)
            best[there] = cells[order[first]] % width
            most[there] = counts[order[first]]
            labelled = np.bincount(of_row, counts, n_rows)
        shares = np.full(n_rows, np.nan)
        np.divide(most, labelled, out=shares, where=labelled > 0)
        return best - 1, shares
