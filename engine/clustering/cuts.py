"""Every cut of a tree, scored in one pass from the top.

From ``k`` to ``k + 1`` clusters a single one splits. So sums of distances are split
with it instead of being added up again, and centres are found for two clusters only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from engine.clustering.contingency import codes_of, contingency
from engine.clustering.curves import Curves, Measured, compared
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.internal import Spread, calinski_harabasz, davies_bouldin
from engine.clustering.method import Matrix
from engine.clustering.silhouette import Sampled
from engine.errors import ParameterError
from engine.progress import Report, Step, silent

Ints = npt.NDArray[np.int64]

# Sums of distances that fall below this share of what was last added up have lost
# digits enough to be added up again.
_DOUBTFUL = 1e-3


def cut_curves(
    matrix: npt.ArrayLike,
    hierarchy: Hierarchy,
    highest: int = 50,
    *,
    lowest: int = 2,
    truth: Sequence[str] | None = None,
    basis: Sampled | None = None,
    report: Report = silent,
) -> Curves:
    """Score every cut of a tree from ``lowest`` to ``highest`` clusters.

    Parameters
    ----------
    matrix : float array, shape (n, d)
        What the tree was grown from, one row per leaf.
    hierarchy : Hierarchy
    highest, lowest : int
        Numbers of clusters, at least 1; what lies above n is left out.
    truth : sequence of str, length n, optional
        Class of every leaf, "" where unknown, for the external scores.
    basis : Sampled, optional
        The distances of this matrix, if they are known already.
    report : Report
        Called while distances are measured, and once per cut.

    Returns
    -------
    Curves
        As the scores of `Hierarchy.labels_at` would be, within 1e-9.

    Raises
    ------
    ParameterError
        If the matrix has another number of rows than the tree has leaves, or the range
        is empty.
    """
    rows = np.asarray(matrix)
    n = hierarchy.n_leaves
    if len(rows) != n:
        raise ParameterError(
            f"The matrix must have one row per leaf of the tree, {n}; it has "
            f"{len(rows)}"
        )
    highest = min(highest, n)
    if not 1 <= lowest <= highest:
        raise ParameterError(
            f"The numbers of clusters must ascend within 1 to {n}; they are {lowest} "
            f"and {highest}"
        )
    basis = basis or Sampled(rows, 0)
    widths = _Silhouettes(hierarchy, highest, basis, report)
    spreads = _Spreads(rows, hierarchy, highest)
    codes = None if truth is None else codes_of(truth)
    found = []
    for k, split in _splits(hierarchy, highest):
        report(Step(k - 1, highest, "Scoring the cuts"))
        if split is not None:
            widths.split(*split)
            spreads.split(*split)
        if k >= lowest:
            spread = spreads.at(k)
            external = None
            if codes is not None:
                table = contingency(hierarchy.labels_at(k), codes)
                external = compared(table)
            found.append(
                Measured(
                    k=k,
                    inertia=float(spread.within.sum()),
                    silhouette=widths.mean(k),
                    calinski_harabasz=calinski_harabasz(spread),
                    davies_bouldin=davies_bouldin(spread),
                    external=external,
                )
            )
    report(Step(highest, highest, "Scoring the cuts"))
    return Curves.of(found, basis.sampled, len(rows))


Split = tuple[int, int, int, int]  # the parent's id, the new id, both child nodes


def _splits(tree: Hierarchy, highest: int) -> Iterator[tuple[int, Split | None]]:
    """Yield (number of clusters, the split that leads there), from one cluster on."""
    ids = {2 * tree.n_leaves - 2: 0}
    yield 1, None
    for k in range(1, highest):
        merge = int(tree.split_order[k - 1])
        bigger, smaller = tree.children[merge].tolist()
        parent = ids.pop(tree.n_leaves + merge)
        ids[bigger], ids[smaller] = parent, k
        yield k + 1, (parent, k, bigger, smaller)


class _Silhouettes:
    """Sums of distances from every sampled leaf to every cluster."""

    def __init__(
        self, tree: Hierarchy, highest: int, basis: Sampled, report: Report
    ) -> None:
        # In leaf order the sampled leaves of every node are one slice.
        self._before = np.zeros(tree.n_leaves + 1, np.int64)
        chosen = np.zeros(tree.n_leaves, bool)
        chosen[basis.rows] = True
        np.cumsum(chosen[tree.leaf_order], out=self._before[1:])
        place = np.empty(tree.n_leaves, np.int64)
        place[tree.leaf_order] = np.arange(tree.n_leaves)
        self._order = np.argsort(place[basis.rows])
        self._tree = tree
        self._distances = basis.distances(report)
        m = len(basis.rows)
        self._sums = np.zeros((highest, m))
        self._sums[0] = self._distances.sum(axis=0)
        self._sizes = np.zeros(highest)
        self._sizes[0] = m
        self._exact = self._sums.copy()
        self._own = np.zeros(m, np.int64)
        # The nearest other cluster of every leaf, and its mean distance.
        self._nearest, self._apart = np.full(m, -1), np.full(m, np.inf)

    def split(self, parent: int, new: int, bigger: int, smaller: int) -> None:
        moved = self._among(smaller)
        self._sums[new] = self._exact[new] = self._distances[moved].sum(axis=0)
        self._sums[parent] -= self._sums[new]
        self._sizes[new] = len(moved)
        self._sizes[parent] -= len(moved)
        self._own[moved] = new
        # Where little is left, subtraction has left the wrong digits; none between
        # clips that coincide.
        lost = np.flatnonzero(self._sums[parent] < _DOUBTFUL * self._exact[parent])
        kept = self._distances[np.ix_(self._among(bigger), lost)].sum(axis=0)
        self._sums[parent, lost] = self._exact[parent, lost] = kept
        self._follow(parent, new)

    def _follow(self, parent: int, new: int) -> None:
        """Find the nearest other clusters again where the split may have changed them.

        All of them have to be looked through only where the nearest one was split.
        """
        stale = np.flatnonzero(self._nearest == parent)
        for cluster in (parent, new):
            if self._sizes[cluster]:
                apart = self._sums[cluster] / self._sizes[cluster]
                nearer = (apart < self._apart) & (self._own != cluster)
                self._apart[nearer], self._nearest[nearer] = apart[nearer], cluster
        there = np.flatnonzero(self._sizes[: new + 1])
        others = self._sums[np.ix_(there, stale)] / self._sizes[there, None]
        others[there[:, None] == self._own[stale]] = np.inf
        if len(stale):
            self._apart[stale] = others.min(axis=0)
            self._nearest[stale] = there[others.argmin(axis=0)]

    def _among(self, node: int) -> Ints:
        """Return the places in the sample of the leaves below a node."""
        first = int(self._tree.starts[node])
        last = first + int(self._tree.sizes[node])
        return self._order[self._before[first] : self._before[last]]

    def mean(self, k: int) -> float | None:
        sizes, own = self._sizes[:k], self._own
        if not 2 <= np.count_nonzero(sizes) < len(own):
            return None
        within = self._sums[own, np.arange(len(own))] / np.maximum(sizes[own] - 1, 1)
        scale = np.maximum(within, self._apart)
        valid = (sizes[own] > 1) & (scale > 0.0)
        return float(((self._apart - within)[valid] / scale[valid]).sum()) / len(own)


class _Spreads:
    """Centre, radius and scatter of every cluster."""

    def __init__(self, rows: Matrix, tree: Hierarchy, highest: int) -> None:
        self._tree = tree
        self._rows = np.ascontiguousarray(rows[tree.leaf_order], np.float64)
        self._sizes = np.zeros(highest, np.int64)
        self._centres = np.zeros((highest, rows.shape[1]))
        self._radii, self._within = np.zeros(highest), np.zeros(highest)
        self._take(0, 2 * tree.n_leaves - 2)

    def split(self, parent: int, new: int, bigger: int, smaller: int) -> None:
        self._take(parent, bigger)
        self._take(new, smaller)

    def at(self, k: int) -> Spread:
        return Spread(
            np.arange(k),
            self._sizes[:k],
            self._centres[:k],
            self._radii[:k],
            self._within[:k],
        )

    def _take(self, cluster: int, node: int) -> None:
        first, size = int(self._tree.starts[node]), int(self._tree.sizes[node])
        rows = self._rows[first : first + size]
        # As in `spread_of`, from one of them, so that equal rows have no spread.
        apart = rows - rows[0]
        centre = apart.mean(axis=0)
        apart -= centre
        squares = np.einsum("ij,ij->i", apart, apart)
        self._sizes[cluster], self._centres[cluster] = size, centre + rows[0]
        self._within[cluster] = squares.sum()
        self._radii[cluster] = np.sqrt(squares).mean()
