"""Going back and forth through the epochs, and using one of them."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from audioclust_gui.views.training import _ARRANGEMENTS
from audioclust_gui.worker import Failure
from engine.autoencoder.history import History
from engine.autoencoder.runs import TRAINING, FoundRuns
from tests.gui import on_paper
from tests.gui.training_view import runs as paper
from tests.gui.training_view.conftest import move, see


@pytest.fixture
def seen(made):
    """A finished run of which the last look is shown."""
    parts = made(found=[paper.run(2), paper.run(1)])
    see(parts, None)
    return parts


def asked(parts):
    """Return which looks are waited for: run and epoch."""
    waiting = parts.jobs.waiting("look_at")
    return [parts.jobs.questions[job.ticket][:2] for job in waiting]


def test_the_last_look_of_the_newest_run_is_asked_for_and_shown(made):
    parts = made(found=[paper.run(2), paper.run(1)])
    assert asked(parts) == [(paper.run(2).id, 40)]
    see(parts, None)
    view = parts.view
    assert np.array_equal(view.map.plot.positions, paper.look(40).positions)
    assert view.map.words.text().startswith("Epoch 40  ")
    assert view.curves.plot.chosen == (paper.run(2).id, 40)


def test_the_slider_goes_through_the_epochs_and_asks_for_each_once(seen):
    view = seen.view
    slider = view.map.slider
    assert slider.maximum() == len(paper.run(2).kept) - 1
    slider.setValue(0)
    assert asked(seen) == [(paper.run(2).id, 1)]
    see(seen, None)
    assert view.map.words.text().startswith("Epoch 1  ")
    assert view.network.epoch.currentText() == "Epoch 1"
    slider.setValue(slider.maximum())
    slider.setValue(0)
    assert asked(seen) == [], "they have been seen"


def test_of_an_epoch_without_a_look_the_one_before_is_shown(made):
    run = paper.run(2)
    run = replace(run, history=run.history.amending(40, idle=float("nan")))
    parts = made(found=[run])
    assert asked(parts) == [(run.id, 35)], "there the look would have taken too long"
    see(parts, None)
    assert "Epoch 35  " in parts.view.map.words.text()
    assert parts.view.network.epoch.currentText() == "Epoch 40 (best)"


def test_the_cursor_in_the_curves_chooses_run_and_epoch(seen):
    other = paper.run(1)
    seen.training.show(other.id, True)
    seen.view.curves.plot.epoch_chosen.emit(other.id, 10)
    assert asked(seen) == [(other.id, 10)]
    assert seen.view.looks.look is None, "that of another run is not this one's"
    see(seen, None)
    assert seen.view.map.words.text().endswith(other.name)
    assert seen.view.runs.model.run_at(
        seen.view.runs.table.currentIndex().row()
    ).id == (other.id)


def test_it_follows_the_run_that_is_trained_unless_an_epoch_was_chosen(seen):
    seen.view.start()
    live = paper.run(9, alive=True, state=TRAINING)
    move(seen, paper.moment(live, 2, look=paper.look(1)))
    runs = (live, paper.run(2), paper.run(1))
    seen.jobs.answer("runs", FoundRuns(runs, ()))
    see(seen, None)
    assert seen.view.looks.run.id == live.id
    move(seen, paper.moment(live, 6, look=paper.look(40)))
    assert seen.view.looks.look.epoch == 40
    seen.view.looks.go_to_epoch(1)
    see(seen, None)
    move(seen, paper.moment(live, 7, look=paper.look(41)))
    assert seen.view.looks.look.epoch == 1, "the person looks at this one"


def test_a_click_on_the_map_plays_and_selects(seen, heard):
    seen.view.map.plot.clicked.emit(7, Qt.KeyboardModifier.NoModifier)
    assert heard == [7]
    assert seen.document.selection.tolist() == [7]
    seen.view.map.plot.clicked.emit(9, Qt.KeyboardModifier.ControlModifier)
    assert heard == [7]
    assert seen.document.selection.tolist() == [7, 9]


def test_clips_that_are_gone_leave_the_others_their_names(seen, heard):
    look = paper.look(40)
    some = np.arange(10, 30)
    look = replace(look, clips=some, positions=look.positions[some])
    seen.training.looked.emit(paper.run(2).id, look)
    seen.view.map.plot.clicked.emit(0, Qt.KeyboardModifier.NoModifier)
    assert heard == [10]
    assert "20 of 60 clips" in seen.view.map.words.text()


def test_the_map_is_coloured_by_labels_or_by_clusters(seen):
    view = seen.view
    view.pages.bring("Map")
    labels = view.map.plot.shown.rows.copy()
    truth = seen.document.project.dataset.labels
    assert len(set(labels.tolist())) == len(set(truth))
    view.map.by.setCurrentIndex(view.map.by.findData("cluster"))
    assert np.array_equal(view.map.plot.shown.rows, seen.document.project.labels)


def test_without_labels_the_map_is_coloured_by_clusters(made):
    parts = made(labelled=False, found=[paper.run(1, labelled=False)])
    see(parts, None)
    assert not parts.view.map.by.isEnabled()
    assert parts.view.map.by.currentData() == "cluster"
    parts.view.pages.bring("Map")
    shown = parts.view.map.plot.shown.rows
    assert np.array_equal(shown, parts.document.project.labels)


def test_pairs_of_some_of_the_worst_and_of_the_selected(seen, heard):
    pane = seen.view.pairs
    seen.view.pages.bring("Pairs")
    seen.view.pairs.plot.clicked.emit(2)
    pane.which.setCurrentIndex(pane.which.findData("worst"))
    seen.view.pairs.plot.clicked.emit(2)
    assert heard == [2, 11]
    pane.which.setCurrentIndex(pane.which.findData("chosen"))
    assert not seen.jobs.waiting("pairs_of"), "nothing is selected"
    seen.document.select([5, 6])
    assert len(seen.jobs.waiting("pairs_of")) == 1
    seen.jobs.answer("pairs_of", paper.pairs(2, first=5))
    seen.view.pairs.plot.clicked.emit(1)
    assert heard[-1] == 6
    assert "error 0.05" in pane.words.text()


def test_why_selected_clips_cannot_be_restored_is_said(seen):
    seen.view.pages.bring("Pairs")
    pane = seen.view.pairs
    pane.which.setCurrentIndex(pane.which.findData("chosen"))
    seen.document.select([5])
    for job in seen.jobs.waiting("pairs_of"):
        job.settle("failed", Failure("The network is gone"))
    assert pane._trouble == "The network is gone"


def test_one_click_uses_the_network_that_is_looked_at(seen, monkeypatch):
    used = []
    monkeypatch.setattr(seen.training, "use", lambda *about: used.append(about))
    bar = seen.view.network
    assert bar.epoch.currentText() == "Epoch 40 (best)"
    at = bar.epoch.findData(20)
    bar.epoch.setCurrentIndex(at)
    bar.epoch.activated.emit(at)
    bar.use.click()
    assert used == [(paper.run(2).id, 20)]


def test_it_says_what_clips_are_described_by_and_goes_back(seen):
    view = seen.view
    assert view.network.used.text() == "Clips are described by features"
    assert not view.network.back.isVisible()
    view.network.use.click()
    assert seen.document.pipeline.network == paper.run(2).network(40)
    assert f"{paper.run(2).name} after epoch 40" in view.network.used.text()
    assert not view.network.use.isEnabled(), "it is in use"
    assert view.runs.model.index(0, 0).data().endswith("(in use)")
    view.network.back.click()
    assert seen.document.pipeline.network == ""
    assert not view.network.back.isVisible()


def test_another_collection_begins_anew(seen):
    seen.document.open(on_paper.collection(8), seen.document.path)
    seen.jobs.answer("runs", FoundRuns((), ()))
    view = seen.view
    assert view.looks.look is None
    assert len(view.map.plot.positions) == 0
    assert view.invitation.isVisible()
    assert view.curves.plot.chosen is None


@pytest.mark.parametrize(
    ("size", "place"), [((400, 600), 0), ((760, 500), 1), ((990, 300), 2)]
)
def test_pages_are_arranged_by_the_room_there_is(made, size, place):
    parts = made(found=[paper.run()])
    parts.view.resize(*size)
    assert parts.view.pages.columns == _ARRANGEMENTS[place][2]


def test_the_line_above_the_curves_says_all_losses_of_the_epoch(made):
    run = paper.run(1)
    told = (replace(epoch, divergence=0.25) for epoch in run.history.epochs)
    view = made(found=(replace(run, history=History(tuple(told))),)).view
    words = view.curves.words.text().split("  ·  ")
    assert [word.split()[0] for word in words[:4]] == [
        "Epoch",
        "train",
        "validation",
        "KL",
    ]
    assert words[-1] == run.name, "what tells least is the first to have no room"


def test_nothing_is_cut_off_where_there_is_least_room(made):
    view = made(found=(paper.run(1),)).view
    view.resize(700, 100)
    view.resize(700, view.minimumSizeHint().height())
    for title in ("Runs", "Curves", "Map", "Pairs", "Between"):
        view.pages.bring(title)
        QApplication.processEvents()
        page = getattr(view, title.lower())
        assert page.height() >= page.minimumSizeHint().height(), title


def test_a_panel_that_was_wide_can_be_made_narrow_again(made):
    parts = made(found=[paper.run()])
    view = parts.view
    view.resize(1280, 800)
    assert view.pages.columns == _ARRANGEMENTS[3][2]
    assert view.map.isVisible()
    assert view.curves.isVisible()
    assert view.minimumSizeHint().width() <= 400
    view.pages.bring("Pairs")
    view.resize(400, 600)
    assert view.pages.columns == _ARRANGEMENTS[0][2]
    assert view.pairs.isVisible(), "what was in front last"
    assert not view.map.isVisible()


def test_the_keyboard_stays_where_it_was_when_pages_move(qtbot, made):
    parts = made(found=[paper.run()])
    view = parts.view
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    view.pages.bring("Runs")
    view.runs.table.setFocus()
    view.resize(1280, 800)
    qtbot.waitUntil(view.runs.table.hasFocus)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("count", [0, 1, 20])
def test_it_can_be_seen_with_any_number_of_runs(made, dark, count):
    parts = made(found=[paper.run(n) for n in range(count, 0, -1)])
    see(parts, None)
    parts.view.set_dark(dark)
    parts.view.resize(1280, 800)
    picture = parts.view.grab().toImage()
    assert not picture.isNull()
    assert parts.view.runs.model.rowCount() == count


def test_a_history_that_somebody_wrote_does_no_harm(made, qtbot):
    table = "number,phase,train,validation,seconds\n1,0,1e308,1e-308,1e308\n"
    history = History.from_csv(f"{table}2,7,-1e308,inf,inf\n999999998,0,nan,1,1\n")
    odd = paper.run(1, history=history, kept=(1,), best=1)
    view = made(found=(odd, paper.run(2))).view
    view.resize(1400, 900)
    view.looks.go_to(odd.id)
    qtbot.waitUntil(lambda: view.curves.plot.finished)
    assert odd.id in {curves.run for curves in view.curves.plot.runs}
