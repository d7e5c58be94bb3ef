"""What can be done with the current branch of a tree, as actions of menus and keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from audioclust_gui.branching import Branching
from audioclust_gui.plots.tree import TreePlot

_NONE_YET = "No branch is chosen yet: click one in the tree"


class BranchActions(QObject):
    """The actions of a tree's plot; they act on its current branch.

    Parameters
    ----------
    branching : Branching
    plot : TreePlot
        Their keys work while it has the focus.

    Attributes
    ----------
    all : list of QAction
        In the order of a menu; None stands for a line between.
    """

    rename_asked = Signal(int)
    recluster_asked = Signal(int)
    zoom_asked = Signal(int)
    fit_asked = Signal()

    def __init__(self, branching: Branching, plot: TreePlot) -> None:
        super().__init__(plot)
        self._branching = branching
        self._plot = plot
        self._height = 0.0
        self.all: list[QAction | None] = []
        medoids, do = branching.medoids, self._add
        # The plot sees to the keys behind a tab stop itself.
        self._select = do("&Select its clips\tReturn", branching.select)
        self._play = do("&Play its medoid\tCtrl+Return", medoids.play)
        self.all.append(None)
        self._rename = do("Re&name the branch…\tF2", self.rename_asked.emit)
        self._fold = do("&Fold the branch", self._fold_or_open, "C")
        self._zoom = do("&Zoom to the branch", self.zoom_asked.emit, "Z")
        self._fit = self._add(
            "Show the &whole tree\t0", lambda _: self.fit_asked.emit()
        )
        self.all.append(None)
        self._cut = do("&Cut here only", self._cut_here)
        self._split = do("Spli&t the branch here only", branching.split_here, "S")
        self._join = do(
            "&Join the branch here only",
            lambda node: branching.split_here(node, -1),
            "J",
        )
        self._follow = do("Follow the &line again", branching.follow, "U")
        self._recluster = do("&Recluster the branch…", self.recluster_asked.emit, "R")
        self.refresh()

    def refresh(self) -> None:
        """Offer what makes sense for the current branch, and nothing else."""
        node, tree = self._plot.current, self._branching.tree
        there = tree is not None and node is not None
        inner = tree is not None and node is not None and node >= tree.n_leaves
        for action in (self._select, self._play, self._rename, self._zoom):
            action.setEnabled(there)
        for action in (self._fold, self._cut, self._split, self._recluster):
            action.setEnabled(inner)
        cut = inner and self._branching.is_cut(node)
        self._join.setEnabled(inner and self._branching.parts(node) > 1)
        self._follow.setEnabled(cut)
        self._fit.setEnabled(tree is not None)
        folded = inner and self._branching.is_folded(node)
        self._fold.setText("&Open the branch" if folded else "&Fold the branch")
        why = self._branching.why_no_tree or ("" if there else _NONE_YET)
        for action in filter(None, self.all):
            more = f"\n{why}" if why and not action.isEnabled() else ""
            action.setToolTip(_words(action) + more)

    def popup(self, height: float, at: QPoint) -> None:
        """Show the menu of the current branch.

        Parameters
        ----------
        height : float
            Where in the tree it was asked for; a branch can be cut there, or joined
            where that is above it.
        at : QPoint
            Of the screen.
        """
        self._height = height
        self.refresh()
        menu = QMenu(self._plot)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.add_to(menu, at_height=self._cut.isEnabled())
        menu.popup(at)

    def add_to(self, menu: QMenu, *, at_height: bool = False) -> None:
        """Fill a menu; what needs a height is left out where there is none."""
        menu.setToolTipsVisible(True)  # which say why there is nothing to be done
        for action in self.all:
            if action is None:
                menu.addSeparator()
            elif at_height or action is not self._cut:
                menu.addAction(action)

    def _add(self, text: str, do: Callable[[int], object], keys: str = "") -> QAction:
        action = QAction(text, self._plot)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda: self._act(do))
        self._plot.addAction(action)
        self.all.append(action)
        return action

    def _act(self, do: Callable[[int], object]) -> None:
        node = self._plot.current
        do(-1 if node is None else node)
        self.refresh()

    def _fold_or_open(self, node: int) -> None:
        self._branching.fold(node, not self._branching.is_folded(node))

    def _cut_here(self, node: int) -> None:
        self._branching.cut_here(node, self._height)


def _words(action: QAction) -> str:
    """Say what an action does, and by which key."""
    text = action.text().replace("&", "").replace("…", "")
    words, _, own = text.partition("\t")
    keys = action.shortcut().toString() or own
    return f"{words}  ({keys})" if keys else words
