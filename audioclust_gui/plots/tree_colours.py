"""What colour every element of a drawn tree has: all that a new cut changes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioclust_gui.plots import palette
from audioclust_gui.plots.tree_arrays import Bools, Floats
from audioclust_gui.plots.tree_raster import Raster

SPLIT = -3
"""The label of a node whose leaves are in several clusters."""

_FAINT = 0.22
_WEDGE = 0.72


def element_colours(
    raster: Raster, labels: NDArray[np.int32], lit: Bools | None, dark: bool
) -> NDArray[np.uint32]:
    """Colour the elements of a raster.

    A stick or a wedge through which a cut goes has the colours of its leaves.

    Parameters
    ----------
    raster : Raster
    labels : int32 array, shape (2n - 1,)
        Of every node: a cluster id, `palette.NOISE`, `palette.UNPLACED` or `SPLIT`.
    lit : bool array, shape (2n - 1,), or None
        The nodes that are not made faint; None for all.
    dark : bool

    Returns
    -------
    uint32 array, shape (n_elements + 1,)
        Premultiplied 0xAARRGGBB; element 0 is transparent.
    """
    label = labels[raster.nodes]
    several = (label == SPLIT) & (raster.leaves >= 0)
    label[several] = labels[raster.leaves[several]]
    # Tables are kept for good: a few sizes are enough.
    n_ids = 1 << max(int(label.max(initial=0)), 1).bit_length()
    table = palette.table(n_ids, dark)
    colours = table[np.maximum(label, palette.UNPLACED)].astype(np.float32)
    ink = palette.ink(dark)
    split = label == SPLIT
    colours[split] = (*palette.as_rgb(ink.muted), 255)
    colours[raster.columns, 3] *= _WEDGE
    if lit is not None:
        shining = lit[np.where(several, raster.leaves, raster.nodes)]
        colours[split & shining, :3] = palette.as_rgb(ink.text)
        colours[~shining, 3] *= _FAINT
    colours[0] = 0
    return _premultiplied(colours)


def _premultiplied(colours: NDArray[np.float32] | Floats) -> NDArray[np.uint32]:
    alpha = colours[:, 3:] / 255
    red, green, blue = (colours[:, :3] * alpha).round().astype(np.uint32).T
    opaque = colours[:, 3].round().astype(np.uint32)
    return opaque << 24 | red << 16 | green << 8 | blue
