"""What a widget shows, as pixels."""

import numpy as np


def pixels(widget):
    image = widget.grab().toImage()
    image = image.convertToFormat(image.Format.Format_RGB888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    shape = image.height(), image.width(), 3
    return lines[:, : 3 * image.width()].reshape(shape).copy()


def shows(widget, colour):
    return int((pixels(widget) == np.asarray(colour)[:3]).all(axis=2).sum())


def cross():
    """A point in the middle, then right, up, left and down of it."""
    return np.array([[0, 0], [2, 0], [0, 1], [-2, 0], [0, -1]], np.float32)
