"""The sign of a cluster beside its name: the colour and the shape it has on the map."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QIcon, QImage, QPixmap

from audioclust_gui.plots.palette import colours, shapes
from audioclust_gui.plots.stamps import COVERAGE, stamps

_RADIUS = 11.0


def swatch_pixels(label: int, dark: bool) -> NDArray[np.uint8]:
    """Return the picture of a cluster id, of NOISE or of UNPLACED: (side, side, 4)."""
    red, green, blue, alpha = colours([label], dark)[0].tolist()
    return _pixels(int(shapes([label])[0]), (red, green, blue, alpha))


@lru_cache(maxsize=4096)
def swatch(label: int, dark: bool) -> QIcon:
    """Return the icon of a cluster id, of NOISE or of UNPLACED."""
    return _icon(swatch_pixels(label, dark))


@lru_cache(maxsize=4096)
def sign(shape: int, colour: tuple[int, int, int, int]) -> QIcon:
    """Return the icon of a shape, its place in `palette.SHAPES`, in any colour."""
    return _icon(_pixels(shape, colour))


def _pixels(shape: int, colour: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    stamp = stamps(_RADIUS)
    side = 2 * stamp.reach + 1
    pixels = np.zeros((side, side, 4), np.uint8)
    rows = stamp.rows[shape] + stamp.reach
    columns = stamp.columns[shape] + stamp.reach
    pixels[rows, columns, :3] = colour[:3]
    opacity = COVERAGE[stamp.levels[shape]] * colour[3]
    pixels[rows, columns, 3] = opacity.astype(np.uint8)
    return pixels


def _icon(pixels: NDArray[np.uint8]) -> QIcon:
    side = len(pixels)
    image = QImage(pixels.data, side, side, 4 * side, QImage.Format.Format_RGBA8888)
    pixmap = QPixmap.fromImage(image.copy())
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)  # else a style tints it
    return icon
