"""The table of clips as a widget, and the line that filters it: keys and gestures."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from audioclust_gui.widgets.cell_delegate import CellDelegate
from audioclust_gui.widgets.row_selection import RowSelection
from audioclust_gui.widgets.rows_view import RowsView


class ClipTableView(RowsView):
    """A table in which arrow keys, like clicks, say that a row was meant.

    Parameters
    ----------
    model : QAbstractItemModel
        Of as many rows as there are clips.
    """

    meant = Signal(int)  # row

    def __init__(
        self, model: QAbstractItemModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName("Clips")
        self.setItemDelegate(CellDelegate(self))
        self.setModel(model)
        self.selected = RowSelection(model, self.rows_in_view, self)
        self.setSelectionModel(self.selected)
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(lambda _: self.selected.tell())
        bar.rangeChanged.connect(lambda *_: self.selected.tell())
        self.clicked.connect(lambda index: self.meant.emit(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.currentIndex().row()
        super().keyPressEvent(event)
        after = self.currentIndex().row()
        again = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if after >= 0 and (after != before or again):
            self.meant.emit(after)


class FilterLine(QLineEdit):
    """A line that Esc clears and leaves, before the window takes it for silence."""

    left = Signal()

    def event(self, event: QEvent) -> bool:
        escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if escape and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if escape and event.type() == QEvent.Type.KeyPress:
            self.clear()
            self.left.emit()
            return True
        return super().event(event)
