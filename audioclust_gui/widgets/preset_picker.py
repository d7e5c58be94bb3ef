"""Which preset the feature parameters are, and the others to choose from."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QWidget

from audioclust_gui.choices import ChoiceBox
from audioclust_gui.presets import Presets
from engine.features.presets import PRESETS


class PresetPicker(ChoiceBox):
    """Shows the preset in use; choosing one uses it.

    Parameters
    ----------
    presets : Presets
    """

    def __init__(self, presets: Presets, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets = presets
        for name, preset in PRESETS.items():
            self.addItem(preset.label, name)
            tip = Qt.ItemDataRole.ToolTipRole
            self.setItemData(self.count() - 1, preset.help, tip)
        self.setPlaceholderText("Own values")
        self.setAccessibleName("Preset")
        self.activated.connect(lambda index: presets.use(self.itemData(index)))
        presets.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        current = self._presets.current
        with QSignalBlocker(self):
            self.setCurrentIndex(-1 if current is None else self.findData(current))
        words = PRESETS[current].help if current else "Values of your own"
        self.setToolTip(f"Feature parameters for a kind of sound\n{words}")
        self.setAccessibleDescription(words)
