"""The map elsewhere than on the screen: at other resolutions, and as numbers."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter

from audioclust_gui.plots import palette, scatter_picture
from tests.gui.pictures import cross, pixels

COLOURS = palette.table(5, False)


def printed(plot, size, ratio=1.0, rect=None, marks=False):
    """Return what is painted on white paper of so many units: (rows, columns, 3)."""
    image = QImage((QSize(*size) * ratio), QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    with QPainter(image) as painter:
        painter.scale(ratio, ratio)
        plot.paint(
            painter, QRectF(0, 0, *size) if rect is None else rect, ratio, marks=marks
        )
    bits = np.frombuffer(image.constBits(), np.uint8)
    return bits.reshape(image.height(), image.width(), 4)[:, :, 2::-1].copy()


def count(image, colour):
    return int((image == colour[:3]).all(axis=2).sum())


@pytest.fixture
def five(plot):
    plot.set_positions(cross())
    plot.set_labels([0, 1, 2, 3, 4])
    return plot


@pytest.mark.parametrize("n", [5, 25_000])
def test_at_the_resolution_of_the_screen_it_is_what_the_screen_shows(plot, n):
    rng = np.random.default_rng(9)
    plot.set_positions(rng.normal(size=(n, 2)))
    plot.set_labels(np.arange(n) % 7)
    plot.set_lit(np.arange(n // 2))
    plot.set_links(0, [1, 2])
    inner = np.s_[4:-4, 4:-4]  # the focus has a frame
    np.testing.assert_array_equal(printed(plot, (400, 300))[inner], pixels(plot)[inner])


@pytest.mark.parametrize("ratio", [2, 6])
def test_finer_paper_has_the_same_places_in_more_pixels(five, ratio):
    coarse, fine = printed(five, (400, 300)), printed(five, (400, 300), ratio)
    for index, colour in enumerate(COLOURS[:5]):
        more = count(fine, colour) / count(coarse, colour)
        assert more == pytest.approx(ratio**2, rel=0.5)
        place = five.place_of(index) * ratio
        assert (fine[int(place.y()), int(place.x())] == colour[:3]).all()


def test_larger_paper_has_larger_points_and_wider_paper_more_to_the_sides(five):
    large = printed(five, (800, 600))
    place = five.place_of(1) * 2
    assert (large[int(place.y()), int(place.x())] == COLOURS[1][:3]).all()
    assert count(large, COLOURS[1]) > 3 * count(printed(five, (400, 300)), COLOURS[1])
    wide = printed(five, (800, 300))
    assert (wide[:, 200:600] == printed(five, (400, 300))).all()
    assert count(wide, COLOURS[1]) == count(printed(five, (400, 300)), COLOURS[1])


def test_nothing_is_painted_beside_the_rectangle(five):
    five.zoom(0.3)
    rect = QRectF(100, 50, 200, 150)
    image = printed(five, (400, 300), rect=rect)
    assert count(image, (255, 255, 255)) < image.shape[0] * image.shape[1]
    image[50:200, 100:300] = 255
    assert (image == 255).all()
    for empty in QRectF(), QRectF(0, 0, 5, 0):
        assert (printed(five, (40, 30), rect=empty) == 255).all()


@pytest.mark.parametrize("n", [300, 30_000])
def test_much_paper_is_drawn_piece_by_piece_and_the_same(plot, monkeypatch, n):
    rng = np.random.default_rng(10)
    plot.set_positions(rng.normal(size=(n, 2)))
    plot.set_labels(np.arange(n) % 7)
    plot.set_selection(np.arange(0, n, 9))
    plot.set_lit(np.arange(0, n, 2))
    whole = printed(plot, (400, 300), 3, marks=True)
    monkeypatch.setattr(scatter_picture, "_LARGEST_WHOLE", 0)
    monkeypatch.setattr(scatter_picture, "_BAND", 50)
    np.testing.assert_array_equal(printed(plot, (400, 300), 3, marks=True), whole)


def test_marks_are_painted_when_asked_for(five):
    plain = printed(five, (400, 300))
    five.set_selection([0])
    five.set_current(1)
    five.set_playing(2)
    np.testing.assert_array_equal(printed(five, (400, 300)), plain)
    marked = printed(five, (400, 300), marks=True)
    assert (marked != plain).any(axis=2).sum() > 60
    inner = np.s_[4:-4, 4:-4]  # the focus has a frame
    np.testing.assert_array_equal(marked[inner], pixels(five)[inner])


def test_the_points_in_view_are_told_as_they_are_seen(five):
    seen = five.points_in_view()
    assert seen.size == (400, 300)
    assert seen.index.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal(seen.table[seen.rows], COLOURS[:5])
    np.testing.assert_array_equal(seen.shapes, palette.shapes(range(5)))
    places = np.array([five.place_of(index).toTuple() for index in range(5)])
    np.testing.assert_allclose(np.stack([seen.x, seen.y], 1), places, atol=0.51)
    assert 4 < seen.radius < 9

    five.set_hidden([False, True, False, False, False])
    five.set_lit([0])
    seen = five.points_in_view()
    assert seen.index.tolist() == [2, 3, 4, 0]  # what is lit lies above
    np.testing.assert_array_equal(seen.table[seen.rows[-1]], COLOURS[0])
    assert (seen.table[seen.rows[:-1]][:, 3] < 60).all()

    five.set_hidden(None)
    five.set_paint([0, -1, -2, 1, 1], [(9, 9, 9, 9), (1, 2, 3, 4)])
    five.set_lit(None)
    five.zoom_to([0])
    seen = five.points_in_view()
    assert seen.index.tolist() == [0]
    assert seen.table[seen.rows].tolist() == [[9, 9, 9, 9]]
