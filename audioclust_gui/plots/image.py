"""An array of pixels as an image to paint."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def image_of(pixels: NDArray[np.uint32], ratio: float) -> QImage:
    """Return an image that borrows its pixels: they have to live as long.

    Parameters
    ----------
    pixels : uint32 array, shape (rows, columns), premultiplied 0xAARRGGBB
    ratio : float
        Pixels per point of the screen.
    """
    rows, columns = pixels.shape
    kind = QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(pixels.data, columns, rows, 4 * columns, kind)
    image.setDevicePixelRatio(ratio)
    return image
