"""When Python looks for garbage: in the window's thread, a little at a time.

Left to itself the collector runs in whatever thread happens to make the object too
many: in that of the sound, which has 10 ms, or in one that destroys a widget it must
not touch. And it walks over every object there is, with all modules and thousands of
clips among them: up to 150 ms.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

INTERVAL = 100
"""Milliseconds between two looks."""
_OLDEST = 2


class Collecting(QObject):
    """Takes the collector over until `end`, and spares what is there already.

    Only what Python's own thresholds call for is collected. The oldest generation, the
    one that takes long, waits until no mouse button is held.

    Parameters
    ----------
    parent : QObject
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.collect()
        gc.freeze()
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def spare(self) -> None:
        """Walk no more over what is there now: it will stay for long."""
        gc.freeze()

    def collect(self) -> None:
        """Collect the oldest generation that is due, with all that are younger."""
        counts, limits = gc.get_count(), gc.get_threshold()
        due = [age for age in range(_OLDEST + 1) if counts[age] > limits[age] > 0]
        if _OLDEST in due and _dragging():
            due.remove(_OLDEST)
        if due:
            gc.collect(due[-1])

    def end(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.enable()


def _dragging() -> bool:
    return QApplication.mouseButtons() != Qt.MouseButton.NoButton
