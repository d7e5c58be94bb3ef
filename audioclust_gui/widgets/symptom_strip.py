"""What goes wrong in a run: a sign, a word for it, and what helps."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from audioclust_gui import assets
from audioclust_gui.plots.plain import plain
from audioclust_gui.widgets.steady_label import SteadyLabel
from engine.autoencoder.history import Symptom

_SIGN = 16  # pixels


class SymptomStrip(QWidget):
    """A line or more for every symptom; without any, it takes no room.

    Its setters emit nothing.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._symptoms: tuple[Symptom, ...] = ()
        self._rows: list[tuple[QLabel, SteadyLabel]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(8, 2, 8, 2)
        self._grid.setColumnStretch(1, 1)
        self._grid.setVerticalSpacing(2)
        self.setAccessibleName("Warnings about the training")
        self.hide()

    @property
    def words(self) -> tuple[str, ...]:
        """What is said, symptom by symptom."""
        return tuple(_said(symptom) for symptom in self._symptoms)

    def set_symptoms(self, symptoms: Sequence[Symptom]) -> None:
        """Show other symptoms, or none."""
        if tuple(symptoms) == self._symptoms:
            return
        self._symptoms = tuple(symptoms)
        while len(self._rows) < len(self._symptoms):
            self._add()
        for at, (sign, label) in enumerate(self._rows):
            shown = at < len(self._symptoms)
            label.setText(self.words[at] if shown else "")
            sign.setVisible(shown)
            label.setVisible(shown)
        self.setAccessibleDescription("\n".join(self.words))
        self.setVisible(bool(self._symptoms))

    def set_dark(self, dark: bool) -> None:
        """Draw the signs anew, in the colours of the theme."""
        for sign, _ in self._rows:
            sign.setPixmap(assets.icon("warning").pixmap(_SIGN))

    def _add(self) -> None:
        sign, label = QLabel(), SteadyLabel(wrap=True)
        sign.setPixmap(assets.icon("warning").pixmap(_SIGN))
        label.setAccessibleName("Warning")
        self._grid.addWidget(sign, len(self._rows), 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(label, len(self._rows), 1)
        self._rows.append((sign, label))


def _said(symptom: Symptom) -> str:
    """Name a symptom, and when it was seen first."""
    title = plain(symptom.name).capitalize()
    return f"{title}, since epoch {symptom.epoch:,}: {plain(symptom.words)}"
