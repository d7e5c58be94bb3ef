"""The list of clusters: it follows the cut; rows are chosen and heard."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QTextLayout
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication

from audioclust_gui.widgets import clip_table
from audioclust_gui.widgets.cluster_table import CLIPS, CLUSTER, LABEL, SILHOUETTE
from engine.audio.dataset import Clip, Dataset
from engine.clustering.describing import ClusterReport
from engine.projects.pipeline import Pipeline
from engine.projects.project import Grouping, Project
from tests.gui.cluster_lists import (
    act,
    click,
    clips_of,
    ids,
    lit,
    place_of,
    selected,
    texts,
    type_name,
)
from tests.gui.on_paper import collection
from tests.gui.road import WAIT, open_and_finish

RISING, FALLING = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def flat(labels, truth=None, **changes):
    """Return a project of clips that a flat method grouped; -2 took no part."""
    labels = np.array(labels, np.int32)
    columns = {} if truth is None else {"kind": tuple(truth)}
    clips = tuple(Clip(f"{i}.wav") for i in range(len(labels)))
    rows = np.flatnonzero(labels > -2)
    asked = Pipeline().choosing("dbscan")
    return Project(
        Dataset("flat", clips, columns, next(iter(columns), None)),
        asked,
        grouping=Grouping(asked, rows, labels[rows]),
        **changes,
    )


def test_every_cluster_has_a_row_and_a_cut_more_adds_one(opened, document):
    sizes = np.bincount(document.project.labels)
    assert texts(opened, CLUSTER) == [f"Cluster {i}" for i in range(5)]
    assert texts(opened, CLIPS) == [str(size) for size in sizes]
    assert not opened.table.isColumnHidden(LABEL)
    share, _, name = texts(opened, LABEL)[0].lstrip("\u2007").partition(" ")
    inside = [document.project.dataset.labels[c] for c in clips_of(document, 0)]
    assert share == f"{inside.count(name) / len(inside):.0%}"
    before = document.project
    for k in (6, 20, 60, 3, 1):
        document.preview(before.with_n_clusters(k))
        assert ids(opened) == list(range(k))
        sizes = np.bincount(document.project.labels)
        assert texts(opened, CLIPS) == [str(size) for size in sizes]


def test_the_share_is_never_cut_and_a_wide_dock_gives_the_words_its_room(
    opened, document
):
    header = opened.table.horizontalHeader()
    widths = {}
    for wide in (280, 600):
        opened.resize(wide, 300)
        widths[wide] = [header.sectionSize(i) for i in range(4)]
        metrics, cell = opened.table.fontMetrics(), opened.model.cell(0, LABEL)
        room = widths[wide][LABEL] - 6
        shown = metrics.elidedText(
            cell.text.replace("kind", "k" * 99), cell.elide, room
        )
        assert shown.startswith(cell.text.split("kind")[0])
    narrow, wide = widths[280], widths[600]
    assert [wide[i] > narrow[i] for i in range(4)] == [True, False, True, False]
    assert wide[CLUSTER] > 3 * narrow[CLUSTER], "the labels need no more"
    assert "Mostly kind" in opened.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_a_share_stands_before_a_label_of_any_script(view, document, tmp_path):
    document.open(flat([0, 0, 1], ["ببغاء", "ببغاء", "鳥"]), tmp_path / "p.audioclust")
    arabic, bird = texts(view, LABEL)
    assert bird == "100% 鳥"
    layout = QTextLayout(arabic)
    layout.beginLayout()
    line = layout.createLine()
    layout.endLayout()
    assert line.cursorToX(0)[0] < line.cursorToX(len("100%"))[0]


def test_only_all_of_them_are_all(view, document, tmp_path):
    labels, truth = np.repeat([0, 1], 400), ["owl"] * 401 + ["jay"] * 399
    document.open(flat(labels.tolist(), truth), tmp_path / "p.audioclust")
    assert texts(view, LABEL) == ["100% owl", "\N{FIGURE SPACE}99% jay"]


def test_the_current_row_stays_with_its_cluster(opened, document):
    opened.table.sortByColumn(CLIPS, FALLING)
    click(opened, 3)
    for k in (6, 9, 4, 12):
        document.preview(document.project.with_n_clusters(k))
        assert opened.model.id_at(opened.table.currentIndex().row()) == 3
    opened.table.sortByColumn(LABEL, RISING)
    assert opened.model.id_at(opened.table.currentIndex().row()) == 3


def test_columns_sort_and_what_is_alike_stays_by_number(view, document, tmp_path):
    labels = [3, 3, 0, 0, 1, 1, 1, 2, -1, -1, -1, -1, -2]
    truth = ["b", "b", "a", "b", "", "", "", "B2", "a", "a", "a", "a", "a"]
    document.open(flat(labels, truth), tmp_path / "p.audioclust")
    assert ids(view) == [0, 1, 2, 3, -1, -2]
    view.table.sortByColumn(CLIPS, RISING)
    assert ids(view) == [2, 0, 3, 1, -1, -2]
    view.table.sortByColumn(CLIPS, FALLING)
    assert ids(view) == [1, 0, 3, 2, -1, -2]
    view.table.sortByColumn(LABEL, RISING)
    half = "\N{FIGURE SPACE}50% b"
    assert texts(view, LABEL) == ["100% b", half, "100% B2", "–", "100% a", "100% a"]
    assert ids(view) == [3, 0, 2, 1, -1, -2], "1 has no label, and comes last"
    view.table.sortByColumn(LABEL, FALLING)
    assert ids(view) == [2, 0, 3, 1, -1, -2]
    view.table.sortByColumn(SILHOUETTE, FALLING)
    assert ids(view) == [0, 1, 2, 3, -1, -2], "nothing is known yet"
    view.table.sortByColumn(CLUSTER, FALLING)
    assert ids(view) == [3, 2, 1, 0, -1, -2]
    view.table.sortByColumn(-1, RISING)
    assert ids(view) == [0, 1, 2, 3, -1, -2]


def test_noise_and_the_rest_have_rows_that_are_chosen_but_not_named(
    view, document, tmp_path
):
    document.open(flat([0, 0, -1, -2, 1, -1]), tmp_path / "p.audioclust")
    assert texts(view, CLUSTER) == ["Cluster 0", "Cluster 1", "Noise", "Not grouped"]
    assert texts(view, CLIPS) == ["2", "1", "2", "1"]
    assert view.table.isColumnHidden(LABEL)
    click(view, -1)
    assert set(document.selection) == {2, 5}
    view.table.edit_name()
    assert view.table.state() != QAbstractItemView.State.EditingState
    act(view, "Play its medoid")
    assert view._audition.played == [2]
    click(view, 1)
    view._rename(1, "owls")
    assert texts(view, CLUSTER)[1] == "owls"
    assert document.project.edits.names == {1: "owls"}


def test_three_clips_and_none(view, document, tmp_path):
    document.open(collection(3, kinds=2, n_clusters=2), tmp_path / "p.audioclust")
    assert ids(view) == [0, 1]
    document.open(Project(Dataset("nothing")), tmp_path / "q.audioclust")
    assert ids(view) == []
    for name in ("Play its medoid", "Select its clips", "Take its name away"):
        act(view, name)
    view.table.edit_name()
    assert document.undo_text is None
    assert not view._audition.played
    bare = replace(collection(3), grouping=None)
    document.open(bare, tmp_path / "r.audioclust")
    assert texts(view, CLUSTER) == ["Not grouped"]


def test_rows_select_the_clips_of_their_clusters(opened, document):
    click(opened, 1)
    assert set(document.selection) == clips_of(document, 1)
    click(opened, 3, CTRL)
    assert set(document.selection) == clips_of(document, 1, 3)
    click(opened, 4, SHIFT)
    assert set(document.selection) == clips_of(document, 1, 3, 4)
    assert not opened._audition.played, "a click is not a double click"
    QTest.keyClick(opened.table, Qt.Key.Key_Up)
    assert set(document.selection) == clips_of(document, 3)
    (played,) = opened._audition.played
    assert played in clips_of(document, 3), "a step by key is heard"
    QTest.keyClick(opened.table, Qt.Key.Key_Down, SHIFT)
    assert len(opened._audition.played) == 1, "to select more is no step"
    document.select(())
    assert selected(opened) == []
    act(opened, "Select its clips")
    assert set(document.selection) == clips_of(document, *selected(opened))


def test_what_is_selected_elsewhere_is_marked_where_all_of_it_is(opened, document):
    document.select(clips_of(document, 0, 2) | {min(clips_of(document, 4))})
    assert selected(opened) == [0, 2]
    before = document.project
    document.preview(before.with_n_clusters(12))
    chosen = set(document.selection)
    assert chosen == clips_of(document, *selected(opened)) | (
        chosen - clips_of(document, *selected(opened))
    )
    whole = {i for i in range(12) if clips_of(document, i) <= chosen}
    assert set(selected(opened)) == whole
    document.preview(before)
    assert selected(opened) == [0, 2]


def test_the_mouse_lights_a_cluster_and_leaving_puts_the_light_out(
    qtbot, opened, document
):
    viewport = opened.table.viewport()
    QTest.mouseMove(viewport, place_of(opened, 2, CLIPS))
    qtbot.waitUntil(lambda: document.lit is not None)
    assert set(document.lit.tolist()) == clips_of(document, 2)
    assert lit(opened) == [2]
    font = opened.model.index(2, CLUSTER).data(Qt.ItemDataRole.FontRole)
    assert font.bold(), "colour is not the only sign"
    document.commit(document.project.with_n_clusters(20), "more")
    assert set(document.lit.tolist()) == clips_of(document, 2)
    QApplication.sendEvent(viewport, QEvent(QEvent.Type.Leave))
    assert document.lit is None
    assert lit(opened) == []


def test_what_is_pointed_at_elsewhere_is_marked_where_all_of_it_is(opened, document):
    some = clips_of(document, 1) | {min(clips_of(document, 3))}
    document.light(np.array(sorted(some)))
    assert lit(opened) == [1]
    document.light(np.arange(60))
    assert lit(opened) == [0, 1, 2, 3, 4]
    document.light(np.empty(0, np.int64))
    assert lit(opened) == []
    document.light(None)
    assert lit(opened) == []


def test_a_double_click_plays_the_first_clip_and_then_the_medoid(
    qtbot, opened, document, known
):
    viewport, button = opened.table.viewport(), Qt.MouseButton.LeftButton
    click(opened, 2)
    qtbot.mouseDClick(viewport, button, pos=place_of(opened, 2))
    assert opened._audition.played == [min(clips_of(document, 2))]
    known.learn(document.project)
    click(opened, 1)
    opened.table.setFocus()
    qtbot.keyClick(opened.table, Qt.Key.Key_Return)
    assert opened._audition.played[1:] == [known.reports[1].medoid]


def test_silhouettes_come_when_they_are_known(opened, document, known):
    assert texts(opened, SILHOUETTE) == ["–"] * 5
    known.learn(document.project)
    values = [known.reports[i].silhouette for i in range(5)]
    assert texts(opened, SILHOUETTE) == [f"{value:.2f}" for value in values]
    opened.table.sortByColumn(SILHOUETTE, FALLING)
    assert ids(opened) == sorted(range(5), key=lambda i: -values[i])
    tip = opened.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "Medoid: 0000" in tip


def test_a_step_of_a_drag_asks_for_no_more_than_the_rows_in_view(
    view, document, tmp_path, monkeypatch
):
    document.open(collection(900, n_clusters=300), tmp_path / "p.audioclust")
    asked, text = [], type(view.model)._text
    monkeypatch.setattr(
        type(view.model),
        "_text",
        lambda self, place, column: asked.append(place) or text(self, place, column),
    )
    document.preview(document.project.with_n_clusters(301))
    view.table.viewport().repaint()
    assert 0 < len(set(asked)) <= len(view.table.rows_in_view())


def test_a_report_without_a_silhouette_or_a_medoid(opened, known):
    known.reports = {0: ClusterReport(0, 3)}
    known.changed.emit()
    assert texts(opened, SILHOUETTE)[0] == "–"
    opened.table.selectRow(0)
    act(opened, "Play its medoid")
    assert len(opened._audition.played) == 1


def test_in_the_window_a_cluster_is_reached_heard_and_named_by_keys(qtbot, app, small):
    open_and_finish(qtbot, app, small)
    window, document = app.window, app.document
    view = window.clusters
    describing = view._describing
    qtbot.waitUntil(lambda: len(describing.reports) == 5, timeout=WAIT)
    assert "–" not in texts(view, SILHOUETTE)
    window.docks["Clusters"].hide()
    window.action("Clusters").trigger()
    qtbot.waitUntil(view.table.hasFocus)
    qtbot.keyClick(view.table, Qt.Key.Key_Down)
    with qtbot.waitSignal(app.playback.started, timeout=WAIT) as started:
        qtbot.keyClick(view.table, Qt.Key.Key_Return)
    label = view.model.id_at(view.table.currentIndex().row())
    assert started.args[0] == document.current == describing.reports[label].medoid
    assert set(document.selection) == clips_of(document, label)
    type_name(qtbot, view, label, "morning bells")
    row = window.dataset.model.row_of(document.current)
    shown = window.dataset.model.index(row, clip_table.CLUSTER).data()
    assert shown == "morning bells"
    assert window.map.pane._described(document.current).endswith("\nmorning bells")
    type_name(qtbot, view, label, "n" * 201)
    assert "1 to 200 printable" in window.status.currentMessage()
