"""What a plot shows of a tree: its colours, its line, its marks, and which part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from audioclust_gui.plots.plain import plain
from audioclust_gui.plots.tree_arrays import Bools, TreeArrays
from audioclust_gui.plots.tree_colours import SPLIT
from audioclust_gui.plots.tree_frame import TOP, View
from audioclust_gui.plots.tree_line import Piece, pieces
from audioclust_gui.plots.tree_scale import SCALES, HeightScale

_ALONG = 2.0  # a line less than so many times as high as a branch is shown with it


class TreeShown:
    """What a `TreePlot` was told last; its setters explain each of them.

    Attributes
    ----------
    tree : TreeArrays or None
    scale_name : str
        One of `SCALES`; `scale` is that of the tree.
    view : View
        What of the tree is in view.
    labels : int32 array, shape (2n - 1,)
    lit : bool array, shape (2n - 1,), or None
    selected : bool array, shape (n,), or None
    current, playing : int or None
        A branch and a leaf.
    line : float or None
        The height of the line; `gap` how far it can go, `text` what is said beside it.
    branches : tuple of (node, height)
    natural : tuple of (height, number of clusters)
    titles : dict of int to str
    message : str
    dark : bool
    """

    def __init__(self) -> None:
        self.tree: TreeArrays | None = None
        self.scale_name, self.scale = SCALES[0], HeightScale()
        self.view = View()
        self.labels: NDArray[np.int32] = np.empty(0, np.int32)
        self.lit: Bools | None = None
        self.selected: Bools | None = None
        self.current: int | None = None
        self.playing: int | None = None
        self.line: float | None = None
        self.gap, self.text = (0.0, 0.0), ""
        self.branches: tuple[tuple[int, float], ...] = ()
        self.natural: tuple[tuple[float, int], ...] = ()
        self.name_of: Callable[[int], str] | None = None
        self.titles: dict[int, str] = {}
        self.describe: Callable[[int], str] = str
        self.message = ""
        self.dark = False

    def put(self, tree: TreeArrays | None) -> None:
        """Take another tree; one with as many leaves keeps the view and the marks."""
        before, self.tree = self.tree, tree
        n = self.n_leaves
        if before is None or before.n_leaves != n:
            self.labels = np.zeros(max(2 * n - 1, 0), np.int32)
            self.lit = self.selected = self.current = self.playing = None
            self.line, self.branches, self.natural = None, (), ()
            self.titles = {}
            self.view = self.whole
        elif tree is not None:
            fitted = self.view.right - self.view.left >= before.width - 1e-9
            wide = self.whole if fitted else self.view.moved(0, 0, self.whole)
            self.view = replace(self.view, left=wide.left, right=wide.right)
        self.rescale(self.scale_name)

    def rescale(self, name: str) -> None:
        """Show heights on another scale."""
        self.scale_name = name
        if self.tree is not None:
            self.scale = HeightScale.of(self.tree.heights, name)

    @property
    def n_leaves(self) -> int:
        """How many leaves there are, 0 without a tree."""
        return 0 if self.tree is None else self.tree.n_leaves

    @property
    def pieces(self) -> list[Piece]:
        """The line from left to right; none where there is no line."""
        if self.tree is None or self.line is None:
            return []
        return pieces(self.tree, self.line, self.branches)

    # Views ------------------------------------------------------------------------

    @property
    def whole(self) -> View:
        """The view of all of the tree."""
        if self.tree is None:
            return View()
        return View(float(self.tree.left[-1]), float(self.tree.right[-1]))

    def view_of(self, node: int) -> View:
        """Return the view that one branch fills, unless there is no such branch."""
        tree = self.tree
        if tree is None or not 0 <= node < len(tree.sizes):
            return self.view
        node = tree.shown(node)
        left, right = float(tree.left[node]), float(tree.right[node])
        aside = 0.02 * (right - left)
        share = self.scale.share(float(tree.heights[node]))
        if self.line is not None:  # so that it can be taken from here
            line = self.scale.share(self.line)
            share = max(share, line) if line < _ALONG * share else share
        top = min(share * TOP, TOP) if share > 0 else TOP
        return View(left - aside, right + aside, 0.0, top).moved(0, 0, self.whole)

    def view_with(self, node: int) -> View:
        """Return the view, moved no more than needed for a branch to be inside."""
        tree, view = self.tree, self.view
        if tree is None:
            return view
        left, right = float(tree.left[node]), float(tree.right[node])
        if right - left > view.right - view.left:
            left = right = float(tree.x[node])
        aside = max(right - view.right, 0.0) + min(left - view.left, 0.0)
        share = self.scale.share(float(tree.heights[node]))
        upward = max(share - view.top, 0.0) + min(share - view.bottom, 0.0)
        return view.moved(aside, upward, self.whole)

    def said(self) -> str:
        """Return what is read to those who do not see it."""
        if self.tree is None:
            return self.message or "No tree"
        n = self.tree.n_leaves
        said = f"Tree of {n} {'clip' if n == 1 else 'clips'}"
        if self.line is not None:
            k = np.count_nonzero(np.bincount(self.labels[:n] - SPLIT))
            clusters = "cluster" if k == 1 else "clusters"
            said += f", cut into {k} {clusters} at height {self.line:.3g}"
        if self.current is not None:
            said += f". Current branch: {plain(self.describe(self.current))}"
        return said
