"""The map beside the first: chosen, drawn, stopped, undone and closed."""

from dataclasses import replace

import numpy as np
import pytest

from audioclust_gui.worker import Failure
from audioclust_gui.workflow import AUTOMATIC_LIMIT
from engine.features.representation import RepresentationParams
from engine.progress import Step
from engine.projects.project import Layout, Project
from tests.gui.map_places.maps import MEL, PCA, UMAP, assert_at, places, stop, the
from tests.gui.on_paper import collection


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
