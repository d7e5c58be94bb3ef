"""The clips as a table model: filtered and sorted by index arrays, never by copies."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PySide6.QtWidgets import QApplication

from audioclust_gui.plots.plain import one_line, tooltip
from audioclust_gui.plots.swatch import swatch
from engine.audio.dataset import Dataset
from engine.clustering.partition import NOISE, UNPLACED

COLUMNS = ("Name", "Folder", "Label", "Cluster")
NAME, FOLDER, LABEL, CLUSTER = range(4)
_Role = Qt.ItemDataRole


def cluster_text(label: int) -> str:
    """Say a cluster id in words."""
    return {NOISE: "noise", UNPLACED: "–"}.get(label, str(label))


class ClipTable(QAbstractTableModel):
    """One row per clip that passes the filter."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dataset = Dataset("")
        self._labels: NDArray[np.int32] = np.empty(0, np.int32)
        self._failures: dict[int, str] = {}
        self._texts: list[str] = []
        self._shown: NDArray[np.int64] = np.empty(0, np.int64)
        self._row_of: NDArray[np.int64] = np.empty(0, np.int64)
        self._words: list[str] = []
        self._folder: str | None = None
        self._sorted = (-1, Qt.SortOrder.AscendingOrder)
        self._dark = False

    def set_dataset(self, dataset: Dataset) -> None:
        """Show another collection, unfiltered."""
        self.beginResetModel()
        self._dataset = dataset
        self._texts = []
        self._labels = np.full(len(dataset), UNPLACED, np.int32)
        self._failures = {}
        self._words, self._folder = [], None
        self._arrange()
        self.endResetModel()

    def set_labels(self, labels: NDArray[np.int32]) -> None:
        """Show other clusters; rows stay where they are until sorted again."""
        self._labels = labels
        self._touch(CLUSTER)

    def set_failures(self, failures: dict[int, str]) -> None:
        """Mark the clips that could not be used, with the reasons."""
        self._failures = failures
        self._touch(NAME)

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self._dark = dark

    def set_filter(self, text: str, folder: str | None) -> None:
        """Show clips whose path or label holds every word, below a folder."""
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

    def data(self, index: QModelIndex, role: int = _Role.DisplayRole) -> Any:
        clip = int(self._shown[index.row()])
        column = index.column()
        if role == _Role.DisplayRole:
            return self._text(clip, column)
        if role == _Role.DecorationRole and column == CLUSTER:
            return swatch(int(self._labels[clip]), self._dark)
        if role == _Role.ForegroundRole and clip in self._failures:
            return QApplication.palette().placeholderText()
        if role == _Role.ToolTipRole:
            reason = self._failures.get(clip)
            path = self._dataset.clips[clip].path
            return tooltip(path if reason is None else f"{path}\nNot used: {reason}")
        if role == _Role.AccessibleTextRole:
            return f"{COLUMNS[column]} {self._text(clip, column)}"
        return None

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
            return "unused"
        return cluster_text(int(self._labels[clip]))

    def _searched(self) -> list[str]:
        """Return what the filter looks at, made when it is first used."""
        if not self._texts:
            clips = self._dataset.clips
            truth = self._dataset.labels or ("",) * len(clips)
            pairs = zip(clips, truth, strict=True)
            self._texts = [f"{clip.path}\n{label}".casefold() for clip, label in pairs]
        return self._texts

    def _arrange(self) -> None:
        shown = np.arange(len(self._dataset))
        if self._folder:
            inside = self._folder + "/"
            clips = self._dataset.clips
            shown = shown[[clip.path.startswith(inside) for clip in clips]]
        if self._words:
            texts, words = self._searched(), self._words
            shown = shown[[all(word in texts[i] for word in words) for i in shown]]
        column, order = self._sorted
        if column == CLUSTER:
            shown = shown[np.argsort(self._labels[shown], kind="stable")]
        elif column >= 0:
            names = [self._text(i, column).casefold() for i in shown]
            shown = shown[sorted(range(len(names)), key=names.__getitem__)]
        if column >= 0 and order == Qt.SortOrder.DescendingOrder:
            shown = shown[::-1]
        self._shown = shown
        self._row_of = np.full(len(self._dataset), -1)
        self._row_of[shown] = np.arange(len(shown))
