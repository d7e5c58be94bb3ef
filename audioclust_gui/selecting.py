"""What a click, a box or an outline does to the selection, in every view alike."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt

Clips = NDArray[np.int64]

_Modifier = Qt.KeyboardModifier


class How(Enum):
    """How clips that are pointed at change the selection."""

    REPLACE = "replace"
    ADD = "add"
    TOGGLE = "toggle"
    REMOVE = "remove"


def how(modifiers: Qt.KeyboardModifier) -> How:
    """Return what held keys mean: Ctrl toggles, Shift adds, Alt removes."""
    if modifiers & _Modifier.ControlModifier:
        return How.TOGGLE
    if modifiers & _Modifier.ShiftModifier:
        return How.ADD
    return How.REMOVE if modifiers & _Modifier.AltModifier else How.REPLACE


def combined(selected: Clips, clips: Clips, how: How) -> Clips:
    """Return the selection that clips and the selection before them make.

    To toggle takes the clips out where all of them are selected, else adds them: a box
    drawn twice changes nothing.

    Parameters
    ----------
    selected, clips : int64 arrays
        None below 0, in any order, any number of times.

    Returns
    -------
    int64 array, ascending, every clip once
    """
    # Marks instead of sorting: half a million clips are selected in a millisecond.
    highest = max(int(selected.max(initial=-1)), int(clips.max(initial=-1)))
    chosen = np.zeros(highest + 1, np.bool_)
    if how is not How.REPLACE:
        chosen[selected] = True
    out = how is How.REMOVE or (how is How.TOGGLE and bool(chosen[clips].all()))
    chosen[clips] = not out
    return np.flatnonzero(chosen).astype(np.int64, copy=False)
