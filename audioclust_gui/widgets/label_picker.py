"""Which metadata column the groups are scored against."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QWidget

from audioclust_gui.choices import ChoiceBox
from audioclust_gui.plots.plain import one_line
from engine.audio.dataset import Dataset

_NONE = "No label"
_LONGEST = 40  # letters of a column's name that are shown


class LabelPicker(ChoiceBox):
    """Offers the columns that tell at least two clips apart, and none of them."""

    picked = Signal(object)  # the column's name, or None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Label column")
        self.setToolTip("The column that clips are labelled and groups are scored by")
        self.setMinimumContentsLength(8)
        self.activated.connect(lambda index: self.picked.emit(self.itemData(index)))

    def set_dataset(self, dataset: Dataset) -> None:
        """Show the columns of a collection; emits nothing."""
        with QSignalBlocker(self):
            self.clear()
            self.addItem(_NONE, None)
            for name, values in dataset.columns.items():
                if name == dataset.label_column or _tells_apart(values):
                    self.addItem(one_line(name)[:_LONGEST], name)
            self.setCurrentIndex(max(0, self.findData(dataset.label_column)))
        self.setVisible(self.count() > 1)


def _tells_apart(values: tuple[str, ...]) -> bool:
    """Tell whether there are two different values, looking no further than needed."""
    known = (value for value in values if value)
    first = next(known, None)
    return any(value != first for value in known)
