"""From grey to colour, in steps that look even."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

# Every 17th colour of magma, by Nathaniel J. Smith and Stefan van der Walt (2015, CC0):
# even steps to the eye, readable in grey and to the colour-blind.
_ANCHORS = (
    "000004 0b0924 20114b 3b0f70 57157e 721f81 8c2981 a8327d "
    "c43c75 de4968 f1605d fa7f5e fe9f6d febf84 fddea0 fcfdbf"
)


@cache
def colour_table() -> NDArray[np.uint8]:
    """Return the colour of each grey, from black by way of red to a pale yellow.

    Returns
    -------
    uint8 array, shape (256, 3)
        Red, green and blue; within 3 of the original table. Read-only.
    """
    anchors = np.array([list(bytes.fromhex(colour)) for colour in _ANCHORS.split()])
    places = np.linspace(0, 255, len(anchors))
    channels = [np.interp(np.arange(256), places, channel) for channel in anchors.T]
    table: NDArray[np.uint8] = np.rint(np.stack(channels, axis=1)).astype(np.uint8)
    table.setflags(write=False)
    return table
