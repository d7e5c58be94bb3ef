"""A cut through a tree, with branches that are cut elsewhere than the rest.

The line across the tree has one height, that of ``k`` clusters. A branch may have a
line of its own: its clips are then what that cut makes of them, wherever the other line
lies, and the other clips are what the cut across the tree makes of those. A cluster of
the whole tree from which a branch was taken goes on without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.clustering.hierarchy import Hierarchy, Ints, Labels
from engine.errors import ParameterError

SPLIT = -3
"""Instead of a cluster id: the node is above the cut, its clips in several clusters."""


@dataclass(frozen=True)
class BranchCut:
    """A branch with a cut of its own.

    Parameters
    ----------
    node : int
        The top of the branch, numbered as in the `Hierarchy`.
    k : int
        It is cut as the whole tree would be into so many clusters, 1 to ``n_leaves``;
        so every height and every tie can be told.
    """

    node: int
    k: int


@dataclass(frozen=True)
class Branches:
    """The branches that are cut elsewhere, and how clusters are numbered since.

    Parameters
    ----------
    cuts : tuple of BranchCut
        At most one per node. Of branches within branches the inner one counts.
    early : tuple of (int, int)
        ``(rank, id)``: the cluster that the split of this rank opens, 1 to n - 1, comes
        forward to this id, and those from there on move up by one. A branch that
        is cut lower than the rest would have ids in the thousands otherwise. Fewer
        than the tree has leaves.
    """

    cuts: tuple[BranchCut, ...] = ()
    early: tuple[tuple[int, int], ...] = ()

    def at(self, node: int) -> BranchCut | None:
        """Return the cut of a branch, None where it has none of its own."""
        return next((cut for cut in self.cuts if cut.node == node), None)

    def check(self, tree: Hierarchy) -> None:
        """Raise ParameterError unless all of this can be said about a tree."""
        n = tree.n_leaves
        nodes = [tree.check_node(cut.node) for cut in self.cuts]
        if len(set(nodes)) < len(nodes):
            raise ParameterError(f"A branch has two cuts of its own: {nodes}")
        for cut in self.cuts:
            if not 1 <= cut.k <= n:
                raise ParameterError(
                    f"The cut of branch {cut.node} must be at 1 to {n} clusters; it "
                    f"is at {cut.k}"
                )
        if len(self.early) >= n:
            raise ParameterError(
                f"Splits can come forward {n - 1} times at most; {len(self.early)} did"
            )
        for rank, place in self.early:
            if not (1 <= rank < n and 0 <= place < n):
                raise ParameterError(
                    f"Splits 1 to {n - 1} can come forward to ids up to {n - 1}; "
                    f"split {rank} came to {place}"
                )


@dataclass(frozen=True, eq=False)
class Clusters:
    """The clusters of one cut, by ascending id.

    Parameters
    ----------
    ids : int32 array, shape (n_clusters,)
    nodes : int64 array, shape (n_clusters,)
        The node of the tree that each of them is, less the branches taken from it.
    sizes : int64 array, shape (n_clusters,)
        Their leaves.
    """

    ids: Labels
    nodes: Ints
    sizes: Ints


@dataclass(frozen=True, eq=False)
class _Part:
    """The leaves that follow one line: a branch without its branches, or the rest."""

    k: int | None  # None where the line across the tree decides
    root: int
    places: Ints  # ascending
    gaps: npt.NDArray[np.int32]  # the least of `opened` since the place before

    def begins(self, k: int) -> Ints:
        """Return at which of its places a cluster begins."""
        begins = self.gaps < (k if self.k is None else self.k)
        begins[:1] = True
        found: Ints = np.flatnonzero(begins)
        return found


class Cut:
    """All cuts of a tree, for one choice of branches.

    Parameters
    ----------
    tree : Hierarchy
    branches : Branches

    Raises
    ------
    ParameterError
        If the branches are not of this tree.
    """

    def __init__(self, tree: Hierarchy, branches: Branches | None = None) -> None:
        self.tree = tree
        self.branches = branches or Branches()
        self.branches.check(tree)
        n, root = tree.n_leaves, 2 * tree.n_leaves - 2
        self._ids = _numbering(n, self.branches.early)[tree.opened]
        # By falling size, so that the inner one of two branches comes last and counts.
        cuts = sorted(self.branches.cuts, key=lambda cut: -int(tree.sizes[cut.node]))
        nodes = np.arange(len(tree.sizes))
        self._part_of = np.zeros(len(nodes), np.int64)  # of every node
        for i, cut in enumerate(cuts, 1):
            self._part_of[tree.inside(nodes, cut.node)] = i
        roots, ks = [root, *(c.node for c in cuts)], [None, *(c.k for c in cuts)]
        self._parts = [
            self._part(i, top, k)
            for i, (top, k) in enumerate(zip(roots, ks, strict=True))
        ]
        self._anchors = self._anchor()
        # What does not depend on where the line across the tree lies.
        self._fixed = np.zeros(n, np.int32)
        for part in self._parts[1:]:
            self._label(self._fixed, part, 1)

    def labels_at(self, k: int) -> Labels:
        """Label every leaf by the cut into ``k`` clusters, and those of the branches.

        Parameters
        ----------
        k : int
            Where the line across the tree lies, 1 to ``n_leaves``.

        Returns
        -------
        int32 array, shape (n_leaves,)
            Ids from 0, below n. Without branches those of `Hierarchy.labels_at`. When
            the line moves by one merge, the clusters beside it keep theirs.

        Raises
        ------
        ParameterError
            If ``k`` is out of range.
        """
        return self._by_place(k)[self.tree.starts[: self.tree.n_leaves]]

    def node_labels_at(self, k: int) -> Labels:
        """Label every node: int32, shape (2n - 1,).

        The id of its cluster, or `SPLIT` where its leaves are in several: those are the
        nodes above the cut.

        Raises
        ------
        ParameterError
            If ``k`` is out of range.
        """
        labels = self._by_place(k)[self._anchors]
        lines = np.array([part.k or k for part in self._parts])
        split = self.tree.joined_up_to < lines[self._part_of]
        labels[split | (self._anchors < 0)] = SPLIT
        return labels

    def clusters_at(self, k: int) -> Clusters:
        """Return the clusters of a cut.

        Raises
        ------
        ParameterError
            If ``k`` is out of range.
        """
        found: list[tuple[Labels, Ints, Ints]] = []
        for part in self._parts:
            nodes = self.tree.nodes_at(part.k or k, part.root)
            if not len(part.places):
                continue
            begins = part.begins(k)
            first = part.places[begins]
            which = np.searchsorted(self.tree.starts[nodes], first, "right") - 1
            sizes = np.diff(begins, append=len(part.places))
            found.append((self._ids[first], nodes[which], sizes))
        ids, nodes, sizes = (
            np.concatenate(column) for column in zip(*found, strict=True)
        )
        order = np.argsort(ids)
        return Clusters(ids[order], nodes[order], sizes[order])

    def cutting(self, node: int, at: int, k: int) -> Branches:
        """Return the branches with one more, or one that is cut elsewhere now.

        Branches within it follow it from now on. New clusters get the next free ids of
        the cut into ``k`` clusters; all others keep theirs.

        Parameters
        ----------
        node : int
            The top of the branch.
        at : int
            As `BranchCut.k`.
        k : int
            Where the line across the tree lies.

        Raises
        ------
        ParameterError
            If there is no such node, or a number is out of range.
        """
        kept = self.branches.cuts
        if kept:
            tops = np.array([cut.node for cut in kept])
            inner = self.tree.inside(tops, self.tree.check_node(node))
            kept = tuple(c for c, gone in zip(kept, inner, strict=True) if not gone)
        branches = Branches((*kept, BranchCut(node, at)), self.branches.early)
        return self._numbered(branches, k)

    def following(self, node: int, k: int) -> Branches:
        """Return the branches without one: it follows the line across the tree again.

        Parameters
        ----------
        node : int
            The top of a branch; where it has no cut of its own, nothing changes.
        k : int
            Where the line across the tree lies.
        """
        kept = tuple(cut for cut in self.branches.cuts if cut.node != node)
        return self._numbered(Branches(kept, self.branches.early), k)

    def _numbered(self, branches: Branches, k: int) -> Branches:
        """Bring forward the ids that are new in a cut."""
        before = self.clusters_at(k).ids
        after = Cut(self.tree, branches).clusters_at(k).ids
        rank_of = np.argsort(_numbering(self.tree.n_leaves, branches.early))
        free, early = int(before.max()) + 1, list(branches.early)
        for rank in rank_of[np.setdiff1d(after, before)].tolist():
            if _numbering(self.tree.n_leaves, tuple(early))[rank] > free:
                early.append((rank, free))
            free += 1
        if len(early) >= self.tree.n_leaves:  # after much cutting to and fro
            ids = _numbering(self.tree.n_leaves, tuple(early)).tolist()
            return Branches(branches.cuts, early_for(len(ids), dict(enumerate(ids))))
        return Branches(branches.cuts, tuple(early))

    def _part(self, index: int, root: int, k: int | None) -> _Part:
        places = np.flatnonzero(self._part_of_places == index)
        if not len(places):
            return _Part(k, root, places, np.empty(0, np.int32))
        before = np.append(self.tree.starts[root], places[:-1] + 1)
        gaps = np.minimum.reduceat(self.tree.opened[: places[-1] + 1], before)
        return _Part(k, root, places, gaps)

    @property
    def _part_of_places(self) -> Ints:
        return self._part_of[self.tree.leaf_order]

    def _anchor(self) -> Ints:
        """Return for every node a place of its own part, -1 where it has none."""
        tree = self.tree
        anchors = np.full(len(tree.sizes), -1)
        for i, part in enumerate(self._parts):
            nodes = np.flatnonzero(self._part_of == i)
            if len(part.places):
                at = np.searchsorted(part.places, tree.starts[nodes])
                first = part.places[np.minimum(at, len(part.places) - 1)]
                inside = first - tree.starts[nodes]
                within = (inside >= 0) & (inside < tree.sizes[nodes])
                anchors[nodes] = np.where(within, first, -1)
        return anchors

    def _by_place(self, k: int) -> Labels:
        if not 1 <= k <= self.tree.n_leaves:
            raise ParameterError(
                f"k, the number of clusters, must be 1 to {self.tree.n_leaves}, the "
                f"number of leaves; it is {k}"
            )
        labels = self._fixed.copy()
        self._label(labels, self._parts[0], k)
        return labels

    def _label(self, labels: Labels, part: _Part, k: int) -> None:
        if len(part.places):
            begins = part.begins(k)
            lengths = np.diff(begins, append=len(part.places))
            labels[part.places] = np.repeat(self._ids[part.places[begins]], lengths)


def _numbering(n: int, early: tuple[tuple[int, int], ...]) -> Labels:
    """Return the id that the split of every rank opens, shape (n,)."""
    ids = np.arange(n, dtype=np.int32)
    for rank, place in early:
        here = ids[rank]
        if place < here:
            ids[(ids >= place) & (ids < here)] += 1
            ids[rank] = place
    return ids


def early_for(n: int, wanted: Mapping[int, int]) -> tuple[tuple[int, int], ...]:
    """Return what comes forward so that some splits open the wanted ids.

    Parameters
    ----------
    n : int
        Leaves of the tree.
    wanted : mapping of int to int
        Ids by rank, all below n, 0 among the ranks.

    Returns
    -------
    tuple of (int, int)
        For `Branches`; splits that are not asked about fill the gaps.
    """
    rank_at = {place: rank for rank, place in wanted.items()}
    order, early = list(range(n)), []
    for place in range(max(rank_at) + 1):
        here = order[place]
        rank = rank_at.get(place, here)
        if place not in rank_at and here in wanted:
            rank = next(other for other in order[place:] if other not in wanted)
        if rank != here:
            order.remove(rank)
            order.insert(place, rank)
            early.append((rank, place))
    return tuple(early)


def levels(tree: Hierarchy, node: int) -> Ints:
    """Return how `BranchCut` cuts a branch into 1, 2, 3 and more clusters.

    Returns
    -------
    int64 array, shape (sizes[node],)
        For every number of clusters the largest ``k`` that gives it, ascending.

    Raises
    ------
    ParameterError
        If there is no such node.
    """
    splits = tree.n_leaves + tree.split_order
    inside = splits[tree.inside(splits, tree.check_node(node))]
    return np.append(tree.joined_up_to[inside], tree.n_leaves)
