"""The clip under the cursor: made ready at once, and heard if the cursor stays."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QTimer

from audioclust_gui.audition import Audition
from audioclust_gui.document import Document

_PASSING_MS = 40  # over a clip: a mouse that only passes plays nothing
_AROUND = 4  # clips near the cursor that are made ready as well


class Hovering(QObject):
    """Follows a cursor over the map.

    Parameters
    ----------
    document : Document
    audition : Audition
    """

    def __init__(self, document: Document, audition: Audition) -> None:
        super().__init__(document)
        self._document = document
        self._audition = audition
        self._clip, self._heard = -1, False
        self._passing = QTimer(self, singleShot=True, interval=_PASSING_MS)
        self._passing.timeout.connect(self._rest)
        document.replaced.connect(lambda: self.over(-1))

    def over(self, clip: int, heard: bool = True) -> None:
        """Say over which clip the cursor is, -1 for none, and whether to play it."""
        if (clip, heard) == (self._clip, self._heard):
            return
        if clip >= 0 and clip != self._clip:
            self._audition.prepare([clip])
        self._clip, self._heard = clip, heard
        if clip >= 0:
            self._passing.start()
        else:
            self._passing.stop()

    def _rest(self) -> None:
        clip, positions = self._clip, self._document.project.positions
        # A sequence goes on under a moving mouse; what sounds is not begun again.
        disturbs = self._audition.in_sequence or clip == self._audition.playing
        if self._heard and not disturbs:
            self._audition.play(clip)
        if np.isfinite(positions[clip]).all():
            apart = np.abs(positions - positions[clip]).max(axis=1)
            count = min(_AROUND, len(apart) - 1)
            near = np.argpartition(apart, count)[: count + 1]
            self._audition.prepare(near[near != clip].tolist())
