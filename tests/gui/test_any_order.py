"""Whatever a person does in whatever order: views, names, undo and file agree."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from audioclust_gui.widgets import clip_table, cluster_table
from engine.clustering.grafting import graft
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.linkage import linkage
from engine.features.representation import RepresentationParams
from engine.projects.curation import grafted, members, regrouped
from engine.projects.file import ProjectFile, read
from engine.projects.importing import with_linkage
from engine.projects.project import Graft, Grouping
from tests.gui import on_paper

N = 40
STEPS = 60
ALIKE = 0.5  # share in common that takes a name to another group


def grown(rng, n):
    return linkage(rng.normal(size=(n, 3)).round(1))  # some merges tie


class Hand:
    """Does one thing after the other, and knows what should be true then."""

    def __init__(self, app, seed):
        self.app, self.document, self.branching = app, app.document, app.branching
        self.rng = np.random.default_rng(seed)
        self.given = {}  # name: the clips that it was given to
        self.did = []

    @property
    def project(self):
        return self.document.project

    def node(self, least=1):
        tree = self.branching.tree
        return int(self.rng.choice(np.flatnonzero(tree.sizes >= least)))

    def height(self):
        heights = self.branching.tree.heights
        return float(self.rng.uniform(heights[0] / 2, heights[-1] * 1.05))

    def act(self):
        acts = [
            self.undo,
            self.redo,
            self.group,
            self.import_tree,
            self.ask_otherwise,
            self.label,
            self.point,
        ]
        tree = [
            self.drag,
            self.rename,
            self.fold,
            self.cut,
            self.follow,
            self.split,
            self.graft,
            self.drag_branch,
        ]
        if self.branching.tree is not None:
            acts += tree * 2
        else:
            acts.append(self.rename_cluster)
        act = acts[self.rng.integers(len(acts))]
        self.did.append(act.__name__)
        act()

    def undo(self):
        self.document.undo()

    def redo(self):
        self.document.redo()

    def point(self):
        self.document.light(self.rng.integers(N, size=5))
        self.document.select(self.rng.integers(N, size=5).tolist())

    def label(self):
        dataset = self.project.dataset
        column = None if dataset.label_column else "kind"
        other = replace(dataset, label_column=column)
        self.document.commit(
            replace(self.project, dataset=other, scores=None), "choose labels"
        )

    def ask_otherwise(self):
        """Choose another method or feature; the groups of before stay shown."""
        method = str(self.rng.choice(["agglomerative", "kmeans", "kmeans"]))
        k = int(self.rng.integers(1, N))
        feature = str(self.rng.choice(["mfcc", "mel"]))
        asked = self.project.choosing(method, n_clusters=k, feature=feature)
        self.document.commit(asked, "change parameter")

    def group(self):
        """Let a worker answer, if there is a question."""
        project = self.project
        if project.grouped:
            return
        asked, rows = project.pipeline, np.arange(N)
        if asked.method == "kmeans":
            labels = self.rng.integers(asked.n_clusters, size=N).astype(np.int32)
            answer = Grouping(asked, rows, labels)
        else:
            tree = Hierarchy(grown(self.rng, N))
            labels = tree.labels_at(asked.n_clusters)
            answer = Grouping(asked, rows, labels, tree.linkage)
        before = self.clips_of_names()
        self.document.amend(regrouped(project, answer))
        self.check_carried(before)

    def import_tree(self):
        before = self.clips_of_names()
        project = with_linkage(self.project, grown(self.rng, N), "tree.npy")
        self.document.commit(project, "import tree")
        self.check_carried(before)

    def graft(self):
        node = self.node(least=2)
        grouping = self.project.grouping
        clips = self.branching.clips(node)
        branch = grown(self.rng, len(clips))
        whole, moved = graft(grouping.hierarchy, node, branch)
        how = Graft(np.sort(clips), RepresentationParams(), "ward")
        found = replace(
            grouping,
            linkage=whole,
            labels=Hierarchy(whole).labels_at(1),
            grafts=(*grouping.grafts, how),
        )
        before, outside = self.clips_of_names(), np.setdiff1d(np.arange(N), clips)
        labels = self.project.labels[outside]
        after = grafted(self.project, found, moved, node)
        self.document.commit(after, "regroup branch")
        assert (self.project.labels[outside] == labels).all()
        for name, found in self.clips_of_names().items():
            assert found == before[name]

    def drag(self):
        for _ in range(3):
            self.branching.preview_cut(int(self.rng.integers(1, N)))
            self.check()
            if self.rng.random() < 0.1:
                self.group()
        if self.branching.tree is not None:
            self.branching.move_cut(int(self.rng.integers(1, N)))

    def drag_branch(self):
        node = self.node()
        for _ in range(3):
            self.branching.preview_branch(node, self.height())
            self.check()
        self.branching.cut_here(node, self.height())

    def rename(self):
        self.name(self.node())

    def rename_cluster(self):
        ids = self.project.clusters.ids
        self.name(int(self.rng.choice(ids)))

    def name(self, key):
        name = f"name {len(self.given)}"
        self.given[name] = None
        self.branching.rename(key, name)
        assert self.project.edits.names[key] == name

    def fold(self):
        node = self.node()
        self.branching.fold(node, not self.branching.is_folded(node))

    def cut(self):
        self.branching.cut_here(self.node(), self.height())

    def follow(self):
        cuts = self.project.edits.branches.cuts
        if cuts:
            self.branching.follow(cuts[self.rng.integers(len(cuts))].node)

    def split(self):
        self.branching.split_here(self.node(), int(self.rng.choice([-1, 1])))

    def clips_of_names(self):
        project = self.project
        return {
            name: frozenset(members(project.grouping, project.labels, key).tolist())
            for key, name in project.edits.names.items()
        }

    def check_carried(self, before):
        for name, clips in self.clips_of_names().items():
            if name in before:
                both = len(clips & before[name])
                assert both / len(clips | before[name]) > ALIKE

    def check(self):
        project, window = self.project, self.app.window
        grouping, labels = project.grouping, project.labels
        project.edits.check(grouping.hierarchy)
        np.testing.assert_array_equal(window.map.plot.shown.rows, labels)
        clips = window.dataset.model
        shown = [clips.index(row, clip_table.CLUSTER).data() for row in range(N)]
        of_row = labels[[clips.clip_at(row) for row in range(N)]].tolist()
        assert shown == [project.names.get(label, str(label)) for label in of_row]
        listed = window.clusters.model
        columns = cluster_table.CLUSTER, cluster_table.CLIPS
        sizes = {
            tuple(listed.index(row, i).data() for i in columns)
            for row in range(listed.rowCount())
        }
        ids, counts = np.unique(labels, return_counts=True)
        assert sizes == {
            (project.title(i), str(count))
            for i, count in zip(ids.tolist(), counts.tolist(), strict=True)
        }
        plot, tree = window.tree.plot, grouping.hierarchy
        if tree is None:
            assert plot.shown.tree is None
            return
        nodes = plot.shown.labels
        np.testing.assert_array_equal(nodes[:N], labels[grouping.rows])
        np.testing.assert_array_equal(
            nodes[project.clusters.nodes], project.clusters.ids
        )
        assert plot.shown.tree.collapsed == project.edits.collapsed
        assert window.tree.controls.spin.value() == project.cut
        found = project.clusters
        columns = found.nodes, found.sizes, found.ids
        for cluster, size, i in zip(*columns, strict=True):
            inside = grouping.rows[tree.members(cluster)]
            assert (labels[inside] == i).sum() == size

    def state(self):
        project = self.project
        return (
            project.labels.tolist(),
            project.edits,
            project.pipeline,
            project.dataset.label_column,
            [g.clips.tolist() for g in project.grouping.grafts],
        )

    def check_file(self, path):
        file = ProjectFile(path)
        file.write(self.project, self.document.view)
        file.close()
        found, _ = read(path)
        assert found.labels.tolist() == self.project.labels.tolist()
        assert found.edits == self.project.edits
        assert found.names == self.project.names
        assert found.pipeline == self.project.pipeline
        grafts = [g.clips.tolist() for g in found.grouping.grafts]
        assert grafts == self.state()[-1]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_all_agree_and_undo_leads_back(app, places, seed):
    app.jobs.close()
    app.document.open(on_paper.collection(N, kinds=4), places / "paper.audioclust")
    QApplication.processEvents()
    hand = Hand(app, seed)
    first = hand.state()
    for _ in range(STEPS):
        hand.act()
        hand.check()
    hand.check_file(places / "other.audioclust")
    last = hand.state()
    for _ in range(500):
        hand.document.redo()
    last = hand.state()
    while hand.document.undo_text is not None:
        hand.document.undo()
        hand.check()
    assert hand.state() == first
    while hand.document.redo_text is not None:
        hand.document.redo()
    assert hand.state() == last
