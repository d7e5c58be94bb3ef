"""What was computed arrives at any moment: in the middle of a drag, or after a move."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from audioclust_gui.branching import MOVE, RegroupingParams
from audioclust_gui.jobs import Job
from engine.audio.decoding import write_wav
from engine.clustering.grafting import graft
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.linkage import linkage
from engine.projects.curation import regrouped, rename
from engine.projects.importing import with_linkage
from engine.projects.project import Grouping, Project
from tests.gui import on_paper
from tests.gui.road import WAIT, is_done

N = 40


def grown(n, seed=1):
    return linkage(np.random.default_rng(seed).normal(size=(n, 3)))


@pytest.fixture
def paper(app, places):
    app.jobs.close()
    app.document.open(on_paper.collection(N, kinds=4), places / "paper.audioclust")
    QApplication.processEvents()
    return app


@pytest.fixture
def asked(app):
    """What was asked of the long worker, which never answers."""
    jobs = []

    def run(target, *args, title="", then=None, **_):
        jobs.append((Job(target, args, title), then))
        return jobs[-1][0]

    app.jobs.run = run
    return jobs


def test_a_branch_that_was_regrown_waits_until_the_hand_lets_go(paper, asked, qtbot):
    document, branching = paper.document, paper.branching
    grouping = document.project.grouping
    node = int(np.flatnonzero(branching.tree.sizes >= 8)[0])
    branching.recluster(node, RegroupingParams())
    whole, moved = graft(
        grouping.hierarchy, node, grown(int(branching.tree.sizes[node]))
    )
    answer = replace(grouping, linkage=whole, labels=Hierarchy(whole).labels_at(8))
    branching.preview_cut(11)
    asked[-1][1]((answer, moved))
    branching.preview_cut(12)
    qtbot.wait(120)
    assert document.dragging
    assert document.project.grouping is grouping
    branching.move_cut(13)
    assert document.undo_text == MOVE
    qtbot.waitUntil(lambda: document.undo_text == "regroup branch", timeout=WAIT)
    assert document.project.grouping is answer
    document.undo()
    assert (document.project.grouping, document.project.cut) == (grouping, 13)


def test_a_line_in_the_hand_does_not_cut_a_tree_that_came_meanwhile(paper):
    document, branching = paper.document, paper.branching
    document.commit(document.project.choosing(feature="mel"), "change feature")
    asked, heights = document.pipeline, branching.tree.heights
    node = int(document.project.clusters.nodes[0])
    branching.preview_branch(node, float(heights[0]))
    tree = Hierarchy(grown(N))
    other = Grouping(asked, np.arange(N), tree.labels_at(8), tree.linkage)
    document.amend(regrouped(document.project, other))
    branching.preview_branch(node, float(heights[3]))
    branching.cut_here(node, float(heights[4]))
    assert document.project.grouping is other
    assert document.project.edits.branches.cuts == ()
    assert not document.dragging


def test_what_is_extracted_where_the_sounds_were_is_left(app, asked, places):
    dataset = replace(on_paper.collection(N).dataset, root=str(places / "was"))
    app.document.open(Project(dataset), places / "paper.audioclust")
    first = asked[-1][0]
    there = replace(dataset, root=str(places / "is"))
    app.document.commit(replace(app.document.project, dataset=there), "locate sounds")
    app.workflow._go_on()
    assert first.cancel_asked
    first.settle("cancelled", None)
    app.workflow._go_on()
    assert asked[-1][0] is not first
    assert asked[-1][0].args[0] is there


def test_an_import_before_anything_was_grouped_is_undone(paper):
    document = paper.document
    nothing = replace(document.project, grouping=None, layout=None)
    document.amend(nothing)
    document.commit(with_linkage(nothing, grown(N), "tree.npy"), "import tree")
    assert document.project.grouped
    document.undo()
    assert document.project.grouping is None
    document.redo()
    assert document.project.grouping.source == "tree.npy"


def test_a_name_given_to_groups_of_before_is_undone_when_others_have_come(paper):
    document = paper.document
    document.commit(document.project.choosing(feature="mel"), "change feature")
    node = int(document.project.clusters.nodes[0])
    document.commit(rename(document.project, node, "wrens"), "rename branch")
    project = document.project
    same = replace(project.grouping, pipeline=project.pipeline)
    document.amend(regrouped(project, same))
    assert document.project.edits.names == {node: "wrens"}
    document.undo()
    assert document.project.grouping is same
    assert document.project.edits.names == {}
    document.redo()
    assert document.project.edits.names == {node: "wrens"}


def test_a_tree_over_all_clips_stays_where_one_has_no_features(qtbot, app, places):
    folder = places / "few"
    folder.mkdir()
    rng = np.random.default_rng(3)
    for i in range(5):
        write_wav(folder / f"{i}.wav", rng.uniform(-0.5, 0.5, 6000 + i), 22_050)
    (folder / "5.wav").write_text("not yet")
    app.session.open(folder)
    document = app.document
    qtbot.waitUntil(lambda: len(document.project.dataset) == 6, timeout=WAIT)
    troubles = []
    app.window.tree._studying.troubled.connect(lambda *words: troubles.append(words))
    project = with_linkage(document.project, grown(6), "tree.npy").with_n_clusters(3)
    document.commit(project, "import tree")
    qtbot.waitUntil(lambda: is_done(app), timeout=WAIT)
    assert document.project.grouping is project.grouping
    assert (document.project.labels == project.labels).all()
    assert document.project.scores.n_clusters == 3
    assert "only shown cuts" in app.window.tree._studying.refusal
    qtbot.wait(200)
    assert not troubles
    write_wav(folder / "5.wav", rng.uniform(-0.5, 0.5, 7000), 22_050)
    app.window.action("Run").trigger()
    qtbot.waitUntil(lambda: app.window.tree._studying.study, timeout=WAIT)
    assert document.project.grouping is project.grouping
    assert app.window.tree._studying.refusal == ""


def test_names_survive_a_run_that_can_read_more_files(qtbot, app, places):
    folder = places / "few"
    folder.mkdir()
    for i in range(6):
        pitch = 300 if i < 3 else 3000
        tone = 0.5 * np.sin(2 * np.pi * pitch * np.arange(6000 + i) / 22_050)
        write_wav(folder / f"{i}.wav", tone, 22_050)
    (folder / "6.wav").write_text("not yet")
    app.session.open(folder)
    qtbot.waitUntil(lambda: is_done(app), timeout=WAIT)
    app.branching.move_cut(2)
    project = app.document.project
    low = project.clusters.ids.tolist().index(project.labels[0])
    app.branching.rename(int(project.clusters.nodes[low]), "low")
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 7000)
    write_wav(folder / "6.wav", noise, 22_050)
    qtbot.waitUntil(lambda: is_done(app), timeout=WAIT)
    app.window.action("Run").trigger()
    qtbot.waitUntil(
        lambda: (
            app.document.project.grouping is not None
            and len(app.document.project.grouping.rows) == 7
            and is_done(app)
        ),
        timeout=WAIT,
    )
    (named,) = app.document.project.edits.names
    assert set(app.branching.clips(named).tolist()) == {0, 1, 2}
    app.document.undo()  # the name, of the groups of all seven
    qtbot.waitUntil(lambda: is_done(app), timeout=WAIT)
    assert app.document.project.edits.names == {}
    assert len(app.document.project.grouping.rows) == 7
