"""From a tree to the pixels of the screen, each step made from the one before it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from audioclust_gui.plots.image import image_of
from audioclust_gui.plots.tree_arrays import Bools, Ints, TreeArrays
from audioclust_gui.plots.tree_colours import element_colours
from audioclust_gui.plots.tree_frame import Frame
from audioclust_gui.plots.tree_raster import Raster, Window, rasterise
from audioclust_gui.plots.tree_scale import HeightScale


class TreeImage:
    """The branches of a tree in view: drawn once, and coloured as often as need be."""

    def __init__(self) -> None:
        self._raster: Raster | None = None
        self._pixels: NDArray[np.uint32] | None = None
        self._image: QImage | None = None
        self._ratio = 1.0

    def redraw(self) -> None:
        """Forget all: the tree, the view or the scale is another one."""
        self._raster = self._image = None

    def recolour(self) -> None:
        """Forget the colours."""
        self._image = None

    def draw(
        self, tree: TreeArrays, scale: HeightScale, frame: Frame, ratio: float
    ) -> None:
        """Draw the tree, unless it is drawn and has this size.

        Parameters
        ----------
        tree : TreeArrays
        scale : HeightScale
        frame : Frame
        ratio : float
            Pixels of the screen per point.
        """
        rows, columns = (
            round(side * ratio) for side in (frame.plot.height(), frame.plot.width())
        )
        if self._raster is None or self._raster.image.shape != (rows, columns):
            view = frame.view
            window = Window(view.left, view.right, view.bottom, view.top, rows, columns)
            self._raster = rasterise(tree, scale.shares(tree.heights), window, ratio)
            self._ratio, self._image = ratio, None

    def coloured(
        self, labels: NDArray[np.int32], lit: Bools | None, dark: bool
    ) -> QImage:
        """Return what was drawn, in the colours of these labels.

        The parameters are those of `element_colours`; they count if there was a call
        of `recolour`.
        """
        if self._image is None:
            colours = element_colours(self._raster, labels, lit, dark)
            self._pixels = colours.take(self._raster.image)
            self._image = image_of(self._pixels, self._ratio)
        return self._image

    @property
    def wedges(self) -> Ints:
        """The branches in view that are drawn as wedges, once that is done."""
        return np.empty(0, np.int64) if self._raster is None else self._raster.wedges

    def node_at(self, x: float, y: float, radius: float) -> int:
        """Return the branch drawn at a place of the plot, or near it, or -1: points."""
        if self._raster is None:
            return -1
        row, column, pixels = (round(c * self._ratio) for c in (y, x, radius))
        return self._raster.node_at(row, column, pixels)
