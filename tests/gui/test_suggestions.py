"""How many clusters suit: compared in a job, shown in a table, used with a click."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from audioclust_gui.form_dialog import FormDialog
from audioclust_gui.widgets.curves_table import CurvesTable
from engine.clustering.curves import Curves, Measured
from engine.clustering.selection import SelectionParams
from tests.gui.road import WAIT, is_done


@pytest.fixture
def suggested(qtbot, opened):
    suggesting = opened.window.suggestions._suggesting
    with qtbot.waitSignal(suggesting.found, timeout=WAIT):
        suggesting.run(SelectionParams(highest=12))
    return opened


def test_the_action_asks_for_a_range_and_shows_a_row_for_each_number(qtbot, opened):
    window = opened.window
    assert window.docks["Suggestions"].isHidden()
    window.action("Suggest clusters").trigger()
    dialog = window.findChild(FormDialog)
    dialog.form.field("highest").setValue(9)
    dialog.action.click()
    model = window.suggestions.model
    qtbot.waitUntil(lambda: model.rowCount() == 8, timeout=WAIT)
    assert not window.docks["Suggestions"].isHidden()
    assert [model.k_of(row) for row in range(8)] == list(range(2, 10))
    best = [model.index(row, model.columnCount() - 1).data() for row in range(8)]
    assert "Silhouette" in ", ".join(best)


def test_a_suggestion_is_used_and_taken_back(qtbot, suggested):
    view, document = suggested.window.suggestions, suggested.document
    view.table.setCurrentIndex(view.model.index(view.model.row_of(7), 0))
    assert view.use.text() == "Use 7 clusters"
    view.use.click()
    assert len(set(document.project.labels)) == 7
    assert document.undo_text == "use suggested number of clusters"
    assert not view.use.isEnabled()  # they are in use
    document.undo()
    assert document.project.cut == 5
    view.table.setFocus()
    view.table.activated.emit(view.table.currentIndex())
    assert document.project.cut == 7


def test_what_it_was_compared_for_is_said_once_it_has_changed(qtbot, suggested):
    view, pipeline = suggested.window.suggestions, suggested.window.pipeline
    suggested.window.cut.spin.setValue(3)
    assert "before the pipeline" not in view.words.text()
    method = pipeline.method
    method.setCurrentIndex(method.findData("kmeans"))
    assert "before the pipeline was changed" in view.words.text()
    qtbot.waitUntil(lambda: is_done(suggested), timeout=WAIT)


def test_a_flat_method_is_compared_too(qtbot, opened):
    method = opened.window.pipeline.method
    method.setCurrentIndex(method.findData("kmeans"))
    qtbot.waitUntil(lambda: is_done(opened), timeout=WAIT)
    suggesting = opened.window.suggestions._suggesting
    with qtbot.waitSignal(suggesting.found, timeout=WAIT) as found:
        suggesting.run(SelectionParams(highest=4))
    assert found.args[0].curves.k.tolist() == [2, 3, 4]
    opened.window.suggestions.use.click()
    qtbot.waitUntil(lambda: is_done(opened), timeout=WAIT)


def test_a_method_that_finds_the_number_itself_says_so(qtbot, opened):
    method = opened.window.pipeline.method
    method.setCurrentIndex(method.findData("hdbscan"))
    with qtbot.waitSignal(opened.window.dialogs.troubled) as trouble:
        opened.window.action("Suggest clusters").trigger()
    assert "HDBSCAN finds the number of clusters itself" in trouble.args[1]
    assert opened.window.findChild(FormDialog) is None


def test_another_collection_leaves_no_suggestion_behind(qtbot, suggested):
    assert suggested.window.suggestions.model.rowCount() == 11
    suggested.session.open_demo()
    qtbot.waitUntil(
        lambda: suggested.window.suggestions.model.rowCount() == 0, timeout=WAIT
    )
    assert not suggested.window.suggestions.use.isEnabled()


def test_scores_that_are_not_defined_are_dashes(qtmodeltester):
    model = CurvesTable()
    points = [Measured(k, 1e6 / k, None, 3.0, 0.5) for k in (2, 3)]
    model.set_curves(Curves.of(points, sampled=None))
    qtmodeltester.check(model)
    cells = [model.index(0, column).data() for column in range(model.columnCount())]
    assert cells[0] == "2"
    assert cells[1] == "–"
    assert "500,000" in cells
    assert not any(
        "NMI" in model.headerData(i, Qt.Orientation.Horizontal)
        for i in range(model.columnCount())
    )


def test_a_suggestion_at_the_end_of_the_range_asks_for_more(suggested):
    view = suggested.window.suggestions
    shown = view._shown
    points = [Measured(k, 1.0 / k, 0.1 * k, 3.0 + k, 50.0 / k) for k in (2, 3, 4)]
    rising = Curves.of(points, sampled=None)
    assert 4 in rising.suggestions.values()
    view._suggesting.found.emit(replace(shown, curves=rising))
    assert "compare more" in view.words.text()
    points = [Measured(k, 1.0 / k, 0.9 / k, 9.0 - k, 0.1 * k) for k in (2, 3, 4)]
    falling = Curves.of(points, sampled=None)
    assert 4 not in falling.suggestions.values()
    view._suggesting.found.emit(replace(shown, curves=falling))
    assert "compare more" not in view.words.text()
