"""Pairs of pictures: seen, named, walked and clicked."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from audioclust_gui.plots.pairs import PairsPlot
from tests.gui.pictures import pixels

Key = Qt.Key


def pictures(n, channels=1, height=48, width=96):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (n, channels, height, width)).astype(np.uint8)


def fill(plot, originals, made=None, names=None):
    n = len(originals)
    names = [f"clip {i}" for i in range(n)] if names is None else names
    made = originals if made is None else made
    plot.set_pairs(originals, made, np.linspace(0, 1, n).astype(np.float32), names)


@pytest.fixture
def plot(qtbot):
    plot = PairsPlot()
    qtbot.addWidget(plot)
    plot.resize(640, 300)
    plot.show()
    qtbot.waitExposed(plot)
    plot.said = []
    plot.clicked.connect(plot.said.append)
    return plot


def middle_of(plot, row):
    scrolled = plot.verticalScrollBar().value()
    return plot._cell(row).center() - QPoint(0, scrolled)


def test_original_and_restored_are_seen_pixel_by_pixel(plot):
    original = pictures(1)
    made = 255 - original
    fill(plot, original, made)
    one, other, _ = plot._tiles(plot._cell(0))
    shown = pixels(plot.viewport())
    for tile, picture in (one, original), (other, made):
        part = shown[tile.top() : tile.bottom() + 1, tile.left() : tile.right() + 1]
        assert np.array_equal(part[..., 0], picture[0, 0])


def test_a_difference_is_black_where_there_is_none_and_bright_where_there_is(plot):
    original = np.full((2, 1, 48, 96), 100, np.uint8)
    made = original.copy()
    made[0, 0, :, 48:] = 90  # too dark by a little
    fill(plot, original, made)
    tile = plot._tiles(plot._cell(0))[2]
    shown = pixels(plot.viewport())[..., 0]
    row = tile.center().y()
    assert shown[row, tile.left() + 5] == 0
    assert shown[row, tile.right() - 5] > 150
    alike = plot._tiles(plot._cell(1))[2]
    assert shown[alike.center().y(), alike.center().x()] == 0


@pytest.mark.parametrize("shape", [(1, 28, 28), (5, 48, 96), (1, 8, 8), (2, 200, 9)])
def test_pictures_of_any_shape_fit_their_room(plot, shape):
    fill(plot, pictures(9, *shape))
    for width in 160, 640, 1200:
        plot.resize(width, 300)
        pixels(plot)
        for row in range(9):
            assert plot._cell(row).right() <= plot.viewport().width()


def test_a_click_means_a_pair_wherever_it_is_scrolled(plot, qtbot):
    fill(plot, pictures(20))
    bar = plot.verticalScrollBar()
    assert bar.maximum() > 0
    plot.set_current(19)
    assert bar.value() > 0
    for row in 19, 18:
        place = middle_of(plot, row)
        qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert plot.said == [19, 18]
    beside = QPoint(5, 2)  # the titles
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=beside)
    assert plot.said == [19, 18]


def test_keys_walk_and_bring_into_view(plot, qtbot):
    fill(plot, pictures(20))
    for key in Key.Key_Down, Key.Key_Right, Key.Key_Down, Key.Key_Left, Key.Key_Up:
        qtbot.keyClick(plot, key)
    columns = plot._columns
    assert columns > 1
    assert plot.said == [0, 1, 1 + columns, columns, 0]
    qtbot.keyClick(plot, Key.Key_Up)  # there is none above
    qtbot.keyClick(plot, Key.Key_End)
    qtbot.keyClick(plot, Key.Key_Return)
    assert plot.said[-2:] == [19, 19]
    assert plot.viewport().rect().contains(middle_of(plot, 19))


def test_names_are_shown_letter_by_letter_and_errors_said(plot):
    fill(plot, pictures(2), names=["<b>a</b>", "broken \udcff\nname"])
    plot.set_current(1)
    pixels(plot)
    said = plot.accessibleDescription()
    assert "\udcff" not in said
    assert "\n" not in said
    assert said.endswith("error 1")
    assert plot.said == []


def test_other_pairs_keep_the_row_and_none_show_the_message(plot, qtbot):
    fill(plot, pictures(9))
    plot.set_current(8)
    fill(plot, pictures(9))
    assert plot.current == 8
    fill(plot, pictures(3))
    assert plot.current == 2
    plot.set_message("Nothing yet")
    fill(plot, np.empty((0, 1, 48, 96), np.uint8))
    pixels(plot)
    assert plot.current == -1
    assert plot.accessibleDescription() == "Nothing yet"
    qtbot.keyClick(plot, Key.Key_Right)
    assert plot.said == []


def test_pairs_that_do_not_fit_together_are_refused(plot):
    with pytest.raises(ValueError, match="names"):
        plot.set_pairs(pictures(2), pictures(2), np.zeros(2, np.float32), ["one"])
    with pytest.raises(ValueError, match="made"):
        fill(plot, pictures(2), pictures(2, height=40))
