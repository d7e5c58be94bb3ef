"""What is written on a tree, and pointing at it."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from audioclust_gui.plots import palette
from audioclust_gui.plots.tree_marks import AXIS, BAND, GUTTER, diamond_at
from audioclust_gui.plots.tree_scale import short
from engine.clustering.cut import Cut
from tests.gui.pictures import pixels
from tests.gui.tree_plots import (
    LEFT_PAIR,
    RIGHT_PAIR,
    ROOT,
    heard,
    hover,
)
from tests.gui.trees import arrays, blobs, four, random_tree

INK = palette.ink(False)
HOSTILE = "<b>x\n</b>\udcff 鳥 \u202e" * 20


def written(plot):
    plot.grab()
    return [plate for plate, _ in plot.picture.laid_out]


def test_a_branch_with_a_name_says_it_and_only_where_it_is_seen(small):
    before = pixels(small)
    small.set_titles({LEFT_PAIR: "birds"})
    (plate,) = written(small)
    top = small.place_of(LEFT_PAIR)
    assert plate.left() < top.x() < plate.right()
    assert top.y() - 40 < plate.bottom() < top.y()
    down, across = (pixels(small) != before).any(axis=2).nonzero()
    there = plate.adjusted(-1, -1, 1, 1)
    assert there.contains(QPointF(across.min(), down.min()))
    assert there.contains(QPointF(across.max(), down.max()))
    small.zoom_to(RIGHT_PAIR)
    assert not written(small)
    small.fit()
    small.set_tree(arrays(four(), frozenset({ROOT})))
    assert not written(small)
    small.set_titles({})
    small.set_tree(arrays(four()))
    assert (pixels(small) == before).all()


def test_names_of_branches_do_not_lie_on_each_other_and_the_bigger_is_said(plot):
    tree = blobs(200)
    plot.set_tree(arrays(tree))
    plot.set_titles({node: f"{HOSTILE} {node}" for node in range(200, 399)})
    plates = written(plot)
    assert 1 < len(plates) < 100
    for i, plate in enumerate(plates):
        assert plot.picture.plot.adjusted(-1, -1, 1, 1).contains(plate)
        assert not any(plate.intersects(other) for other in plates[:i])
    assert abs(plates[0].center().x() - plot.place_of(398).x()) < 80


def test_what_is_said_beside_the_line_leaves_a_name_to_be_read(small):
    small.set_line(1.9, 1.0, 2.0, "3 clusters")
    line = int(small.place_of_height(1.9))
    over = np.s_[line - 22 : line - 5, -30:-14]
    before = pixels(small)[over]
    small.set_titles({LEFT_PAIR: "left"})
    assert (pixels(small)[over] == before).all()
    small.set_titles({RIGHT_PAIR: "a long name to the right"})
    assert (pixels(small)[over] != before).any()


def test_the_band_under_the_leaves_stands_for_clusters_and_names_for_leaves(plot):
    tree = blobs(200)
    plot.set_tree(arrays(tree))
    plot.set_labels(Cut(tree).node_labels_at(5))
    for node in tree.nodes_at(5).tolist():
        middle = (plot.shown.tree.left[node] + plot.shown.tree.right[node]) / 2
        place = QPointF(
            plot.picture.frame.x_of(middle), plot.picture.plot.bottom() + BAND / 2
        )
        assert plot.node_at(place) == node
    assert plot.node_at(QPointF(3, plot.picture.plot.bottom() + BAND / 2)) == -1
    plot.set_leaf_names(str)
    leaf = int(plot.shown.tree.order[60])
    plot.zoom_to(int(tree.parents[leaf]))
    under = QPointF(plot.place_of(leaf).x(), plot.height() - 12)
    assert plot.node_at(under) == leaf
    said = heard(plot.hovered)
    hover(plot, under)
    assert said == [leaf]


def test_a_menu_under_the_leaves_is_asked_for_where_the_cluster_falls_apart(small):
    asked = []
    small.menu_asked.connect(lambda node, height, at: asked.append((node, height)))
    place = QPointF(
        small.place_of(2).x(), small.picture.plot.bottom() + BAND / 2
    ).toPoint()
    mouse = QContextMenuEvent.Reason.Mouse
    event = QContextMenuEvent(mouse, place, small.mapToGlobal(place))
    QApplication.sendEvent(small, event)
    assert asked == [(RIGHT_PAIR, 1.0)]


def test_what_keys_do_to_the_line_is_seen_everywhere(qtbot, small):
    said = heard(small.hovered)
    hover(small, small.place_of(LEFT_PAIR))
    qtbot.keyClick(small, Qt.Key.Key_Up)
    qtbot.keyClick(small, Qt.Key.Key_PageDown)
    assert said == [LEFT_PAIR, -1, -1]
    hover(small, small.place_of(LEFT_PAIR))
    assert said[3:] == [LEFT_PAIR]


def test_a_line_just_over_a_branch_comes_along_when_that_fills_the_view(small):
    for height, along in (3.0, True), (3.95, True), (4.2, False):
        small.set_line(height, 2.0, 4.0, "2 clusters")
        small.zoom_to(RIGHT_PAIR)
        assert (small.place_of_height(height) > 0) == along
        small.fit()


def test_the_size_of_a_folded_branch_is_written_under_it_among_names(small):
    small.set_leaf_names(lambda leaf: f"a name {leaf}")
    small.set_tree(arrays(four(), frozenset({LEFT_PAIR})))
    below, x = (
        int(small.picture.plot.bottom()) + BAND,
        int(small.place_of(LEFT_PAIR).x()),
    )
    under = pixels(small)[below:, x - 10 : x + 10]
    assert (under != under[-1, 0]).any()


def test_bundles_of_crowded_leaves_say_how_many_they_are(plot):
    tree = blobs(6000)
    plot.set_tree(arrays(tree))
    plot.set_leaf_names(str)
    plot.grab()
    bundles = plot.picture.wedges
    assert len(bundles) > 9
    below = round(plot.picture.plot.bottom()) + BAND
    seen = pixels(plot)[below:]
    for node in bundles.tolist():
        left, right = (
            round(plot.picture.frame.x_of(x[node]))
            for x in (plot.shown.tree.left, plot.shown.tree.right)
        )
        at = QPointF((left + right) / 2, plot.height() - 12)
        assert plot.node_at(at) == node
        if right - left > 9:
            assert (seen[:, left + 1 : right - 1] != seen[-1, 0]).any()
    assert plot.picture.plot.bottom() < plot.height() - 30
    plot.zoom(0.2)
    assert plot.picture.plot.bottom() > plot.height() - 25


@pytest.mark.parametrize("part", [0.0, 0.3])
def test_a_folded_branch_among_bundles_says_how_many_leaves_it_has(plot, part):
    tree = random_tree(20_000, deep=0.0)
    large = np.flatnonzero((tree.sizes > 2000) & (tree.sizes < 6000))
    folded = int(large[arrays(tree).starts[large].argmin()])
    plot.resize(1200, 300)
    plot.set_tree(arrays(tree, frozenset({folded})))
    left, right = (x[folded] for x in (plot.shown.tree.left, plot.shown.tree.right))
    plot.look_at(replace(plot.shown.view, left=left + part * (right - left)))
    left, right = AXIS + GUTTER, round(plot.picture.frame.x_of(right))
    below = round(plot.picture.plot.bottom()) + BAND
    under = pixels(plot)[below:-3, left:right]
    blank = (under == palette.as_rgb(INK.background)).all(axis=2)
    down, across = (~blank).nonzero()
    # Upwards, all of it, in the middle of what is in view.
    assert np.ptp(down) > np.ptp(across)
    assert abs(across.mean() - (right - left) / 2) < 1.5


def test_the_sign_of_a_natural_cut_is_seen_where_the_line_is(small):
    small.set_natural([(3.0, 2)])
    at = diamond_at(small.picture.frame, small.shown.scale.share(3.0))
    colour = pixels(small)[round(at.y()), round(at.x())]
    assert tuple(colour) == palette.as_rgb(INK.text)


@pytest.mark.parametrize(
    ("height", "text"),
    [
        (0, "0"),
        (93.061, "93.06"),
        (12345.6, "12346"),
        (1234567, "1.23e6"),
        (0.03456, "0.0346"),
        (0.0001234, "1.2e-4"),
        (1e-300, "1e-300"),
    ],
)
def test_a_height_fits_on_the_tag(height, text):
    assert short(height) == text


@pytest.mark.parametrize("off", [-16, -10, 0, 10, 16])
def test_no_height_peeps_out_from_under_the_tag(small, off):
    """Beside the tag there is nothing but what is there without any heights."""
    y = small.place_of_height(3.0) + off
    small.set_line(small.picture.height_at(y), 2.0, 4.0)
    tag = round(y)

    def beside():
        picture = pixels(small)
        above, below = picture[tag - 15 : tag - 10], picture[tag + 11 : tag + 16]
        return np.concatenate([above, below])[:, 2 : AXIS - 8]

    ground = pixels(small)[2, 2]
    assert (beside() == ground).all()
