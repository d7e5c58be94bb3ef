"""What there is to say about a branch of the tree, in a few lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioclust_gui.document import Document
from audioclust_gui.studying import Studying
from engine.clustering.cut import SPLIT
from engine.clustering.metrics import below_1, codes_of, written
from engine.projects.project import Project
from engine.projects.tree_steps import Study


class BranchWords:
    """Describes branches of the document's tree.

    Parameters
    ----------
    document : Document
    studying : Studying
        Knows the silhouettes of all branches, once they are there.
    """

    def __init__(self, document: Document, studying: Studying) -> None:
        self._document = document
        self._studying = studying
        self._said: tuple[Project, Study | None, int, str] | None = None
        self._truth: tuple[str, ...] | None = None
        self._codes = np.empty(0, np.int64)
        self._classes: list[str] = []

    def describe(self, node: int) -> str:
        """Say what a branch is called, how big and how high it is, and what is in it.

        Returns
        -------
        str
            A line for each; "" where there is no such branch.
        """
        project, study = self._document.project, self._studying.study
        said = self._said
        if said is None or said[:2] != (project, study) or said[2] != node:
            said = self._said = project, study, node, self._words(project, study, node)
        return said[3]

    def _words(self, project: Project, study: Study | None, node: int) -> str:
        clips = clips_of(project, node)
        if project.cuts is None or not len(clips):
            return ""
        tree = project.cuts.tree
        lines = [title_of(project, node)]
        if len(clips) > 1:
            lines.append(f"{len(clips):,} clips, height {tree.height(node):.4g}")
        else:
            lines.append(project.title(int(project.labels[clips[0]])))
        if study is not None and np.isfinite(study.silhouettes[node]):
            value = written("silhouette", float(study.silhouettes[node]), 2)
            lines.append(f"Silhouette {value} against the branch beside it")
        lines += self._majority(clips)
        own = project.edits.branches.at(node)
        if own is not None:
            count = len(tree.nodes_at(own.k, node))
            lines.append(f"Cut on its own, into {counted(count, 'cluster')}")
        if node in project.edits.collapsed:
            lines.append("Folded")
        return "\n".join(lines)

    def _majority(self, clips: NDArray[np.int64]) -> list[str]:
        truth = self._document.project.dataset.labels
        if truth is None:
            return []
        if truth is not self._truth:
            self._truth, self._codes = truth, codes_of(truth)
            self._classes = list(dict.fromkeys(name for name in truth if name))
        codes = self._codes[clips]
        counts = np.bincount(codes[codes >= 0])
        if not len(counts):
            return ["No label known"]
        most = int(counts.argmax())
        if len(clips) == 1:
            return [f"Label: {self._classes[most]}"]
        share = counts[most] / len(clips)
        return [f"Mostly {self._classes[most]}: {below_1(share, 2):.0%}"]


def clips_of(project: Project, node: int) -> NDArray[np.int64]:
    """Return the clips of a branch, int64; none where there is no such branch."""
    grouping = project.grouping
    tree = None if grouping is None else grouping.hierarchy
    if grouping is None or tree is None or not 0 <= node < len(tree.sizes):
        return np.empty(0, np.int64)
    return grouping.rows[tree.members(node)]


def title_of(project: Project, node: int) -> str:
    """Return what a node of the project's tree is called.

    Its name, that of its cluster or of the one it lies in, that of a clip; or of how
    many clusters it consists.
    """
    grouping, cuts, k = project.grouping, project.cuts, project.cut
    if grouping is None or cuts is None or k is None:
        return ""
    name = project.edits.names.get(node)
    if name is not None:
        return name
    if node < cuts.tree.n_leaves:
        return project.dataset.clips[int(grouping.rows[node])].name
    label = int(cuts.node_labels_at(k)[node])
    if label == SPLIT:
        inside = np.unique(project.labels[clips_of(project, node)])
        return f"Branch of {counted(len(inside), 'cluster')}"
    clusters = project.clusters
    cluster = int(clusters.nodes[np.searchsorted(clusters.ids, label)])
    return project.title(label) if cluster == node else f"In {project.title(label)}"


def counted(count: int, word: str) -> str:
    """Write a number before what it counts."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"
