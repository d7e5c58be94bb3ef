"""How fast clips are played, in the room of one button."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

SPEEDS = (0.25, 0.35, 0.5, 0.7, 0.85, 1.0, 1.2, 1.4, 1.7, 2.0)
"""The speeds that steps go through, as shares of the usual one."""

_PERCENT = 100


class SpeedButton(QToolButton):
    """Says the speed; opens a slider, and whether the pitch stays as it is.

    Its setter emits nothing.
    """

    changed = Signal(float, bool)  # speed, whether the pitch is kept

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoRaise(True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip("Speed: slower  ([), faster  (])")
        # As wide for every speed, and without room for an arrow.
        self.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.setFixedWidth(self.fontMetrics().horizontalAdvance("0.25×") + 12)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(round(SPEEDS[0] * _PERCENT), round(SPEEDS[-1] * _PERCENT))
        self.slider.setSingleStep(5)
        self.slider.setPageStep(25)
        self.slider.setMinimumWidth(160)
        self.slider.setAccessibleName("Speed in percent")
        self.slider.setToolTip("Speed from 0.25 to 2  (arrow keys)")
        self.pitch = QCheckBox("&Keep the pitch")
        self.pitch.setToolTip("Else slower is lower, as of a tape")
        self.pitch.setChecked(True)
        usual = QPushButton("&Usual speed")
        usual.setToolTip("Play as it was recorded")
        usual.clicked.connect(lambda: self.slider.setValue(_PERCENT))
        self.setMenu(self._popup(usual))
        self.slider.valueChanged.connect(self._chosen)
        self.pitch.toggled.connect(self._chosen)
        self.set_speed(1.0, True)

    @property
    def speed(self) -> float:
        """The speed that is shown, 0.25 to 2."""
        return self._speed

    def set_speed(self, speed: float, keep_pitch: bool) -> None:
        """Show a speed, and whether the pitch is kept."""
        self._speed = speed
        with QSignalBlocker(self.slider), QSignalBlocker(self.pitch):
            self.slider.setValue(round(speed * _PERCENT))
            self.pitch.setChecked(keep_pitch)
        self.setText(f"{speed:.2g}×")
        self.setAccessibleName(f"Speed {speed:.2g} times")

    def step(self, by: int) -> None:
        """Go to the next faster (1) or slower (-1) of the `SPEEDS`."""
        side = "right" if by > 0 else "left"
        at = int(np.searchsorted(SPEEDS, self._speed, side))
        at = min(max(at if by > 0 else at - 1, 0), len(SPEEDS) - 1)
        self._choose(SPEEDS[at])

    def _popup(self, usual: QPushButton) -> QMenu:
        menu, panel = QMenu(self), QWidget()
        column = QVBoxLayout(panel)
        ends = QHBoxLayout()
        ends.addWidget(QLabel(f"{SPEEDS[0]:g}×"))
        ends.addWidget(self.slider, 1)
        ends.addWidget(QLabel(f"{SPEEDS[-1]:g}×"))
        column.addLayout(ends)
        column.addWidget(self.pitch)
        column.addWidget(usual)
        panel.setFocusProxy(self.slider)
        action = QWidgetAction(menu)
        action.setDefaultWidget(panel)
        menu.addAction(action)
        menu.aboutToShow.connect(self.slider.setFocus)
        return menu

    def _chosen(self) -> None:
        self._choose(self.slider.value() / _PERCENT)

    def _choose(self, speed: float) -> None:
        self.set_speed(speed, self.pitch.isChecked())
        self.changed.emit(speed, self.pitch.isChecked())
