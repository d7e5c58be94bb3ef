"""Another tree over the same leaves in the place of a branch, and the cut through it.

The heights of the new branch come from other features and mean nothing beside those of
the rest. They keep their proportions and end where the old branch ended, so that no
line across the tree divides the rest otherwise than before.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.clustering.branches import BranchCut, Branches
from engine.clustering.cut import Cut, levels
from engine.clustering.hierarchy import Floats, Hierarchy, Ints, Labels
from engine.clustering.numbering import early_for
from engine.errors import ParameterError


def graft(tree: Hierarchy, node: int, linkage: Floats) -> tuple[Floats, Ints]:
    """Put another tree over the same leaves in the place of a branch.

    Parameters
    ----------
    tree : Hierarchy
    node : int
        The top of the branch; no leaf.
    linkage : float array, shape (sizes[node] - 1, 4)
        The other tree. Its leaf i is the i-th of the branch by ascending number, not
        from left to right.

    Returns
    -------
    linkage : float64 array, shape (n - 1, 4)
        Of the whole tree, by ascending height. Heights are scaled so that the branch
        ends where it did; where all of them are 0, that is the last one alone. Children
        stay left and right as they are in either tree.
    moved : int64 array, shape (2n - 1,)
        The new number of every old node: of the node with the same leaves, -1 where
        there is none, as inside the branch.

    Raises
    ------
    ParameterError
        If the node is a leaf or there is no such one, or the other tree is none, or has
        another number of leaves.
    """
    n, size = tree.n_leaves, int(tree.sizes[tree.check_node(node)])
    branch = Hierarchy(linkage)
    if size == 1:
        raise ParameterError(
            f"A branch of at least two clips can be regrouped; node {node} is one clip"
        )
    if branch.n_leaves != size:
        raise ParameterError(
            f"The tree for branch {node} must have {size} leaves, as many as the "
            f"branch; it has {branch.n_leaves}"
        )
    merges = np.arange(n, len(tree.sizes))
    inside = tree.inside(merges, node)
    kept = tree.split_order[::-1]  # by ascending height, of equals the earlier one
    kept = kept[~inside[kept]]
    grown = branch.split_order[::-1]
    # Of equal heights those inside come together, where the top of the branch was.
    rank = np.empty(n - 1, np.int64)
    rank[tree.split_order] = np.arange(n - 1)[::-1]
    heights = np.append(tree.heights[kept], _scaled(branch, tree.height(node))[grown])
    ranks = np.append(rank[kept], np.full(size - 1, rank[node - n]))
    order = np.lexsort((np.arange(n - 1), ranks, heights))

    number = np.empty(n - 1, np.int64)
    number[order] = merges
    moved = np.append(np.arange(n), np.full(n - 1, -1))
    moved[n + kept] = number[: len(kept)]
    moved[node] = number[-1]
    new_of = np.append(np.sort(tree.members(node)), np.empty(size - 1, np.int64))
    new_of[size + grown] = number[len(kept) :]
    rows = np.concatenate([tree.linkage[kept], branch.linkage[grown]])
    rows[: len(kept), :2] = moved[tree.linkage[kept, :2].astype(np.int64)]
    rows[len(kept) :, :2] = new_of[branch.linkage[grown, :2].astype(np.int64)]
    rows[:, 2] = heights
    _recognise(moved, tree, branch, new_of)
    return rows[order], moved


def recut(
    cut: Cut, k: int, tree: Hierarchy, moved: Ints, node: int
) -> tuple[Branches, int]:
    """Carry a cut over to the tree in which a branch was replaced.

    All leaves outside stay in their clusters, and these keep their ids. The branch is
    cut into as many clusters as before, at least two, by a cut of its own; the whole
    tree, by the line across it.

    Parameters
    ----------
    cut : Cut
        Of the tree as it was.
    k : int
        Where the line across it lay.
    tree : Hierarchy
    moved : int64 array, shape (2n - 1,)
        As from `graft`.
    node : int
        The top of the branch in the tree as it was.

    Returns
    -------
    branches : Branches
        Of the new tree.
    k : int
        Where the line across it lies: as near to the old one as the leaves outside
        allow.
    """
    before, top = cut.labels_at(k), int(moved[node])
    inside = np.zeros(tree.n_leaves, bool)
    inside[tree.members(top)] = True
    count = max(2, len(np.unique(before[inside])))
    cuts: tuple[BranchCut, ...] = ()
    if top == len(tree.sizes) - 1:
        k = count
    else:
        old = _ranks_outside(cut.tree, node)
        new = _ranks_outside(tree, top)
        taken = cut.tree.inside(
            np.array([c.node for c in cut.branches.cuts], int), node
        )
        cuts = tuple(
            BranchCut(int(moved[c.node]), _beside(c.k, old, new))
            for c, gone in zip(cut.branches.cuts, taken, strict=True)
            if not gone
        )
        cuts = (*cuts, BranchCut(top, int(levels(tree, top)[count - 1])))
        k = _beside(k, old, new)
    after = Cut(tree, Branches(cuts)).labels_at(k)
    return Branches(cuts, early_for(tree.n_leaves, _ids(before, after, inside))), k


def _scaled(branch: Hierarchy, height: float) -> Floats:
    top = branch.heights[-1]
    heights: Floats = branch.heights / (top or 1.0) * height
    heights[-1] = height
    return heights


def _recognise(moved: Ints, tree: Hierarchy, branch: Hierarchy, new_of: Ints) -> None:
    """Note down which nodes of the new branch have the leaves of an old one.

    Its leaves then lie side by side in the old order, as many as from first to last.
    """
    size = branch.n_leaves
    first = tree.starts[new_of[:size]].tolist()
    last = list(first)
    for left, right in branch.linkage[:, :2].astype(np.int64).tolist():
        first.append(min(first[left], first[right]))
        last.append(max(last[left], last[right]))
    inner = tree.n_leaves + np.flatnonzero(moved[tree.n_leaves :] < 0)
    places = zip(tree.starts[inner].tolist(), tree.sizes[inner].tolist(), strict=True)
    known = dict(zip(places, inner.tolist(), strict=True))
    for own, count in enumerate(branch.sizes.tolist()):
        if last[own] - first[own] + 1 == count and (first[own], count) in known:
            moved[known[first[own], count]] = new_of[own]


def _ranks_outside(tree: Hierarchy, node: int) -> Ints:
    """Return which splits, counted from 1, are not in a branch, ascending."""
    outside = ~tree.inside(tree.n_leaves + tree.split_order, node)
    return 1 + np.flatnonzero(outside)


def _beside(k: int, old: Ints, new: Ints) -> int:
    """Return the k nearest to this one with as many splits outside the branch."""
    done = int(np.searchsorted(old, k))
    if done < len(new):
        k = min(k, int(new[done]))
    return max(k, int(new[done - 1]) + 1) if done else k


def _ids(
    before: Labels, after: Labels, inside: npt.NDArray[np.bool_]
) -> dict[int, int]:
    """Return the wanted id of every cluster, by its id without any choice."""
    both = np.unique(np.stack([after, before])[:, ~inside], axis=1)
    ids = dict(zip(*both.tolist(), strict=True))
    fresh = [i for i in np.unique(after).tolist() if i not in ids]
    used = set(ids.values())
    free = [i for i in range(len(used) + len(fresh)) if i not in used]
    return ids | dict(zip(fresh, free, strict=False))
