"""Branches are pixels: a tree as an image of the elements that are drawn.

Every pixel holds the number of a drawn *element*, 0 where there is none. Colouring is
then one look-up per pixel whatever the size of the tree, and so is finding the branch
under the cursor. There are four kinds of elements:

- bars, from the stem of the left child of a node to that of the right one,
- stems, from a node up to the bar of its parent,
- sticks, the same down to the leaves: leaves, and branches too narrow to have a shape,
- columns, one pixel wide, of the wedge of a branch that is folded, or too narrow to
  open.

Only what is in view and wide enough becomes an element, and what would fall on the same
pixels does so once: there are some thousands of them at most, also of a chain that is
50 000 merges deep.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audioclust_gui.plots.tree_arrays import Bools, Floats, Ints, TreeArrays

OPEN_FROM = 4.0
"""The least width, in points of the screen, at which a branch shows what is in it."""
BUNDLE = 22.0
"""The same where leaves are crowded: a bundle of them has to be seen and counted."""
BOLD_FROM = 14.0
"""The least width, in points, of a branch that is drawn with a pen twice as wide."""

_LOOSE, _CROWDED = 3.0, 12.0  # leaves per point
_SHAPE_FROM = 2.0  # narrower wedges are sticks
_ABOVE_ROOT = 6.0
_NOWHERE = -1 << 40


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a drawing that fills an image.

    Parameters
    ----------
    left, right : float
        In units of leaves.
    bottom, top : float
        As shares of the height of the tree: 0 the leaves, 1 the root.
    rows, columns : int
        Pixels of the image.
    """

    left: float
    right: float
    bottom: float
    top: float
    rows: int
    columns: int

    @property
    def per_leaf(self) -> float:
        """Columns of the image per leaf."""
        return self.columns / (self.right - self.left)

    def column(self, x: Floats) -> Floats:
        """Return where a place is in the image, from 0 at its left edge."""
        return (x - self.left) * self.per_leaf

    def row(self, share: Floats) -> Floats:
        """Return where a height is in the image: 0 is the middle of the first row."""
        return (self.top - share) * ((self.rows - 1) / (self.top - self.bottom))


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """An image of elements.

    Parameters
    ----------
    image : intp array, shape (rows, columns)
        The element at every pixel; 0 is none.
    nodes : int64 array, shape (n_elements + 1,)
        The node of every element; of element 0 it means nothing.
    leaves : int64 array, shape (n_elements + 1,)
        One leaf of what a stick or a column shows, -1 for bars and stems.
    columns : bool array, shape (n_elements + 1,)
        Whether the element is part of a wedge.
    wedges : int64 array
        The nodes in view that are wedges.
    """

    image: NDArray[np.intp]
    nodes: Ints
    leaves: Ints
    columns: Bools
    wedges: Ints

    def node_at(self, row: int, column: int, radius: int) -> int:
        """Return the node seen nearest to a pixel, within a radius, or -1."""
        top, left = max(row - radius, 0), max(column - radius, 0)
        near = self.image[
            top : max(row + radius + 1, 0), left : max(column + radius + 1, 0)
        ]
        down, across = np.nonzero(near)
        if not len(down):
            return -1
        distance = (down + top - row) ** 2 + (across + left - column) ** 2
        nearest = distance.argmin()
        if distance[nearest] > radius**2:
            return -1
        return int(self.nodes[near[down[nearest], across[nearest]]])


def opens_from(per_leaf: float) -> float:
    """Return the least width, in points, at which a branch shows what is in it.

    From `OPEN_FROM` to `BUNDLE`: the more crowded, the wider. What has opened stays
    open when the view comes closer.

    Parameters
    ----------
    per_leaf : float
        How wide a leaf is, in points of the screen, above 0.
    """
    crowd = -math.log(per_leaf * _LOOSE) / math.log(_CROWDED / _LOOSE)
    return OPEN_FROM + (BUNDLE - OPEN_FROM) * min(max(crowd, 0.0), 1.0)


def rasterise(
    tree: TreeArrays, shares: Floats, window: Window, ratio: float = 1.0
) -> Raster:
    """Draw a tree.

    Parameters
    ----------
    tree : TreeArrays
    shares : float64 array, shape (2n - 1,)
        The height of every node as a share of the highest, 0 to 1.
    window : Window
    ratio : float
        Pixels of the image per point of the screen.
    """
    n, parents = tree.n_leaves, tree.parents
    wide = (tree.right - tree.left) * window.per_leaf / ratio
    seen = (tree.right > window.left) & (tree.left < window.right) & ~tree.hidden
    opened = seen & (wide >= opens_from(window.per_leaf / ratio))
    opened[:n] = False
    opened[[node for node in tree.collapsed if node >= n]] = False
    # Parents before children: in one row the smaller branch is seen.
    bars = np.flatnonzero(opened)[::-1]
    ends = seen & ~opened
    ends[:-1] &= opened[parents[:-1]]
    shaped = wide >= _SHAPE_FROM
    shaped[:n] = False
    wedges, sticks = np.flatnonzero(ends & shaped), np.flatnonzero(ends & ~shaped)

    pen, bold = max(round(ratio), 1), max(round(2 * ratio), 2)
    drawer = _Drawer(tree, window, shares, np.where(wide >= BOLD_FROM, bold, pen))
    drawer.tops[tree.root] -= round(_ABOVE_ROOT * ratio)
    layers = (
        drawer.columns(wedges),
        drawer.sticks(sticks),
        drawer.stems(np.concatenate([bars, wedges])),
        drawer.bars(bars),
    )
    return _painted([layer.inside(window) for layer in layers], wedges, window)


@dataclass(frozen=True, slots=True, eq=False)
class _Boxes:
    """Rectangles of pixels, each an element; bottom and right are just outside."""

    nodes: Ints
    leaves: Ints
    top: Ints
    bottom: Ints
    left: Ints
    right: Ints

    def inside(self, window: Window) -> _Boxes:
        """Return the parts in an image, and of equal ones the last: it is seen."""
        top, bottom = self.top.clip(0), self.bottom.clip(None, window.rows)
        left, right = self.left.clip(0), self.right.clip(None, window.columns)
        some = np.flatnonzero((top < bottom) & (left < right))
        key = np.zeros(len(some), np.int64)
        for edge in top, bottom, left, right:
            key = key << 15 | edge[some]
        last = len(some) - 1 - np.unique(key[::-1], return_index=True)[1]
        some = some[np.sort(last)]
        edges = (edge[some] for edge in (top, bottom, left, right))
        return _Boxes(self.nodes[some], self.leaves[some], *edges)


class _Drawer:
    """Turns nodes into boxes of pixels of one window."""

    def __init__(
        self, tree: TreeArrays, window: Window, shares: Floats, pens: Ints
    ) -> None:
        self._tree, self._window, self._pens = tree, window, pens
        # What is far outside comes near, so that all numbers are small.
        far = 2 * max(window.rows, window.columns)
        x = window.column(tree.x) - (pens - 1) / 2
        self._left = np.floor(x.clip(-far, far)).astype(np.int64)
        self._rows = np.rint(window.row(shares).clip(-far, far)).astype(np.int64)
        self._base = int(np.rint(window.row(np.zeros(1)).clip(-far, far))[0]) + 1
        self.tops = self._rows[tree.parents]

    def columns(self, nodes: Ints) -> _Boxes:
        """Fill triangles from the top of a branch down to all its leaves."""
        tree, window = self._tree, self._window
        left = np.floor(window.column(tree.left[nodes]).clip(0, window.columns))
        right = np.ceil(window.column(tree.right[nodes]).clip(0, window.columns))
        which, along = _expanded((right - left).astype(np.int64))
        column, node = left.astype(np.int64)[which] + along, nodes[which]
        x = window.left + (column + 0.5) / window.per_leaf
        # How far aside of the stem, as a share of the way to the end of the extent.
        stem, aside = tree.x[node], x - tree.x[node]
        reach = np.where(aside < 0, stem - tree.left[node], tree.right[node] - stem)
        # The tip is as wide as the stem that it hangs on.
        aside = np.abs(aside) - self._pens[node] / 2 / window.per_leaf
        share = (aside / np.maximum(reach, 1e-12)).clip(0, 1)
        down = (self._base - self._rows[node]) * share
        top = self._rows[node] + np.rint(down).astype(np.int64)
        within = (x - tree.left[node]) / (tree.right[node] - tree.left[node])
        place = (within * tree.sizes[node]).astype(np.int64)
        leaves = tree.order[tree.starts[node] + place.clip(0, tree.sizes[node] - 1)]
        return self._down(node, leaves, top, column, 1)

    def sticks(self, nodes: Ints) -> _Boxes:
        """Draw what has no width; of those in one column the highest."""
        left, top = self._left[nodes], self.tops[nodes]
        order = np.lexsort((top, left))
        order = order[np.diff(left[order], prepend=_NOWHERE) > 0]
        nodes = nodes[order]
        leaves = self._tree.order[self._tree.starts[nodes]]
        return self._down(nodes, leaves, top[order], left[order], self._pens[nodes])

    def stems(self, nodes: Ints) -> _Boxes:
        """Draw the ways up to the parents, those that are more than a point."""
        nodes = nodes[self._rows[nodes] > self.tops[nodes]]
        left, none = self._left[nodes], np.full_like(nodes, -1)
        bottom, right = self._rows[nodes] + 1, left + self._pens[nodes]
        return _Boxes(nodes, none, self.tops[nodes], bottom, left, right)

    def bars(self, nodes: Ints) -> _Boxes:
        """Draw the bars between the stems of the children."""
        first, last = self._tree.children[nodes - self._tree.n_leaves].T
        top, none = self._rows[nodes] - self._pens[nodes] // 2, np.full_like(nodes, -1)
        bottom, right = top + self._pens[nodes], self._left[last] + self._pens[last]
        return _Boxes(nodes, none, top, bottom, self._left[first], right)

    def _down(
        self, nodes: Ints, leaves: Ints, top: Ints, left: Ints, wide: Ints | int
    ) -> _Boxes:
        bottom = np.full_like(top, self._base)
        return _Boxes(nodes, leaves, top, bottom, left, left + wide)


def _painted(layers: list[_Boxes], wedges: Ints, window: Window) -> Raster:
    """Fill the boxes of some layers, those of wedges first."""
    image = np.zeros(window.rows * window.columns, np.intp)
    first = 1
    for boxes in layers:
        box, row = _expanded(boxes.bottom - boxes.top)
        start = (boxes.top[box] + row) * window.columns + boxes.left[box]
        run, column = _expanded((boxes.right - boxes.left)[box])
        image[start[run] + column] = first + box[run]
        first += len(boxes.nodes)
    nodes = np.concatenate([[-1], *(boxes.nodes for boxes in layers)])
    leaves = np.concatenate([[-1], *(boxes.leaves for boxes in layers)])
    columns = np.zeros(first, bool)
    columns[1 : 1 + len(layers[0].nodes)] = True
    rows = image.reshape(window.rows, window.columns)
    return Raster(rows, nodes, leaves, columns, wedges)


def _expanded(counts: Ints) -> tuple[Ints, Ints]:
    """Return for every item of some groups its group, and its place in it."""
    group = np.repeat(np.arange(len(counts)), counts)
    return group, np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)
