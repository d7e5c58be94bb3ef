"""Where the nodes of a tree are drawn, left and right.

The order of the columns of the linkage is the order of drawing, as in SciPy: the first
child is on the left. It says nothing about labels, which follow from the merges alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

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
    drawing = _unfolded(tree)
    if not collapsed:
        return drawing
    n, begins = tree.n_leaves, drawing.starts
    widths = np.ones(n)
    for node in sorted(map(tree.check_node, collapsed), key=tree.sizes.__getitem__):
        size, start = tree.sizes[node], begins[node]
        width = min(max(1 + np.log2(size), n / _SEEN), size)
        widths[start : start + size] = width / size
    edges = np.concatenate([[0.0], np.cumsum(widths)])
    left, right = edges[begins], edges[begins + tree.sizes]

    # Where all leaves are equally wide a node is moved and made narrower as a whole.
    x = left + (drawing.x - begins) * ((right - left) / tree.sizes)
    folded = list(collapsed)
    x[folded] = (left[folded] + right[folded]) / 2
    for node in sorted(_above(tree, collapsed) - collapsed):
        a, b = drawing.children[node - n]
        x[node] = (x[a] + x[b]) / 2
    return replace(drawing, left=left, right=right, x=x)


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
    return nodes[np.argsort(_unfolded(tree).starts[nodes])]


@lru_cache(maxsize=2)
def _unfolded(tree: Hierarchy) -> Drawing:
    """Place all nodes where nothing is folded; of the last trees it is kept."""
    n = tree.n_leaves
    children = tree.linkage[:, :2].astype(np.int64)
    begins = starts(children, tree.sizes)
    order = np.empty(n, np.int64)
    order[begins[:n]] = np.arange(n)
    # A plain loop: children come before parents, and a tree may be as deep as it is
    # wide, which leaves nothing to do at once.
    x = (begins[:n] + 0.5).tolist()
    for a, b in children.tolist():
        x.append((x[a] + x[b]) / 2)
    left = begins.astype(np.float64)
    drawing = Drawing(children, begins, order, left, left + tree.sizes, np.array(x))
    for array in vars(drawing).values():
        array.setflags(write=False)
    return drawing


def _above(tree: Hierarchy, nodes: frozenset[int]) -> set[int]:
    """Return all nodes that one of these is in, themselves not counted."""
    found: set[int] = set()
    for node in nodes:
        while (node := int(tree.parents[node])) >= 0 and node not in found:
            found.add(node)
    return found
