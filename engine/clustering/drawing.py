"""Where the nodes of a tree are drawn, left and right.

The order of the columns of the linkage is the order of drawing, as in SciPy: the first
child is on the left. It says nothing about labels, which follow from the merges alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.clustering.hierarchy import Floats, Hierarchy, Ints, starts

_SEEN = 60  # branches of which each is still wide enough to be pointed at


@dataclass(frozen=True, eq=False)
class Drawing:
    """The places of all nodes, numbered as in the `Hierarchy`.

    Every subtree is an interval. Lengths are in widths of a leaf; the left end is 0.

    Parameters
    ----------
    children : int64 array, shape (n - 1, 2)
        The left and the right child of every merge.
    starts : int64 array, shape (2n - 1,)
        How many leaves are left of every node.
    order : int64 array, shape (n,)
        The leaf at every place from left to right.
    left, right : float64 array, shape (2n - 1,)
        Where the interval of every node begins and ends.
    x : float64 array, shape (2n - 1,)
        Where its stem stands: a leaf's and a collapsed branch's in the middle of the
        interval, a merge's midway between those of its children.
    """

    children: Ints
    starts: Ints
    order: Ints
    left: Floats
    right: Floats
    x: Floats


def draw(tree: Hierarchy, collapsed: frozenset[int] = frozenset()) -> Drawing:
    """Place all nodes of a tree, also those within collapsed branches.

    Parameters
    ----------
    tree : Hierarchy
    collapsed : frozenset of int
        Branches drawn narrower: as wide as ``1 + log2(size)`` leaves, but no narrower
        than a 60th of the tree, lest they vanish in a large one. The leaves in it share
        that alike. Of branches within branches the outer one counts.

    Raises
    ------
    ParameterError
        If there is no such node.
    """
    n = tree.n_leaves
    children, begins = _placed(tree)
    order = np.empty(n, np.int64)
    order[begins[:n]] = np.arange(n)

    widths = np.ones(n)
    for node in sorted(map(tree.check_node, collapsed), key=tree.sizes.__getitem__):
        size, start = tree.sizes[node], begins[node]
        width = min(max(1 + np.log2(size), n / _SEEN), size)
        widths[start : start + size] = width / size
    edges = np.concatenate([[0.0], np.cumsum(widths)])
    left, right = edges[begins], edges[begins + tree.sizes]

    # A plain loop: children come before parents, and a tree may be as deep as it is
    # wide, which leaves nothing to do at once.
    middle = (left + right) / 2
    x = middle[:n].tolist()
    pairs = zip(children[:, 0].tolist(), children[:, 1].tolist(), strict=True)
    for merge, (a, b) in enumerate(pairs, n):
        x.append(middle[merge] if merge in collapsed else (x[a] + x[b]) / 2)
    return Drawing(children, begins, order, left, right, np.array(x))


def top(tree: Hierarchy, m: int) -> Ints:
    """Return the nodes of the cut into ``m``, from left to right as drawn.

    Returns
    -------
    int64 array, shape (m,)

    Raises
    ------
    ParameterError
        If ``m`` is not 1 to ``n_leaves``.
    """
    nodes = tree.nodes_at(m)
    return nodes[np.argsort(_placed(tree)[1][nodes])]


def _placed(tree: Hierarchy) -> tuple[Ints, Ints]:
    """Return the left and right children, and the place of every node."""
    children = tree.linkage[:, :2].astype(np.int64)
    return children, starts(children, tree.sizes)
