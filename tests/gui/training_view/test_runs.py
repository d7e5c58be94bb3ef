"""The table of runs: names, scores, differing parameters, and what can be done."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from audioclust_gui.widgets.run_columns import columns_of
from audioclust_gui.widgets.run_table import NAME
from engine.autoencoder.history import History
from engine.autoencoder.runs import STOPPED, TRAINING, FoundRuns
from tests.gui.training_view import runs as paper
from tests.gui.training_view.conftest import move

_CHECK = Qt.ItemDataRole.CheckStateRole


def titles(model):
    across = Qt.Orientation.Horizontal
    return [model.headerData(i, across) for i in range(model.columnCount())]


def cells(model, title):
    column = titles(model).index(title)
    return [model.index(row, column).data() for row in range(model.rowCount())]


@pytest.fixture
def four(made):
    runs = [
        paper.run(n, embedding=(10, 32)[n % 2], epochs=20 + n) for n in (4, 3, 2, 1)
    ]
    return made(found=runs)


def test_parameters_that_differ_have_a_column(four):
    model = four.view.runs.model
    assert cells(model, "Embedding") == ["10", "32", "10", "32"]
    assert cells(model, "Layer: clusters") == ["–", "10", "–", "–"]
    assert "Channels" not in titles(model), "all have the same"
    assert cells(model, "Best") == ["20", "20", "20", "20"]


def test_scores_without_labels_have_no_column(made):
    parts = made(found=[paper.run(1, labelled=False)])
    shown = titles(parts.view.runs.model)
    assert "NMI" not in shown
    assert "Accuracy" not in shown
    assert "Silh." in shown


def test_headers_stand_where_their_columns_do(four):
    model = four.view.runs.model
    side = Qt.ItemDataRole.TextAlignmentRole
    for column in range(1, model.columnCount()):
        heading = model.headerData(column, Qt.Orientation.Horizontal, side)
        assert heading == model.index(0, column).data(side)


def test_the_run_in_use_is_named_in_full(four):
    panel = four.view.runs
    panel.resize(300, 200)
    panel.set_used(panel.model.run_at(0).id)
    index = panel.model.index(0, NAME)
    assert index.data().endswith("(in use)")
    width = panel.table.fontMetrics().horizontalAdvance
    longest = max(width(panel.model.index(row, NAME).data()) for row in range(4))
    assert panel.table.columnWidth(NAME) >= min(longest + 50, 240)


def test_one_epoch_is_not_one_epochs(four):
    further = four.view.runs.further
    further.setValue(1)
    assert further.text() == "1 epoch"
    further.stepUp()
    assert further.text() == "2 epochs"


def test_a_single_run_differs_from_nothing():
    assert len(columns_of([paper.run()])) < len(columns_of([paper.run(), paper.run(3)]))


def test_runs_are_sorted_by_a_column_and_the_current_one_stays(four):
    model, table = four.view.runs.model, four.view.runs.table
    table.selectRow(2)
    current = model.run_at(2).id
    column = titles(model).index("Embedding")
    table.sortByColumn(column, Qt.SortOrder.AscendingOrder)
    assert cells(model, "Embedding") == ["10", "10", "32", "32"]
    assert model.run_at(table.currentIndex().row()).id == current
    table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert [model.run_at(row).id for row in range(4)] == [
        run.id for run in four.training.runs
    ]


def test_a_tick_keeps_the_curves_of_a_run_in_view(qtbot, four):
    view = four.view
    shown = {curves.run for curves in view.curves.plot.runs}
    assert shown == {four.training.runs[0].id}, "that of the current run always"
    other = four.training.runs[3]
    view.pages.bring("Runs")
    table = view.runs.table
    view.looks.go_to(four.training.runs[0].id)
    index = view.runs.model.index(3, NAME)
    view.runs.model.setData(index, Qt.CheckState.Checked.value, _CHECK)
    assert other.id in four.training.shown
    assert {c.run for c in view.curves.plot.runs} == shown | {other.id}
    table.setFocus()
    first = four.training.runs[0].id
    ticked = first in four.training.shown
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert (first in four.training.shown) is not ticked
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert (first in four.training.shown) is ticked


def test_colours_stay_when_a_run_is_begun(four):
    model = four.view.runs.model
    before = {run.id: model.colour_of(run.id) for run in four.training.runs}
    assert sorted(before.values()) == [0, 1, 2, 3]
    four.training._list.refresh()
    four.jobs.answer("runs", FoundRuns((paper.run(5), *four.training.runs), ()))
    assert all(model.colour_of(run) == colour for run, colour in before.items())
    drawn = {curves.run: curves.colour for curves in four.view.curves.plot.runs}
    assert all(model.colour_of(run) == colour for run, colour in drawn.items())


def test_a_name_is_typed_in_its_row(qtbot, four):
    view, renamed = four.view, []
    four.training.rename = lambda run, name: renamed.append((run, name))
    view.runs.model.named.disconnect()
    view.runs.model.named.connect(four.training.rename)
    view.pages.bring("Runs")
    table = view.runs.table
    table.setFocus()
    table.setCurrentIndex(view.runs.model.index(1, NAME))
    next(a for a in table.actions() if "name" in a.text()).trigger()
    line = table.findChild(QLineEdit)
    line.setText("Wald 鳥")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    expected = [(view.runs.model.run_at(1).id, "Wald 鳥")]
    qtbot.waitUntil(lambda: renamed == expected)


def test_a_name_being_typed_survives_the_next_epoch(qtbot, made):
    run = paper.run(2, alive=True, state=TRAINING)
    parts = made(found=[run])
    parts.view.start()
    move(parts, paper.moment(run, 5))
    table = parts.view.runs.table
    parts.view.pages.bring("Runs")
    table.setCurrentIndex(parts.view.runs.model.index(0, NAME))
    table.edit(table.currentIndex())
    table.findChild(QLineEdit).setText("half ty")
    move(parts, paper.moment(run, 6))
    assert table.findChild(QLineEdit).text() == "half ty"
    assert cells(parts.view.runs.model, "Epochs") == ["5"]


def test_a_stopped_run_is_resumed_and_a_finished_one_trained_on(made):
    parts = made(found=[paper.run(2), paper.run(1, state=STOPPED)])
    runs = parts.view.runs
    assert not runs.resume.isEnabled()
    assert runs.more.isEnabled()
    runs.table.selectRow(1)
    assert runs.resume.isEnabled()
    runs.table.selectRow(0)
    runs.further.setValue(25)
    runs.more.click()
    run, *_, epochs = parts.jobs.questions[parts.jobs.job.ticket]
    assert (run, epochs) == (paper.run(2).id, 40 + 25)
    assert not runs.more.isEnabled(), "one at a time"
    assert not runs.remove.isEnabled(), "it is being trained"


def test_a_run_whose_checkpoint_is_gone_cannot_go_on(made):
    parts = made(found=[paper.run(1, state=STOPPED, resumable=False)])
    assert not parts.view.runs.resume.isEnabled()
    assert not parts.view.runs.more.isEnabled()


def test_a_recipe_is_taken_from_a_run(four):
    four.view.runs.table.selectRow(1)
    four.view.runs.recipe.click()
    assert four.training.recipe == four.training.runs[1].recipe
    assert four.view.recipe.isVisible()


def test_removing_goes_to_the_current_run(four, monkeypatch):
    removed = []
    monkeypatch.setattr(four.training, "remove", removed.append)
    four.view.runs.table.selectRow(2)
    four.view.runs.remove.click()
    assert removed == [four.training.runs[2].id]


def test_what_a_run_came_to_is_that_of_its_best_epoch(made):
    run = paper.run(1, best=10)
    parts = made(found=[run])
    expected = run.history.epochs[9]
    model = parts.view.runs.model
    assert cells(model, "Loss") == [f"{expected.validation:.3g}"]
    assert cells(model, "NMI") == [f"{expected.nmi:.3g}"]
    assert not np.isnan(expected.nmi)


def test_a_run_that_is_not_perfect_is_not_said_to_be(made):
    run = paper.run(1, best=10)
    near = replace(run.history.epochs[9], validation=0.9999, nmi=0.9999, accuracy=1.0)
    run = replace(run, history=History((*run.history.epochs[:9], near)))
    model = made(found=[run]).view.runs.model
    found = [cells(model, name) for name in ("Loss", "NMI", "Accuracy")]
    assert found == [["1"], ["0.999"], ["1"]]


def test_what_another_window_has_trained_is_seen_on_coming_back(made, qtbot):
    elsewhere = paper.run(1, state=TRAINING, alive=True)
    parts = made(found=(elsewhere,))
    view, table = parts.view, parts.view.runs
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    parts.jobs.answer("runs", FoundRuns((elsewhere,), ()))
    assert not view.offer.isVisible(), "nothing has interrupted it"
    assert table.table.currentIndex().isValid()
    for button in (table.resume, table.more, table.remove):
        assert not button.isEnabled()
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    assert not parts.jobs.waiting("runs")
    view.activateWindow()
    qtbot.waitUntil(lambda: bool(parts.jobs.waiting("runs")))
    parts.jobs.answer("runs", FoundRuns((paper.run(2), paper.run(1)), ()))
    assert table.model.rowCount() == 2
    assert table.more.isEnabled()
