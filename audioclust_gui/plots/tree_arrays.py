"""A tree as arrays: all that its plot knows about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class TreeArrays:
    """A binary merge tree with its places in a drawing.

    Nodes are numbered as in SciPy: 0..n-1 are the leaves, n + i is what merge i made,
    2n - 2 is the root.

    Parameters
    ----------
    children : int64 array, shape (n - 1, 2)
        The left and the right child of every merge.
    starts : int64 array, shape (2n - 1,)
        The place of every node's first leaf, from the left.
    left, right, x : float64 arrays, shape (2n - 1,)
        The horizontal extent of every node, and where its stem is, in units of leaves.
        A collapsed branch may be narrower than it has leaves, which share its extent.
    sizes : int64 array, shape (2n - 1,)
        Leaves below every node.
    parents : int64 array, shape (2n - 1,)
        The node that every node merges into; -1 for the root.
    heights : float64 array, shape (2n - 1,)
        At least 0, that of a leaf 0; no parent lies below its child.
    order : int64 array, shape (n,)
        The leaf at every place from left to right.
    collapsed : frozenset of int
        Nodes that are drawn as one wedge, whatever is below them.
    """

    children: Ints
    starts: Ints
    left: Floats
    right: Floats
    x: Floats
    sizes: Ints
    parents: Ints
    heights: Floats
    order: Ints
    collapsed: frozenset[int] = frozenset()

    @property
    def n_leaves(self) -> int:
        """How many leaves there are, at least 1."""
        return len(self.order)

    @property
    def root(self) -> int:
        """The node of all leaves."""
        return len(self.sizes) - 1

    @property
    def width(self) -> float:
        """The extent of the root, in units of leaves."""
        return float(self.right[-1] - self.left[-1])

    def height_in_two(self, node: int) -> float:
        """Return a height that cuts a branch into its two halves, if it has them."""
        height = float(self.heights[node])
        if node < self.n_leaves:
            return height
        below = self.heights[self.children[node - self.n_leaves]].max()
        return (height + float(below)) / 2

    @cached_property
    def folded(self) -> Ints:
        """For every place the outermost collapsed node over it, or -1: shape (n,)."""
        over = np.full(self.n_leaves, -1)
        for node in sorted(self.collapsed, key=lambda node: self.sizes[node]):
            if node >= self.n_leaves:
                start = self.starts[node]
                over[start : start + self.sizes[node]] = node
        return over

    @cached_property
    def largest_folded(self) -> int:
        """How many leaves the largest collapsed branch has, 0 without one."""
        return max((int(self.sizes[node]) for node in self.collapsed), default=0)

    @cached_property
    def hidden(self) -> Bools:
        """Whether a node lies inside a collapsed one: bool array, shape (2n - 1,)."""
        over = self.folded[self.starts]
        return (over >= 0) & (self.sizes < self.sizes[over])

    def shown(self, node: int) -> int:
        """Return the node, or the collapsed one in which it lies hidden."""
        return int(self.folded[self.starts[node]]) if self.hidden[node] else node

    @cached_property
    def place_edges(self) -> tuple[Floats, Floats]:
        """The left and right end of the leaf at every place, each (n,)."""
        return self.left[self.order], self.right[self.order]

    def node_over(self, place: int, among: Bools) -> int:
        """Return the largest of some nodes that has this place, -1 if none has.

        Parameters
        ----------
        place : int
        among : bool array, shape (2n - 1,)
        """
        has = (self.starts <= place) & (self.starts + self.sizes > place)
        found = np.flatnonzero(has & among)
        return int(found[self.sizes[found].argmax()]) if len(found) else -1
