"""The categories of a legend as a table model: a box, a sign, a name and a count."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from audioclust_gui.painting import Painting, Shown, Tally
from audioclust_gui.plots.legend_content import Entry
from audioclust_gui.plots.plain import one_line, tooltip
from audioclust_gui.plots.swatch import sign
from audioclust_gui.widgets.cell_delegate import LOOKS, Cell

NAME, COUNT = range(2)
_Role = Qt.ItemDataRole
_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_CHECKED = _PLAIN | Qt.ItemFlag.ItemIsUserCheckable
_KEYS = "Space hides or shows it, Return shows only it"
_NOTHING = Tally(np.empty(0, np.int64), np.empty(0, np.int64))
_MEASURED, _LONGEST = 40, 5  # names that decide how wide a list is


class LegendModel(QAbstractTableModel):
    """One row per code of a painting."""

    toggled = Signal(int)  # code

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._painting: Painting | None = None
        self._cells: dict[tuple[int, int], Cell] = {}  # a view asks many times
        self._tally = _NOTHING
        self._shown = Shown()
        self._dark = False

    def set_painting(self, painting: Painting, shown: Shown, dark: bool) -> None:
        """Show other codes, or the same with other counts and colours."""
        tally = painting.tally
        before, now = len(self._tally.codes), len(tally.codes)
        if now < before:
            self.beginRemoveRows(QModelIndex(), now, before - 1)
        elif now > before:
            self.beginInsertRows(QModelIndex(), before, now - 1)
        self._painting, self._tally = painting, tally
        self._shown, self._dark = shown, dark
        self._cells.clear()
        if now < before:
            self.endRemoveRows()
        elif now > before:
            self.endInsertRows()
        if now:
            self.dataChanged.emit(self.index(0, NAME), self.index(now - 1, COUNT))

    @property
    def longest_names(self) -> list[str]:
        """The names with the most letters among the first, each one line."""
        codes = self._tally.codes[:_MEASURED].tolist()
        names = sorted(map(self._painting.name, codes), key=len)
        return list(map(one_line, names[-_LONGEST:]))

    def code_at(self, row: int) -> int:
        """Return the code of a row."""
        return int(self._tally.codes[row])

    def row_of(self, code: int) -> int:
        """Return the row of a code, -1 where it does not occur."""
        found = np.flatnonzero(self._tally.codes == code)
        return int(found[0]) if len(found) else -1

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._tally.codes)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else 2

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        return _CHECKED if index.column() == NAME else _PLAIN

    def data(self, index: QModelIndex, role: int = _Role.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        if role in LOOKS:
            return self.cell(row, column).look(role)
        if role == _Role.ToolTipRole:
            entry = self._entry(row)
            return tooltip(f"{entry.text}\n{_clips(entry.count)}. {_KEYS}")
        if role == _Role.AccessibleTextRole:
            entry = self._entry(row)
            return f"{one_line(entry.text)}, {_clips(entry.count)}"
        if column == NAME and role == _Role.CheckStateRole:
            shown = self.is_shown(row)
            return Qt.CheckState.Checked if shown else Qt.CheckState.Unchecked
        return None

    def is_shown(self, row: int) -> bool:
        """Tell whether the clips of a row are shown."""
        return self._shown.has(self.code_at(row))

    def cell(self, row: int, column: int) -> Cell:
        """Return what a cell looks like."""
        found = self._cells.get((row, column))
        if found is None:
            found = self._cells[row, column] = self._made(row, column)
        return found

    def setData(
        self, index: QModelIndex, value: object, role: int = _Role.EditRole
    ) -> bool:
        if role != _Role.CheckStateRole or index.column() != NAME:
            return False
        self.toggled.emit(self.code_at(index.row()))
        return True

    def _made(self, row: int, column: int) -> Cell:
        entry, shown = self._entry(row), self.is_shown(row)
        ink = None if shown else QApplication.palette().placeholderText()
        if column == COUNT:
            return Cell(f"{entry.count:,}", ink=ink, right=True)
        *rgb, alpha = entry.colour
        seen = sign(entry.shape, (*rgb, alpha if shown else alpha // 3))
        end = Qt.TextElideMode.ElideRight
        return Cell(one_line(entry.text), seen, ink=ink, elide=end)

    def _entry(self, row: int) -> Entry:
        count = int(self._tally.counts[row])
        return self._painting.entry(self.code_at(row), count, self._dark)


def _clips(count: int) -> str:
    return "1 clip" if count == 1 else f"{count:,} clips"
