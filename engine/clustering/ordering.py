"""Left and right of every merge, so that neighbours in a drawing are alike.

A linkage says nothing about sides; this writes them into the order of its columns.
Labels do not depend on it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.clustering.distances import between, prepared
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.method import Matrix
from engine.progress import Report, Step, silent

OPTIMAL_LIMIT = 1_200  # clips: some 0.4 s and 30 MB; the time grows with the cube
_BLOCK = 32_768  # sums at a time: 256 KB, which a core's own cache can hold
_REPORTS = 100_000_000  # sums between two reports, some 0.1 s


def ordered(
    linkage: Matrix,
    matrix: Matrix,
    metric: str = "euclidean",
    report: Report = silent,
) -> Matrix:
    """Return a linkage with the left child of every merge in its first column.

    Up to `OPTIMAL_LIMIT` rows, the sum of the distances between neighbouring leaves is
    the least that any choice of sides gives: optimal leaf ordering, Bar-Joseph, Gifford
    and Jaakkola (2001), "Fast optimal leaf ordering for hierarchical clustering".
    Beyond it the bigger child is on the left.

    Parameters
    ----------
    linkage : float array, shape (n - 1, 4)
    matrix : float array, shape (n, d)
        The rows that it was built from.
    metric : {"euclidean", "cosine"}
    report : Report

    Returns
    -------
    float64 array, shape (n - 1, 4)
    """
    tree = Hierarchy(linkage)
    children = tree.children
    if 2 < tree.n_leaves <= OPTIMAL_LIMIT:
        flipped = _Paths(tree, matrix, metric, report).flipped()
        children = np.where(flipped[:, None], children[:, ::-1], children)
    return np.column_stack([children, tree.linkage[:, 2:]])


class _Paths:
    """The shortest path through every subtree, for every choice of its two ends.

    The ends lie on either side of the subtree's last merge, so one matrix holds them
    all: a pair of leaves are the ends of a path through the smallest subtree that has
    both. SciPy's ``optimal_leaf_ordering`` (1.17) takes 20 times as long for 1 000
    leaves, cannot be cancelled, and misses the optimum (its issue 11227).

    Rows and columns are in leaf order: every subtree is a slice, split in two.
    """

    def __init__(
        self, tree: Hierarchy, matrix: Matrix, metric: str, report: Report
    ) -> None:
        self._tree = tree
        rows = prepared(matrix, metric)[tree.leaf_order]
        self._gaps = between(rows, rows, metric)
        self._shortest = np.zeros_like(self._gaps)
        n = tree.n_leaves
        total, done, told = n * (n - 1) * (n - 2) // 3, 0, -_REPORTS
        for merge in range(n, 2 * n - 1):
            if done - told >= _REPORTS:
                report(Step(done, total, "Ordering the tree"))
                told = done
            done += self._join(merge)

    def _slice(self, node: int) -> slice:
        start = int(self._tree.starts[node])
        return slice(start, start + int(self._tree.sizes[node]))

    def _sides(self, node: int) -> list[tuple[slice, slice]]:
        """Return where a path through a node may begin, and where it ends then."""
        if node < self._tree.n_leaves:
            return [(self._slice(node), self._slice(node))]
        a, b = map(self._slice, self._tree.children[node - self._tree.n_leaves])
        return [(a, b), (b, a)]

    def _join(self, merge: int) -> int:
        """Find the paths through a merge: through one child, over, through the other.

        Returns
        -------
        int
            How many sums that took; over all merges some n (n - 1) (n - 2) / 3.
        """
        shortest = self._shortest
        bigger, smaller = self._tree.children[merge - self._tree.n_leaves]
        one, other = self._slice(bigger), self._slice(smaller)
        over = np.empty((one.stop - one.start, other.stop - other.start))
        done = 0
        for begin, end in self._sides(bigger):
            rows = slice(begin.start - one.start, begin.stop - one.start)
            over[rows] = _shortest_sums(shortest[begin, end], self._gaps[end, other])
            done += shortest[begin, end].size * over.shape[1]
        for end, begin in self._sides(smaller):
            columns = slice(begin.start - other.start, begin.stop - other.start)
            shortest[one, end] = _shortest_sums(over[:, columns], shortest[begin, end])
            done += shortest[begin, end].size * len(over)
        shortest[other, one] = shortest[one, other].T
        return done

    def flipped(self) -> npt.NDArray[np.bool_]:
        """Follow the shortest path through all leaves from the top.

        Returns
        -------
        bool array, shape (n - 1,)
            The merges whose bigger child is on the right.
        """
        n = self._tree.n_leaves
        ends = np.zeros((2 * n - 1, 2), np.int64)  # the first and the last place
        one, other = map(self._slice, self._tree.children[-1])
        i, j = _least(self._shortest[one, other])
        ends[-1] = one.start + i, other.start + j
        flipped = np.zeros(n - 1, np.bool_)
        for merge in range(2 * n - 2, n - 1, -1):
            first, last = ends[merge]
            left, right = self._tree.children[merge - n]
            part = self._slice(left)
            if not part.start <= first < part.stop:
                flipped[merge - n], left, right = True, right, left
            leave, enter = self._across(left, first), self._across(right, last)
            i, j = _least(
                self._shortest[first, leave, None]
                + self._gaps[leave, enter]
                + self._shortest[enter, last]
            )
            ends[left] = first, leave.start + i
            ends[right] = enter.start + j, last
        return flipped

    def _across(self, node: int, place: int) -> slice:
        """Return where a path through a node ends that begins at a place in it."""
        (a, b), *_ = self._sides(node)
        return b if a.start <= place < a.stop else a


def _least(sums: Matrix) -> tuple[int, int]:
    i, j = divmod(int(sums.argmin()), sums.shape[1])
    return i, j


def _shortest_sums(some: Matrix, others: Matrix) -> Matrix:
    """Return ``min over q of some[p, q] + others[q, r]``, shape (p, r)."""
    result = np.empty((len(some), others.shape[1]))
    step = max(1, _BLOCK // others.size)
    for a in range(0, len(some), step):
        rows = slice(a, a + step)
        (some[rows, :, None] + others).min(axis=1, out=result[rows])
    return result
