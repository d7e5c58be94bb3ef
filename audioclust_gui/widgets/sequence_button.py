"""What is played in sequence, in which order and with which pause."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from audioclust_gui.listening import ORDERS, Listening

PAUSES = {
    0.0: "None: gapless",
    0.1: "0.1 s",
    0.25: "0.25 s",
    0.5: "0.5 s",
    1.0: "1 s",
    2.0: "2 s",
    3.0: "3 s",
    5.0: "5 s",
}
"""Seconds between two clips, and what they are called."""


class SequenceButton(QToolButton):
    """Plays the selection; its menu plays a cluster, and says how.

    Parameters
    ----------
    listening : Listening
    """

    def __init__(self, listening: Listening, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._listening = listening
        self._ticks: list[Callable[[], None]] = []
        self.setAutoRaise(True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.setAccessibleName("Play the selection in sequence")
        self.setToolTip("Play the selection in sequence  (Return)")
        menu = QMenu(self)
        menu.addAction("Play the &selection\tReturn", listening.play_selection)
        menu.addAction("Play the &cluster", lambda: listening.play_cluster())
        menu.addAction("&Tour of the cluster\tT", lambda: listening.tour())
        order, pause = menu.addMenu("&Order"), menu.addMenu("&Pause")
        self._offer(order, ORDERS, lambda: listening.order, listening.set_order)
        self._offer(pause, PAUSES, lambda: listening.pause, listening.set_pause)
        menu.aboutToShow.connect(self._tick)
        self.setMenu(menu)
        self.clicked.connect(listening.play_selection)

    def _offer(
        self,
        menu: QMenu,
        choices: Mapping[Any, str],
        chosen: Callable[[], Any],
        choose: Callable[[Any], None],
    ) -> None:
        group = QActionGroup(menu)
        for value, words in choices.items():
            action = menu.addAction(words)
            action.setCheckable(True)
            action.triggered.connect(lambda _, to=value: choose(to))
            group.addAction(action)
            self._ticks.append(
                lambda action=action, to=value: action.setChecked(chosen() == to)
            )

    def _tick(self) -> None:
        for tick in self._ticks:
            tick()
