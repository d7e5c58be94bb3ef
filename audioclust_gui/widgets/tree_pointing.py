"""Pointing at a tree: branches are lit, selected and walked, here and in every view."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal

from audioclust_gui.audition import Audition
from audioclust_gui.branching import Branching
from audioclust_gui.document import Document
from audioclust_gui.plots.tree import TreePlot
from audioclust_gui.selecting import Clips, how
from engine.clustering.hierarchy import Hierarchy
from engine.projects.project import Grouping

_Modifier = Qt.KeyboardModifier


class TreePointing(QObject):
    """Carries what is pointed at from a tree's plot to the document, and back.

    Parameters
    ----------
    document : Document
    branching : Branching
    audition : Audition
    plot : TreePlot
        Of the document's tree.
    """

    current_changed = Signal()  # the branch that keys act on

    def __init__(
        self,
        document: Document,
        branching: Branching,
        audition: Audition,
        plot: TreePlot,
    ) -> None:
        super().__init__(plot)
        self._document = document
        self._branching = branching
        self._audition = audition
        self._plot = plot
        self._grouping: Grouping | None = None
        self._leaf_of = np.empty(0, np.int64)  # of every clip, -1 for none
        plot.hovered.connect(self._light)
        plot.walked.connect(self._walk)
        plot.clicked.connect(self._click)
        plot.chosen.connect(branching.select)
        plot.activated.connect(branching.medoids.play)
        audition.playing_changed.connect(self._show_playing)
        document.lit_changed.connect(self._show_lit)
        document.selection_changed.connect(self._show_selection)
        document.current_changed.connect(self._show_current)

    def set_grouping(self, grouping: Grouping | None, n_clips: int) -> None:
        """Say which clips are the leaves of the plot.

        The branch that is current stays so where the new tree has it as well.
        """
        clips = self._clips_of_current()
        self._grouping = grouping
        self._leaf_of = np.full(n_clips, -1)
        if grouping is not None:
            self._leaf_of[grouping.rows] = np.arange(len(grouping.rows))
        self.show()
        branch = self._branch_of(clips)
        if branch is None:
            self._show_current(self._document.current)
        else:
            self._plot.set_current(branch)
            self.current_changed.emit()

    def show(self) -> None:
        """Mark what is selected and lit in a tree that is drawn anew."""
        self._show_selection(self._document.selection)
        self._show_lit(self._document.lit)

    @property
    def _tree(self) -> Hierarchy | None:
        """The tree that is drawn: the document may have got another one just now."""
        return None if self._grouping is None else self._grouping.hierarchy

    def _light(self, node: int) -> None:
        self._document.light(self._branching.clips(node) if node >= 0 else None)
        self._branching.medoids.rest_on(node)

    def _walk(self, node: int) -> None:
        self._light(node)
        self.current_changed.emit()

    def _click(self, node: int, modifiers: Qt.KeyboardModifier) -> None:
        self.current_changed.emit()
        if node < 0:
            self._audition.stop()
            if modifiers == _Modifier.NoModifier:
                self._document.select(())
        else:
            self._branching.select(node, how(modifiers))

    def _clips_of_current(self) -> NDArray[np.int64] | None:
        tree, node = self._tree, self._plot.current
        if tree is None or node is None or node >= len(tree.sizes):
            return None
        return self._grouping.rows[tree.members(node)]

    def _branch_of(self, clips: NDArray[np.int64] | None) -> int | None:
        """Return the branch with exactly these clips, None where there is none."""
        tree = self._tree
        if clips is None or tree is None or clips.max() >= len(self._leaf_of):
            return None
        inside = tree.held(self._marked(clips))
        same = (inside == tree.sizes) & (inside == len(clips))
        return int(same.argmax()) if same.any() else None

    def _show_lit(self, clips: NDArray[np.int64] | None) -> None:
        tree = self._tree
        if clips is None or tree is None:
            self._plot.set_lit(None)
            return
        self._plot.set_lit(tree.held(self._marked(clips)) == tree.sizes)

    def _show_selection(self, clips: Clips) -> None:
        chosen = self._tree is not None and len(clips)
        self._plot.set_selected(self._marked(clips) if chosen else None)

    def _marked(self, clips: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which leaves are among some clips: bool, shape (n_leaves,)."""
        leaves = self._leaf_of[clips]
        marked = np.zeros(np.count_nonzero(self._leaf_of >= 0), bool)
        marked[leaves[leaves >= 0]] = True
        return marked

    def _show_current(self, clip: int) -> None:
        """Go to the leaf of a clip, unless it stands for the branch that is current."""
        node = self._plot.current
        if node is None or self._branching.medoids.of(node) != clip:
            self._plot.set_current(self._leaf(clip))
            self.current_changed.emit()

    def _show_playing(self, clip: int) -> None:
        self._plot.set_playing(self._leaf(clip))

    def _leaf(self, clip: int) -> int | None:
        leaf = int(self._leaf_of[clip]) if 0 <= clip < len(self._leaf_of) else -1
        return leaf if leaf >= 0 else None
