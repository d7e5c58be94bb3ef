"""The tree and its cut: a dendrogram in the hand, and what every cut of it costs.

Whatever follows a drag is looked up in what was made when the tree was: the labels of
its nodes by the cut, and where they are drawn not at all.
"""

from __future__ import annotations

from functools import partial
from pathlib import PurePosixPath

import numpy as np
from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from audioclust_gui.audition import Audition
from audioclust_gui.branch_words import counted, title_of
from audioclust_gui.branching import Branching
from audioclust_gui.document import Document
from audioclust_gui.line_heights import LineHeights
from audioclust_gui.plots.cut_axis import CutAxis
from audioclust_gui.plots.cut_strip import CutStrip
from audioclust_gui.plots.plain import one_line
from audioclust_gui.plots.tree import TreePlot
from audioclust_gui.plots.tree_arrays import TreeArrays
from audioclust_gui.studying import Studying
from audioclust_gui.widgets.branch_actions import BranchActions
from audioclust_gui.widgets.cut_controls import SCALES, CutControls
from audioclust_gui.widgets.name_line import NameLine
from audioclust_gui.widgets.tree_pointing import TreePointing
from engine.clustering.drawing import draw
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.natural import natural_cuts
from engine.projects.project import Grouping, Project
from engine.projects.tree_steps import HIGHEST

_CURVES = {"silhouette": "Silhouette", "nmi": "NMI", "accuracy": "Accuracy"}


class TreeView(QWidget):
    """Shows the document's tree, and moves its cut.

    Parameters
    ----------
    document : Document
    studying : Studying
    branching : Branching
    audition : Audition
    """

    recluster_asked = Signal(int)  # the node of a branch

    def __init__(
        self,
        document: Document,
        studying: Studying,
        branching: Branching,
        audition: Audition,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._studying = studying
        self._branching = branching
        self._grouping: Grouping | None = None  # whose tree is drawn
        self._collapsed: frozenset[int] = frozenset()
        self._lines: LineHeights | None = None
        self._natural: tuple[int, ...] = ()
        self._scale, self._highest = next(iter(SCALES)), 0

        self.controls = CutControls()
        self.plot = TreePlot()
        self.strip = CutStrip()
        self.pointing = TreePointing(document, branching, audition, self.plot)
        self.branch = BranchActions(branching, self.plot)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.addWidget(self.plot)
        halves.addWidget(self.strip)
        halves.setStretchFactor(0, 1)
        halves.setCollapsible(0, False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.controls)
        layout.addWidget(halves, 1)
        self.name_line = NameLine(self)
        self.setFocusProxy(self.plot)
        self.plot.set_leaf_names(self._leaf_name)
        self.plot.set_description(branching.describe)
        self._connect()
        self._show_all()

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self.plot.set_dark(dark)
        self.strip.set_dark(dark)

    def _connect(self) -> None:
        plot, strip, controls = self.plot, self.strip, self.controls
        plot.line_dragged.connect(self._drag)
        plot.line_released.connect(self._release)
        plot.branch_dragged.connect(self._drag_branch)
        plot.branch_released.connect(self._release_branch)
        plot.stepped.connect(self._step)
        plot.natural_stepped.connect(self._step_to_natural)
        plot.menu_asked.connect(self._show_menu)
        plot.rename_asked.connect(self._rename)
        strip.dragged.connect(self._branching.preview_cut)
        strip.released.connect(self._branching.move_cut)
        controls.k_typed.connect(self._branching.move_cut)
        controls.height_typed.connect(self._release)
        controls.scale_chosen.connect(self._set_scale)
        controls.fit_asked.connect(plot.fit)
        controls.zoom_asked.connect(lambda: self._zoom_to(plot.current))
        self.branch.rename_asked.connect(self._rename)
        self.branch.recluster_asked.connect(self.recluster_asked)
        self.branch.zoom_asked.connect(self._zoom_to)
        self.branch.fit_asked.connect(plot.fit)
        self.pointing.current_changed.connect(self.branch.refresh)
        self._studying.found.connect(self._show_curves)
        self._document.changed.connect(self._on_changed)
        self._document.history_changed.connect(self._drop_drag)
        self._document.replaced.connect(self._show_all)

    def _on_changed(self, old: Project, new: Project) -> None:
        drawn = self._draw()
        self.plot.set_titles(new.edits.names)
        if drawn or old.cut != new.cut or old.cuts is not new.cuts:
            self._show_cut()
        if old.dataset is not new.dataset:
            self._show_curves()
        said_of = old.pipeline.method, old.extraction
        if said_of != (new.pipeline.method, new.extraction) or not new.dataset.clips:
            self._say_state()
        if not self._document.dragging:
            self.branch.refresh()

    def _show_all(self) -> None:
        self._grouping = self._lines = None
        self.plot.set_tree(None)
        self._draw(anew=True)
        self.plot.set_titles(self._document.project.edits.names)
        self._show_cut()
        self.branch.refresh()

    def _draw(self, *, anew: bool = False) -> bool:
        """Draw the tree if it is another one, or folded elsewhere; tell whether."""
        project, tree = self._document.project, self._branching.tree
        grouping, collapsed = project.grouping, project.edits.collapsed
        before = self._grouping
        anew = anew or grouping is not before
        if not anew and collapsed == self._collapsed:
            return False
        self._grouping, self._collapsed = grouping, collapsed
        current = self.plot.current
        self.plot.set_tree(None if tree is None else _arrays(tree, collapsed))
        if before is None or grouping is None or not before.answers(grouping.pipeline):
            self.plot.fit()
        if anew:
            self._lines = None if tree is None else LineHeights(tree)
            self._natural = () if tree is None else natural_cuts(tree)
            self.pointing.set_grouping(grouping, len(project.dataset))
            self._show_scale()
            self._show_curves()
            self._say_state()
        else:
            self.pointing.show()
            self.plot.set_current(current)
        return True

    def _show_cut(self) -> None:
        project, lines = self._document.project, self._lines
        cuts, k = project.cuts, project.cut
        if lines is None or cuts is None or k is None:
            self.plot.set_line(None)
            self.strip.set_axis(None)
            self._highest = 0
            return
        self.plot.set_labels(cuts.node_labels_at(k))
        self.plot.set_branch_lines(
            tuple(
                (cut.node, lines.of_branch(cut.node, cut.k))
                for cut in project.edits.branches.cuts
            )
        )
        self._show_line()
        self._show_axis(lines.tree, k)
        self.strip.set_parted(bool(project.edits.branches.cuts))
        self.strip.set_k(k)

    def _show_line(self) -> None:
        project, lines, k = (
            self._document.project,
            self._lines,
            self._document.project.cut,
        )
        if lines is None or k is None:
            return
        low, high = lines.tree.height_interval(k)
        count = counted(len(project.clusters.ids), "cluster")
        self.plot.set_line(lines.of(k), low, high, count + _gap(low, high))
        if project.edits.branches.cuts:
            count += ", some by lines of their own"
        words = f"{count}; {_room(low, high)}"
        self.controls.set_cut(k, lines.tree.n_leaves, lines.of(k), words)

    def _show_axis(self, tree: Hierarchy, k: int) -> None:
        """Let the slider reach as far as the curves, and as far as the cut."""
        highest = HIGHEST
        while highest < k:
            highest *= 2
        highest = min(highest, tree.n_leaves)
        # While it is dragged the slider does not shrink under the hand.
        if highest > self._highest or (
            highest < self._highest and not self._document.dragging
        ):
            self._highest = highest
            descending = tree.heights[tree.split_order]
            self.strip.set_axis(CutAxis(descending, highest, self._scale))

    def _show_scale(self) -> None:
        self.plot.set_scale("log" if self._scale == "log" else "height")
        if self._lines is not None:
            self._lines.logarithmic = self._scale == "log"
            middle = self._lines.middle
            self.plot.set_natural(tuple((middle(k), k) for k in self._natural))
        self.strip.set_natural(self._natural)
        self._highest = 0  # the axis is another one

    def _set_scale(self, scale: str) -> None:
        self._scale = scale
        self._show_scale()
        self._show_cut()

    def _show_curves(self) -> None:
        study = self._studying.study
        if study is None:
            self.strip.set_curves(np.empty(0, np.int64), {})
            return
        curves = study.curves
        known = {words: getattr(curves, name) for name, words in _CURVES.items()}
        self.strip.set_curves(
            curves.k,
            {words: curve for words, curve in known.items() if curve is not None},
            f"of a sample of {curves.sampled:,}" if curves.sampled else "",
        )

    def _say_state(self) -> None:
        project, tree = self._document.project, self._branching.tree
        text = self._branching.why_no_tree
        if not text and tree is None:
            when = " when they are grouped" if project.dataset.clips else ""
            text = f"The tree of the clips is drawn here{when}"
        self.plot.set_message(text)
        self.controls.set_usable(tree is not None)
        waiting = self._studying.refusal or "Scoring every cut…"
        self.strip.set_message("" if tree is None else waiting)

    def _drag(self, height: float) -> None:
        if self._lines is not None:
            self._lines.hold(height)
            self._branching.preview_cut(self._lines.tree.k_at_height(height))
            self._show_line()  # it follows also where the cut is the same

    def _release(self, height: float) -> None:
        if self._lines is not None:
            self._lines.hold(height)
            self._branching.move_cut(self._lines.tree.k_at_height(height))
            self._show_line()

    def _drag_branch(self, node: int, height: float) -> None:
        if self._lines is not None:
            self._lines.hold(height, node)
            self._branching.preview_branch(node, height)

    def _release_branch(self, node: int, height: float) -> None:
        if self._lines is not None:
            self._lines.hold(height, node)
            self._branching.cut_here(node, height)
            self._show_cut()

    def _drop_drag(self) -> None:
        """End a drag that undo has overtaken; nobody is told."""
        dropped = False
        for held in (self.plot, self.strip):
            with QSignalBlocker(held):
                dropped |= held.put_back()
        if dropped:
            self._show_cut()

    def _step(self, by: int) -> None:
        k = self._document.project.cut
        if self._lines is not None and k is not None:
            most = self._lines.tree.n_leaves
            self._branching.move_cut(min(max(k + by, 1), most))

    def _step_to_natural(self, by: int) -> None:
        k = self._document.project.cut or 1
        ahead = [other for other in self._natural if (other - k) * by > 0]
        if ahead:
            self._branching.move_cut(min(ahead) if by > 0 else max(ahead))

    def _show_menu(self, node: int, height: float, at: QPoint) -> None:
        self.plot.set_current(node if node >= 0 else None)
        self.branch.popup(height, at)

    def _rename(self, node: int) -> None:
        project, place = self._document.project, self.plot.place_of(node)
        if place is not None:
            at = self.plot.mapTo(self, place.toPoint())
            name = project.edits.names.get(node, "")
            then = partial(self._branching.rename, node)
            self.name_line.ask(at, name, one_line(title_of(project, node)), then)

    def _zoom_to(self, node: int | None) -> None:
        if node is not None:
            self.plot.zoom_to(node)

    def _leaf_name(self, leaf: int) -> str:
        project = self._document.project
        if project.grouping is None:
            return ""
        clip = project.dataset.clips[int(project.grouping.rows[leaf])]
        # Room is scarce under a tree, and most names end alike.
        return one_line(clip.name.removesuffix(PurePosixPath(clip.path).suffix))


def _arrays(tree: Hierarchy, collapsed: frozenset[int]) -> TreeArrays:
    drawing = draw(tree, collapsed)
    return TreeArrays(
        children=drawing.children,
        starts=drawing.starts,
        left=drawing.left,
        right=drawing.right,
        x=drawing.x,
        sizes=tree.sizes,
        parents=tree.parents,
        heights=np.concatenate([np.zeros(tree.n_leaves), tree.heights]),
        order=drawing.order,
        collapsed=collapsed,
    )


def _gap(low: float, high: float) -> str:
    """Say how long the way is on which the line changes nothing, if it has an end."""
    return f", gap {high - low:.3g}" if low < high < np.inf else ""


def _room(low: float, high: float) -> str:
    """Say between which heights the line can move before anything changes."""
    if low == high:
        return f"merges tie at {low:.4g}, so no height has exactly this cut"
    if np.isinf(high):
        return f"the line can move from {low:.4g} up"
    return f"the line can move from {low:.4g} to {high:.4g}"
