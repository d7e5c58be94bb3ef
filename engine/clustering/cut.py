"""A cut through a tree, with branches that are cut elsewhere than the rest.

The line across the tree has one height, that of ``k`` clusters. A branch may have a
line of its own: its clips are then what that cut makes of them, wherever the other line
lies, and the other clips are what the cut across the tree makes of those. A cluster of
the whole tree from which a branch was taken goes on without it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.clustering.branches import BranchCut, Branches
from engine.clustering.hierarchy import Hierarchy, Ints, Labels
from engine.clustering.numbering import numbering, renumbered
from engine.clustering.parting import Part, parted
from engine.errors import ParameterError

SPLIT = -3
"""Instead of a cluster id: the node is above the cut, its clips in several clusters."""


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
        n = tree.n_leaves
        self._ids = numbering(n, self.branches.early)[tree.opened]
        parting = parted(tree, self.branches.cuts)
        self._parts = parting.parts
        self._part_of, self._anchors = parting.part_of, parting.anchors
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

        The id of its cluster, less the branches taken from it; `SPLIT` above the cut,
        where its leaves are in several, and where all of them were taken.

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
        before, after = self.clusters_at(k), Cut(self.tree, branches).clusters_at(k)
        early = renumbered(self.tree.n_leaves, branches.early, before.ids, after.ids)
        return Branches(branches.cuts, early)

    def _by_place(self, k: int) -> Labels:
        if not 1 <= k <= self.tree.n_leaves:
            raise ParameterError(
                f"k, the number of clusters, must be 1 to {self.tree.n_leaves}, the "
                f"number of leaves; it is {k}"
            )
        labels = self._fixed.copy()
        self._label(labels, self._parts[0], k)
        return labels

    def _label(self, labels: Labels, part: Part, k: int) -> None:
        if len(part.places):
            begins = part.begins(k)
            lengths = np.diff(begins, append=len(part.places))
            labels[part.places] = np.repeat(self._ids[part.places[begins]], lengths)


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
