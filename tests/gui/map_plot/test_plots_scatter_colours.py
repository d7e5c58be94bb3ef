"""The map as it is seen: colours, light, rings, in any theme and on any screen."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPixmap,
)

from audioclust_gui.plots import palette
from audioclust_gui.plots.scatter import ScatterPlot
from tests.gui.pictures import cross, pixels, shows

Key, Button = Qt.Key, Qt.MouseButton


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("n", [0, 1, 3, 360, 25_000])
def test_points_are_seen_in_the_colours_of_their_clusters(plot, n, dark):
    rng = np.random.default_rng(0)
    labels = np.arange(n, dtype=np.int32) % 3
    plot.set_dark(dark)
    plot.set_positions(rng.normal(size=(n, 2)))
    plot.set_labels(labels)
    for label in range(3):
        assert bool(shows(plot, palette.table(3, dark)[label])) == (label < n)
    background = palette.as_rgb(palette.ink(dark).background)
    assert (pixels(plot)[8, 8] == background).all()


def test_new_labels_and_another_theme_recolour_at_once(plot):
    plot.set_positions(cross())
    plot.set_labels([5] * 5)
    assert shows(plot, palette.table(6, False)[5])
    plot.set_labels([2] * 5)
    assert not shows(plot, palette.table(6, False)[5])
    assert shows(plot, palette.table(6, False)[2])
    plot.set_dark(True)
    assert shows(plot, palette.table(6, True)[2])


@pytest.mark.parametrize("ratio", [1.25, 2.0])
def test_a_dense_screen_gets_its_own_pixels_and_clicks_stay_exact(plot, ratio):
    plot.set_positions(cross())
    plot.set_labels([0, 1, 2, 3, 4])
    coarse = shows(plot, palette.table(5, False)[0])
    dense = QPixmap((plot.size().toSizeF() * ratio).toSize())
    dense.setDevicePixelRatio(ratio)
    painter = QPainter(dense)
    plot.render(painter, QRectF(plot.rect()))
    painter.end()
    colour = QColor(*palette.table(5, False)[0].tolist()).rgb()
    image = dense.toImage().convertToFormat(QImage.Format.Format_RGB32)
    found = sum(
        image.pixel(x, y) == colour
        for x in range(image.width())
        for y in range(image.height())
    )
    assert found == pytest.approx(coarse * ratio**2, rel=0.35)
    for index in range(5):
        assert plot.index_at(plot.place_of(index)) == index


def test_states_are_seen_without_colour(plot):
    plot.set_positions(cross())
    plot.set_labels([0] * 5)
    ordinary = pixels(plot)
    for show, hide in (
        (lambda: plot.set_selection([0]), lambda: plot.set_selection(None)),
        (lambda: plot.set_current(0), lambda: plot.set_current(None)),
        (lambda: plot.set_playing(0), lambda: plot.set_playing(None)),
        (lambda: plot.set_lit([1]), lambda: plot.set_lit(None)),
    ):
        show()
        assert (pixels(plot).mean(axis=2) != ordinary.mean(axis=2)).sum() > 20
        hide()
        np.testing.assert_array_equal(pixels(plot), ordinary)


def test_lit_points_stay_as_they_are_and_all_others_grow_faint(plot):
    plot.set_positions(cross())
    plot.set_labels([0, 1, 2, -1, -2])
    colours = palette.table(3, False)
    ordinary = pixels(plot)
    plot.set_lit(np.array([2, 0]))  # as a branch lists its leaves: in no order
    assert shows(plot, colours[0])
    assert shows(plot, colours[2])
    assert not shows(plot, colours[1])
    place = plot.place_of(2).toPoint()
    around = np.s_[place.y() - 10 : place.y() + 10, place.x() - 10 : place.x() + 10]
    np.testing.assert_array_equal(pixels(plot)[around], ordinary[around])
    for index in (1, 3, 4):  # faint, but there
        place = plot.place_of(index).toPoint()
        background = palette.as_rgb(palette.ink(False).background)
        assert (pixels(plot)[place.y(), place.x()] != background).any()
        assert plot.index_at(place) == index
    plot.set_lit([3])
    assert not any(shows(plot, colour) for colour in colours[:3])
    plot.set_lit([])
    assert not any(shows(plot, colour) for colour in colours[:3])
    plot.set_lit(None)
    np.testing.assert_array_equal(pixels(plot), ordinary)


def test_lit_points_are_seen_where_others_lie_upon_them(plot):
    plot.set_positions(np.zeros((3, 2)))
    plot.set_labels([0, 1, 2])
    plot.set_lit([0])
    assert shows(plot, palette.table(3, False)[0])


def test_light_follows_new_labels_and_ends_with_other_points(plot):
    plot.set_positions(cross())
    plot.set_lit([1])
    plot.set_labels([0, 4, 0, 0, 0])
    assert shows(plot, palette.table(5, False)[4])
    assert not shows(plot, palette.table(5, False)[0])
    plot.set_positions(cross()[:3])
    assert shows(plot, palette.table(1, False)[0])


@pytest.mark.parametrize("lit", [None, [1]])
def test_ids_beyond_the_colours_have_them_again(plot, lit):
    plot.set_positions(cross()[:2])
    plot.set_lit(lit)
    labels = [3, 40_000]
    plot.set_labels(labels)
    assert shows(plot, palette.colours(labels, False)[1])


@pytest.mark.parametrize("n", [300, 25_000])
def test_a_drag_ends_with_the_image_that_drawing_anew_gives(plot, qtbot, n):
    rng = np.random.default_rng(4)
    positions, chosen = rng.normal(size=(n, 2)), rng.permutation(n)[:20]
    cuts = [(np.arange(n) * k // n).astype(np.int32) for k in range(2, 40, 5)]
    plot.set_positions(positions)
    plot.set_selection(chosen)
    plot.set_current(7)
    plot.clearFocus()  # or there is a frame around it
    for labels in [*cuts, *cuts[::-2]]:
        plot.set_labels(labels)
        plot.grab()
    anew = ScatterPlot()
    qtbot.addWidget(anew)
    anew.resize(plot.size())
    anew.set_positions(positions)
    anew.set_labels(labels)
    anew.set_selection(chosen)
    anew.set_current(7)
    np.testing.assert_array_equal(pixels(plot), pixels(anew))


def test_a_selected_point_lies_above_the_others(plot):
    plot.set_positions(np.zeros((3, 2)))
    plot.set_labels([0, 1, 2])
    plot.set_selection(np.array([True, False, False]))
    assert shows(plot, palette.table(3, False)[0])
    assert not shows(plot, palette.table(3, False)[2])
    assert plot.index_at(plot.place_of(0)) == 0
