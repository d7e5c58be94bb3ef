"""Pictures of several channels in grey, as the network is given and gives them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

Pixels = NDArray[np.uint8]


def side_by_side(picture: Pixels) -> Pixels:
    """Return the channels of a picture, (c, h, w), from left to right: (h, c * w)."""
    channels, height, width = picture.shape
    return picture.transpose(1, 0, 2).reshape(height, channels * width)


def grey_image(picture: Pixels) -> QImage:
    """Return a picture, (c, h, w), as an image of its channels side by side."""
    grey = np.ascontiguousarray(side_by_side(picture))
    height, width = grey.shape
    kind = QImage.Format.Format_Grayscale8
    # A copy, because the image only borrows the array.
    return QImage(grey.data, width, height, width, kind).copy()


def paint_grey(painter: QPainter, room: QRectF, image: QImage) -> None:
    """Draw an image over a room: its pixels as squares, unless there is no room."""
    crowded = image.width() > room.width() or image.height() > room.height()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, crowded)
    painter.drawImage(room, image)


def fitted(image_size: tuple[int, int], room: QRectF) -> QRectF:
    """Return the largest rectangle of an image's proportions in a room's middle.

    Parameters
    ----------
    image_size : width, height
    room : QRectF
    """
    width, height = image_size
    scale = max(min(room.width() / width, room.height() / height), 0.0)
    found = QRectF(0, 0, scale * width, scale * height)
    found.moveCenter(room.center())
    return found
