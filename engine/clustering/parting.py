"""Which leaves follow which line, where branches of a tree have lines of their own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from engine.clustering.branches import BranchCut
from engine.clustering.hierarchy import Hierarchy, Ints


@dataclass(frozen=True, eq=False)
class Part:
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


@dataclass(frozen=True, eq=False)
class Parting:
    """A tree in parts.

    Parameters
    ----------
    parts : tuple of Part
        First what follows the line across the tree; then the branches by falling size,
        so that of two that lie in each other the inner one comes last.
    part_of : int64 array, shape (2n - 1,)
        The part of every node: the innermost that all of it is in, branches counted.
    anchors : int64 array, shape (2n - 1,)
        For every node a place of its own part, -1 where it has none.
    """

    parts: tuple[Part, ...]
    part_of: Ints
    anchors: Ints


@lru_cache(maxsize=4)
def parted(tree: Hierarchy, cuts: tuple[BranchCut, ...]) -> Parting:
    """Take a tree apart; the last answers are kept, while one of them is in a hand."""
    n, root = tree.n_leaves, 2 * tree.n_leaves - 2
    cuts = tuple(sorted(cuts, key=lambda cut: -int(tree.sizes[cut.node])))
    part_at, outer = np.zeros(n, np.int64), np.zeros(len(cuts) + 1, np.int64)
    for i, cut in enumerate(cuts, 1):
        start = tree.starts[cut.node]
        outer[i] = part_at[start]
        part_at[start : start + tree.sizes[cut.node]] = i

    roots = [root, *(cut.node for cut in cuts)]
    part_of = part_at[tree.starts]
    above = taken = np.flatnonzero(tree.sizes[roots][part_of] < tree.sizes)
    while len(above):  # as often as branches lie within branches
        part_of[above] = outer[part_of[above]]
        above = above[tree.sizes[roots][part_of[above]] < tree.sizes[above]]

    by_part = np.argsort(part_at, kind="stable")
    ends = np.cumsum(np.bincount(part_at, minlength=len(roots)))
    lines = [None, *(cut.k for cut in cuts)]
    parts = map(_part, [tree] * len(roots), lines, roots, np.split(by_part, ends[:-1]))

    anchors = tree.starts.copy()
    keys = part_at[by_part] * n + by_part
    first = part_of[taken] * n + tree.starts[taken]
    found = keys[np.minimum(np.searchsorted(keys, first), n - 1)]
    within = (first <= found) & (found < first + tree.sizes[taken])
    anchors[taken] = np.where(within, found % n, -1)
    return Parting(tuple(parts), part_of, anchors)


def _part(tree: Hierarchy, k: int | None, root: int, places: Ints) -> Part:
    if not len(places):
        return Part(k, root, places, np.empty(0, np.int32))
    before = np.append(tree.starts[root], places[:-1] + 1)
    gaps = np.minimum.reduceat(tree.opened[: places[-1] + 1], before)
    return Part(k, root, places, gaps)
