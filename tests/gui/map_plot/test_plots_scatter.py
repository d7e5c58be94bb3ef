"""The map as a person uses it: look, point, click, walk, zoom."""

import gc
import weakref

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from audioclust_gui.plots import palette
from audioclust_gui.plots.scatter import ScatterPlot
from tests.gui.map_plot.gestures import move
from tests.gui.pictures import cross, pixels, shows

Key, Button = Qt.Key, Qt.MouseButton


def test_labels_that_do_not_fit_are_refused(plot):
    plot.set_positions(cross())
    with pytest.raises(ValueError, match=r"labels: shape \(5,\) expected"):
        plot.set_labels([1, 2])


def test_clips_without_a_place_are_not_drawn_and_never_in_the_way(plot, qtbot):
    positions = cross()
    positions[2] = np.nan, 1
    positions[3] = -np.inf, 0
    plot.set_positions(positions)
    plot.set_labels([0, 0, 1, 1, 0])
    plot.set_selection([2, 3])
    plot.set_current(2)
    plot.set_playing(3)
    assert not shows(plot, palette.table(2, False)[1])
    assert plot.place_of(2) is None
    with qtbot.waitSignal(plot.walked) as walked:
        qtbot.keyClick(plot, Key.Key_Left)
    assert walked.args[0] in (0, 1, 4)
    plot.set_positions(np.full((5, 2), np.nan))
    plot.set_message("Nothing has a place")
    qtbot.keyClick(plot, Key.Key_Left)
    assert plot.index_at(QPoint(200, 150)) == -1
    assert len(np.unique(pixels(plot).reshape(-1, 3), axis=0)) > 1  # the message


def test_points_in_one_place_show_the_last_and_are_walked_one_by_one(plot, qtbot):
    plot.set_positions(np.ones((4, 2)))
    plot.set_labels([0, 1, 2, 3])
    assert shows(plot, palette.table(4, False)[3])
    assert plot.index_at(plot.place_of(0)) == 3
    plot.walked.connect(plot.set_current)
    plot.set_current(0)
    steps = []
    plot.walked.connect(steps.append)
    for key in [Key.Key_Right] * 4 + [Key.Key_Left] * 4:
        qtbot.keyClick(plot, key)
    assert steps == [1, 2, 3, 2, 1, 0]


def test_a_click_says_which_point_and_which_keys_were_held(plot, qtbot):
    plot.set_positions(cross())
    for index in range(5):
        place = plot.place_of(index).toPoint()
        with qtbot.waitSignal(plot.clicked) as clicked:
            held = Qt.KeyboardModifier.ControlModifier
            qtbot.mouseClick(plot.viewport(), Button.LeftButton, held, place)
        assert clicked.args == [index, held]
    with qtbot.waitSignal(plot.clicked) as clicked:
        qtbot.mouseClick(plot.viewport(), Button.LeftButton, pos=QPoint(5, 5))
    assert clicked.args == [-1, Qt.KeyboardModifier.NoModifier]


def test_a_click_near_a_point_means_it_and_a_click_too_far_does_not(plot):
    plot.set_positions(cross())
    place = plot.place_of(1)
    assert plot.index_at(place + QPointF(0, 14)) == 1
    assert plot.index_at(place + QPointF(0, 40)) == -1


def test_double_click_and_return_activate(plot, qtbot):
    plot.set_positions(cross())
    place = plot.place_of(3).toPoint()
    with qtbot.waitSignal(plot.activated) as activated:
        qtbot.mouseDClick(plot.viewport(), Button.LeftButton, pos=place)
        qtbot.mouseRelease(plot.viewport(), Button.LeftButton, pos=place)
    assert activated.args == [3]
    plot.set_current(2)
    with qtbot.waitSignal(plot.activated) as activated:
        qtbot.keyClick(plot, Key.Key_Return)
    assert activated.args == [2]


def test_hovering_names_each_point_once_and_then_none(plot):
    plot.set_positions(cross())
    seen = []
    plot.hovered.connect(seen.append)
    place = plot.place_of(1)
    for shift in QPointF(0, 0), QPointF(1, 1), QPointF(2, 0):
        move(plot, place + shift)
    move(plot, QPoint(5, 5))
    move(plot, plot.place_of(0))
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert seen == [1, -1, 0, -1]


def test_a_hostile_name_is_read_out_letter_by_letter(plot):
    plot.set_positions(cross())
    plot.set_description(lambda index: f"<b>{index}</b>\udcff & <img src='x'>")
    plot.set_current(0)
    assert plot.accessibleDescription().startswith("<b>0</b>")
    assert plot.accessibleName()


@pytest.mark.parametrize(
    ("key", "index"),
    [(Key.Key_Right, 1), (Key.Key_Up, 2), (Key.Key_Left, 3), (Key.Key_Down, 4)],
)
def test_arrows_walk_in_their_direction_and_stop_at_the_edge(plot, qtbot, key, index):
    plot.set_positions(cross())
    plot.set_current(0)
    with qtbot.waitSignal(plot.walked) as walked:
        qtbot.keyClick(plot, key)
    assert walked.args == [index]
    plot.set_current(index)
    with qtbot.assertNotEmitted(plot.walked):
        qtbot.keyClick(plot, key)


def test_a_walk_without_a_current_point_begins_in_the_middle(plot, qtbot):
    plot.set_positions(cross())
    with qtbot.waitSignal(plot.walked) as walked:
        qtbot.keyClick(plot, Key.Key_Up)
    assert walked.args == [0]


def test_walking_out_of_view_takes_the_view_along(plot, qtbot):
    plot.set_positions(cross())
    plot.set_current(0)
    for _ in range(8):
        qtbot.keyClick(plot, Key.Key_Plus)
    assert not plot.rect().contains(plot.place_of(1).toPoint())
    qtbot.keyClick(plot, Key.Key_Right)
    assert plot.rect().contains(plot.place_of(1).toPoint())
    qtbot.keyClick(plot, Key.Key_Home)
    assert all(plot.rect().contains(plot.place_of(i).toPoint()) for i in range(5))


def test_the_view_follows_settling_points_until_it_is_moved_by_hand(plot):
    rng = np.random.default_rng(3)
    cloud = rng.normal(size=(200, 2))
    for scale in 1e-4, 1e-2, 1, 30:
        plot.set_positions(cloud * scale)
        places = np.array([plot.place_of(i).toTuple() for i in range(200)])
        assert (places >= 0).all()
        assert (places <= (400, 300)).all()
        assert max(np.ptp(places, axis=0) / (400, 300)) > 0.6
    plot.zoom(0.5)
    before = plot.place_of(0)
    moved = cloud * 30
    moved[1:] *= 1.5
    plot.set_positions(moved)
    assert plot.place_of(0) == before
    plot.set_positions(cloud * 30 + 5000)  # nothing would be left in view
    assert plot.rect().contains(plot.place_of(0).toPoint())


def test_resizing_keeps_all_points_in_view_and_clicks_exact(plot):
    plot.set_positions(cross())
    for width, height in (300, 600), (700, 200), (150, 120):
        plot.resize(width, height)
        plot.grab()
        for index in range(5):
            place = plot.place_of(index)
            assert plot.rect().contains(place.toPoint())
            assert plot.index_at(place) == index


def test_setters_never_emit(plot, qtbot):
    signals = [plot.clicked, plot.activated, plot.hovered, plot.walked]
    signals += [plot.chosen, plot.tool_changed]
    heard = []
    for signal in signals:
        signal.connect(lambda *what: heard.append(what))
    plot.set_positions(cross())
    plot.set_labels([0, 1, 2, -1, -2])
    plot.set_selection([1])
    plot.set_current(1)
    plot.set_playing(2)
    plot.set_lit([1])
    plot.set_paint([0, 1, 1, -1, -2], palette.table(0, False))
    plot.set_shapes([0, 1, 2, 3, 8])
    plot.set_hidden([True, False, False, False, True])
    plot.set_links(1, [2, 3])
    plot.set_tool("box")
    plot.set_dark(True)
    plot.zoom_to([1, 2])
    plot.set_positions(cross()[:3])
    plot.grab()
    qtbot.wait(20)
    assert not heard


def test_a_closed_map_leaves_nothing_behind(qapp):
    plot = ScatterPlot()
    plot.set_positions(cross())
    plot.grab()
    gone = weakref.ref(plot)
    plot.deleteLater()
    QApplication.sendPostedEvents(plot, QEvent.Type.DeferredDelete)
    del plot
    gc.collect()
    assert gone() is None


def test_zooming_ends_before_the_points_are_lost(plot, qtbot):
    plot.set_positions(cross())
    for key, times in (Key.Key_Plus, 120), (Key.Key_Minus, 240):
        for _ in range(times):
            qtbot.keyClick(plot, key)
        plot.grab()
        assert plot.index_at(plot.place_of(0)) >= 0
    qtbot.keyClick(plot, Key.Key_0)
    assert plot.place_of(1).x() - plot.place_of(3).x() > 200


def test_points_beyond_all_bounds_do_not_spoil_the_map(plot):
    far = cross()
    far[0], far[1] = np.inf, 3e38
    plot.set_positions(far)
    assert plot.place_of(1) is None
    assert plot.place_of(2) is not None
    plot.set_positions(np.full((5, 2), 1e12, np.float32))
    plot.set_positions(cross())
    assert plot.rect().contains(plot.place_of(1).toPoint())
