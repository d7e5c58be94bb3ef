"""From one branch to the next: a tree that can be walked by keyboard."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioclust_gui.plots.tree_arrays import Bools, TreeArrays
from audioclust_gui.plots.tree_colours import SPLIT


def cluster_at(tree: TreeArrays, labels: NDArray[np.int32], place: int) -> int:
    """Return the largest shown branch over a place that is all in one cluster.

    Parameters
    ----------
    tree : TreeArrays
    labels : int32 array, shape (2n - 1,)
        Of every node, `SPLIT` where its leaves are in several clusters.
    place : int
        0 is the leftmost leaf.
    """
    return tree.shown(tree.node_over(place, _whole(tree, labels)))


def beside(
    tree: TreeArrays, labels: NDArray[np.int32], node: int, direction: int
) -> int:
    """Return the shown branch to the right (1) or the left (-1) of one, or -1.

    Beside a cluster that is the next cluster; beside any other branch the largest one
    that is no higher.
    """
    start = int(tree.starts[node])
    place = start + int(tree.sizes[node]) if direction > 0 else start - 1
    if not 0 <= place < tree.n_leaves:
        return -1
    parent = int(tree.parents[node])
    if labels[node] != SPLIT and (parent < 0 or labels[parent] == SPLIT):
        return cluster_at(tree, labels, place)
    return tree.shown(tree.node_over(place, tree.heights <= tree.heights[node]))


def up(tree: TreeArrays, node: int) -> int:
    """Return the parent of a branch, -1 for the root."""
    return int(tree.parents[node])


def down(tree: TreeArrays, node: int) -> int:
    """Return the bigger child of a branch, the left one of equals, or -1."""
    if node < tree.n_leaves or node in tree.collapsed:
        return -1
    left, right = tree.children[node - tree.n_leaves].tolist()
    return left if tree.sizes[left] >= tree.sizes[right] else right


def _whole(tree: TreeArrays, labels: NDArray[np.int32]) -> Bools:
    whole: Bools = labels != SPLIT
    whole[: tree.n_leaves] = True
    return whole
