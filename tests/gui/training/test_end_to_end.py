"""Networks trained by the window's own worker, on real sounds: what a person does."""

import os
import shutil
import signal
import sys

import numpy as np
import pytest

from engine.autoencoder.architecture import NetworkParams
from engine.autoencoder.recipe import LayerParams, Recipe, TrainingParams
from engine.autoencoder.runs import FINISHED, STOPPED, TRAINING, folder_of, runs_folder
from tests.gui.road import WAIT, is_done, open_and_finish

ENDLESS = 5_000  # epochs
pytestmark = pytest.mark.timeout(300)  # every worker loads torch first


@pytest.fixture
def window(opened):
    return opened.window


@pytest.fixture
def training(opened):
    """A recipe that takes a second, on a project whose clips have features."""
    opened.training.choose(recipe(epochs=3, clusters=4))
    return opened.training


@pytest.fixture
def trained(qtbot, window, training):
    """A run that was finished, with a clustering layer at last."""
    train(qtbot, window)
    (run,) = training.runs
    assert run.best == len(run.history) == 5
    return run


def recipe(epochs, clusters=0):
    return Recipe(
        network=NetworkParams(base=4, embedding=4),
        training=TrainingParams(epochs=epochs, look_every=2, validation=0.25),
        layer=LayerParams(clusters=clusters, epochs=2),
    )


def begin(qtbot, window):
    """Press Train."""
    window.go_to("Training")
    assert window.training.buttons.train.isEnabled()
    window.training.buttons.train.click()


def train(qtbot, window):
    """Press Train, and wait for the end of it."""
    training = window.training._training
    with qtbot.waitSignal(training.ended, timeout=WAIT) as ended:
        begin(qtbot, window)
    assert ended.args[1] == FINISHED, said(window)
    until(qtbot, lambda: bool(training.runs))
    until(qtbot, lambda: training.runs[0].state == FINISHED)


def until(qtbot, so):
    qtbot.waitUntil(so, timeout=WAIT)


def epochs(training):
    return 0 if training.live is None else len(training.live.history)


def said(window):
    """Return all messages, the newest first."""
    model = window.messages.model
    return [model.message(row).why for row in range(model.rowCount())]


def curve(run):
    return run.history.column("train").tolist()


def test_curves_map_and_pairs_grow_while_it_trains(qtbot, window, training):
    """So it goes on while the panel is closed, and while it waits nothing moves."""
    view, buttons = window.training, window.training.buttons
    training.choose(recipe(ENDLESS))
    begin(qtbot, window)
    assert not buttons.train.isEnabled()
    until(qtbot, lambda: epochs(training) >= 2)
    (run,) = view.curves.plot.runs
    assert run.epochs.tolist() == list(range(1, epochs(training) + 1))
    assert np.isfinite(run.values["train"]).all()
    until(qtbot, lambda: len(view.map._clips) == 40)
    assert len(view.pairs._clips) > 0
    assert "Epoch" in buttons.words.text()

    window.docks["Training"].close()
    before = epochs(training)
    until(qtbot, lambda: epochs(training) > before + 2)
    window.go_to("Training")
    drawn = view.curves.plot.runs[0].epochs
    assert len(drawn) == epochs(training), "as if it had been open all the time"

    buttons.pause.click()
    until(qtbot, lambda: training.live.paused)
    at = training.live.epoch, training.live.share
    qtbot.wait(600)
    assert (training.live.epoch, training.live.share) == at
    buttons.pause.click()
    until(qtbot, lambda: (training.live.epoch, training.live.share) > at)

    with qtbot.waitSignal(training.ended, timeout=WAIT) as ended:
        buttons.stop.click()
    run_id, outcome = ended.args
    assert outcome == STOPPED
    until(qtbot, lambda: training.run(run_id).state == STOPPED)
    done = len(training.run(run_id).history)
    assert training.run(run_id).kept[-1] == done, "the network as it was then"

    assert view.runs.resume.isEnabled()
    view.runs.resume.click()
    until(qtbot, lambda: epochs(training) > done + 1)
    buttons.cancel.click()
    with qtbot.waitSignal(training.ended, timeout=WAIT):
        buttons.cancel.click()
    until(qtbot, lambda: training.run(run_id).state == STOPPED)
    assert done in training.run(run_id).kept, "what it had before stays"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 on Windows")
def test_kill_9_costs_an_epoch_and_the_curve_is_what_it_would_have_been(
    qtbot, start, opened, small
):
    app, window, training = opened, opened.window, opened.training
    training.choose(recipe(40))
    begin(qtbot, window)
    until(qtbot, lambda: epochs(training) >= 3)
    with qtbot.waitSignal(training.ended, timeout=WAIT) as ended:
        os.kill(app.jobs.training.pid, signal.SIGKILL)
    killed, outcome = ended.args
    assert outcome == "crashed"
    assert "signal 9" in " ".join(said(window))
    until(qtbot, lambda: training.run(killed).interrupted)
    assert window.training.offer.isVisible()
    assert app.document.project.scores is not None, "the project is what it was"
    window.close()

    later = start()
    with qtbot.waitSignal(later.training.offered, timeout=WAIT) as offered:
        open_and_finish(qtbot, later, small)
    assert offered.args[0].id == killed
    assert "interrupted" in " ".join(said(later.window))
    assert later.window.training.offer.isVisible()
    had = len(later.training.run(killed).history)
    assert had < 40
    with qtbot.waitSignal(later.training.ended, timeout=WAIT) as ended:
        later.window.training.offer.resume.click()
    assert ended.args == [killed, FINISHED]
    later.training.choose(recipe(40))
    train(qtbot, later.window)
    through = later.training.runs[0]
    until(qtbot, lambda: later.training.run(killed).state == FINISHED)
    assert through.id != killed
    assert curve(later.training.run(killed)) == curve(through)


def test_cancel_throws_a_run_away_and_closing_the_window_does_not(
    qtbot, start, opened, window, training, small
):
    training.choose(recipe(ENDLESS))
    begin(qtbot, window)
    until(qtbot, lambda: epochs(training) >= 1)
    cancel = window.training.buttons.cancel
    cancel.click()
    assert training.busy, "a slip throws nothing away"
    with qtbot.waitSignal(training.ended, timeout=WAIT) as ended:
        cancel.click()
    assert ended.args[1] == "cancelled"
    until(qtbot, lambda: not training.runs)
    assert not list(runs_folder().iterdir())

    begin(qtbot, window)
    until(qtbot, lambda: epochs(training) >= 2)
    run_id = training.live_run
    window.close()
    later = start()
    with qtbot.waitSignal(later.training.offered, timeout=WAIT) as offered:
        open_and_finish(qtbot, later, small)
    (run,) = offered.args
    assert (run.id, run.state) == (run_id, TRAINING)
    assert len(run.history) >= 1


def test_one_click_describes_the_clips_by_a_network(
    qtbot, start, opened, window, trained, small
):
    """It is one step, is there again when the project is, and says when it is gone."""
    document, by_features = opened.document, opened.document.project
    assert window.training.network.use.isEnabled()
    window.training.network.use.click()
    until(qtbot, lambda: document.pipeline.network == trained.network())
    until(qtbot, lambda: is_done(opened))
    project = document.project
    assert project.grouping.pipeline.grouping_key == project.pipeline.grouping_key
    assert "clustering layer" in " ".join(project.grouping.notes)
    assert project.grouping.membership.shape == (40, 4)
    assert project.layout.pipeline.layout_key == project.pipeline.layout_key
    assert not np.array_equal(project.layout.positions, by_features.layout.positions)
    assert trained.name in window.pipeline.network.currentText()

    document.undo()
    assert document.project.pipeline == by_features.pipeline
    document.redo()
    assert document.project.pipeline == project.pipeline
    until(qtbot, lambda: is_done(opened))
    window.training.network.back.click()
    assert not document.pipeline.network
    before = by_features.pipeline
    assert document.pipeline.representation == before.representation
    assert document.pipeline.method == before.method
    document.undo()
    until(qtbot, lambda: is_done(opened))

    window.close()
    later = start()
    open_and_finish(qtbot, later, small)
    assert later.document.pipeline.network == trained.network()
    until(qtbot, lambda: trained.name in later.window.pipeline.network.currentText())
    assert np.array_equal(later.document.project.labels, project.labels)

    shutil.rmtree(folder_of(trained.id))
    with qtbot.waitSignal(later.workflow.troubled, timeout=WAIT) as trouble:
        later.document.commit(later.document.project.choosing(method="dbscan"), "ask")
    assert trained.id in trouble.args[1]
    assert "is not there any more" in trouble.args[1]
    assert later.window.training.network.back.isVisibleTo(later.window.training)


def test_a_network_answers_questions_while_clips_stay_described_by_features(
    qtbot, opened, window, trained
):
    """The nearest clips, pictures of the selected ones, and what lies between two."""
    opened.document.set_current(3)
    window.find_neighbours()
    near = opened.neighbouring
    until(qtbot, lambda: near.nearest is not None)
    by_features = near.nearest.clips.tolist()
    picker = window.neighbours.network
    picker.setCurrentIndex(picker.findData(trained.network()))
    picker.activated.emit(picker.currentIndex())
    until(qtbot, lambda: near.nearest is not None)
    assert near.nearest.clips.tolist() != by_features
    assert not opened.document.pipeline.network

    view = window.training
    window.go_to("Training")
    opened.document.select([3, 20])
    view.pages.bring("Between")
    view.between.pair.click()
    until(qtbot, lambda: view.between.row.count == 2 + 9)
    view.pages.bring("Pairs")
    view.pairs.which.setCurrentIndex(view.pairs.which.findData("chosen"))
    until(qtbot, lambda: view.pairs._clips.tolist() == [3, 20])
