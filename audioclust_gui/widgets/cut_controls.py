"""The cut in numbers: how many clusters, at which height, and how far it can move."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QWidget,
)

from audioclust_gui.widgets.elided_label import ElidedLabel

SCALES = {
    "growth": "Merges",
    "merges": "Merges, evenly",
    "height": "Height",
    "log": "Log height",
}
_HEIGHT_CHARACTERS = 9


class CutControls(QWidget):
    """One row above a tree. Its setters emit nothing."""

    k_typed = Signal(int)
    height_typed = Signal(float)
    scale_chosen = Signal(str)
    fit_asked = Signal()
    zoom_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._height = 0.0
        self.spin = QSpinBox(minimum=1)
        self.spin.setKeyboardTracking(False)
        self.spin.setGroupSeparatorShown(True)
        # Whoever types more than there are leaves gets all of them.
        self.spin.setCorrectionMode(
            QAbstractSpinBox.CorrectionMode.CorrectToNearestValue
        )
        self.spin.setAccessibleName("Clusters at the line")
        self.spin.setToolTip("Clusters that the line cuts the tree into  (Up, Down)")
        self.height_line = QLineEdit()
        room = self.fontMetrics().horizontalAdvance("0" * _HEIGHT_CHARACTERS)
        self.height_line.setFixedWidth(room)
        self.height_line.setAccessibleName("Height of the line")
        self.height_line.setToolTip("Type a height to cut the tree there")
        self.scale = QComboBox()
        for name, words in SCALES.items():
            self.scale.addItem(words, name)
        self.scale.setAccessibleName("Scale of the slider")
        self.scale.setToolTip(
            "What the slider below the tree runs over: merges, so that every position "
            "is another cut, or heights; by log height the tree is drawn so as well"
        )
        self.words = ElidedLabel()
        self.fit = self._button("All", "Show the whole tree  (0)")
        self.zoom = self._button("Branch", "Show the current branch alone  (Z)")
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 2, 6, 2)
        for words, widget in (("Clusters", self.spin), ("Height", self.height_line)):
            label = QLabel(words)
            label.setBuddy(widget)
            row.addWidget(label)
            row.addWidget(widget)
        row.addWidget(self.scale)
        row.addWidget(self.words, 1)
        row.addWidget(self.fit)
        row.addWidget(self.zoom)
        self.spin.valueChanged.connect(self.k_typed)
        self.height_line.editingFinished.connect(self._typed)
        self.scale.currentIndexChanged.connect(self._chosen)
        self.fit.clicked.connect(self.fit_asked)
        self.zoom.clicked.connect(self.zoom_asked)

    def set_cut(self, k: int, most: int, height: float, words: str) -> None:
        """Show where the line lies: at so many clusters of so many, and at a height."""
        with QSignalBlocker(self.spin):
            if self.spin.maximum() != most:  # Qt lays out the window again each time
                self.spin.setMaximum(most)
            self.spin.setValue(k)
        self._height = height
        self.height_line.setText(f"{height:.4g}")
        self.words.set_text(words)

    def set_usable(self, usable: bool) -> None:
        """Say whether there is a tree to cut."""
        controls = (self.spin, self.height_line, self.scale, self.fit, self.zoom)
        for widget in controls:
            widget.setEnabled(usable)
        if not usable:
            self.height_line.clear()
            self.words.set_text("")

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton(text=text, toolTip=tip)
        button.setAccessibleName(tip.partition("  (")[0])
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _typed(self) -> None:
        text = self.height_line.text().strip()
        if text == f"{self._height:.4g}":
            return
        try:
            height = float(text.replace(",", "."))
        except ValueError:
            height = math.nan
        if math.isfinite(height) and height >= 0:
            self.height_typed.emit(height)
        else:
            self.height_line.setText(f"{self._height:.4g}")

    def _chosen(self) -> None:
        self.scale_chosen.emit(self.scale.currentData())
