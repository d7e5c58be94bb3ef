"""What went wrong, and why: files that could not be used, jobs that failed."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from audioclust_gui import assets
from audioclust_gui.document import Document
from audioclust_gui.plots.plain import one_line, tooltip
from engine.projects.project import Project

_CLIP = Qt.ItemDataRole.UserRole


class MessagesView(QWidget):
    """A list of events, and below it one row per file that could not be used.

    Parameters
    ----------
    document : Document
    """

    count_changed = Signal(int)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.list = QTreeWidget()
        self.list.setHeaderLabels(["What", "Why"])
        self.list.setAccessibleName("Messages and problems")
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAlternatingRowColors(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setColumnWidth(0, 300)
        self.list.itemActivated.connect(self._look_at)
        self.list.itemClicked.connect(self._look_at)
        copy = QAction("Copy", self.list, shortcut=QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy)
        self.list.addAction(copy)
        self._empty = QLabel("No problems so far.")
        self._copy = QPushButton("Copy")
        self._copy.setToolTip("Copy the selected rows, or all  (Ctrl+C)")
        self._copy.clicked.connect(self.copy)
        self._clear = QPushButton("Clear")
        self._clear.setToolTip("Forget the messages, not the files with problems")
        self._clear.clicked.connect(self.clear)
        buttons = QHBoxLayout()
        buttons.addWidget(self._empty, 1)
        buttons.addWidget(self._copy)
        buttons.addWidget(self._clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.addWidget(self.list)
        layout.addLayout(buttons)
        document.replaced.connect(self._on_replaced)
        document.changed.connect(self._on_changed)
        self._counted()

    def add(self, title: str, text: str, *, trouble: bool = True) -> None:
        """Put an event at the top, with the time of day; a trouble gets a sign."""
        stamp = datetime.now().astimezone().strftime("%H:%M:%S")
        item = self._item(f"{stamp}  {title}", text, trouble=trouble)
        self.list.insertTopLevelItem(0, item)
        self._counted()

    def clear(self) -> None:
        """Forget the events; the files that cannot be used stay listed."""
        self.list.clear()
        self._list_failures(self._document.project)

    def copy(self) -> None:
        """Copy the selected rows, or all of them, as text."""
        rows = self.list.selectedItems() or [
            self.list.topLevelItem(i) for i in range(self.list.topLevelItemCount())
        ]
        text = "\n".join(f"{row.text(0)}\t{row.text(1)}" for row in rows)
        QGuiApplication.clipboard().setText(text)

    @property
    def count(self) -> int:
        """The number of rows."""
        return self.list.topLevelItemCount()

    def _on_replaced(self) -> None:
        self.clear()

    def _on_changed(self, old: Project, new: Project) -> None:
        if old.extraction is not new.extraction:
            for i in reversed(range(self.list.topLevelItemCount())):
                if self.list.topLevelItem(i).data(0, _CLIP) is not None:
                    self.list.takeTopLevelItem(i)
            self._list_failures(new)

    def _list_failures(self, project: Project) -> None:
        failures = project.extraction.failures if project.extraction else ()
        items = []
        for failure in failures:
            item = self._item(failure.path, failure.reason)
            item.setData(0, _CLIP, failure.index)
            items.append(item)
        self.list.addTopLevelItems(items)
        self._counted()

    def _item(self, what: str, why: str, *, trouble: bool = True) -> QTreeWidgetItem:
        item = QTreeWidgetItem([one_line(what), one_line(why)])
        if trouble:
            item.setIcon(0, assets.icon("warning"))
        item.setToolTip(0, tooltip(what))
        item.setToolTip(1, tooltip(why))
        return item

    def _look_at(self, item: QTreeWidgetItem) -> None:
        clip = item.data(0, _CLIP)
        if clip is not None and clip < len(self._document.project.dataset):
            self._document.set_current(clip)

    def _counted(self) -> None:
        count = self.count
        words = "1 message" if count == 1 else f"{count:,} messages"
        self._empty.setText(words if count else "No problems so far.")
        self._copy.setEnabled(count > 0)
        self._clear.setEnabled(count > 0)
        self.count_changed.emit(count)
