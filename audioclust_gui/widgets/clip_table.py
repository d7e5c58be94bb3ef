"""The clips as a table model: filtered and sorted by index arrays, never by copies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QApplication

from audioclust_gui import assets
from audioclust_gui.plots.plain import one_line, tooltip
from audioclust_gui.plots.swatch import swatch
from audioclust_gui.widgets.cell_delegate import LOOKS, Cell
from audioclust_gui.widgets.clip_index import ClipIndex
from audioclust_gui.widgets.lit_rows import lit_brush, lit_font
from engine.audio.dataset import Dataset
from engine.clustering.partition import NOISE, TITLES, UNPLACED

COLUMNS = ("Name", "Folder", "Label", "Cluster")
NAME, FOLDER, LABEL, CLUSTER = range(4)
_Role, _Elide = Qt.ItemDataRole, Qt.TextElideMode
_SORTED_BY = {NAME: "name", FOLDER: "folder", LABEL: "label"}


def cluster_text(label: int) -> str:
    """Say a cluster id in words."""
    return {NOISE: "noise", UNPLACED: "–"}.get(label, str(label))


class ClipTable(QAbstractTableModel):
    """One row per clip that passes the filter."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dataset = Dataset("")
        self._labels: NDArray[np.int32] = np.empty(0, np.int32)
        self._names: Mapping[int, str] = {}
        self._lit = np.empty(0, np.bool_)
        self._failures: dict[int, str] = {}
        self._playing = -1
        self._index = ClipIndex(self._dataset)
        self._shown: NDArray[np.int64] = np.empty(0, np.int64)
        self._row_of: NDArray[np.int64] = np.empty(0, np.int64)
        self._words: list[str] = []
        self._folder = ""
        self._sorted = (-1, Qt.SortOrder.AscendingOrder)
        self.set_dark(False)

    def set_dataset(self, dataset: Dataset) -> None:
        """Show another collection, unfiltered."""
        self.beginResetModel()
        self._dataset = dataset
        self._index = ClipIndex(dataset)
        self._labels = np.full(len(dataset), UNPLACED, np.int32)
        self._names, self._lit = {}, np.zeros(len(dataset), np.bool_)
        self._failures, self._playing = {}, -1
        self._words, self._folder = [], ""
        self._arrange()
        self.endResetModel()

    def set_labels(self, labels: NDArray[np.int32]) -> None:
        """Show other clusters; rows stay where they are until sorted again."""
        self._labels = labels
        self._touch(CLUSTER)

    def set_names(self, names: Mapping[int, str]) -> None:
        """Call some clusters by name, the others by number."""
        if names != self._names:
            self._names = names
            self._touch(CLUSTER)

    def set_lit(self, clips: NDArray[np.int64] | None, seen: range) -> None:
        """Mark the clips that are pointed at; None for none.

        Parameters
        ----------
        clips : int64 array, or None
        seen : range
            The rows that are in view: only these need to be drawn again.
        """
        lit = np.zeros(len(self._lit), np.bool_)
        if clips is not None:
            lit[clips[clips < len(lit)]] = True
        shown = self._shown[seen.start : seen.stop]
        changed = np.flatnonzero((lit != self._lit)[shown]) + seen.start
        self._lit = lit
        if len(changed):
            first, last = int(changed[0]), int(changed[-1])
            self.dataChanged.emit(self.index(first, NAME), self.index(last, CLUSTER))

    def set_playing(self, clip: int) -> None:
        """Mark the clip that sounds, -1 for none."""
        before, self._playing = self._playing, clip
        for row in {self.row_of(before), self.row_of(clip)} - {-1}:
            self.dataChanged.emit(self.index(row, NAME), self.index(row, NAME))

    def set_failures(self, failures: dict[int, str]) -> None:
        """Mark the clips that could not be used, with the reasons."""
        self._failures = failures
        self._touch(NAME)

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self._dark, self._tint, self._bold = dark, lit_brush(), lit_font()
        colours = QApplication.palette()
        self._plays = assets.icon("play")
        self._faint = QBrush(colours.color(colours.ColorRole.PlaceholderText))

    def set_filter(self, text: str, folder: str) -> None:
        """Show clips whose path or label holds every word, below a folder or ""."""
        self._words, self._folder = text.casefold().split(), folder
        self.beginResetModel()
        self._arrange()
        self.endResetModel()

    def sort(
        self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder
    ) -> None:
        """Order the rows by a column; -1 for the order of the collection."""
        self._sorted = (column, order)
        self.beginResetModel()
        self._arrange()
        self.endResetModel()

    def clip_at(self, row: int) -> int:
        """Return the clip shown in a row."""
        return int(self._shown[row])

    @property
    def clips(self) -> NDArray[np.int64]:
        """The clips that are shown, in the order of their rows."""
        return self._shown

    def rows_of(self, clips: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows that show some of these clips, without the hidden ones."""
        rows = self._row_of[clips[(clips >= 0) & (clips < len(self._row_of))]]
        return rows[rows >= 0]

    def row_of(self, clip: int) -> int:
        """Return the row that shows a clip, or -1 where the filter hides it."""
        return int(self._row_of[clip]) if 0 <= clip < len(self._row_of) else -1

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == _Role.DisplayRole:
            return COLUMNS[section]
        return None

    def cell(self, row: int, column: int) -> Cell:
        """Return what a cell looks like."""
        clip = self.clip_at(row)
        signed, lit = column == CLUSTER, self._lit[clip]
        unused = clip in self._failures
        sign = swatch(int(self._labels[clip]), self._dark) if signed else None
        if column == NAME and clip == self._playing:
            sign = self._plays
        return Cell(
            self._text(clip, column),
            sign,
            self._tint if lit else None,
            self._faint if unused else None,
            self._bold if signed and lit else None,
            # Files are told apart by their ends, clusters by how their names begin.
            elide=_Elide.ElideRight if signed else _Elide.ElideMiddle,
        )

    def data(self, index: QModelIndex, role: int = _Role.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        if role in LOOKS:
            return self.cell(row, column).look(role)
        if role == _Role.ToolTipRole:
            return tooltip("\n".join(self._told(self.clip_at(row))))
        if role == _Role.AccessibleTextRole:
            clip = self.clip_at(row)
            sounds = ", playing" if column == NAME and clip == self._playing else ""
            return f"{COLUMNS[column]} {self._text(clip, column)}{sounds}"
        return None

    def _told(self, clip: int) -> list[str]:
        entry = self._dataset.clips[clip]
        # The whole of it, span included: a narrow column shows only its ends.
        lines = ["/".join(filter(None, (entry.folder, entry.name)))]
        name = self._names.get(int(self._labels[clip]))
        if name is not None:
            lines.append(one_line(name))
        if clip in self._failures:
            lines.append(f"{TITLES[UNPLACED]}: {self._failures[clip]}")
        return lines

    def _touch(self, first: int) -> None:
        if len(self._shown):
            last = self.index(self.rowCount() - 1, CLUSTER)
            self.dataChanged.emit(self.index(0, first), last)

    def _text(self, clip: int, column: int) -> str:
        entry = self._dataset.clips[clip]
        if column == NAME:
            return one_line(entry.name)
        if column == FOLDER:
            return one_line(entry.folder)
        if column == LABEL:
            labels = self._dataset.labels
            return "" if labels is None else one_line(labels[clip])
        if clip in self._failures:
            return TITLES[UNPLACED]
        label = int(self._labels[clip])
        name = self._names.get(label)
        return cluster_text(label) if name is None else one_line(name)

    def _arrange(self) -> None:
        column, order = self._sorted
        if column == CLUSTER:
            shown = np.argsort(self._labels, kind="stable")
        elif column >= 0:
            shown = self._index.order(_SORTED_BY[column])
        else:
            shown = np.arange(len(self._dataset))
        if self._words or self._folder:
            shown = shown[self._index.matching(self._words, self._folder)[shown]]
        if column >= 0 and order == Qt.SortOrder.DescendingOrder:
            shown = shown[::-1]
        self._shown = shown
        self._row_of = np.full(len(self._dataset), -1)
        self._row_of[shown] = np.arange(len(shown))
