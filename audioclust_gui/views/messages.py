"""What went wrong, and why: files that could not be used, jobs that failed."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from audioclust_gui.document import Document
from audioclust_gui.plots.plain import one_line
from audioclust_gui.widgets.message_table import Message, MessageTable
from audioclust_gui.widgets.selected_rows import selected_runs
from engine.audio.failure import Failure
from engine.projects.project import Project


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
        self.model = MessageTable(self)
        self.list = QTreeView()
        self.list.setModel(self.model)
        self.list.setAccessibleName("Messages and problems")
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAlternatingRowColors(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setColumnWidth(0, 300)
        self.list.activated.connect(self._look_at)
        self.list.clicked.connect(self._look_at)
        copy = QAction("Copy", self.list, shortcut=QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy)
        self.list.addAction(copy)
        self._empty = QLabel()
        self._empty.setTextFormat(Qt.TextFormat.PlainText)
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

    @property
    def count(self) -> int:
        """The number of rows."""
        return self.model.rowCount()

    def add(self, title: str, text: str, *, trouble: bool = True) -> None:
        """Put an event at the top, with the time of day; a trouble gets a sign."""
        stamp = datetime.now().astimezone().strftime("%H:%M:%S")
        self.model.add(Message(f"{stamp}  {title}", text, trouble))
        self._counted()

    def add_failures(self, failures: tuple[Failure, ...]) -> None:
        """Put at the top which clips something did not work for."""
        self.model.add(*(Message(f.path, f.reason, clip=f.index) for f in failures))
        self._counted()

    def clear(self) -> None:
        """Forget the events; the files that cannot be used stay listed."""
        self.model.clear_events()
        self._counted()

    def copy(self) -> None:
        """Copy the selected rows, or all of them, as text."""
        runs = selected_runs(self.list.selectionModel()) or [(0, self.count - 1)]
        rows = [row for first, last in runs for row in range(first, last + 1)]
        messages = [self.model.message(row) for row in rows]
        text = "\n".join(f"{one_line(m.what)}\t{one_line(m.why)}" for m in messages)
        QGuiApplication.clipboard().setText(text)

    def _on_replaced(self) -> None:
        self.model.clear_events()
        self._list_failures(self._document.project)

    def _on_changed(self, old: Project, new: Project) -> None:
        if old.extraction is not new.extraction:
            self._list_failures(new)

    def _list_failures(self, project: Project) -> None:
        self.model.set_failures(
            project.extraction.failures if project.extraction else ()
        )
        self._counted()

    def _look_at(self, index: QModelIndex) -> None:
        clip = self.model.message(index.row()).clip
        if 0 <= clip < len(self._document.project.dataset):
            self._document.set_current(clip)

    def _counted(self) -> None:
        count = self.count
        words = "1 message" if count == 1 else f"{count:,} messages"
        self._empty.setText(words if count else "No problems so far.")
        self._copy.setEnabled(count > 0)
        self._clear.setEnabled(count > 0)
        self.count_changed.emit(count)
