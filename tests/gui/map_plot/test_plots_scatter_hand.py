"""The mouse on the map: move it, draw boxes and outlines, take them back."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from tests.gui.map_plot.gestures import Button, Held, drag, drop, move, take, turn
from tests.gui.pictures import cross, pixels

Key = Qt.Key


@pytest.fixture
def said(plot):
    """All that the plot says about clicks and choices."""
    said = []
    plot.clicked.connect(lambda index, held: said.append(("clicked", index, held)))
    plot.chosen.connect(lambda found, held: said.append((found.tolist(), held)))
    return said


def box_about(plot, index, reach=30):
    """Return two corners of a box about a point."""
    place, out = plot.place_of(index), QPointF(reach, reach)
    return place - out, place, place + out


def escape(plot):
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Key.Key_Escape, Held.NoModifier)
    event.ignore()
    QApplication.sendEvent(plot, event)
    QApplication.sendEvent(
        plot, QKeyEvent(QEvent.Type.KeyPress, Key.Key_Escape, Held.NoModifier)
    )
    return event.isAccepted()


def test_a_drag_pans_by_as_much_and_is_no_click(plot, said):
    plot.set_positions(cross())
    before = plot.place_of(0)
    start = QPoint(120, 60)
    drag(plot, start, start + QPoint(30, 0), start + QPoint(50, 20))
    way = plot.place_of(0) - before
    assert (way.x(), way.y()) == pytest.approx((50, 20), abs=1)
    assert not said


@pytest.mark.parametrize("tool", ["move", "box", "outline"])
def test_the_middle_button_pans_with_every_tool(plot, said, tool):
    plot.set_positions(cross())
    plot.set_tool(tool)
    before = plot.place_of(0)
    start = QPoint(120, 60)
    drag(plot, start, start + QPoint(40, 10), button=Button.MiddleButton)
    assert plot.place_of(0).x() - before.x() == pytest.approx(40, abs=1)
    drag(plot, start, start, button=Button.MiddleButton)
    assert not said


def test_the_wheel_zooms_about_the_cursor(plot):
    plot.set_positions(cross())
    still, other = plot.place_of(1), plot.place_of(3)
    turn(plot, still, 2)
    assert (plot.place_of(1) - still).manhattanLength() <= 2
    assert still.x() - plot.place_of(3).x() > 1.5 * (still.x() - other.x())
    turn(plot, still, -2)
    assert (plot.place_of(3) - other).manhattanLength() <= 2


@pytest.mark.parametrize("held", [Held.NoModifier, Held.ShiftModifier])
def test_a_box_chooses_what_is_in_it_whichever_corner_it_is_begun_at(plot, said, held):
    plot.set_positions(cross())
    plot.set_tool("box")
    far = plot.place_of(1) + QPointF(20, -20), plot.place_of(0) + QPointF(-9, 9)
    drag(plot, *far, held=held)
    drag(plot, *reversed(far), held=held)
    drag(plot, QPoint(3, 3), QPoint(30, 30), held=held)
    assert said == [([0, 1], held)] * 2 + [([], held)]


@pytest.mark.parametrize(
    "held", [Held.ShiftModifier, Held.ControlModifier, Held.AltModifier]
)
def test_an_outline_is_drawn_with_its_tool_or_with_a_key_held(plot, said, held):
    plot.set_positions(cross())
    before, right, up = (plot.place_of(index) for index in (0, 1, 2))
    # Round the points to the right and above, in a bow that leaves out the middle.
    way = (
        right + QPointF(15, 15),
        up + QPointF(-15, -15),
        up + QPointF(-15, 15),
        up + QPointF(15, 15),
        right + QPointF(-15, -15),
        right + QPointF(-15, 15),
    )
    way = [*way[:1], right + QPointF(15, -15), *way[1:]]
    drag(plot, *way, held=held)
    assert plot.place_of(0) == before
    plot.set_tool("outline")
    drag(plot, *way)
    assert said == [([1, 2], held), ([1, 2], Held.NoModifier)]


def test_all_points_are_chosen_also_those_under_others_and_none_that_is_hidden(
    plot, said
):
    positions = np.concatenate([np.zeros((40_000, 2)), np.ones((10, 2))])
    positions[7] = np.nan
    plot.set_positions(positions)
    plot.set_tool("box")
    drag(plot, *box_about(plot, 0))
    expected = np.delete(np.arange(40_000), 7)
    assert said.pop() == (expected.tolist(), Held.NoModifier)
    plot.set_hidden(np.arange(40_010) % 2 == 0)
    drag(plot, *box_about(plot, 1))
    assert said.pop() == (expected[expected % 2 == 1].tolist(), Held.NoModifier)


def test_what_is_chosen_is_what_the_line_goes_round_on_the_screen(plot, said):
    rng = np.random.default_rng(6)
    plot.set_positions(rng.normal(size=(3000, 2)))
    plot.zoom(0.6)
    plot.set_tool("box")
    drag(plot, QPoint(100, 80), QPoint(250, 190))
    found = set(said.pop()[0])
    for index in range(3000):
        place = plot.place_of(index)
        x, y = place.x(), place.y()
        if 102 < x < 248 and 82 < y < 188:
            assert index in found
        elif not (98 < x < 252 and 78 < y < 192):
            assert index not in found


@pytest.mark.parametrize("tool", ["box", "outline"])
def test_the_line_is_seen_on_its_way_and_gone_after(plot, tool):
    plot.set_positions(cross())
    plot.set_tool(tool)
    plot.clearFocus()
    ordinary = pixels(plot)
    way = QPoint(20, 20), QPoint(90, 30), QPoint(120, 90)
    take(plot, *way)
    assert (pixels(plot) != ordinary).any(axis=2).sum() > 200
    drop(plot, way[-1])
    np.testing.assert_array_equal(pixels(plot), ordinary)


@pytest.mark.parametrize("tool", ["move", "box", "outline"])
def test_escape_ends_a_drag_and_does_nothing_else(plot, said, tool):
    plot.set_positions(cross())
    plot.set_tool(tool)
    assert not escape(plot)  # belongs to the window
    way = QPoint(20, 20), QPoint(90, 30), QPoint(350, 250)
    take(plot, *way)
    assert plot.dragging
    assert escape(plot)
    assert not plot.dragging
    before = plot.place_of(0)
    move(plot, QPoint(50, 200), Button.LeftButton)
    drop(plot, QPoint(50, 200))
    assert plot.place_of(0) == before
    assert not said
    assert not escape(plot)


def test_a_drag_whose_end_went_to_another_window_is_forgotten(plot, said):
    plot.set_positions(cross())
    plot.set_tool("box")
    take(plot, QPoint(20, 20), QPoint(300, 200))
    move(plot, QPoint(50, 50))
    assert not plot.dragging
    drop(plot, QPoint(50, 50))
    assert not said


def test_a_hand_that_trembles_still_clicks(plot, said):
    plot.set_positions(cross())
    plot.set_tool("box")
    place = plot.place_of(2)
    drag(plot, place, place + QPointF(2, 1))
    assert said == [("clicked", 2, Held.NoModifier)]


def test_points_that_change_under_the_hand_do_no_harm(plot, said):
    plot.set_positions(cross())
    plot.set_tool("outline")
    way = QPoint(1, 1), QPoint(399, 1), QPoint(399, 299), QPoint(1, 299)
    take(plot, *way)
    plot.set_positions(cross()[:2])
    drop(plot, way[-1])
    assert said == [([0, 1], Held.NoModifier)]


def test_the_closest_point_within_reach_is_hovered_over(plot):
    plot.set_positions(cross())
    seen = []
    plot.hovered.connect(seen.append)
    beside = plot.place_of(1) - QPointF(50, 0)
    move(plot, beside)
    plot.reach = 1000.0
    move(plot, beside + QPointF(1, 0))
    move(plot, QPoint(1, 150))
    assert seen == [1, 3]
    assert plot.index_at(beside) == -1  # a click still means what it is on


def test_the_cursor_means_other_points_once_they_are_others(plot):
    plot.set_positions(cross())
    seen = []
    plot.hovered.connect(seen.append)
    move(plot, plot.place_of(0))
    plot.set_positions(cross()[:2] + 1)
    move(plot, plot.place_of(0))
    assert seen == [0, 0]
