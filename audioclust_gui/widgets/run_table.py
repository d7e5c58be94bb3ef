"""The runs as a table model: which curves are shown, and what they came to."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal

from audioclust_gui.plots.plain import one_line, plain, tooltip
from audioclust_gui.plots.swatch import swatch
from audioclust_gui.widgets.moment_words import run_words
from audioclust_gui.widgets.run_columns import Column, columns_of
from engine.autoencoder.runs import Run

NAME = 0
_Role, _Check = Qt.ItemDataRole, Qt.CheckState
_Flag = Qt.ItemFlag
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_HELP = (
    "The sign is that of its curves. A tick keeps them in view beside those of the "
    "current run  (Space); F2 renames it"
)


class RunTable(QAbstractTableModel):
    """One row per run, the newest first until a header is clicked."""

    shown_chosen = Signal(str, bool)  # id, whether its curves are to be shown
    named = Signal(str, str)  # id, what was typed

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._given: tuple[Run, ...] = ()  # newest first
        self._runs: list[Run] = []  # as they are shown
        self._shown: Collection[str] = ()
        self._used = ""
        self._columns: tuple[Column, ...] = columns_of(())
        self._sorted = (-1, Qt.SortOrder.AscendingOrder)
        self._dark = False

    def set_runs(self, runs: Sequence[Run], shown: Collection[str]) -> None:
        """Show other runs, or the same ones further on.

        Parameters
        ----------
        runs : sequence of Run
            The newest first.
        shown : collection of str
            The ids of those whose curves are shown.
        """
        columns = columns_of(runs)
        same = [run.id for run in runs] == [run.id for run in self._given]
        titles = [column.title for column in columns]
        if same and titles == [column.title for column in self._columns]:
            names = [run.name for run in runs] != [run.name for run in self._given]
            renamed = names or set(shown) != set(self._shown)
            self._given, self._shown = tuple(runs), frozenset(shown)
            now = {run.id: run for run in runs}
            self._runs = [now[run.id] for run in self._runs]
            # A name that is being typed is left alone while others change.
            self._touch(NAME if renamed else NAME + 1)
            return
        self.beginResetModel()
        self._given, self._shown = tuple(runs), frozenset(shown)
        self._columns = columns
        self._arrange()
        self.endResetModel()

    def set_used(self, run_id: str) -> None:
        """Mark the run whose network describes the clips; "" for none."""
        if run_id != self._used:
            self._used = run_id
            self._touch(NAME)

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self._dark = dark
        self._touch(NAME)

    def run_at(self, row: int) -> Run | None:
        """Return the run of a row; None where there is no such row."""
        return self._runs[row] if 0 <= row < len(self._runs) else None

    def row_of(self, run_id: str) -> int:
        """Return the row of a run, -1 for one that is not there."""
        ids = [run.id for run in self._runs]
        return ids.index(run_id) if run_id in ids else -1

    def colour_of(self, run_id: str) -> int:
        """Return the place of a run's colour in the palette: the oldest has the first.

        So a run keeps its colour when others are begun.
        """
        ids = [run.id for run in reversed(self._given)]
        return ids.index(run_id) if run_id in ids else 0

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._runs)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        inside = parent is not None and parent.isValid()
        return 0 if inside else 1 + len(self._columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        words, help_, side = "Run", _HELP, _LEFT
        if section != NAME:
            column = self._columns[section - 1]
            words, help_ = column.title, column.help
            side = _RIGHT if column.right else _LEFT
        said = {_Role.DisplayRole: words, _Role.ToolTipRole: help_}
        return {**said, _Role.TextAlignmentRole: side}.get(role)

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        flags = _Flag.ItemIsSelectable | _Flag.ItemIsEnabled
        if index.column() == NAME:
            flags |= _Flag.ItemIsEditable | _Flag.ItemIsUserCheckable
        return flags

    def data(self, index: QModelIndex, role: int = _Role.DisplayRole) -> Any:
        run = self._runs[index.row()]
        if role == _Role.ToolTipRole:
            return tooltip(f"{one_line(run.name)}\n{run_words(run)}")
        if index.column() == NAME:
            return self._head(run, role)
        column = self._columns[index.column() - 1]
        if role == _Role.TextAlignmentRole:
            return _RIGHT if column.right else _LEFT
        if role == _Role.DisplayRole:
            return one_line(column.text(run))
        if role == _Role.AccessibleTextRole:
            return f"{column.title} {one_line(column.text(run))}"
        return None

    def _head(self, run: Run, role: int) -> Any:
        """Return what the first cell of a row says: sign, name, and whether shown."""
        if role == _Role.CheckStateRole:
            return _Check.Checked if run.id in self._shown else _Check.Unchecked
        if role == _Role.DecorationRole:
            return swatch(self.colour_of(run.id), self._dark)
        if role == _Role.EditRole:
            return plain(run.name)
        if role in (_Role.DisplayRole, _Role.AccessibleTextRole):
            return one_line(run.name) + (" (in use)" if run.id == self._used else "")
        return None

    def setData(
        self, index: QModelIndex, value: Any, role: int = _Role.EditRole
    ) -> bool:
        run = self.run_at(index.row())
        if run is None or index.column() != NAME:
            return False
        if role == _Role.CheckStateRole:
            self.shown_chosen.emit(run.id, _Check(value) == _Check.Checked)
            return True
        if role == _Role.EditRole:
            name = str(value).strip()
            if name and name != plain(run.name):
                self.named.emit(run.id, name)
            return True
        return False

    def sort(
        self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder
    ) -> None:
        """Order the runs by a column, -1: the newest first; empty cells come last."""
        self.layoutAboutToBeChanged.emit()
        before = [run.id for run in self._runs]
        self._sorted = column, order
        self._arrange()
        for index in self.persistentIndexList():
            row = self.row_of(before[index.row()])
            self.changePersistentIndex(index, self.index(row, index.column()))
        self.layoutChanged.emit()

    def _arrange(self) -> None:
        column, order = self._sorted
        self._runs = list(self._given)
        if not 0 <= column <= len(self._columns):
            return
        down = order == Qt.SortOrder.DescendingOrder
        key = self._key(column)
        empty = [run for run in self._runs if _is_empty(key(run))]
        full = [run for run in self._runs if not _is_empty(key(run))]
        self._runs = sorted(full, key=key, reverse=down) + empty

    def _key(self, column: int) -> Callable[[Run], Any]:
        if column == NAME:
            return lambda run: run.name.casefold()
        key = self._columns[column - 1].key

        def folded(run: Run) -> float | str:
            value = key(run)
            return value.casefold() if isinstance(value, str) else value

        return folded

    def _touch(self, first: int) -> None:
        if self._runs:
            last = self.index(len(self._runs) - 1, len(self._columns))
            self.dataChanged.emit(self.index(0, first), last)


def _is_empty(value: float | str) -> bool:
    return isinstance(value, float) and math.isnan(value)
