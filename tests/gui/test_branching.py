"""What is done with a branch: it is selected, heard, named, folded, cut, regrown."""

from dataclasses import replace

import numpy as np
import pytest

from audioclust_gui.branching import MOVE, RegroupingParams
from audioclust_gui.jobs import Job
from audioclust_gui.selecting import How
from audioclust_gui.worker import Failure
from engine.clustering.cut import SPLIT
from engine.features.representation import RepresentationParams
from tests.gui import on_paper
from tests.gui.road import WAIT

N = 60


@pytest.fixture
def paper(app, places):
    """The application with a tree of 60 clips in it, and no worker behind it."""
    app.jobs.close()
    app.document.open(on_paper.collection(N, kinds=5), places / "paper.audioclust")
    return app


@pytest.fixture
def branch(paper):
    """A branch of some clips that the line cuts into several clusters."""
    tree, project = paper.branching.tree, paper.document.project
    labels = project.cuts.node_labels_at(project.cut)
    split = np.flatnonzero(labels == SPLIT)
    return int(split[tree.sizes[split].argmin()])


def cluster_of(app, label=0):
    clusters = app.document.project.clusters
    return int(clusters.nodes[np.searchsorted(clusters.ids, label)])


def test_a_branch_replaces_adds_toggles_and_removes_its_clips(paper, branch):
    branching, document = paper.branching, paper.document
    tree = branching.tree
    one, other = (int(child) for child in tree.children[branch - N])
    a, b = set(branching.clips(one).tolist()), set(branching.clips(other).tolist())
    document.select({-1 % N})
    branching.select(one)
    assert set(document.selection) == a
    branching.select(other, How.ADD)
    assert set(document.selection) == a | b == set(branching.clips(branch).tolist())
    branching.select(one, How.TOGGLE)
    assert set(document.selection) == b
    branching.select(
        branch, How.TOGGLE
    )  # a part of it is selected: take the rest as well
    assert set(document.selection) == a | b
    branching.select(other, How.REMOVE)
    assert set(document.selection) == a


def test_names_folds_and_cuts_are_one_step_each_and_go_back(paper, branch):
    branching, document = paper.branching, paper.document
    before = document.project
    branching.rename(branch, "  warblers ")
    assert document.project.edits.names == {branch: "warblers"}
    assert document.undo_text == "rename branch"
    branching.fold(branch)
    assert branching.is_folded(branch)
    assert document.undo_text == "fold branch"
    branching.fold(branch, False)
    assert document.undo_text == "open branch"
    parts = branching.parts(branch)
    branching.split_here(branch)
    assert branching.parts(branch) == parts + 1
    assert branching.is_cut(branch)
    assert document.undo_text == "cut branch"
    branching.follow(branch)
    assert not branching.is_cut(branch)
    assert document.undo_text == "follow the line again"
    for _ in range(5):
        document.undo()
    assert document.undo_text is None
    assert document.project.edits == before.edits


def test_what_changes_nothing_is_no_step(paper, branch):
    branching, document = paper.branching, paper.document
    branching.rename(branch, "")
    branching.fold(branch, False)
    branching.follow(branch)
    branching.move_cut(document.project.cut)
    assert document.undo_text is None


def test_a_name_that_cannot_be_is_refused_in_words(paper, branch, qtbot):
    with qtbot.waitSignal(paper.branching.troubled) as told:
        paper.branching.rename(branch, "two\nlines")
    assert told.args[0] == "Rename branch"
    assert "one line" in told.args[1]
    assert paper.document.undo_text is None
    assert "(1)" in paper.window.docks["Messages"].windowTitle()


def test_a_branch_is_cut_at_a_height_whatever_the_line_does(paper, branch):
    branching, document = paper.branching, paper.document
    tree = branching.tree
    outside = np.setdiff1d(np.arange(N), branching.clips(branch))
    before = document.project.labels[outside]
    height = tree.height(branch) * 0.6
    branching.cut_here(branch, height)
    k = tree.k_at_height(height)
    assert branching.parts(branch) == len(tree.nodes_at(k, branch))
    np.testing.assert_array_equal(document.project.labels[outside], before)
    inside = len(set(document.project.labels[branching.clips(branch)].tolist()))
    branching.move_cut(document.project.cut + 3)
    now = document.project.labels[branching.clips(branch)]
    assert len(set(now.tolist())) == inside


def test_dragging_the_line_of_a_branch_is_one_step_from_where_it_began(paper, branch):
    branching, document = paper.branching, paper.document
    tree = branching.tree
    before = document.project
    top = tree.height(branch)
    for share in (0.9, 0.3, 0.05, 0.5):
        branching.preview_branch(branch, top * share)
    assert document.dragging
    branching.cut_here(branch, top * 0.5)
    assert not document.dragging
    assert len(document.project.edits.branches.early) <= branching.parts(branch)
    document.undo()
    assert document.undo_text is None
    np.testing.assert_array_equal(document.project.labels, before.labels)


def test_a_drag_of_the_cut_is_a_step_of_its_own_and_keys_are_one(paper):
    branching, document = paper.branching, paper.document
    start = document.project.cut
    for k in (start + 1, start + 2):
        branching.move_cut(k)  # as keys do
    assert document.undo_text == MOVE
    for k in (start + 3, start + 4):
        branching.preview_cut(k)
    branching.move_cut(start + 4)
    document.undo()
    assert document.project.cut == start + 2
    document.undo()
    assert document.project.cut == start
    assert document.undo_text is None


def test_a_flat_method_has_no_branches(paper, branch):
    document, branching = paper.document, paper.branching
    flat = replace(document.project.grouping, linkage=None)
    document.amend(replace(document.project, grouping=flat))
    assert branching.tree is None
    assert not branching.movable
    assert len(branching.clips(branch)) == 0
    assert branching.describe(branch) == ""
    branching.select(branch)
    branching.split_here(branch)
    branching.cut_here(branch, 1.0)
    branching.move_cut(3)
    branching.medoids.play(branch)
    assert document.undo_text is None


def test_a_branch_is_described(paper, branch):
    branching, document = paper.branching, paper.document
    on_paper.know(paper)
    project = document.project
    lines = branching.describe(branch).splitlines()
    clips = branching.clips(branch)
    inside = len(set(project.labels[clips].tolist()))
    assert lines[0] == f"Branch of {inside} clusters"
    assert lines[1].startswith(f"{len(clips)} clips, height ")
    assert lines[2] == "Silhouette 0.25 against the branch beside it"
    truth = np.array(project.dataset.labels)[clips]
    names, counts = np.unique(truth, return_counts=True)
    assert lines[3].startswith("Mostly kind ")
    assert lines[3].endswith(f": {counts.max() / len(clips):.0%}")
    assert lines[3].removeprefix("Mostly ").partition(":")[0] in names
    branching.split_here(branch)
    assert f"Cut on its own, into {inside + 1} clusters" in branching.describe(branch)
    branching.rename(branch, "warblers")
    assert branching.describe(branch).startswith("warblers\n")


def test_clusters_their_parts_and_clips_are_told_apart(paper):
    branching, document = paper.branching, paper.document
    node = cluster_of(paper)
    assert branching.describe(node).startswith("Cluster 0\n")
    inner = int(branching.tree.children[node - N][0])
    assert branching.describe(inner).startswith("In Cluster 0\n")
    clip = int(document.project.grouping.rows[7])
    name, cluster, label = branching.describe(7).splitlines()[:3]
    assert name == document.project.dataset.clips[clip].name
    assert cluster == document.project.title(int(document.project.labels[clip]))
    assert label == f"Label: {document.project.dataset.labels[clip]}"


def test_without_features_a_medoid_is_refused_in_words(paper, branch, qtbot):
    document = paper.document
    document.amend(replace(document.project, extraction=None))
    with qtbot.waitSignal(paper.branching.troubled) as told:
        paper.branching.medoids.play(branch)
    assert "Run" in told.args[1]
    paper.branching.medoids.rest_on(branch)  # nobody asked: nothing to say
    with qtbot.assertNotEmitted(paper.branching.troubled, wait=250):
        pass
    with qtbot.waitSignal(paper.branching.troubled):
        paper.branching.recluster(branch, RegroupingParams())


def test_the_medoid_of_a_branch_is_played_and_remembered(qtbot, opened):
    medoids, branching = opened.branching.medoids, opened.branching
    node = cluster_of(opened)
    with qtbot.waitSignal(opened.playback.started, timeout=WAIT) as started:
        medoids.play(node)
    clip = started.args[0]
    assert clip in branching.clips(node)
    assert opened.document.current == clip == medoids.of(node)
    leaf = 3  # stands for itself
    with qtbot.waitSignal(opened.playback.started, timeout=WAIT) as started:
        medoids.play(leaf)
    assert [started.args[0]] == branching.clips(leaf).tolist()


def test_resting_on_a_branch_finds_its_medoid_ahead(qtbot, opened):
    medoids, node = opened.branching.medoids, cluster_of(opened, 1)
    medoids.rest_on(node)
    qtbot.waitUntil(lambda: medoids.of(node) is not None, timeout=WAIT)
    assert not opened.playback.is_playing()


def test_the_form_begins_with_what_the_tree_was_grown_from(paper):
    shown = paper.branching.regrouping
    pipeline = paper.document.project.grouping.pipeline
    assert shown.representation == pipeline.representation
    assert type(shown.representation) is RepresentationParams
    assert shown.linkage == pipeline.method_params.linkage


def test_a_branch_is_grown_anew_from_other_features(qtbot, opened):
    branching, document = opened.branching, opened.document
    tree = branching.tree
    node = int(tree.children[-1][0])  # the bigger half
    before = document.project
    clips = set(branching.clips(node).tolist())
    params = RegroupingParams(feature="chroma", linkage="average")
    with qtbot.waitSignal(opened.jobs.started) as started:
        branching.recluster(node, params)
    assert started.args[0].title == "Regrouping a branch"  # with progress and cancel
    grown = before.grouping
    qtbot.waitUntil(lambda: document.project.grouping is not grown, timeout=WAIT)
    assert document.undo_text == "regroup branch"
    tree = branching.tree
    sizes = np.flatnonzero(tree.sizes == len(clips))
    assert any(set(branching.clips(node).tolist()) == clips for node in sizes)
    document.undo()
    assert document.project.grouping is grown
    np.testing.assert_array_equal(document.project.labels, before.labels)


def test_groups_that_changed_meanwhile_are_not_overwritten(paper, branch, qtbot):
    branching, document = paper.branching, paper.document
    asked = []

    def run(*_, then, **__):
        asked.append(then)
        return on_paper_job()

    paper.jobs.run = run
    branching.recluster(branch, RegroupingParams())
    other = replace(document.project.grouping, notes=("another one",))
    document.amend(replace(document.project, grouping=other))
    with qtbot.waitSignal(branching.troubled) as told:
        asked[0]((document.project.grouping, np.arange(2 * N - 1)))
    assert "meanwhile" in told.args[1]
    assert document.project.grouping is other


def test_a_branch_that_cannot_be_regrown_says_why(paper, branch, qtbot):
    job = on_paper_job()
    paper.jobs.run = lambda *_, **__: job
    paper.branching.recluster(branch, RegroupingParams())
    with qtbot.waitSignal(paper.branching.troubled) as told:
        job.failed.emit(Failure("no room"))
    assert told.args == ["Regrouping a branch", "no room"]


def on_paper_job():
    return Job("nobody:works", (), "On paper")
