"""The tree as it is seen and read, and walked by keyboard."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from audioclust_gui.plots import palette
from audioclust_gui.plots.tree_colours import SPLIT
from engine.clustering.cut import Cut
from engine.clustering.hierarchy import Hierarchy
from tests.gui.pictures import pixels, shows
from tests.gui.tree_plots import (
    LEFT_PAIR,
    RIGHT_PAIR,
    ROOT,
    drag,
    heard,
)
from tests.gui.trees import arrays, blobs, chain, four

Key, Button, Held = Qt.Key, Qt.MouseButton, Qt.KeyboardModifier


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("n", [2, 3, 40, 3000])
def test_branches_have_the_colours_of_their_clusters(plot, n, dark):
    tree = blobs(n)
    plot.set_dark(dark)
    plot.set_tree(arrays(tree))
    k = min(n, 4)
    plot.set_labels(Cut(tree).node_labels_at(k))
    for label in range(6):
        assert bool(shows(plot, palette.table(6, dark)[label])) == (label < k)
    assert shows(plot, palette.as_rgb(palette.ink(dark).muted))


def test_a_new_cut_recolours_at_once(small):
    small.set_labels(Cut(four()).node_labels_at(3))
    assert shows(small, palette.table(3, False)[2])
    small.set_labels(Cut(four()).node_labels_at(1))
    assert not shows(small, palette.table(3, False)[2])
    small.set_dark(True)
    assert shows(small, palette.table(1, True)[0])


def test_a_branch_too_narrow_to_open_shows_the_clusters_in_it(plot):
    tree = blobs(1000)
    plot.set_tree(arrays(tree))
    labels = Cut(tree).node_labels_at(1000)
    labels[:1000] %= 3
    plot.set_labels(labels)
    # The wedges let a bit of the background through; sticks do not.
    assert all(shows(plot, palette.table(3, False)[label]) for label in range(3))


@pytest.mark.parametrize(
    ("what", "array", "shape"),
    [("labels", [1, 2], 7), ("lit", [True], 7), ("selected", [True] * 7, 4)],
)
def test_arrays_that_do_not_fit_are_refused(small, what, array, shape):
    with pytest.raises(ValueError, match=rf"{what}: shape \({shape},\) expected"):
        getattr(small, f"set_{what}")(array)


def test_light_makes_all_else_faint(small):
    blue, orange = palette.table(2, False)[:2]
    lit = np.zeros(7, bool)
    lit[[0, 1, LEFT_PAIR]] = True
    small.set_lit(lit)
    assert shows(small, blue)
    assert not shows(small, orange)
    small.set_lit(None)
    assert shows(small, orange)


@pytest.mark.parametrize(
    ("mark", "value"),
    [
        ("current", LEFT_PAIR),
        ("current", 2),
        ("playing", 3),
        ("selected", [True, False, False, True]),
        ("natural", ((1.5, 3),)),
        ("branch_lines", ((LEFT_PAIR, 0.5),)),
        ("line", None),
        ("leaf_names", str),
    ],
)
def test_marks_are_seen_and_go_away_with_the_tree(small, mark, value):
    before = pixels(small)
    getattr(small, f"set_{mark}")(value)
    assert (pixels(small) != before).any()
    small.set_tree(arrays(blobs(5)))
    small.set_tree(arrays(four()))
    small.set_labels(Cut(four()).node_labels_at(2))
    small.set_line(3.0, 2.0, 4.0, "2 clusters")
    if mark != "leaf_names":
        assert (pixels(small) == before).all()


def test_ticks_lie_under_the_selected_leaves(small):
    small.set_selected([False, True, False, False])
    accent = palette.as_rgb(palette.ink(False).accent)
    y = round(small.place_of_height(0)) + 4
    columns = 2 + np.flatnonzero((pixels(small)[y, 2:-2] == accent).all(axis=1))
    left, right = small.place_of(0).x(), small.place_of(2).x()
    assert left < columns.min() < small.place_of(1).x() < columns.max() < right


def test_names_are_written_where_leaves_have_room_whatever_they_are_called(plot):
    plot.set_tree(arrays(blobs(300)))
    asked = []
    hostile = "<b>x\n</b>\udcff 鳥 \u202e" * 20
    plot.set_leaf_names(lambda leaf: asked.append(leaf) or hostile)
    plot.grab()
    assert not asked
    before = plot.place_of_height(0)
    leaf = int(blobs(300).members(598)[150])
    plot.zoom_to(int(blobs(300).parents[leaf]))
    plot.grab()
    assert leaf in asked
    assert plot.place_of_height(0) < before


@pytest.mark.parametrize("scale", ["height", "log"])
@pytest.mark.parametrize("heights", [(0, 0, 0), (2, 2, 2), (0, 0, 5), (1e-300, 1, 1e9)])
def test_any_heights_are_drawn_and_read_back(plot, scale, heights):
    first, second, third = heights
    tree = Hierarchy([[0, 1, first, 2], [2, 3, second, 2], [4, 5, third, 4]])
    plot.set_scale(scale)
    plot.set_tree(arrays(tree))
    plot.set_line(third or 1.0, 0.0, np.inf, "1 cluster")
    plot.grab()
    for node in range(7):
        assert 0 < plot.place_of(node).y() < 300
    root, leaf = plot.place_of(ROOT).y(), plot.place_of(0).y()
    assert (root < leaf) == (third > 0)
    said = heard(plot.line_released)
    y = plot.place_of_height(third or 1.0)
    drag(plot, QPointF(300, y), QPointF(300, leaf))
    assert said == [0.0]


def test_a_scale_that_is_unknown_is_refused(plot):
    with pytest.raises(ValueError, match="scale: one of"):
        plot.set_scale("cube root")


def test_a_single_clip_and_none_at_all(plot, qtbot):
    plot.set_message("Nothing to <b>cut</b>")
    assert plot.accessibleDescription() == "Nothing to <b>cut</b>"
    empty = pixels(plot)
    assert len(np.unique(empty.reshape(-1, 3), axis=0)) > 1
    plot.set_tree(arrays(Hierarchy(np.empty((0, 4)))))
    plot.set_labels([0])
    plot.set_line(1.0, 0.0, np.inf, "1 cluster")
    assert shows(plot, palette.table(1, False)[0])
    said = heard(plot.clicked)
    qtbot.mouseClick(plot, Button.LeftButton, pos=plot.place_of(0).toPoint())
    assert said == [(0, Held.NoModifier)]
    assert plot.accessibleDescription().startswith("Tree of 1 clip, cut into 1 cluster")
    plot.set_tree(None)
    assert (pixels(plot)[:, 20:-20] == empty[:, 20:-20]).all()
    for key in (Key.Key_Left, Key.Key_Up, Key.Key_Return, Key.Key_0, Key.Key_Menu):
        qtbot.keyClick(plot, key)
    assert plot.node_at(QPointF(200, 100)) == -1
    assert plot.place_of(0) is None
    assert plot.current is None


def test_it_is_said_what_is_shown(small):
    assert small.accessibleName() == "Tree"
    said = "Tree of 4 clips, cut into 2 clusters at height 3"
    assert small.accessibleDescription() == said
    small.set_description(lambda node: f"Branch {node}")
    small.set_current(RIGHT_PAIR)
    assert small.accessibleDescription() == f"{said}. Current branch: Branch 5"


# The keyboard ------------------------------------------------------------------------


def test_keys_move_the_cut(small, qtbot):
    stepped, natural = heard(small.stepped), heard(small.natural_stepped)
    for key in (Key.Key_Down, Key.Key_Up, Key.Key_PageDown, Key.Key_PageUp):
        qtbot.keyClick(small, key)
    assert stepped == natural == [1, -1]


def test_keys_walk_from_branch_to_branch(small, qtbot):
    walked = heard(small.walked)
    shift = Held.ShiftModifier
    qtbot.keyClick(small, Key.Key_Right)
    assert walked == [RIGHT_PAIR]  # a cluster in the middle
    for key, held in (
        (Key.Key_Right, Held.NoModifier),  # nothing there
        (Key.Key_Left, Held.NoModifier),
        (Key.Key_Down, shift),
        (Key.Key_Down, shift),  # no way down
        (Key.Key_Right, Held.NoModifier),
        (Key.Key_Right, Held.NoModifier),
        (Key.Key_Up, shift),
        (Key.Key_Up, shift),
        (Key.Key_Up, shift),  # no way up
    ):
        qtbot.keyClick(small, key, held)
    assert walked[1:] == [LEFT_PAIR, 0, 1, 2, RIGHT_PAIR, ROOT]
    assert small.current == ROOT


def test_walking_through_clusters_meets_each_of_them_once(plot, qtbot):
    tree = blobs(300)
    plot.set_tree(arrays(tree))
    plot.set_labels(Cut(tree).node_labels_at(11))
    clusters = tree.nodes_at(11)
    ordered = clusters[np.argsort(arrays(tree).starts[clusters])].tolist()
    plot.set_current(ordered[0])
    walked = heard(plot.walked)
    for _ in range(11):
        qtbot.keyClick(plot, Key.Key_Right)
    assert walked == ordered[1:]


def test_the_view_follows_the_walk(plot, qtbot):
    tree = blobs(300)
    plot.set_tree(arrays(tree))
    plot.set_current(int(arrays(tree).order[0]))
    plot.zoom(0.1)
    qtbot.keyClick(plot, Key.Key_Right)
    assert 78 <= plot.place_of(plot.current).x() <= 500


def test_keys_act_on_the_current_branch(small, qtbot):
    said = [heard(s) for s in (small.chosen, small.activated, small.rename_asked)]
    menu = heard(small.menu_asked)

    def press():
        qtbot.keyClick(small, Key.Key_Return)
        qtbot.keyClick(small, Key.Key_Return, Held.ControlModifier)
        qtbot.keyClick(small, Key.Key_F2)

    press()
    assert said == [[], [], []]
    small.set_current(RIGHT_PAIR)
    press()
    assert said == [[RIGHT_PAIR]] * 3
    qtbot.keyClick(small, Key.Key_F10, Held.ShiftModifier)
    qtbot.keyClick(small, Key.Key_Menu)
    assert [(node, height) for node, height, _ in menu] == [(RIGHT_PAIR, 1.0)] * 2


def test_the_frame_shows_where_the_keyboard_goes(small, qtbot):
    accent = palette.as_rgb(palette.ink(False).accent)
    small.setFocus()
    qtbot.waitUntil(small.hasFocus)
    assert (pixels(small)[0, 100] == accent).all()
    small.clearFocus()
    assert (pixels(small)[0, 100] != accent).any()


def test_setters_say_nothing(small):
    said = [
        heard(signal)
        for signal in (
            small.line_dragged,
            small.line_released,
            small.walked,
            small.hovered,
            small.clicked,
            small.chosen,
        )
    ]
    small.set_line(1.5, 1.0, 2.0, "3 clusters")
    small.set_current(LEFT_PAIR)
    small.set_labels([0, 0, 1, 1, 0, 1, SPLIT])
    small.set_scale("log")
    small.fit()
    small.set_tree(arrays(chain(30)))
    assert said == [[]] * len(said)
