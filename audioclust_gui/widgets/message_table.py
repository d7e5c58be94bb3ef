"""Events and unusable files as a table model: a row costs nothing until it is seen."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from audioclust_gui import assets
from audioclust_gui.plots.plain import one_line, tooltip
from engine.features.extraction import Failure

COLUMNS = ("What", "Why")
_Role = Qt.ItemDataRole
_ROLES = frozenset({_Role.DisplayRole, _Role.DecorationRole, _Role.ToolTipRole})


class Message(NamedTuple):
    """One row.

    Parameters
    ----------
    what, why : str
        As they are, of any length and with any characters.
    trouble : bool
        Whether it gets a sign.
    clip : int
        The clip that it is about, -1 for none.
    """

    what: str
    why: str
    trouble: bool = True
    clip: int = -1


class MessageTable(QAbstractTableModel):
    """The events, newest first, and below them the files that could not be used."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._events: list[Message] = []  # oldest first
        self._failures: tuple[Failure, ...] = ()

    def add(self, *events: Message) -> None:
        """Put events at the top, the first of them uppermost."""
        if events:
            self.beginInsertRows(QModelIndex(), 0, len(events) - 1)
            self._events.extend(reversed(events))
            self.endInsertRows()

    def clear_events(self) -> None:
        """Forget the events."""
        if self._events:
            self.beginRemoveRows(QModelIndex(), 0, len(self._events) - 1)
            self._events = []
            self.endRemoveRows()

    def set_failures(self, failures: tuple[Failure, ...]) -> None:
        """List other files that could not be used."""
        if failures is self._failures:
            return
        top = len(self._events)
        if self._failures:
            self.beginRemoveRows(QModelIndex(), top, self.rowCount() - 1)
            self._failures = ()
            self.endRemoveRows()
        if failures:
            self.beginInsertRows(QModelIndex(), top, top + len(failures) - 1)
            self._failures = failures
            self.endInsertRows()

    def message(self, row: int) -> Message:
        """Return what a row says."""
        if row < len(self._events):
            return self._events[-1 - row]
        failure = self._failures[row - len(self._events)]
        return Message(failure.path, failure.reason, clip=failure.index)

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        if parent is not None and parent.isValid():
            return 0
        return len(self._events) + len(self._failures)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == _Role.DisplayRole:
            return COLUMNS[section]
        return None

    def data(self, index: QModelIndex, role: int = _Role.DisplayRole) -> Any:
        if role not in _ROLES:
            return None
        message, column = self.message(index.row()), index.column()
        if role == _Role.DecorationRole:
            signed = message.trouble and column == 0
            return assets.icon("warning") if signed else None
        text = message[column]
        return one_line(text) if role == _Role.DisplayRole else tooltip(text)
