"""The map in the window: what points tell, what the mouse does, a second map beside."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from audioclust_gui.form_dialog import FormDialog
from audioclust_gui.widgets.hover_card import HoverCard
from engine.features.projection import ProjectionParams
from engine.features.representation import RepresentationParams
from tests.gui import on_paper
from tests.gui.map_plot.gestures import drag, move
from tests.gui.road import WAIT

N = 60
Key, Held, Left = Qt.Key, Qt.KeyboardModifier, Qt.MouseButton.LeftButton


@pytest.fixture
def paper(app, places):
    app.jobs.close()
    app.document.open(on_paper.collection(N, kinds=5), places / "paper.audioclust")
    QApplication.processEvents()
    return app


@pytest.fixture
def view(paper):
    return paper.window.map


def place_of(plot, clip):
    return plot.place_of(clip).toPoint()


def alone(plot):
    """The clip with the most room around it."""
    places = plot.positions
    gaps = np.linalg.norm(places[:, None] - places, axis=2)
    np.fill_diagonal(gaps, np.inf)
    return int(gaps.min(axis=1).argmax())


def point_at(plot, clip):
    move(plot, QPoint(2, 2))
    move(plot, place_of(plot, clip))


def drag_around(plot, clips, modifiers=Held.NoModifier):
    """Draw a box around some points."""
    places = [place_of(plot, clip) for clip in clips]
    left, right = min(p.x() for p in places), max(p.x() for p in places)
    top, bottom = min(p.y() for p in places), max(p.y() for p in places)
    corner, end = QPoint(left - 3, top - 3), QPoint(right + 3, bottom + 3)
    drag(plot, corner, (corner + end) / 2, end, held=modifiers)
    inside = (p for p in range(N) if plot.place_of(p) is not None)
    return {
        clip
        for clip in inside
        if corner.x() <= plot.place_of(clip).x() <= end.x()
        and corner.y() <= plot.place_of(clip).y() <= end.y()
    }


def test_the_card_at_the_cursor_says_what_it_is_and_shows_its_picture(qtbot, opened):
    view, project = opened.window.map, opened.document.project
    clip = alone(view.plot)
    point_at(view.plot, clip)
    card = view.pane.card
    assert card.isVisible()
    label = project.title(int(project.labels[clip]))
    truth = project.dataset.labels[clip]
    name = project.dataset.clips[clip].name
    assert card.lines == (name, f"Label: {truth}", label)
    qtbot.waitUntil(lambda: card.pictured, timeout=WAIT)
    beside = place_of(view.plot, clip)
    assert not card.geometry().contains(beside), "the point itself stays in sight"
    assert view.pane.rect().contains(card.geometry())
    move(view.plot, QPoint(1, 1))
    assert not card.isVisible()


def test_the_card_goes_with_its_point_and_shows_all_of_a_name(paper, view):
    clip = alone(view.plot)
    paper.colouring.choose("plays")
    paper.document.count_play(clip)
    point_at(view.plot, clip)
    card = view.pane.card
    assert card.lines[-1] == "Play count: 1"
    paper.colouring.choose("cluster")
    paper.colouring.solo(int(paper.document.project.labels[clip]))
    assert card.isVisible()
    paper.colouring.invert()
    assert not card.isVisible(), "what it tells of is hidden"


@pytest.mark.parametrize("digits", range(12))
def test_a_card_is_as_wide_as_the_name(qtbot, digits):
    within = QWidget()
    qtbot.addWidget(within)
    within.resize(600, 300)
    card, name = HoverCard(within), "Bird0_37_14384001234567"[: 12 + digits] + ".wav"
    card.show_beside(QPoint(10, 10), (name,), pictured=False)
    bold = QFont(card.font())
    bold.setBold(True)
    room = card.width() - 2 * 8
    elided = QFontMetrics(bold).elidedText(name, Qt.TextElideMode.ElideMiddle, room)
    assert elided == name


def test_a_box_replaces_adds_toggles_and_removes(paper, view):
    plot, document = view.plot, paper.document
    some = [0, 1, 2]
    view.set_tool("box")
    first = drag_around(plot, some[:1])
    assert set(document.selection) == first >= {0}
    second = drag_around(plot, some[1:], Held.ShiftModifier)
    assert set(document.selection) == first | second
    drag_around(plot, some[1:], Held.ControlModifier)
    assert set(document.selection) == first - second
    drag_around(plot, some[1:], Held.ControlModifier)
    assert set(document.selection) == first | second
    drag_around(plot, some[:1], Held.AltModifier)
    assert set(document.selection) == second - first


def test_what_is_selected_is_so_in_every_view(paper, view):
    view.set_tool("box")
    inside = drag_around(view.plot, [3, 4, 5])
    assert (
        set(view.plot.shown.selected) == set(view.beside.plot.shown.selected) == inside
    )
    rows = paper.window.dataset.table.selectionModel().selectedRows()
    assert len(rows) == len(inside)


def test_a_tool_chosen_by_key_is_shown_and_is_that_of_both_maps(paper, view):
    view.plot.setFocus()
    QTest.keyClick(view.plot, Key.Key_O)
    assert view.beside.plot.tool == view.plot.tool == "outline"
    assert view.tools.buttons["outline"].isChecked()
    view.tools.buttons["move"].click()
    assert view.beside.plot.tool == view.plot.tool == "move"


def test_colours_follow_the_choice_and_what_the_legend_hides_is_gone(paper, view):
    colouring, plot = paper.colouring, view.plot
    labels = paper.document.project.labels
    assert np.array_equal(plot.shown.rows, labels)
    colouring.toggle(0)
    assert np.array_equal(plot.shown.hidden, labels == 0)
    hidden = int(np.flatnonzero(labels == 0)[0])
    assert (
        plot.place_of(hidden) is None or plot.index_at(plot.place_of(hidden)) != hidden
    )
    colouring.show_all()
    assert plot.shown.hidden is None
    colouring.choose("plays")
    paper.document.count_play(5)
    rows = plot.shown.rows
    assert rows[5] != rows[6]
    assert (np.delete(rows, 5) == rows[6]).all()


def test_the_cut_recolours_both_maps_at_once(paper, view):
    paper.second.choose(RepresentationParams(feature="mel"), ProjectionParams())
    before = paper.document.project
    paper.document.preview(before.with_n_clusters(3))
    labels = paper.document.project.labels
    for pane in view.panes:
        assert np.array_equal(pane.plot.shown.rows, labels)


def test_a_second_map_that_is_not_there_is_not_coloured_until_it_is(paper, view):
    rows = view.beside.plot.shown.rows
    paper.document.preview(paper.document.project.with_n_clusters(3))
    view.legend.model.toggled.emit(0)
    assert view.beside.plot.shown.rows is rows, "nothing is done for what is not there"
    paper.second.choose(RepresentationParams(feature="mel"), ProjectionParams())
    shown, labels = view.beside.plot.shown, paper.document.project.labels
    assert np.array_equal(shown.rows, labels)
    assert np.array_equal(shown.hidden, labels == 0)


class Events(QObject):
    """Writes down which events reach some widgets."""

    def __init__(self, *parts):
        super().__init__()
        self.kinds = []
        for part in parts:
            part.installEventFilter(self)

    def eventFilter(self, part, event):  # noqa: N802
        self.kinds.append(event.type())
        return False


def test_the_legend_is_not_painted_again_with_every_frame_of_the_map(paper, view):
    QTest.qWait(100)
    below, over = Events(view.plot.viewport()), Events(view.legend)
    view.plot.set_labels(np.arange(N, dtype=np.int32))
    QApplication.processEvents()
    assert QEvent.Type.Paint in below.kinds
    assert QEvent.Type.Paint not in over.kinds


def test_more_lines_in_the_legend_do_not_lay_out_the_window(paper, view):
    paper.document.preview(paper.document.project.with_n_clusters(2))
    QTest.qWait(100)
    around, height = Events(view.pane.parentWidget()), view.legend.height()
    paper.document.preview(paper.document.project.with_n_clusters(4))
    QTest.qWait(100)
    assert view.legend.height() > height
    assert QEvent.Type.LayoutRequest not in around.kinds


def test_the_second_map_is_asked_for_shown_and_closed_by_undo(qtbot, paper, view):
    with qtbot.waitSignal(view.second_asked):
        view.tools.buttons["second"].click()
    assert not view.tools.buttons["second"].isChecked(), "nothing was chosen yet"
    assert view.beside.isHidden() or not view.beside.isVisible()
    paper.second.choose(
        RepresentationParams(feature="mel"), ProjectionParams(method="pca")
    )
    assert view.beside.isVisible()
    assert view.tools.buttons["second"].isChecked()
    assert "PCA" in view.titles[1].toolTip()
    paper.document.undo()
    assert not view.beside.isVisible()
    paper.document.redo()
    view.toggle_second()
    assert not view.beside.isVisible()
    assert paper.document.project.second is None


def test_the_button_asks_what_the_second_map_shows_and_nothing_waits(paper, view):
    button = view.tools.buttons["second"]
    button.click()
    dialog = paper.window.findChild(FormDialog)
    assert dialog.isVisible()
    assert not dialog.isModal()
    view.toggle_second()
    assert len(paper.window.findChildren(FormDialog)) == 1, "it is asked already"
    projection = dialog.forms[1]
    projection.field("method").setCurrentIndex(0)
    dialog.action.click()
    second = paper.document.project.second
    assert second.representation.feature == "mel"
    assert second.projection.method == "pca"
    assert button.isChecked()
    view.second_asked.emit()
    again = paper.window.findChildren(FormDialog)[-1]
    assert again.forms[1].params.method == "pca", "what is there is changed from there"


def test_two_maps_say_what_they_show_and_leave_room_for_the_points_of_both(paper, view):
    assert not view.titles[0].isVisible()
    paper.second.choose(RepresentationParams(feature="mel"), ProjectionParams())
    QApplication.processEvents()
    assert all(title.isVisible() for title in view.titles)
    assert "MFCC" in view.titles[0].text()
    assert (
        view.plot.mapTo(view, QPoint()).y()
        == view.beside.plot.mapTo(view, QPoint()).y()
    )
    free = view.pane.width() - view.legend.covered
    assert free == pytest.approx(view.beside.width(), abs=30)


def test_run_makes_the_second_map_as_well(paper, view, monkeypatch):
    pipeline, making = paper.window.pipeline, paper.second.making
    begun = []
    monkeypatch.setattr(making, "run", lambda: begun.append(making))
    paper.second.choose(RepresentationParams(feature="mel"), ProjectionParams())
    making.cancel()
    assert pipeline.run.isEnabled()
    pipeline.run.click()
    paper.window.action("Run").trigger()
    assert begun == [making] * 2
    paper.document.undo()
    assert not pipeline.run.isEnabled(), "nothing is to be run any more"


def test_the_second_map_is_written_as_well(paper, view, monkeypatch):
    asked = []
    exports = paper.window.exports
    monkeypatch.setattr(exports, "ask_map", lambda plot, _: asked.append(plot))
    for name in "Export map", "Export second map":
        paper.window.action(name).trigger()
    assert asked == [view.plot, view.beside.plot]


def test_both_maps_share_what_is_selected_and_pointed_at(qtbot, opened):
    view = opened.window.map
    opened.second.choose(
        RepresentationParams(feature="mel"), ProjectionParams(method="pca")
    )
    beside = view.beside.plot
    qtbot.waitUntil(lambda: np.isfinite(beside.positions).all(), timeout=WAIT)
    assert not np.allclose(beside.positions, view.plot.positions)
    clip = alone(beside)
    with qtbot.waitSignal(opened.playback.started, timeout=WAIT):
        place = place_of(beside, clip)
        QTest.mouseClick(beside.viewport(), Left, Held.NoModifier, place)
    assert set(view.plot.shown.selected) == {clip}
    assert view.plot.shown.playing == clip
    point_at(beside, clip)
    assert view.plot.shown.hovered == clip


def test_lines_lead_to_the_neighbours_of_the_current_clip(qtbot, opened):
    view, document = opened.window.map, opened.document
    document.set_current(3)
    opened.neighbouring.find()
    qtbot.waitUntil(lambda: opened.neighbouring.nearest is not None, timeout=WAIT)
    assert view.plot.shown.link_start == 3
    ends = opened.neighbouring.nearest.clips
    assert np.array_equal(view.plot.shown.link_ends, ends)
    opened.neighbouring.clear()
    assert view.plot.shown.link_start == -1


def test_the_cursor_is_heard_while_that_is_on_and_no_clip_twice(qtbot, opened):
    view, playback = opened.window.map, opened.playback
    clip = alone(view.plot)
    heard = []
    playback.started.connect(lambda token, _: heard.append(token))
    point_at(view.plot, clip)
    qtbot.wait(150)
    assert heard == []
    move(view.plot, QPoint(2, 2))
    view.set_aloud(True)
    point_at(view.plot, clip)
    qtbot.waitUntil(lambda: heard == [clip], timeout=WAIT)
    move(view.plot, place_of(view.plot, clip) + QPoint(1, 0))
    qtbot.wait(150)
    assert heard == [clip]


def test_points_are_not_under_the_legend(paper, view):
    QApplication.processEvents()
    view.fit()
    covered = view.legend.geometry()
    for clip in range(N):
        assert not covered.contains(place_of(view.plot, clip))
