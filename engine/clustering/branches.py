"""Branches of a tree that are cut elsewhere than the rest."""

from __future__ import annotations

from dataclasses import dataclass

from engine.clustering.hierarchy import Hierarchy
from engine.clustering.numbering import Early
from engine.errors import ParameterError


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
    early: Early = ()

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
