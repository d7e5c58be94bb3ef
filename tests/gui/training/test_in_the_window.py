"""Training in the window: its menu and keys, what is said of it, what comes of it."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.autoencoder.runs import STOPPED, TRAINING
from engine.progress import Step, Wish
from engine.projects.listening_steps import Nearest
from tests.gui.on_paper import collection
from tests.gui.training_view.runs import moment, run

Key, Held = Qt.Key, Qt.KeyboardModifier
CTRL, SHIFT = Held.ControlModifier, Held.ShiftModifier


@pytest.fixture
def paper(qtbot, jobs, start, places, monkeypatch):
    """An application with forty clips, whose workers wait for the test."""
    jobs.close = lambda: None
    monkeypatch.setattr("audioclust_gui.app.Jobs", lambda: jobs)
    app = start()
    app.document.open(collection(40), places / "p.audioclust")
    app.document.set_current(7)
    app.window.activateWindow()
    qtbot.waitUntil(app.window.isActiveWindow)
    return app


def enabled(app, *names):
    return [app.window.action(name).isEnabled() for name in names]


def in_front(app):
    """Tell whether the panel of training is the one that is seen among its tabs."""
    return not app.window.training.visibleRegion().isEmpty()


def test_a_key_trains_and_another_pauses(qtbot, paper, jobs):
    window = paper.window
    names = ("Train", "Pause training", "Stop training and keep", "Resume training")
    assert enabled(paper, *names) == [True, False, False, False]
    qtbot.keyClick(window.map.plot, Key.Key_T, CTRL | SHIFT)
    (job,) = jobs.training
    qtbot.wait(1)
    assert in_front(paper)
    assert enabled(paper, *names) == [False, True, True, False]
    qtbot.keyClick(window.map.plot, Key.Key_P, CTRL | SHIFT)
    assert job.wish is Wish.PAUSE
    assert window.action("Pause training").isChecked()
    paper.training.go_on()
    assert not window.action("Pause training").isChecked()
    window.action("Stop training and keep").trigger()
    assert job.wish is Wish.STOP
    assert enabled(paper, *names) == [False, False, False, False]
    job.settle("succeeded", run(1, state=STOPPED))
    assert "stopped after 40 epochs" in window.messages.model.message(0).why


def test_the_status_bar_says_how_far_it_is_and_leads_there(qtbot, paper, jobs):
    note, at = paper.window.status.training, moment(run(1), 6)
    assert not note.isVisible()
    paper.training.start()
    assert note.isVisible()
    jobs.training[0].settle("progressed", Step(6, 40, "", at))
    assert "6 / 40" in note.text()
    assert "75 s left" in note.text()
    width = note.sizeHint().width()
    paper.training.pause()
    assert note.text() == "Paused  6 / 40"
    assert note.sizeHint().width() == width
    assert not in_front(paper)
    note.click()
    assert in_front(paper)
    jobs.training[0].settle("cancelled", None)
    assert not note.isVisible()


def test_an_interrupted_run_is_brought_to_the_front_and_goes_on(paper, jobs, tell):
    broken = run(1, state=TRAINING)
    tell(broken)
    assert in_front(paper)
    assert "interrupted" in paper.window.messages.model.message(0).why
    paper.window.action("Resume training").trigger()
    (job,) = jobs.training
    assert job.target.endswith(":resume_run")
    assert jobs.questions[job.ticket][0] == broken.id


def test_one_click_embeds_groups_and_maps(qtbot, paper, jobs, tell):
    paper.workflow.automatic = False
    action = paper.window.action("Describe clips by the best network")
    back = paper.window.action("Describe clips by features")
    assert not action.isEnabled()
    tell(run(1))
    action.trigger()
    (job,) = jobs.waiting("group")
    _, asked = jobs.questions[job.ticket]
    assert asked.network == run(1).network()
    assert back.isEnabled()
    back.trigger()
    assert not paper.document.pipeline.network
    assert not back.isEnabled()


def test_the_pipeline_offers_networks_and_hides_what_they_do_without(paper, tell):
    view, document = paper.window.pipeline, paper.document
    picker, form = view.network, view.representation
    tell(run(2), run(1), run(3, kept=(), best=None))
    words = [picker.itemText(i) for i in range(picker.count())]
    assert words == [
        "Features",
        f"{run(2).name} after epoch 40",
        "Fast look 1 after epoch 40",
    ]
    choose(picker, run(1).network())
    assert document.pipeline.network == run(1).network()
    assert picker.currentData() == run(1).network()
    hidden = [form.field(name).isHidden() for name in ("feature", "pooling", "scaling")]
    assert hidden == [True, True, False]
    paper.training.use(run(1).id, 20)
    assert picker.currentText() == "Fast look 1 after epoch 20", "be it not the best"
    document.undo()
    choose(picker, "")
    assert document.undo_text == "describe clips by features"
    assert not form.field("pooling").isHidden()
    document.undo()
    document.undo()
    assert picker.currentText() == "Features"


def test_a_network_that_is_gone_is_still_named(paper, tell):
    document = paper.document
    pipeline = replace(document.pipeline, network=run(1).network())
    document.commit(replace(document.project, pipeline=pipeline), "use")
    tell()
    picker = paper.window.pipeline.network
    assert picker.currentText() == f"{run(1).id} after epoch 40"


def test_neighbours_are_near_in_a_network(qtbot, paper, jobs, tell):
    tell(run(1))
    paper.window.find_neighbours()
    (job,) = jobs.waiting("neighbours")
    assert not jobs.questions[job.ticket][1].network
    job.settle("succeeded", near(9, 8))
    view = paper.window.neighbours
    choose(view.network, run(1).network())
    assert view.network.currentData() == run(1).network()
    assert paper.neighbouring.nearest is None, "those were of the features"
    qtbot.waitUntil(lambda: bool(jobs.waiting("neighbours")))
    (job,) = jobs.waiting("neighbours")
    asked = jobs.questions[job.ticket][1]
    assert asked.network == run(1).network()
    assert asked.representation.scaling == "none"
    job.settle("succeeded", near(3, 4))
    assert paper.neighbouring.nearest.clips.tolist() == [3, 4]
    assert not paper.document.pipeline.network, "the groups stay what they are"


def test_the_map_says_that_it_is_of_a_network(paper, tell):
    tell(run(1))
    project = paper.document.project
    paper.training.use(run(1).id)
    asked = paper.document.pipeline
    layout = replace(project.layout, pipeline=asked)
    paper.document.amend(replace(paper.document.project, layout=layout))
    assert paper.first.title.startswith("Network, epoch 40 – ")


def near(*clips):
    far = np.arange(1, len(clips) + 1, dtype=np.float32)
    return Nearest(np.array(clips, np.int64), far)


def choose(picker, network):
    index = picker.findData(network)
    picker.setCurrentIndex(index)
    picker.activated.emit(index)
