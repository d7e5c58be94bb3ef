"""A legend on paper says what the one on the screen says."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from audioclust_gui.columns import read_column
from audioclust_gui.painters import by_category, by_number, shaped
from audioclust_gui.painting import Signs
from audioclust_gui.plots import palette
from audioclust_gui.plots.legend_picture import paint_legend
from audioclust_gui.plots.shape_paths import shape_path
from audioclust_gui.plots.stamps import COVERAGE, stamps

INK = palette.ink(False)


def painted(legend, height=400.0):
    image = QImage(240, 420, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    with QPainter(image) as painter:
        needed = paint_legend(painter, QRectF(10, 10, 200, height), legend, INK)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(420, -1, 4)
    return needed, lines[:, :, 2::-1].copy()


def legend(n_names, n=60):
    labels = read_column([f"名 <b>{i % n_names}" for i in range(n)], as_names=True)
    return by_category("鳥 & <i>", labels, "No label")


def test_every_entry_is_drawn_in_its_colour():
    content = legend(5).legend(False)
    needed, pixels = painted(content)
    for entry in content.entries:
        assert (pixels == entry.colour[:3]).all(axis=2).any()
    below = pixels[round(10 + needed) + 1 :]
    assert (below == 255).all()
    assert needed > 5 * 10


def test_what_has_no_room_is_counted_in_a_line():
    whole, _ = painted(legend(50).legend(False), 4000)
    needed, pixels = painted(legend(50).legend(False), 150)
    assert needed <= 150.5 < whole
    assert (pixels[162:] == 255).all()
    last = legend(50).legend(False).entries[-1]
    assert last.count >= 1


def test_numbers_and_shapes_are_on_it():
    labels = read_column(["a", "b"] * 50)
    values = np.linspace(0, 1, 100)
    painting = shaped(by_number("t", values, "-", unit="s"), Signs("kind", labels))
    content = painting.legend(False)
    assert content.title == "t (s)"
    _, pixels = painted(content)
    for colour in content.bar.colours[[0, 128, 255]]:
        assert (abs(pixels.astype(int) - colour[:3]).sum(axis=2) < 12).any()


@pytest.mark.parametrize("shape", range(len(palette.SHAPES)))
def test_shapes_cover_what_the_stamps_on_the_map_cover(shape):
    stamp = stamps(9.0)
    side = 2 * stamp.reach + 1
    expected = np.zeros((side, side))
    rows, columns = stamp.rows[shape], stamp.columns[shape]
    covered = COVERAGE[stamp.levels[shape]]
    expected[rows + stamp.reach, columns + stamp.reach] = covered
    image = QImage(side, side, QImage.Format.Format_Grayscale8)
    image.fill(Qt.GlobalColor.black)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = shape_path(shape, QPointF(side / 2, side / 2), 9.0)
        painter.fillPath(path, Qt.GlobalColor.white)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(side, -1)
    found = lines[:, :side] / 255
    assert abs(found - expected).max() < 0.3
    assert abs(found - expected).mean() < 0.03
