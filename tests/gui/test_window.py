"""The road, walked in a window: from a folder of sounds to a click that plays one."""

import csv
import re

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from engine.clustering.methods import METHODS
from tests.gui.road import WAIT, is_done, open_and_finish


def point_of(app, index):
    place = app.window.map.plot.place_of(index)
    return QPoint(round(place.x()), round(place.y()))


def loneliest(app):
    """Return the clip with the most room around it on the map."""
    places = app.document.project.positions
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return int(apart.min(axis=1).argmax())


def test_the_demo_becomes_a_map_with_scores(qtbot, app):
    open_and_finish(qtbot, app)
    project = app.document.project
    assert len(project.dataset) == 360
    assert project.cut == 12
    assert sorted(set(project.labels)) == list(range(12))
    assert np.isfinite(project.positions).all()
    assert 0.6 <= project.scores.nmi <= 0.95
    assert app.window.results.values["nmi"].text() == f"{project.scores.nmi:.2f}"
    assert app.window.dataset.model.rowCount() == 360


def test_a_click_on_a_point_plays_its_clip(qtbot, opened):
    clip = loneliest(opened)
    with qtbot.waitSignal(opened.playback.started, timeout=WAIT) as started:
        qtbot.mouseClick(
            opened.window.map.plot.viewport(),
            Qt.MouseButton.LeftButton,
            pos=point_of(opened, clip),
        )
    assert started.args[0] == clip
    assert opened.document.current == clip
    shown = opened.window.dataset.table.currentIndex().row()
    assert opened.window.dataset.model.clip_at(shown) == clip
    name = opened.document.project.dataset.clips[clip].name
    assert opened.window.transport.name.text() == name


def test_the_viewer_opens_the_clip_that_is_looked_at(qtbot, opened):
    viewer = opened.window.viewer
    opened.document.set_current(3)
    qtbot.waitUntil(lambda: viewer.waveform.duration > 0, timeout=WAIT)
    for image in viewer.images.values():
        assert "frames" in image.accessibleDescription()


def test_space_plays_and_stops_and_escape_silences(qtbot, opened):
    window, playback = opened.window, opened.playback
    window.map.setFocus()
    opened.document.set_current(2)
    with qtbot.waitSignal(playback.started, timeout=WAIT) as started:
        qtbot.keyClick(window.map.plot, Qt.Key.Key_Space)
    assert started.args[0] == 2
    qtbot.keyClick(window.map.plot, Qt.Key.Key_Space)
    assert not playback.is_playing()
    with qtbot.waitSignal(playback.started, timeout=WAIT):
        qtbot.keyClick(window.map.plot, Qt.Key.Key_Space)
    qtbot.keyClick(window.map.plot, Qt.Key.Key_Escape)
    assert not playback.is_playing()


def test_space_still_presses_a_button_that_has_the_focus(qtbot, opened):
    box = opened.window.pipeline.automatic
    box.setFocus()
    before = box.isChecked()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert box.isChecked() != before
    assert not opened.playback.is_playing()


def test_dragging_the_cut_recolours_everything_and_is_one_undo_step(qtbot, opened):
    window, document = opened.window, opened.document
    before = document.project
    window.cut.slider.setSliderDown(True)
    for k in (4, 3, 2):
        window.cut.slider.setSliderPosition(k)
        assert len(set(document.project.labels)) == k
        assert window.cut.spin.value() == k
    window.cut.slider.setSliderDown(False)
    assert document.undo_text == "move the cut"
    shown = {
        window.dataset.model.data(window.dataset.model.index(row, 3))
        for row in range(window.dataset.model.rowCount())
    }
    assert shown == {"0", "1"}
    qtbot.waitUntil(lambda: document.project.scores is not None, timeout=WAIT)
    window.action("Undo").trigger()
    np.testing.assert_array_equal(document.project.labels, before.labels)
    assert window.cut.spin.value() == 5
    assert document.undo_text is None
    window.action("Redo").trigger()
    assert len(set(document.project.labels)) == 2


def test_dragging_back_to_where_it_was_leaves_no_step(qtbot, opened):
    slider = opened.window.cut.slider
    slider.setSliderDown(True)
    slider.setSliderPosition(9)
    slider.setSliderPosition(5)
    slider.setSliderDown(False)
    assert opened.document.undo_text is None
    assert not opened.document.dragging


def test_a_changed_method_is_run_and_can_be_taken_back(qtbot, opened):
    pipeline = opened.window.pipeline
    before = opened.document.project
    pipeline.method.setCurrentIndex(pipeline.method.findData("kmeans"))
    qtbot.waitUntil(
        lambda: (
            opened.document.project.grouping.pipeline.method == "kmeans"
            and is_done(opened)
        ),
        timeout=WAIT,
    )
    assert opened.document.project.grouping.linkage is None
    opened.document.undo()
    assert opened.document.project.grouping is before.grouping
    assert pipeline.method.currentData() == "agglomerative"


@pytest.mark.parametrize(
    "method", [name for name in METHODS if name != "agglomerative"]
)
def test_every_method_runs_from_the_panel(qtbot, opened, method):
    pipeline = opened.window.pipeline
    pipeline.method.setCurrentIndex(pipeline.method.findData(method))
    qtbot.waitUntil(
        lambda: opened.document.project.grouped and is_done(opened), timeout=WAIT
    )
    assert opened.document.project.grouping.pipeline.method == method
    takes_k = hasattr(METHODS[method].params(), "n_clusters")
    assert opened.window.cut.slider.isEnabled() == takes_k


def test_filter_and_folder_narrow_the_table(qtbot, opened):
    dataset = opened.window.dataset
    qtbot.keyClicks(dataset.filter, "bell 0")
    qtbot.waitUntil(lambda: 0 < dataset.model.rowCount() < 40)
    names = [
        dataset.model.data(dataset.model.index(row, 0))
        for row in range(dataset.model.rowCount())
    ]
    assert all("bell" in name and "0" in name for name in names)
    dataset.filter.clear()
    qtbot.waitUntil(lambda: dataset.model.rowCount() == 40)
    dataset.tree.setCurrentItem(dataset.tree.topLevelItem(0).child(1))
    assert dataset.model.rowCount() == 8


def test_escape_clears_and_leaves_the_filter_without_silencing(qtbot, opened):
    dataset = opened.window.dataset
    opened.window.action("Find clips").trigger()
    qtbot.keyClicks(dataset.filter, "bell")
    qtbot.waitUntil(lambda: dataset.model.rowCount() == 8)
    with qtbot.waitSignal(opened.playback.started, timeout=WAIT):
        opened.playback.set_loop(True)
        opened.window.dataset.step(1)
    qtbot.keyClick(dataset.filter, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: dataset.model.rowCount() == 40)
    assert dataset.table.hasFocus()
    assert opened.playback.is_playing()


def test_walking_takes_the_selection_along(qtbot, opened):
    opened.document.select({0})
    opened.document.set_current(0)
    plot = opened.window.map.plot
    with qtbot.waitSignal(plot.walked) as walked:
        for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up):
            qtbot.keyClick(plot, key)
            if opened.document.current:
                break
    assert set(opened.document.selection) == {walked.args[0]}
    rows = opened.window.dataset.table.selectionModel().selectedRows()
    assert [opened.window.dataset.model.clip_at(row.row()) for row in rows] == [
        opened.document.current
    ]


def test_the_number_of_clusters_stays_when_the_method_changes(qtbot, opened):
    opened.window.cut.spin.setValue(7)
    method = opened.window.pipeline.method
    method.setCurrentIndex(method.findData("kmeans"))
    assert opened.document.pipeline.n_clusters == 7


def test_a_cancelled_map_stays_in_sight_and_run_finishes_it(qtbot, app):
    shown = []
    app.workflow.settling.connect(shown.append)
    app.session.open_demo()
    qtbot.waitUntil(lambda: len(shown) > 2, timeout=WAIT)
    app.window.action("Cancel").trigger()
    qtbot.waitUntil(lambda: not app.workflow.busy, timeout=WAIT)
    plot = app.window.map.plot
    np.testing.assert_array_equal(plot.positions, shown[-1])
    qtbot.waitUntil(app.window.pipeline.run.isEnabled, timeout=WAIT)
    app.window.action("Run").trigger()
    qtbot.waitUntil(lambda: is_done(app), timeout=WAIT)
    np.testing.assert_array_equal(plot.positions, app.document.project.positions)


def test_arrow_keys_in_the_table_play_the_next_clip(qtbot, opened):
    table = opened.window.dataset.table
    table.setFocus()
    opened.document.set_current(0)
    with qtbot.waitSignal(opened.playback.started, timeout=WAIT) as started:
        qtbot.keyClick(table, Qt.Key.Key_Down)
    assert started.args[0] == 1
    assert opened.document.current == 1


def test_export_writes_one_row_per_clip(qtbot, opened, places):
    target = places / "clusters.csv"
    with qtbot.waitSignal(opened.window.exports.noted, timeout=WAIT):
        opened.window.exports.clusters(target)
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 40
    labels = opened.document.project.labels
    assert [int(row["cluster"]) for row in rows] == labels.tolist()
    assert rows[0]["path"] == opened.document.project.dataset.clips[0].path


def test_every_action_says_its_key_and_every_control_its_name(opened):
    window = opened.window
    for name in ("Open folder", "Undo", "Play or stop", "Export clusters", "Next clip"):
        keys = window.action(name).shortcut().toString()
        assert keys
        assert keys in window.action(name).toolTip()
    assert "Right, Alt+Right" in window.action("Next in the cluster").toolTip()
    for button in window.transport.buttons.values():
        assert button.accessibleName()
        assert "(" in button.toolTip()
    controls = window.cut.slider, window.cut.spin, window.tree.controls.spin
    names = {window.tree.strip.slider.accessibleName()}
    names |= {control.accessibleName() for control in controls}
    assert len(names) == 4, "four ways to choose the cut"


def test_a_check_box_is_seen_on_a_dark_window(opened):
    opened.theme.set_scheme("dark")
    palette = opened.window.pipeline.automatic.palette()
    box, ground = palette.base().color(), palette.window().color()
    assert box.lightness() > ground.lightness() + 50
    opened.theme.set_scheme("light")
    assert (
        opened.window.pipeline.automatic.palette().base().color()
        == Qt.GlobalColor.white
    )


def test_dark_and_light(qtbot, opened):
    window = opened.window
    for scheme, dark in (("dark", True), ("light", False), ("dark", True)):
        opened.theme.set_scheme(scheme)
        qtbot.wait(20)
        for part in (
            window.map,
            window.menuBar(),
            window.dataset.table,
            window.pipeline,
            window.viewer,
        ):
            ground = part.grab().toImage().pixelColor(part.width() - 40, 6)
            assert (ground.lightness() < 100) == dark, type(part)


def test_what_a_reduction_kept_is_said_with_the_scores(qtbot, opened):
    field = opened.window.pipeline.representation.field("reduction")
    field.setCurrentIndex(field.findData("variance"))
    qtbot.waitUntil(
        lambda: opened.document.project.grouped and is_done(opened), timeout=WAIT
    )
    said = opened.window.results.notes.text()
    assert re.search(r"\d+ components? holds? 9[5-9]\.\d% of the variance\.", said)


def test_longer_notes_move_nothing_that_is_about_to_be_clicked(qtbot, opened):
    window = opened.window
    top = QPoint(0, 0)
    before = window.pipeline.mapTo(window, top)
    window.results.notes.setText("Words that need some lines more. " * 8)
    qtbot.wait(50)
    assert window.pipeline.mapTo(window, top) == before
    assert window.results.notes.mapTo(window, top).y() > before.y()


def test_a_flat_method_says_how_to_come_to_a_tree(qtbot, opened):
    window = opened.window
    method = window.pipeline.method
    method.setCurrentIndex(method.findData("kmeans"))
    qtbot.waitUntil(
        lambda: opened.document.project.grouping.linkage is None, timeout=WAIT
    )
    said = window.tree.plot.shown.message
    assert (
        said == "K-Means has no tree: choose Agglomerative in the pipeline to cut one"
    )
    assert window.tree.plot.shown.tree is None
    assert not window.tree.controls.spin.isEnabled()
    join = window.action("Join the branch here only")
    assert not join.isEnabled()
    assert join.toolTip() == f"Join the branch here only  (J)\n{said}"
    assert join.associatedObjects()[-1].toolTipsVisible()
    opened.document.undo()
    assert said not in join.toolTip()
    assert window.tree.plot.shown.tree is not None
    assert window.tree.controls.spin.isEnabled()
