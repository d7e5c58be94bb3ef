"""At which heights the lines of a cut are drawn: where a hand let go, or in the middle.

A cut is a number of clusters, and any height of its interval draws it.
"""

from __future__ import annotations

import math

from engine.clustering.hierarchy import Hierarchy

_ABOVE = 1.05  # times the top of the tree: where the line of one cluster is


class LineHeights:
    """The heights of the line across a tree, and of the lines of its branches.

    Parameters
    ----------
    tree : Hierarchy
    """

    def __init__(self, tree: Hierarchy) -> None:
        self.tree = tree
        self.logarithmic = False  # whether the middle is that of logarithms
        self._held: dict[int | None, float] = {}

    def hold(self, height: float, node: int | None = None) -> None:
        """Keep a line where it was let go, for as long as its cut is the same.

        Parameters
        ----------
        height : float
        node : int, optional
            The branch; by default it is the line across the tree.
        """
        self._held[node] = height

    def of(self, k: int) -> float:
        """Return the height of the line that cuts the tree into ``k`` clusters."""
        held = self._of_held(k, None)
        return self.middle(k) if held is None else held

    def middle(self, k: int) -> float:
        """Return the middle of all heights that cut the tree into ``k`` clusters."""
        return self._between(*self.tree.height_interval(k))

    def of_branch(self, node: int, k: int) -> float:
        """Return the height of the line of a branch; see `BranchCut.k`.

        It lies between the merges of this branch, whatever merges elsewhere.
        """
        held, tree = self._of_held(k, node), self.tree
        if held is not None:
            return held
        parts = tree.nodes_at(k, node)
        low = max(tree.height(part) for part in parts.tolist())
        over = tree.parents[parts] if len(parts) > 1 else tree.parents[[node]]
        if over[0] < 0:
            return self._between(low, math.inf)
        return self._between(low, min(tree.height(up) for up in over.tolist()))

    def _of_held(self, k: int, node: int | None) -> float | None:
        held = self._held.get(node)
        return held if held is not None and self.tree.k_at_height(held) == k else None

    def _between(self, low: float, high: float) -> float:
        if math.isinf(high):
            return _ABOVE * low if low > 0 else 1.0
        if self.logarithmic and low > 0:
            return math.sqrt(low) * math.sqrt(high)
        return low / 2 + high / 2
