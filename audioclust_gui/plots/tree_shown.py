"""What a tree shows: the tree, its colours, its line, its marks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtWidgets import QWidget

from audioclust_gui.plots.plain import plain
from audioclust_gui.plots.tree_arrays import Bools, TreeArrays
from audioclust_gui.plots.tree_colours import SPLIT
from audioclust_gui.plots.tree_frame import View
from audioclust_gui.plots.tree_scale import SCALES, HeightScale


class TreeShown(QWidget):
    """The setters of a tree, and what is read to the blind; draws nothing yet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tree: TreeArrays | None = None
        self._scale_name, self._scale = SCALES[0], HeightScale()
        self._view = View()
        self._labels = np.empty(0, np.int32)
        self._lit: Bools | None = None
        self._selected: Bools | None = None
        self._current: int | None = None
        self._playing: int | None = None
        self._line: float | None = None
        self._gap, self._text = (0.0, 0.0), ""
        self._branches: tuple[tuple[int, float], ...] = ()
        self._natural: tuple[tuple[float, int], ...] = ()
        self._name_of: Callable[[int], str] | None = None
        self._titles: dict[int, str] = {}
        self._describe: Callable[[int], str] = str
        self._longest: float | None = None  # of the names, once measured
        self._message = ""
        self._dark = False
        self.setAccessibleName("Tree")
        self._say_what_is_shown()

    def _redraw(self) -> None:
        """Draw the branches again: they lie elsewhere now."""
        self.update()

    def _recolour(self) -> None:
        """Colour the branches again."""
        self.update()

    def _rewrite(self) -> None:
        """Write again what does not move with the line."""
        self.update()

    @property
    def current(self) -> int | None:
        """The branch from which the keys lead on."""
        return self._current

    @property
    def _whole(self) -> View:
        if self._tree is None:
            return View()
        return View(float(self._tree.left[-1]), float(self._tree.right[-1]))

    # What is shown ----------------------------------------------------------------

    def set_tree(self, tree: TreeArrays | None) -> None:
        """Show a tree, or none.

        A tree with as many leaves as before, such as one with a branch collapsed, keeps
        the view, the labels and the marks.
        """
        before, self._tree = self._tree, tree
        self._longest = None
        n = 0 if tree is None else tree.n_leaves
        if before is None or before.n_leaves != n:
            self._labels = np.zeros(max(2 * n - 1, 0), np.int32)
            self._lit = self._selected = self._current = self._playing = None
            self._line, self._branches, self._natural = None, (), ()
            self._titles = {}
            self._view = self._whole
        elif tree is not None:
            fitted = self._view.right - self._view.left >= before.width - 1e-9
            wide = self._whole if fitted else self._view.moved(0, 0, self._whole)
            self._view = replace(self._view, left=wide.left, right=wide.right)
        self._rescale()

    def set_labels(self, labels: ArrayLike) -> None:
        """Colour the branches.

        Parameters
        ----------
        labels : int32 array, shape (2n - 1,)
            Of every node: a cluster id from 0, `palette.NOISE`, `palette.UNPLACED`, or
            `tree_colours.SPLIT` where its leaves are in several clusters.

        Raises
        ------
        ValueError
            Unless there is one label for every node.
        """
        labels = np.asarray(labels, np.int32)
        if labels.shape != self._labels.shape:
            raise ValueError(
                f"labels: shape {self._labels.shape} expected, found {labels.shape}"
            )
        self._labels = labels
        self._recolour()
        self._say_what_is_shown()

    def set_line(
        self,
        height: float | None,
        low: float = 0.0,
        high: float = 0.0,
        text: str = "",
    ) -> None:
        """Put the line at a height, or take it away.

        Parameters
        ----------
        height : float or None
        low, high : float
            How far it can go before anything changes; high may be infinite.
        text : str
            What is said beside it.
        """
        self._line, self._gap, self._text = height, (low, high), plain(text)
        self.update()
        self._say_what_is_shown()

    def set_branch_lines(self, lines: Sequence[tuple[int, float]]) -> None:
        """Give branches lines of their own: (node, height) of each."""
        self._branches = tuple(lines)
        self.update()

    def set_natural(self, cuts: Sequence[tuple[float, int]]) -> None:
        """Mark natural cuts, (height, number of clusters), the best ones first."""
        self._natural = tuple(cuts)
        self._rewrite()

    def set_lit(self, lit: ArrayLike | None) -> None:
        """Make all nodes faint but these, bool (2n - 1,); None for none faint."""
        n = len(self._labels)
        self._lit = None if lit is None else self._checked("lit", lit, n)
        self._recolour()

    def set_current(self, node: int | None) -> None:
        """Mark the branch from which the keys lead on."""
        there = node is not None and 0 <= node < len(self._labels)
        self._current = node if there else None
        self.update()
        self._say_what_is_shown()

    def set_selected(self, selected: ArrayLike | None) -> None:
        """Put ticks under leaves: bool array, shape (n,), by leaf."""
        n = 0 if self._tree is None else self._tree.n_leaves
        none = selected is None
        self._selected = None if none else self._checked("selected", selected, n)
        self.update()

    def set_playing(self, leaf: int | None) -> None:
        """Mark the leaf that is heard."""
        there = leaf is not None and 0 <= leaf <= len(self._labels) // 2
        self._playing = leaf if there else None
        self.update()

    def set_leaf_names(self, name_of: Callable[[int], str]) -> None:
        """Say what leaves are called; written under them where there is room."""
        self._name_of, self._longest = name_of, None
        self._redraw()

    def set_titles(self, titles: Mapping[int, str]) -> None:
        """Say what branches are called that have a name, by node."""
        if titles != self._titles:
            self._titles = dict(titles)
            self._rewrite()

    def set_description(self, describe: Callable[[int], str]) -> None:
        """Say how to describe a branch: shown as plain text, and read to the blind."""
        self._describe = describe
        self._say_what_is_shown()

    def set_scale(self, scale: str) -> None:
        """Show heights as they are ("height") or their logarithm ("log")."""
        if scale not in SCALES:
            raise ValueError(f'scale: one of {SCALES} expected, found "{scale}"')
        self._scale_name = scale
        self._rescale()

    def set_dark(self, dark: bool) -> None:
        """Draw for a dark or for a light theme."""
        self._dark = dark
        self._rewrite()
        self._recolour()

    def set_message(self, message: str) -> None:
        """Say something where there is no tree, as plain text."""
        self._message = plain(message)
        self.update()
        self._say_what_is_shown()

    def _rescale(self) -> None:
        if self._tree is not None:
            self._scale = HeightScale.of(self._tree.heights, self._scale_name)
        self._redraw()
        self._say_what_is_shown()

    def _checked(self, name: str, array: ArrayLike, n: int) -> NDArray[np.bool_]:
        checked = np.asarray(array, bool)
        if checked.shape != (n,):
            raise ValueError(f"{name}: shape ({n},) expected, found {checked.shape}")
        return checked

    def _say_what_is_shown(self) -> None:
        if self._tree is None:
            self.setAccessibleDescription(self._message or "No tree")
            return
        n = self._tree.n_leaves
        said = f"Tree of {n} {'clip' if n == 1 else 'clips'}"
        if self._line is not None:
            k = np.count_nonzero(np.bincount(self._labels[:n] - SPLIT))
            clusters = "cluster" if k == 1 else "clusters"
            said += f", cut into {k} {clusters} at height {self._line:.3g}"
        if self._current is not None:
            said += f". Current branch: {plain(self._describe(self._current))}"
        self.setAccessibleDescription(said)
