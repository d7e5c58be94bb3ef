"""Where the clips lie: at once by PCA, then moving, then settled or stopped."""

from dataclasses import replace

import numpy as np
import pytest

from audioclust_gui.document import Document
from audioclust_gui.places import FirstPlaces, SecondPlaces
from audioclust_gui.studying import Studying
from audioclust_gui.worker import Failure
from audioclust_gui.workflow import AUTOMATIC_LIMIT, Workflow
from engine.features.projection import ProjectionParams
from engine.features.representation import RepresentationParams
from engine.progress import Step
from engine.projects.project import Layout, Project
from tests.gui.on_paper import collection
from tests.gui.paper_jobs import PaperJobs

N = 30
MEL = RepresentationParams(feature="mel")
UMAP = ProjectionParams(method="umap")
PCA = ProjectionParams(method="pca")


@pytest.fixture
def jobs():
    return PaperJobs()


@pytest.fixture
def document(qapp):
    return Document()


@pytest.fixture
def workflow(document, jobs):
    return Workflow(document, jobs, Studying(document, jobs))


@pytest.fixture
def first(document, workflow):
    return FirstPlaces(document, workflow)


@pytest.fixture
def second(document, jobs):
    places = SecondPlaces(document, jobs)
    places.making.set_shown(True)
    return places


@pytest.fixture
def project():
    return collection(N)


def places(seed, n=N):
    return np.random.default_rng(seed).normal(size=(n, 2)).astype(np.float32)


def the(qtbot, jobs, function):
    """Wait for the one job that runs a function."""
    qtbot.waitUntil(lambda: len(jobs.waiting(function)) == 1, timeout=2000)
    return jobs.waiting(function)[0]


def stop(job):
    job.cancel()
    job.settle("cancelled", None)


def assert_at(there, expected):
    np.testing.assert_array_equal(there.positions, expected)


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


def test_a_second_map_is_chosen_drawn_undone_and_closed(
    qtbot, document, jobs, second, project
):
    document.open(project, "x")
    assert "Choose" in second.words
    assert np.isnan(second.positions).all()
    second.choose(MEL, UMAP)
    assert "Preparing" in second.words
    drawing = the(qtbot, jobs, "lay_out")
    _, asked, begun = jobs.questions[drawing.ticket]
    assert (asked.representation, asked.projection, begun) == (MEL, UMAP, None)
    drawing.settle("progressed", Step(4, 500, "", places(1)))
    assert_at(second, places(1))
    assert second.unfinished
    drawing.settle("succeeded", Layout(asked, places(2)))
    assert_at(second, places(2))
    assert not second.unfinished
    assert second.title == "Mel-spectrogram, mean and deviation over time – UMAP"
    assert document.project.layout is project.layout
    document.undo()
    assert second.second is None
    document.redo()
    qtbot.wait(400)
    assert_at(second, places(2))
    assert not jobs.waiting("lay_out")
    second.close()
    assert second.second is None
    document.undo()
    assert_at(second, places(2))


def test_a_second_map_survives_regrouping_and_changes_with_the_features(
    qtbot, document, jobs, second, project
):
    document.open(project, "x")
    second.choose(MEL, PCA)
    drawing = the(qtbot, jobs, "lay_out")
    drawing.settle("succeeded", Layout(jobs.questions[drawing.ticket][1], places(1)))
    document.commit(document.project.choosing("kmeans"), "another method")
    document.commit(document.project.choosing(feature="chroma"), "another feature")
    qtbot.wait(400)
    assert not jobs.waiting("lay_out")
    assert (second.making.stale, second.note) == (False, "")
    pipeline = document.pipeline.choosing(n_mfcc=13)
    extraction = replace(project.extraction, params=pipeline.features)
    document.amend(replace(document.project, pipeline=pipeline, extraction=extraction))
    assert second.making.stale
    assert_at(second, places(1))  # until there is another one
    assert "earlier" in second.note
    drawing = the(qtbot, jobs, "lay_out")
    assert jobs.questions[drawing.ticket][1].features.n_mfcc == 13


def test_a_second_map_gives_way_and_goes_on(qtbot, document, jobs, second, project):
    document.open(project, "x")
    second.choose(MEL, UMAP)
    drawing = the(qtbot, jobs, "lay_out")
    drawing.settle("progressed", Step(40, 500, "", places(3)))
    other = jobs.run("engine.somewhere:export", title="Exporting")
    assert drawing.cancel_asked
    drawing.settle("cancelled", None)
    assert document.project.second.layout.done == 40
    qtbot.wait(400)
    assert not jobs.waiting("lay_out")
    assert_at(second, places(3))
    assert "Run" not in second.note
    other.settle("succeeded", None)
    again = the(qtbot, jobs, "lay_out")
    assert jobs.questions[again.ticket][2].done == 40


def test_a_second_map_that_a_person_stops_waits_for_them(
    qtbot, document, jobs, second, project
):
    document.open(project, "x")
    second.choose(MEL, UMAP)
    drawing = the(qtbot, jobs, "lay_out")
    drawing.settle("progressed", Step(40, 500, "", places(3)))
    stop(drawing)  # by the button beside the progress
    qtbot.wait(400)
    assert not jobs.waiting("lay_out")
    assert_at(second, places(3))
    assert "Run" in second.note
    second.making.run()
    again = the(qtbot, jobs, "lay_out")
    assert jobs.questions[again.ticket][2].done == 40
    stop(again)
    assert second.making.halted
    second.choose(MEL, PCA)
    the(qtbot, jobs, "lay_out")


def test_a_second_map_is_not_drawn_where_nobody_sees_it(
    qtbot, document, jobs, second, project
):
    second.making.set_shown(False)
    document.open(project, "x")
    second.choose(MEL, UMAP)
    qtbot.wait(400)
    assert not jobs.waiting("lay_out")
    second.making.set_shown(True)
    the(qtbot, jobs, "lay_out")


def test_trouble_with_the_second_map_is_told_once(
    qtbot, document, jobs, second, project
):
    document.open(project, "x")
    second.choose(MEL, UMAP)
    drawing = the(qtbot, jobs, "lay_out")
    with qtbot.waitSignal(second.making.troubled) as told:
        drawing.settle("failed", Failure("Too little memory"))
    assert told.args[1] == "Too little memory"
    assert "Messages" in second.words
    qtbot.wait(400)
    assert not jobs.waiting("lay_out")


def test_an_answer_about_another_collection_is_not_taken(
    qtbot, document, jobs, second, project
):
    document.open(project, "x")
    second.choose(MEL, UMAP)
    drawing = the(qtbot, jobs, "lay_out")
    asked = jobs.questions[drawing.ticket][1]
    document.open(collection(7), "y")
    drawing.settle("progressed", Step(3, 500, "", places(1)))
    drawing.settle("succeeded", Layout(asked, places(1)))
    assert document.project.second is None
    assert second.positions.shape == (7, 2)
    document.open(Project(document.project.dataset), "z")
    second.choose(MEL, UMAP)
    assert "features" in second.words


def test_a_stale_second_map_of_many_clips_waits_for_the_person(
    qtbot, document, jobs, second
):
    n = AUTOMATIC_LIMIT + 1
    project = replace(collection(n, n_clusters=3), grouping=None)
    document.open(project, "x")
    second.choose(MEL, PCA)
    drawing = the(qtbot, jobs, "lay_out")
    asked = jobs.questions[drawing.ticket][1]
    drawing.settle("succeeded", Layout(asked, places(0, n)))
    pipeline = document.pipeline.choosing(n_mfcc=13)
    extraction = replace(project.extraction, params=pipeline.features)
    document.amend(replace(document.project, pipeline=pipeline, extraction=extraction))
    qtbot.wait(400)
    assert not jobs.waiting("lay_out")
    assert "Run" in second.note
    second.making.run()
    the(qtbot, jobs, "lay_out")


def test_what_was_asked_of_a_second_map_before_there_were_features_comes_with_them(
    qtbot, document, jobs, second
):
    n = AUTOMATIC_LIMIT + 1
    project = replace(collection(n, n_clusters=3), grouping=None)
    document.open(project, "x")
    second.choose(MEL, PCA)
    drawing = the(qtbot, jobs, "lay_out")
    asked = jobs.questions[drawing.ticket][1]
    drawing.settle("succeeded", Layout(asked, places(0, n)))
    pipeline = document.pipeline.choosing(n_mfcc=13)
    document.amend(replace(document.project, pipeline=pipeline))
    second.making.run()
    qtbot.wait(300)
    assert not jobs.waiting("lay_out"), "its features are not there"
    extraction = replace(project.extraction, params=pipeline.features)
    document.amend(replace(document.project, extraction=extraction))
    the(qtbot, jobs, "lay_out")


@pytest.mark.parametrize(
    ("feature", "suggested"),
    [
        ("mfcc_without_first", "mel"),
        ("mel", "mfcc_without_first"),
        ("mel+mfcc_without_first", "mel"),
    ],
)
def test_the_same_projection_of_another_feature_is_suggested(
    document, second, project, feature, suggested
):
    asked = project.pipeline.choosing(feature=feature, pooling="mean")
    document.open(replace(project, pipeline=asked), "x")
    expected = asked.representation.replace(feature=suggested)
    assert second.suggestion == (expected, asked.projection)
    second.choose(RepresentationParams(feature="chroma"), PCA)
    assert second.suggestion == (RepresentationParams(feature="chroma"), PCA)
