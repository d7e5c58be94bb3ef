"""All keys and gestures, by where they work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

_SIZE = (560, 620)


class KeyList(QDialog):
    """Lists keys beside what they do; it does not stop the window.

    Parameters
    ----------
    parent : QWidget
    groups : mapping from str to iterables of (keys, words)
        By the menu or the panel in which they work.
    """

    def __init__(
        self, parent: QWidget, groups: Mapping[str, Iterable[tuple[str, str]]]
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.list = QTreeWidget()
        self.list.setAccessibleName("Keys and what they do")
        self.list.setHeaderLabels(["Keys", "What they do"])
        self.list.setAlternatingRowColors(True)
        fit = QHeaderView.ResizeMode.ResizeToContents
        self.list.header().setSectionResizeMode(0, fit)
        for title, rows in groups.items():
            group = QTreeWidgetItem([title])
            group.addChildren([QTreeWidgetItem(row) for row in rows])
            self.list.addTopLevelItem(group)
            group.setFirstColumnSpanned(True)
            font = group.font(0)
            font.setBold(True)
            group.setFont(0, font)
        self.list.expandAll()
        layout = QVBoxLayout(self)
        layout.addWidget(self.list)
        self.resize(*_SIZE)
