"""What is pointed at in a tree, when the tree becomes another one."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from engine.clustering.grafting import graft
from engine.projects import curation
from tests.gui import on_paper


@pytest.fixture
def paper(app, places):
    app.jobs.close()
    app.document.open(on_paper.collection(60, kinds=5), places / "paper.audioclust")
    QApplication.processEvents()
    return app


def test_a_branch_stays_current_when_it_is_clustered_again(paper):
    project, tree = paper.document.project, paper.branching.tree
    clusters, plot = project.clusters, paper.window.tree.plot
    node = int(clusters.nodes[clusters.sizes.argmax()])
    clips = set(paper.branching.clips(node).tolist())
    paper.document.set_current(min(clips))
    plot.set_current(node)
    steps = np.arange(len(clips) - 1)
    left = np.where(steps == 0, 0, len(clips) + steps - 1)
    chain = np.stack([left, steps + 1, steps + 1.0, steps + 2.0], axis=1)
    linkage, moved = graft(tree, node, chain)
    grouping = replace(project.grouping, linkage=linkage)
    paper.document.commit(
        curation.grafted(project, grouping, moved, node), "regroup branch"
    )
    assert plot.current == moved[node]
    assert set(paper.branching.clips(plot.current).tolist()) == clips
    paper.document.undo()
    assert plot.current == node


def test_another_branch_than_any_there_was_gives_way_to_the_current_clip(paper):
    project, plot = paper.document.project, paper.window.tree.plot
    tree = paper.branching.tree
    node = int(tree.children[tree.split_order[0], 0])
    inner = int(tree.children[node - tree.n_leaves, 0])
    clip = int(paper.branching.clips(inner)[0])
    paper.document.set_current(clip)
    plot.set_current(inner)
    size = int(tree.sizes[node])
    steps = np.arange(size - 1)
    left = np.where(steps == 0, 0, size + steps - 1)
    chain = np.stack([left, steps + 1, steps + 1.0, steps + 2.0], axis=1)
    linkage, moved = graft(tree, node, chain)
    assert moved[inner] == -1
    grouping = replace(project.grouping, linkage=linkage)
    paper.document.commit(
        curation.grafted(project, grouping, moved, node), "regroup branch"
    )
    assert paper.branching.clips(plot.current).tolist() == [clip]


def test_what_is_lit_before_the_new_tree_is_drawn_waits_for_it(paper):
    document, shown = paper.document, paper.window.tree.plot.shown
    grown = document.project
    without = replace(grown, grouping=replace(grown.grouping, linkage=None))
    document.commit(without, "group without a tree")
    assert not len(shown.labels)
    document.project = grown  # as seen by a view that is told before the tree's is
    document.light(np.arange(3))
    assert shown.lit is None
    document.changed.emit(without, grown)
    assert shown.lit[:3].all()
    assert not shown.lit[3:60].any()
