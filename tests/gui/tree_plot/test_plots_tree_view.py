"""What of a tree is in view: pan, zoom, fold."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from tests.gui.tree_plots import LEFT_PAIR, drag, heard, wheel
from tests.gui.trees import arrays, blobs

Key, Button, Held = Qt.Key, Qt.MouseButton, Qt.KeyboardModifier


def test_dragging_beside_the_line_pans_and_is_no_click(plot):
    tree = blobs(200)
    plot.set_tree(arrays(tree))
    plot.zoom(0.25)
    clicked = heard(plot.clicked)
    leaf = int(arrays(tree).order[100])
    before = plot.place_of(leaf)
    drag(plot, QPointF(200, 200), QPointF(202, 200))
    assert len(clicked) == 1
    drag(plot, QPointF(200, 200), QPointF(230, 200), QPointF(260, 200))
    assert len(clicked) == 1
    assert plot.place_of(leaf).x() - before.x() == pytest.approx(60)
    drag(plot, QPointF(200, 200), QPointF(9000, 200))
    assert plot.place_of(int(arrays(tree).order[0])).x() < 90


def test_the_wheel_zooms_around_the_cursor_and_ctrl_from_the_bottom(plot):
    tree = blobs(200)
    plot.set_tree(arrays(tree))
    leaf = int(arrays(tree).order[70])
    place = plot.place_of(leaf)
    beside = plot.place_of(int(arrays(tree).order[80])).x() - place.x()
    wheel(plot, place, 240)
    assert plot.place_of(leaf).x() == pytest.approx(place.x())
    now = plot.place_of(int(arrays(tree).order[80])).x() - place.x()
    assert now == pytest.approx(beside / 0.8**2)
    wheel(plot, place, 0, across=-120)
    assert plot.place_of(leaf).x() == pytest.approx(place.x() - 60)
    base, high = plot.place_of_height(0), plot.place_of_height(1)
    wheel(plot, place, 120, Held.ControlModifier)
    assert plot.place_of_height(0) == pytest.approx(base)
    assert base - plot.place_of_height(1) == pytest.approx((base - high) / 0.8)


def test_zoom_ends_at_one_leaf_and_at_all(small, qtbot):
    for _ in range(40):
        qtbot.keyClick(small, Key.Key_Plus)
    apart = small.place_of(1).x() - small.place_of(0).x()
    assert 400 < apart < 500
    for _ in range(40):
        qtbot.keyClick(small, Key.Key_Minus)
    all_in_view = [small.place_of(node).x() for node in range(4)]
    assert all_in_view == sorted(all_in_view)
    assert all_in_view[0] > 80
    assert all_in_view[-1] < 500


@pytest.mark.parametrize("key", [Key.Key_0, Key.Key_Home])
def test_a_branch_fills_the_view_and_a_key_brings_all_back(small, qtbot, key):
    before = [small.place_of(node) for node in range(7)]
    small.zoom_to(LEFT_PAIR)
    assert small.place_of(1).x() - small.place_of(0).x() > 180
    assert small.place_of(LEFT_PAIR).y() < 40
    qtbot.keyClick(small, key)
    assert [small.place_of(node) for node in range(7)] == before


def test_branches_open_when_there_is_room(plot):
    tree = blobs(3000)
    plot.set_tree(arrays(tree))
    pair = int(np.flatnonzero(tree.sizes == 2)[0])
    member = int(tree.members(pair)[0])
    assert plot.node_at(plot.place_of(member) - QPointF(0, 1)) != member
    plot.zoom_to(int(tree.parents[pair]))
    place = plot.place_of(member)
    assert plot.node_at(place - QPointF(0, 2), 1) == member
    assert plot.node_at(plot.place_of(pair), 1) == pair


def test_the_view_stays_when_the_size_or_a_fold_changes(plot):
    tree = blobs(200)
    plot.set_tree(arrays(tree))
    plot.zoom(0.5)
    leaf, other = arrays(tree).order[[90, 110]].tolist()
    share = [(plot.place_of(i).x() - 78) / (plot.width() - 90) for i in (leaf, other)]
    plot.resize(700, 350)
    after = [(plot.place_of(i).x() - 78) / (plot.width() - 90) for i in (leaf, other)]
    assert after == pytest.approx(share, abs=0.01)
    plot.set_current(leaf)
    plot.fit()
    folded = int(tree.parents[tree.parents[leaf]])
    plot.set_tree(arrays(tree, frozenset([folded])))
    assert plot.current == leaf
    assert plot.place_of(leaf) == plot.place_of(folded)
    assert plot.place_of(int(arrays(tree).order[-1])).x() > 470


def test_a_folded_branch_is_one_wedge_with_its_count(plot, qtbot):
    tree = blobs(40)
    folded = int(tree.nodes_at(3)[0])
    plot.set_tree(arrays(tree, frozenset([folded])))
    inside = int(tree.children[folded - 40][0])
    place = plot.place_of(folded)
    assert plot.place_of(inside) == place
    assert plot.node_at(QPointF(place.x(), plot.place_of_height(0) - 4)) == folded
    plot.set_current(folded)
    said = heard(plot.walked)
    qtbot.keyClick(plot, Key.Key_Down, Held.ShiftModifier)
    assert said == []
