"""The map of the pipeline: seen at once, stopped, and gone on with."""

from dataclasses import replace

import numpy as np
import pytest

from engine.progress import Step
from engine.projects.project import Layout
from tests.gui.map_places.maps import UMAP, N, assert_at, places, stop, the


def test_pca_is_seen_while_the_clips_are_still_grouped(
    qtbot, document, jobs, workflow, first, project
):
    document.open(replace(project, grouping=None, layout=None), "x")
    assert first.words == f"Preparing the map of {N} clips…"
    assert np.isnan(first.positions).all()
    grouping = the(qtbot, jobs, "group")
    with qtbot.waitSignal(first.moved):
        the(qtbot, jobs, "glance").settle("succeeded", places(0))
    assert_at(first, places(0))
    assert (first.words, first.unfinished) == ("", True)
    assert first.title.endswith("– PCA")
    assert "PCA" in first.note
    grouping.settle("succeeded", project.grouping)
    drawing = the(qtbot, jobs, "lay_out")
    assert_at(first, places(0))
    drawing.settle("progressed", Step(25, 750, "Arranging the map", places(1)))
    assert_at(first, places(1))
    assert first.title.endswith("– t-SNE")
    with qtbot.waitSignal(first.settled):
        drawing.settle("succeeded", Layout(document.pipeline, places(2)))
    assert_at(first, places(2))
    qtbot.waitUntil(lambda: not workflow.busy)
    assert (first.unfinished, first.note, workflow.stale) == (False, "", False)


def test_a_first_look_that_comes_late_does_not_hide_the_map(
    qtbot, document, jobs, workflow, first, project
):
    document.open(replace(project, grouping=None, layout=None), "x")
    late = the(qtbot, jobs, "glance")
    the(qtbot, jobs, "group").settle("succeeded", project.grouping)
    drawing = the(qtbot, jobs, "lay_out")
    drawing.settle("progressed", Step(25, 750, "", places(1)))
    late.settle("succeeded", places(0))
    assert_at(first, places(1))


def test_another_method_is_no_reason_for_another_first_look(
    qtbot, document, jobs, workflow, project
):
    document.open(project, "x")
    document.commit(project.choosing("kmeans"), "another method")
    the(qtbot, jobs, "group")
    assert not jobs.waiting("glance")


@pytest.fixture
def stopped(qtbot, document, jobs, workflow, first, project):
    """The project with a map that was stopped after 125 steps."""
    document.open(replace(project, layout=None), "x")
    drawing = the(qtbot, jobs, "lay_out")
    drawing.settle("progressed", Step(100, 750, "", places(1)))
    drawing.settle("progressed", Step(125, 750, "", places(2)))
    stop(drawing)
    qtbot.waitUntil(lambda: not workflow.busy)
    qtbot.wait(200)
    return document.project


def test_a_stopped_map_is_kept_and_says_so(document, jobs, workflow, first, stopped):
    assert (stopped.layout.done, stopped.layout.unfinished) == (125, True)
    assert stopped.layout.answers(document.pipeline)
    assert_at(first, places(2))
    assert first.unfinished
    assert "Run" in first.note
    assert first.words == ""
    assert workflow.halted
    assert workflow.stale
    assert workflow.runnable
    assert not jobs.waiting("lay_out")


def test_run_goes_on_from_the_stopped_map(
    qtbot, document, jobs, workflow, first, stopped
):
    workflow.run()
    drawing = the(qtbot, jobs, "lay_out")
    assert jobs.questions[drawing.ticket][2] is stopped.layout
    document.commit(stopped.with_n_clusters(5), "move the cut")
    qtbot.wait(200)
    assert not drawing.cancel_asked
    drawing.settle("succeeded", Layout(document.pipeline, places(3)))
    qtbot.waitUntil(lambda: not workflow.busy)
    assert_at(first, places(3))
    assert (first.unfinished, workflow.stale, workflow.halted) == (False, False, False)


def test_a_map_may_be_stopped_again_and_has_come_farther(
    qtbot, document, jobs, workflow, stopped
):
    workflow.run()
    drawing = the(qtbot, jobs, "lay_out")
    drawing.settle("progressed", Step(300, 750, "", places(4)))
    stop(drawing)
    assert document.project.layout.done == 300
    workflow.run()
    qtbot.wait(50)
    stop(the(qtbot, jobs, "lay_out"))
    assert document.project.layout.done == 300
    qtbot.waitUntil(lambda: not workflow.busy)
    qtbot.wait(200)
    assert not jobs.waiting("lay_out")


def test_a_stopped_map_waits_whatever_else_is_done_or_opened(
    qtbot, document, jobs, workflow, first, stopped
):
    document.commit(stopped.with_n_clusters(3), "move the cut")
    qtbot.wait(200)
    assert not jobs.waiting("lay_out")
    document.open(document.project, "x")
    qtbot.wait(200)
    assert not jobs.waiting("lay_out")
    assert "Run" in first.note


def test_undo_takes_back_the_question_and_redo_finds_the_stopped_map(
    qtbot, document, jobs, workflow, first, project
):
    document.open(project, "x")
    asked = replace(document.pipeline, projection=UMAP)
    document.commit(replace(project, pipeline=asked), "by UMAP")
    drawing = the(qtbot, jobs, "lay_out")
    drawing.settle("progressed", Step(9, 500, "", places(5)))
    stop(drawing)
    assert_at(first, places(5))
    document.undo()
    qtbot.wait(200)
    assert_at(first, project.positions)
    assert not first.unfinished
    assert not workflow.stale
    document.redo()
    qtbot.wait(200)
    assert_at(first, places(5))
    assert first.unfinished


def test_a_map_that_made_way_goes_on_by_itself(
    qtbot, document, jobs, workflow, project
):
    document.open(replace(project, layout=None), "x")
    drawing = the(qtbot, jobs, "lay_out")
    drawing.settle("progressed", Step(200, 750, "", places(6)))
    document.commit(document.project.choosing("kmeans"), "another method")
    qtbot.waitUntil(lambda: drawing.cancel_asked)
    drawing.settle("cancelled", None)
    grouping = the(qtbot, jobs, "group")
    found = replace(project.grouping, pipeline=document.pipeline, linkage=None)
    grouping.settle("succeeded", found)
    again = the(qtbot, jobs, "lay_out")
    assert jobs.questions[again.ticket][2].done == 200


@pytest.fixture
def many(monkeypatch):
    """Let the project have too many clips for anything to run by itself."""
    monkeypatch.setattr("audioclust_gui.workflow.AUTOMATIC_LIMIT", N - 1)


def test_a_map_that_was_never_drawn_is_drawn_when_many_clips_are_opened_again(
    qtbot, many, document, jobs, workflow, first, project
):
    workflow.hold(True)  # while the project is read
    document.open(replace(project, layout=None), "x")
    workflow.hold(False)
    the(qtbot, jobs, "lay_out")
    assert first.words == f"Preparing the map of {N} clips…"


def test_groups_that_wait_for_run_do_not_promise_a_map(
    qtbot, many, document, jobs, workflow, first, project
):
    workflow.hold(True)
    document.open(replace(project.choosing("kmeans"), layout=None), "x")
    workflow.hold(False)
    qtbot.wait(200)
    assert not jobs.waiting("group")
    assert first.words == "Press Run to draw the map  (Ctrl+R)"
    workflow.run()
    the(qtbot, jobs, "group")
    assert first.words.startswith("Preparing")


def test_what_is_said_where_there_is_no_map(document, workflow, first, project):
    assert "Drop a folder" in first.words
    first.set_opening(True)
    assert first.words == "Opening…"
    first.set_opening(False)
    document.open(project, "x")
    assert first.words == ""
    assert first.title == (
        "MFCC without the first, mean and deviation over time – t-SNE"
    )
    nobody = replace(project.extraction, keys=(None,) * N)
    document.open(replace(project, extraction=nobody, layout=None), "x")
    assert "Messages" in first.words
