"""A table whose rows are things: selected as a whole, quick with any number of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget


class RowsView(QTableView):
    """Shows one thing per row; the header sorts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSortingEnabled(True)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(22)

    def setSelectionModel(self, selection: QItemSelectionModel) -> None:
        super().setSelectionModel(selection)
        # A header asks of every row whether it is selected, in order to look pressed.
        # This one does not look so, and must not ask: it gets a selection of its own.
        own = QItemSelectionModel(self.model(), self)
        self.horizontalHeader().setSelectionModel(own)

    def dataChanged(
        self, first: QModelIndex, last: QModelIndex, roles: Sequence[int] = ()
    ) -> None:
        """Paint the changed columns again, where Qt would paint all of them."""
        if QAccessible.isActive():
            super().dataChanged(first, last, roles)
        ends = first.column(), last.column()
        left = min(self.columnViewportPosition(end) for end in ends)
        right = max(
            self.columnViewportPosition(end) + self.columnWidth(end) for end in ends
        )
        self.viewport().update(left, 0, right - left, self.viewport().height())

    def room(self) -> int:
        """Return the pixels for columns beside a scroll bar, which may come later."""
        bar = self.verticalScrollBar().sizeHint().width()
        return self.width() - 2 * self.frameWidth() - bar

    def rows_in_view(self) -> range:
        """Return the rows that can be seen, the last perhaps in part."""
        height = self.viewport().height()
        first, last = self.rowAt(0), self.rowAt(height - 1)
        end = last + 1 if last >= 0 else self.model().rowCount()
        return range(max(first, 0), end)
