"""The table of clusters as a widget: where the mouse is, and a line to type a name."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyleOptionViewItem,
    QWidget,
)

from audioclust_gui.widgets.cell_delegate import CellDelegate
from audioclust_gui.widgets.cluster_table import CLUSTER, ID
from audioclust_gui.widgets.rows_view import RowsView


class NameDelegate(CellDelegate):
    """Edits the name of a cluster in its row, whatever becomes of the row meanwhile."""

    named = Signal(int, str)  # cluster id, what was typed

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex
    ) -> QWidget:
        line = QLineEdit(parent, frame=False)
        line.setAccessibleName("Name of the cluster")
        line.setText(index.data(Qt.ItemDataRole.EditRole))
        if not line.text():
            line.setPlaceholderText(index.data())
        line.setProperty("cluster", index.data(ID))
        return line

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        """Give the line the rest of the row: a name is longer than a number."""
        super().updateEditorGeometry(editor, option, index)
        room = editor.parentWidget().width() - editor.x()
        editor.resize(max(editor.width(), room), editor.height())

    def setEditorData(self, editor: QWidget, index: QModelIndex) -> None:
        """Leave what is being typed alone: scores that come in change the row."""

    def setModelData(
        self, editor: QWidget, model: QAbstractItemModel, index: QModelIndex
    ) -> None:
        self.named.emit(editor.property("cluster"), editor.text())


class ClusterTableView(RowsView):
    """A table that tells over which row the mouse is."""

    hovered = Signal(int)  # row, -1 for none
    named = Signal(int, str)  # cluster id, what was typed; "" for no name
    walked = Signal()  # a key has made another row the current one, and only that

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditTriggers(QAbstractItemView.EditTrigger.SelectedClicked)
        self.setMouseTracking(True)
        self.setAccessibleName("Clusters")
        line = NameDelegate(self)
        line.named.connect(self.named)
        self.setItemDelegate(line)
        self.entered.connect(lambda index: self.hovered.emit(index.row()))
        self.viewportEntered.connect(lambda: self.hovered.emit(-1))

    def edit_name(self) -> None:
        """Open the line for the name of the current row."""
        index = self.currentIndex()
        if index.isValid():
            named = index.siblingAtColumn(CLUSTER)
            if named.flags() & Qt.ItemFlag.ItemIsEditable:
                # A click a moment ago may have begun it: then this is not needed.
                self.edit(named, QAbstractItemView.EditTrigger.AllEditTriggers, None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.currentIndex().row()
        super().keyPressEvent(event)
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if self.currentIndex().row() != before and not held:
            self.walked.emit()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.hovered.emit(-1)
        return super().viewportEvent(event)
