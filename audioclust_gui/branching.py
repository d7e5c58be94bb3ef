"""What can be done with a branch of the tree; every change is one step of undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from audioclust_gui.audition import Audition
from audioclust_gui.branch_words import BranchWords, clips_of
from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.medoids import Medoids
from audioclust_gui.selecting import How
from audioclust_gui.studying import Studying, features_at_hand
from engine.clustering.agglomerative import AgglomerativeParams
from engine.clustering.cut import levels
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.methods import METHODS
from engine.errors import EngineError
from engine.features.representation import RepresentationParams
from engine.params import param
from engine.projects import curation
from engine.projects.edits import Edits
from engine.projects.project import Grouping, Project

MOVE = "move the cut"
"""What undo calls it when the line across the tree goes elsewhere."""


_CUT = "cut branch"
_AFTER_DRAG_MS = 50  # from one look whether a drag has ended to the next
_LINKAGES = next(f for f in AgglomerativeParams.declared() if f.name == "linkage")


@dataclass(frozen=True)
class RegroupingParams(RepresentationParams):
    """How the clips of one branch are compared and merged anew."""

    linkage: str = param(
        _LINKAGES.default,
        label=_LINKAGES.label,
        choices=dict(_LINKAGES.choices),
        help=_LINKAGES.help,
    )

    @property
    def representation(self) -> RepresentationParams:
        """Which numbers stand for a clip."""
        values = self.to_dict()
        del values["linkage"]
        return RepresentationParams(**values)


class Branching(QObject):
    """Does with the document's tree what a person asks for.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    studying : Studying
    audition : Audition

    Attributes
    ----------
    describe : callable
        From a node to what there is to say about it, a line for each.
    medoids : Medoids
        The clips that stand for branches.
    """

    troubled = Signal(str, str)

    def __init__(
        self, document: Document, jobs: Jobs, studying: Studying, audition: Audition
    ) -> None:
        super().__init__(document)
        self._document = document
        self._jobs = jobs
        self._before = document.project  # a drag of a branch began with it
        self.describe = BranchWords(document, studying).describe
        self.medoids = Medoids(document, jobs, audition)
        self.medoids.troubled.connect(self.troubled)

    @property
    def tree(self) -> Hierarchy | None:
        """The document's tree, None where the method grows none."""
        grouping = self._document.project.grouping
        return None if grouping is None else grouping.hierarchy

    @property
    def why_no_tree(self) -> str:
        """Why the method that is chosen will not give one either, "" if it does."""
        method = METHODS[self._document.pipeline.method]
        if self.tree is not None or method.grows_tree:
            return ""
        other = next(m.label for m in METHODS.values() if m.grows_tree)
        return f"{method.label} has no tree: choose {other} in the pipeline to cut one"

    @property
    def movable(self) -> bool:
        """Whether the number of clusters that is asked for is a cut of the tree."""
        project = self._document.project
        grouping = project.grouping
        return (
            grouping is not None
            and grouping.hierarchy is not None
            and grouping.pipeline.method == project.pipeline.method
        )

    def clips(self, node: int) -> NDArray[np.int64]:
        """Return the clips of a branch, none where there is no such branch."""
        return clips_of(self._document.project, node)

    def select(self, node: int, how: How = How.REPLACE) -> None:
        """Select the clips of a branch, or change the selection by them."""
        self._document.select(self.clips(node), how)

    def preview_cut(self, k: int) -> None:
        """Show another cut across the tree while it is dragged."""
        project = self._document.project
        if self.movable and project.pipeline.n_clusters != k:
            self._document.preview(project.with_n_clusters(k))

    def move_cut(self, k: int) -> None:
        """Cut the tree into ``k`` clusters.

        The end of a drag is a step of its own; single steps within a second are one.
        """
        document = self._document
        if not self.movable:
            return
        if document.dragging or document.pipeline.n_clusters != k:
            project = document.project
            if project.pipeline.n_clusters != k:
                project = project.with_n_clusters(k)
            document.commit(project, MOVE, merge=not document.dragging)

    def preview_branch(self, node: int, height: float) -> None:
        """Show another cut of one branch while it is dragged."""
        tree, document = self.tree, self._document
        if tree is None or document.project.cut is None:
            return
        if not document.dragging:
            self._before = document.project
        if self._before.grouping is document.project.grouping:
            at = tree.k_at_height(height)
            document.preview(self._cut_from(self._before.edits, node, at))

    def cut_here(self, node: int, height: float) -> None:
        """Cut one branch at a height, wherever the line across the tree lies."""
        tree, document = self.tree, self._document
        before = self._before if document.dragging else document.project
        if tree is None:
            return
        if before.grouping is document.project.grouping:
            at = tree.k_at_height(height)
            self._commit(_CUT, lambda _: self._cut_from(before.edits, node, at))
        else:  # another tree came while this one was in the hand
            document.commit(document.project, _CUT)

    def split_here(self, node: int, by: int = 1) -> None:
        """Cut one branch into so many clusters more than now, or fewer."""
        tree = self.tree
        if tree is None or not 0 <= node < len(tree.sizes):
            return
        found = levels(tree, node)
        at = int(found[min(max(self.parts(node) - 1 + by, 0), len(found) - 1)])
        self._commit(
            _CUT, lambda project: curation.cut_here(project, node, at), merge=True
        )

    def parts(self, node: int) -> int:
        """Return into how many clusters a branch is cut now, 0 where there is none."""
        tree = self.tree
        if tree is None or not 0 <= node < len(tree.sizes):
            return 0
        return len(tree.nodes_at(self._line_of(node), node))

    def follow(self, node: int) -> None:
        """Let a branch follow the line across the tree again."""
        self._commit(
            "follow the line again", lambda project: curation.follow(project, node)
        )

    def is_cut(self, node: int) -> bool:
        """Tell whether a branch has a cut of its own."""
        return self._document.project.edits.branches.at(node) is not None

    def rename(self, node: int, name: str) -> None:
        """Give a branch a name; "" takes it away."""
        self._commit(
            "rename branch", lambda project: curation.rename(project, node, name)
        )

    def is_folded(self, node: int) -> bool:
        """Tell whether a branch is drawn folded."""
        return node in self._document.project.edits.collapsed

    def fold(self, node: int, folded: bool = True) -> None:
        """Draw a branch folded, or open again."""
        text = "fold branch" if folded else "open branch"
        self._commit(text, lambda project: curation.collapse(project, node, folded))

    @property
    def regrouping(self) -> RegroupingParams:
        """How the clips are compared and merged now, for a form."""
        grouping = self._document.project.grouping
        if grouping is None:
            return RegroupingParams()
        values = grouping.pipeline.representation.to_dict()
        values["linkage"] = getattr(
            grouping.pipeline.method_params, "linkage", _LINKAGES.default
        )
        return RegroupingParams(**values)

    def recluster(self, node: int, params: RegroupingParams) -> None:
        """Grow one branch anew, from other features of its clips."""
        title, project = "Regrouping a branch", self._document.project
        keys, grouping = features_at_hand(project), project.grouping
        if keys is None or grouping is None:
            self.troubled.emit(title, "There are no features of the clips: Run > Run.")
            return

        def keep(answer: tuple[Grouping, NDArray[np.int64]]) -> None:
            if self._document.dragging:  # not under the hand
                QTimer.singleShot(_AFTER_DRAG_MS, self, lambda: keep(answer))
            elif self._document.project.grouping is grouping:
                found, moved = answer
                self._commit(
                    "regroup branch",
                    lambda project: curation.grafted(project, found, moved, node),
                )
            else:
                self.troubled.emit(title, "There are other groups meanwhile.")

        job = self._jobs.run(
            "engine.projects.tree_steps:recluster",
            keys,
            grouping,
            node,
            params.representation,
            params.linkage,
            title=title,
            then=keep,
            slot="recluster",
        )
        job.failed.connect(lambda why: self.troubled.emit(title, why.message))
        job.crashed.connect(lambda text: self.troubled.emit(title, text))

    def _cut_from(self, edits: Edits, node: int, at: int) -> Project:
        project = replace(self._document.project, edits=edits)
        return curation.cut_here(project, node, at)

    def _line_of(self, node: int) -> int:
        """Return where the line lies that cuts a branch, as a number of clusters."""
        project, tree = self._document.project, self.tree
        line, least = project.cut or 1, np.inf
        for cut in project.edits.branches.cuts:
            inside = tree is not None and tree.inside(np.array([node]), cut.node)[0]
            if inside and tree.sizes[cut.node] < least:
                line, least = cut.k, tree.sizes[cut.node]
        return line

    def _commit(
        self, text: str, change: Callable[[Project], Project], *, merge: bool = False
    ) -> None:
        document = self._document
        try:
            project = change(document.project)
        except EngineError as error:
            self.troubled.emit(text.capitalize(), str(error))
            return
        now = document.project
        changed = project.grouping is not now.grouping or project.edits != now.edits
        if changed or document.dragging:
            document.commit(project, text, merge=merge)
