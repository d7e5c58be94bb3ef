"""A Ward tree of more rows than there is memory for, by way of micro-clusters.

The rows are parted into a few thousand small groups. Inside each the tree is exact;
between them it is the exact tree of their centres, each weighted by its size. Only the
lowest merges across a border are lost, far below any cut that a person would make.

Groups of about 50 rows that k-means has made compact agree with the truth as well as
the exact tree does; those of 5, or of its first round, measurably worse: then it is
noise that decides which rows meet.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.clustering.distances import between, blocks, prepared
from engine.clustering.linkage import linkage
from engine.clustering.method import Matrix
from engine.progress import Report, Step, silent

Indices = npt.NDArray[np.int64]

MICRO_CLUSTERS = 2_000
_EXACT = 1_500  # rows in a micro-cluster that needs no parting of its own: 9 MB
_AIM = 50  # rows in a micro-cluster, at least, on the average
_SAMPLE = 5  # rows per micro-cluster among which the first centres are looked for
_ROUNDS = 4


def ward_by_micro_clusters(
    matrix: npt.ArrayLike,
    micro_clusters: int = MICRO_CLUSTERS,
    report: Report = silent,
) -> Matrix:
    """Build a full Ward tree in memory that grows with the rows, not their square.

    The idea is that of BIRCH (Zhang, Ramakrishnan and Livny 1996); the groups are those
    of a few rounds of k-means (Lloyd 1982) from k-means++ centres.

    Parameters
    ----------
    matrix : float array, shape (n, d)
    micro_clusters : int
        How many groups to part the rows into, 2 or more, at most one in 50 rows. Up to
        1 500 rows are never parted: their tree is exact.
    report : Report

    Returns
    -------
    float64 array, shape (n - 1, 4)
        SciPy's convention, heights as in ``scipy.cluster.hierarchy.ward``. A merge of
        micro-clusters that would lie below one inside them is raised to it.
    """
    rows = prepared(matrix)
    progress = _Progress(len(rows), report)
    return _tree(rows, np.arange(len(rows)), micro_clusters, progress)


class _Progress:
    """Counts every row each time that it is placed, and once its tree stands."""

    def __init__(self, rows: int, report: Report) -> None:
        self._done, self._total, self._report = 0, (_ROUNDS + 1) * rows, report

    def __call__(self, message: str, rows: int = 0) -> None:
        self._done = min(self._total, self._done + rows)
        self._report(Step(self._done, self._total, message))


def _tree(rows: Matrix, among: Indices, parts: int, progress: _Progress) -> Matrix:
    if len(among) <= _EXACT:
        progress("Building trees inside", len(among))
        return linkage(rows[among])
    groups = _parted(rows, among, parts, progress)
    trees = [_tree(rows, among[group], parts, progress) for group in groups]
    centres = _means(rows, among, groups)
    sizes = np.array([len(group) for group in groups])
    progress("Building the tree between")
    return joined(groups, trees, weighted_ward(centres, sizes))


def _parted(
    rows: Matrix, among: Indices, parts: int, progress: _Progress
) -> list[Indices]:
    """Part the chosen rows by their nearest of some centres, into two groups or more.

    Rows that no centre can tell apart are parted as they come: they are equal.
    """
    from sklearn.cluster import kmeans_plusplus

    progress("Finding micro-clusters")
    n = len(among)
    parts = max(2, min(parts, n // _AIM))
    sample = np.random.default_rng(0).permutation(n)[: _SAMPLE * parts]
    centres, _ = kmeans_plusplus(
        rows[among[np.sort(sample)]], parts, random_state=0, n_local_trials=1
    )
    for _ in range(_ROUNDS):
        groups = _nearest(rows, among, centres, progress)
        if len(groups) == 1:
            # All of the sample were equal; a few others may be left.
            some = rows[among] - rows[among[0]]
            farthest = np.einsum("ij,ij->i", some, some).argmax()
            centres = rows[among[[0, farthest]]]
        else:
            centres = _means(rows, among, groups)
    return groups if len(groups) > 1 else np.array_split(groups[0], parts)


def _nearest(
    rows: Matrix, among: Indices, centres: Matrix, progress: _Progress
) -> list[Indices]:
    half = np.einsum("ij,ij->i", centres, centres) / 2.0
    nearest = np.empty(len(among), np.int64)
    for block in blocks(len(among), len(centres)):
        some = rows[among[block]]
        nearest[block] = (some @ centres.T - half).argmax(axis=1)
        progress("Finding micro-clusters", len(some))
    borders = np.cumsum(np.bincount(nearest, minlength=len(centres)))[:-1]
    groups = np.split(np.argsort(nearest, kind="stable"), borders)
    return [group for group in groups if len(group)]


def _means(rows: Matrix, among: Indices, groups: Sequence[Indices]) -> Matrix:
    return np.array([rows[among[group]].mean(axis=0) for group in groups])


def weighted_ward(centres: npt.ArrayLike, sizes: npt.ArrayLike) -> list[list[float]]:
    """Merge weighted points by Ward's criterion, along chains of nearest neighbours.

    The distance of two clusters is the square root of twice the growth of the summed
    squares; it is updated by the formula of Lance and Williams (1967), and the chains
    are those of Murtagh (1983). ``fastcluster`` takes no weights.

    Parameters
    ----------
    centres : float array, shape (m, d)
    sizes : int array, shape (m,)
        How many rows each point stands for.

    Returns
    -------
    list of [node, node, height], m - 1 of them
        Nodes as in SciPy; children come before their parents, but the heights are in
        no order.
    """
    middles, weights = np.asarray(centres, np.float64), np.array(sizes, np.float64)
    m = len(middles)
    gaps = np.square(between(middles, middles))
    gaps *= 2.0 * np.outer(weights, weights) / np.add.outer(weights, weights)
    np.fill_diagonal(gaps, np.inf)
    nodes, alive = list(range(m)), np.ones(m, bool)
    merges: list[list[float]] = []
    chain: list[int] = []
    while len(merges) < m - 1:
        if not chain:
            chain.append(int(alive.argmax()))
        tip = chain[-1]
        nearest = int(gaps[tip].argmin())
        # Of equals the one before it, or the chain would go round for ever.
        if len(chain) < 2 or gaps[tip, nearest] < gaps[tip, chain[-2]]:
            chain.append(nearest)
            continue
        other = chain[-2]
        del chain[-2:]
        gap = gaps[tip, other]
        merges.append([nodes[tip], nodes[other], gap**0.5])
        both = weights[tip] + weights[other]
        row = (weights[tip] + weights) * gaps[tip]
        row += (weights[other] + weights) * gaps[other] - weights * gap
        row /= both + weights
        np.maximum(row, 0.0, out=row)
        row[[tip, other]] = np.inf
        gaps[tip], gaps[:, tip] = row, row
        gaps[other], gaps[:, other] = np.inf, np.inf
        weights[tip], alive[other], nodes[tip] = both, False, m + len(merges) - 1
    return merges


def joined(
    groups: Sequence[Indices], trees: Sequence[Matrix], top: Sequence[Sequence[float]]
) -> Matrix:
    """Make one linkage of the trees inside groups and the merges between them.

    Parameters
    ----------
    groups : sequence of m int arrays
        The leaves of every group; together 0..n-1, each once.
    trees : sequence of m float arrays, shape (leaves of the group - 1, 4)
        The linkage inside each group, its leaves counted from 0.
    top : sequence of m - 1 [node, node, height]
        The merges of the groups 0..m-1, children before parents.

    Returns
    -------
    float64 array, shape (n - 1, 4)
        With heights in ascending order, none below its children.
    """
    n, m = sum(len(group) for group in groups), len(groups)
    pairs = np.empty((n - 1, 2), np.int64)
    heights, sizes = np.empty(n - 1), np.empty(n - 1)
    roots = np.empty(2 * m - 1, np.int64)
    filled = 0
    for i, (group, tree) in enumerate(zip(groups, trees, strict=True)):
        names = np.concatenate([group, n + filled + np.arange(len(tree))])
        part = slice(filled, filled + len(tree))
        pairs[part] = names[tree[:, :2].astype(np.int64)]
        heights[part], sizes[part] = tree[:, 2], tree[:, 3]
        roots[i] = names[-1]
        filled += len(tree)
    for i, (a, b, height) in enumerate(top):
        children = roots[[int(a), int(b)]]
        inside = children[children >= n] - n
        pairs[filled], roots[m + i] = children, n + filled
        heights[filled] = max([height, *heights[inside]])
        sizes[filled] = sizes[inside].sum() + (children < n).sum()
        filled += 1
    order = np.argsort(heights, kind="stable")
    renamed = np.arange(2 * n - 1)
    renamed[n + order] = np.arange(n, 2 * n - 1)
    pairs = np.sort(renamed[pairs[order]], axis=1)
    return np.column_stack([pairs, heights[order], sizes[order]])
