"""The tree under the mouse: point, click, and drag its line."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from engine.clustering.cut import BranchCut, Branches, Cut
from tests.gui.tree_plots import (
    LEFT_PAIR,
    RIGHT_PAIR,
    drag,
    heard,
    hover,
    on_line,
    send,
)
from tests.gui.trees import arrays, blobs

Key, Button, Held = Qt.Key, Qt.MouseButton, Qt.KeyboardModifier


def test_every_branch_is_found_where_it_is_drawn(plot):
    tree = blobs(25)
    plot.set_tree(arrays(tree))
    for node in range(49):
        place = plot.place_of(node)
        if node < 25:
            place -= QPointF(0, 3)
        assert plot.node_at(place, 0) == node
    assert plot.node_at(QPointF(plot.place_of(48).x() + 30, 8)) == -1


def test_the_nearest_branch_is_meant_within_a_few_points(small):
    place = small.place_of(LEFT_PAIR)
    assert small.node_at(place + QPointF(2, 6)) == LEFT_PAIR
    assert small.node_at(place + QPointF(0, 30)) == -1


def test_hovering_says_where_the_cursor_came_to_and_that_it_left(small):
    said = heard(small.hovered)
    small.set_description(lambda node: f"<b>{node}</b>")
    hover(small, small.place_of(LEFT_PAIR))
    hover(small, small.place_of(LEFT_PAIR) + QPointF(1, 1))
    assert "&lt;b&gt;4&lt;/b&gt;" in small.toolTip()
    hover(small, small.place_of(RIGHT_PAIR))
    QApplication.sendEvent(small, QEvent(QEvent.Type.Leave))
    assert said == [LEFT_PAIR, RIGHT_PAIR, -1]
    assert small.toolTip() == ""


def test_the_cursor_tells_what_can_be_taken(small):
    shapes = []
    for place in (
        small.place_of(LEFT_PAIR),
        on_line(small, 3.0),
        QPointF(480, 12),
        on_line(small, 3.0, 20.0),
    ):
        hover(small, place)
        shapes.append(small.cursor().shape())
    shape = Qt.CursorShape
    assert shapes == [
        shape.PointingHandCursor,
        shape.SizeVerCursor,
        shape.ArrowCursor,
        shape.SizeVerCursor,
    ]


def test_a_click_says_which_branch_and_which_keys_were_held(small, qtbot):
    said = heard(small.clicked)
    for node, held in (LEFT_PAIR, Held.ControlModifier), (1, Held.ShiftModifier):
        place = (small.place_of(node) - QPointF(0, 3)).toPoint()
        qtbot.mouseClick(small, Button.LeftButton, held, place)
        assert said.pop() == (node, held)
        assert small.current == node
    qtbot.mouseClick(small, Button.LeftButton, pos=QPoint(480, 12))
    assert said == [(-1, Held.NoModifier)]


def test_a_double_click_is_one_click_and_activates(small):
    clicked, activated = heard(small.clicked), heard(small.activated)
    place = small.place_of(RIGHT_PAIR)
    drag(small, place)
    send(small, QEvent.Type.MouseButtonDblClick, place, Button.LeftButton)
    send(small, QEvent.Type.MouseButtonRelease, place, Button.LeftButton)
    assert clicked == [(RIGHT_PAIR, Held.NoModifier)]
    assert activated == [RIGHT_PAIR]


def test_a_right_click_asks_for_a_menu_there(small):
    said = heard(small.menu_asked)
    for node, place in (LEFT_PAIR, small.place_of(LEFT_PAIR)), (-1, QPointF(480, 12)):
        place = place.toPoint()
        at = small.mapToGlobal(place)
        reason = QContextMenuEvent.Reason.Mouse
        QApplication.sendEvent(small, QContextMenuEvent(reason, place, at))
        found, height, where = said.pop()
        assert (found, where) == (node, at)
        assert small.place_of_height(height) == pytest.approx(place.y())


# The line in the hand ----------------------------------------------------------------


@pytest.mark.parametrize("x", [10.0, 60.0, 300.0])
def test_the_line_is_dragged_wherever_it_is_taken(small, x):
    dragged, released = heard(small.line_dragged), heard(small.line_released)
    clicked = heard(small.clicked)
    start = on_line(small, 3.0, x)
    below = QPointF(x, small.place_of_height(1.5))
    off = QPointF(0, 4)
    drag(small, start + off, (start + below) / 2 + off, below + off)
    assert dragged[-1] == pytest.approx(1.5)
    assert 1.5 < dragged[0] < 3.0
    assert released == dragged[-1:]
    assert not clicked
    assert small.place_of_height(1.5) == pytest.approx(below.y())


def test_the_line_can_be_taken_over_the_root_and_to_the_leaves(small):
    released = heard(small.line_released)
    drag(small, on_line(small, 3.0), QPointF(300, -80))
    assert released.pop() > 4.0
    drag(small, QPointF(300, 8), QPointF(300, 500))
    assert released == [0.0]


def test_escape_brings_the_line_back(small, qtbot):
    dragged, released = heard(small.line_dragged), heard(small.line_released)
    drag(small, on_line(small, 3.0), on_line(small, 1.5), release=False)
    qtbot.keyClick(small, Key.Key_Escape)
    assert dragged[-1] == 3.0
    assert released == [3.0]
    send(small, QEvent.Type.MouseMove, on_line(small, 1.0), Button.LeftButton)
    send(small, QEvent.Type.MouseButtonRelease, on_line(small, 1.0), Button.LeftButton)
    assert released == [3.0]


def test_a_release_that_another_window_got_ends_the_drag(small):
    released = heard(small.line_released)
    drag(small, on_line(small, 3.0), on_line(small, 1.5), release=False)
    hover(small, on_line(small, 1.0))
    assert released == [pytest.approx(1.5)]


def test_the_line_sticks_to_natural_cuts_unless_alt_is_held(small):
    small.set_natural(((1.5, 3), (3.3, 2)))
    dragged = heard(small.line_dragged)
    for held in Held.NoModifier, Held.AltModifier:
        for beside, sticks in (5, True), (-6, True), (12, False):
            small.set_line(0.5, 0, 1, "")
            drag(
                small,
                on_line(small, 0.5),
                on_line(small, 1.5) + QPointF(0, beside),
                held=held,
            )
            plain = held == Held.NoModifier
            assert (dragged[-1] == 1.5) == (sticks and plain)


def test_a_click_on_a_natural_cut_goes_there(small, qtbot):
    small.set_natural(((1.5, 3),))
    dragged, released = heard(small.line_dragged), heard(small.line_released)
    place = on_line(small, 1.5, 48.0).toPoint()
    hover(small, place)
    assert small.cursor().shape() == Qt.CursorShape.PointingHandCursor
    assert "3 clusters" in small.toolTip()
    qtbot.mouseClick(small, Button.LeftButton, pos=place)
    assert dragged == released == [1.5]


def test_a_branch_with_a_line_of_its_own_interrupts_the_other(small):
    small.set_branch_lines(((RIGHT_PAIR, 1.0),))
    whole, branch = heard(small.line_dragged), heard(small.branch_dragged)
    released = heard(small.branch_released)
    x = small.place_of(RIGHT_PAIR).x()
    drag(small, on_line(small, 3.0, x), on_line(small, 2.5, x))
    assert not whole
    drag(small, on_line(small, 1.0, x), on_line(small, 2.0, x))
    assert branch[-1] == (RIGHT_PAIR, pytest.approx(2.0))
    assert released == branch[-1:]
    drag(small, on_line(small, 3.0, small.place_of(0).x()), QPointF(200, 90))
    assert len(whole) == 1


def test_of_branches_within_branches_the_inner_line_counts(plot):
    tree = blobs(60)
    outer, inner = int(tree.nodes_at(2)[0]), 0
    inner = int(tree.children[outer - 60][1])
    plot.set_tree(arrays(tree))
    plot.set_labels(
        Cut(tree, Branches((BranchCut(outer, 9), BranchCut(inner, 3)))).node_labels_at(
            2
        )
    )
    top = tree.height(118)
    plot.set_line(0.9 * top)
    plot.set_branch_lines(((inner, 0.5 * top), (outer, 0.2 * top)))
    said = heard(plot.branch_dragged)
    x = plot.place_of(inner).x()
    drag(plot, on_line(plot, 0.5 * top, x), on_line(plot, 0.4 * top, x))
    assert said == [(inner, pytest.approx(0.4 * top))]
